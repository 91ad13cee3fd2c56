/** Ticks hand each fire on, whatever happens to them: lost, late, twice, at once, or cut off by a crash. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EffectiveSchedule } from '../../../lib/core/schedule/entry.ts';
import type { Fire } from '../../../lib/core/schedule/fire.ts';
import { isOver, isTicked, tick, type Watermark } from '../../../lib/core/schedule/tick.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { fireTimes, type Trigger } from '../../../lib/core/trigger/trigger.ts';
import { DST_DAYS, mixedSchedules } from './mixed-schedules.ts';
import { added, SPACE, specOf } from './spec-of.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Fires by schedule. */
function bySchedule(fires: readonly Fire[]): Map<string, number[]> {
  const map = new Map<string, number[]>();
  for (const { schedule, scheduledAt } of fires)
    map.set(schedule, [...(map.get(schedule) ?? []), scheduledAt]);
  return map;
}

test('the days of 2026 on which clocks change are handed on exactly, in 8 time zones', () => {
  const triggers = mixedSchedules();
  const schedules = [...triggers].map(([name, trigger]) => added(name, specOf(trigger, { coalesce: 'all' })));
  for (const day of DST_DAYS) {
    const start = Date.parse(`${day}T00:00:00Z`) - DAY / 2;
    const fires: Fire[] = [];
    let watermark: Watermark = { at: start - 1, definitions: 'd' };

    for (let nominal = start; nominal < start + 2 * DAY; nominal += MINUTE) {
      const ticked = tick({ space: SPACE, watermark, nominal, schedules, definitions: 'd' });
      watermark = ticked.watermark;
      fires.push(...ticked.fires);
    }

    const handed = bySchedule(fires);
    for (const [name, trigger] of triggers) {
      const expected = fireTimes(trigger, new Date(start), new Date(watermark.at)).map(Number);
      expect([day, name, handed.get(name) ?? []]).toEqual([day, name, expected]);
    }
  }
});

test('a day of sub-minute triggers is handed on exactly', () => {
  const triggers = new Map<string, Trigger>([
    ['ten', every('10s')],
    ['odd', every('7s', { start: '2026-03-29T00:00:03Z' })],
    ['cron', cron('*/15 * 1-3 * * *', { timezone: 'Europe/Oslo' })],
  ]);
  const schedules = [...triggers].map(([name, trigger]) => added(name, specOf(trigger)));
  const start = Date.parse('2026-03-29T00:00:00Z');
  const fires: Fire[] = [];
  let watermark: Watermark = { at: start - 1, definitions: 'd' };

  for (let nominal = start; nominal < start + DAY; nominal += MINUTE) {
    const ticked = tick({ space: SPACE, watermark, nominal, schedules, definitions: 'd' });
    watermark = ticked.watermark;
    fires.push(...ticked.fires);
  }

  const handed = bySchedule(fires);
  for (const [name, trigger] of triggers)
    expect(handed.get(name)).toEqual(fireTimes(trigger, new Date(start), new Date(watermark.at)).map(Number));
});

/** What may happen to a tick. */
interface Fate {
  readonly lateMinutes: number;
  readonly lost: boolean;
  /** How many do it at once. */
  readonly tickers: number;
  /** After how many of its fires it dies; undefined: it does not. */
  readonly diesAfter: number | undefined;
}

const fates = fc.array(
  fc.record<Fate>({
    lateMinutes: fc.integer({ min: 0, max: 3 }),
    lost: fc.integer({ min: 0, max: 4 }).map((die) => die === 0),
    tickers: fc.constantFrom(1, 1, 2),
    diesAfter: fc.option(fc.integer({ min: 0, max: 20 }), { freq: 3, nil: undefined }),
  }),
  { minLength: 60, maxLength: 120 },
);

test('no fire is lost or becomes another, whatever happens to ticks; doubles have the same identity', () => {
  const triggers = new Map<string, Trigger>([
    ['seconds', every('45s')],
    ['minutes', cron('*/3 * * * *', { timezone: 'Europe/Oslo' })],
  ]);
  const schedules = [...triggers].map(([name, trigger]) => added(name, specOf(trigger, { coalesce: 'all' })));
  fc.assert(
    fc.property(fates, (all) => {
      const start = Date.parse('2026-03-29T00:30:00Z');
      const handed: Fire[] = [];
      let watermark: Watermark | undefined = { at: start - 1, definitions: 'd' };
      const ticks = all.map((fate, index) => ({ ...fate, nominal: start + index * MINUTE }));
      // Late ticks come after those that were scheduled after them.
      ticks.sort((a, b) => a.nominal + a.lateMinutes * MINUTE - (b.nominal + b.lateMinutes * MINUTE));

      for (const { nominal, lost, tickers, diesAfter } of ticks) {
        if (lost) continue;
        const read: Watermark | undefined = watermark;
        for (let ticker = 0; ticker < tickers; ticker++) {
          const ticked = tick({ space: SPACE, watermark: read, nominal, schedules, definitions: 'd' });
          handed.push(...ticked.fires.slice(0, diesAfter));
          const dies = diesAfter !== undefined && diesAfter < ticked.fires.length;
          if (!dies && watermark === read) watermark = ticked.watermark;
        }
      }

      for (const [name, trigger] of triggers) {
        const reached = watermark?.at ?? start;
        const expected =
          reached < start ? [] : fireTimes(trigger, new Date(start), new Date(reached)).map(Number);
        const fires = handed.filter((fire) => fire.schedule === name && fire.scheduledAt <= reached);
        expect([...new Set(fires.map((fire) => fire.scheduledAt))].sort((a, b) => a - b)).toEqual(expected);
        // What was handed on beyond the watermark, by one that died, will be again: it is of the trigger,
        // too.
        const beyond = handed.filter((fire) => fire.schedule === name && fire.scheduledAt > reached);
        for (const { scheduledAt } of beyond)
          expect(fireTimes(trigger, new Date(scheduledAt), new Date(scheduledAt))).toHaveLength(1);
      }
    }),
    { numRuns: 150 },
  );
});

test('the first tick begins at its own time and looks five minutes ahead', () => {
  const nominal = Date.parse('2026-06-01T12:00:00Z');

  const { fires, watermark } = tick({
    space: SPACE,
    watermark: undefined,
    nominal,
    schedules: [added('s', specOf(every('1m')))],
    definitions: 'd',
  });

  expect(fires.map(({ scheduledAt }) => (scheduledAt - nominal) / MINUTE)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(watermark).toEqual({ at: nominal + 5 * MINUTE, definitions: 'd' });
});

/** The time of a tick. */
const LATE = Date.parse('2026-06-01T12:00:00Z');

test.each([
  ['latest', {}, [-2, -1, 0, 1, 2, 3, 4, 5]],
  ['earliest', {}, [-59, -1, 0, 1, 2, 3, 4, 5]],
  ['earliest', { misfireGraceMs: 5 * MINUTE }, [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]],
  ['all', { misfireGraceMs: 3 * MINUTE }, [-3, -2, -1, 0, 1, 2, 3, 4, 5]],
] as const)(
  'after an hour without ticks, coalesce %s %j hands on what later may run',
  (coalesce, more, expected) => {
    const schedule = added('s', specOf(every('1m'), { coalesce, ...more }));
    const watermark = { at: LATE - 60 * MINUTE, definitions: 'd' };

    const { fires } = tick({
      space: SPACE,
      watermark,
      nominal: LATE,
      schedules: [schedule],
      definitions: 'd',
    });

    expect(fires.map(({ scheduledAt }) => (scheduledAt - LATE) / MINUTE)).toEqual(expected);
  },
);

test('a tick of another code version looks once more at what lies ahead', () => {
  const schedule = added('new', specOf(every('1m')));
  const watermark = { at: LATE + 5 * MINUTE, definitions: 'old' };
  const request = { space: SPACE, nominal: LATE + MINUTE, schedules: [schedule] };

  const first = tick({ ...request, watermark, definitions: 'new' });
  const second = tick({ ...request, watermark: first.watermark, definitions: 'new' });

  expect(first.fires.map(({ scheduledAt }) => (scheduledAt - LATE) / MINUTE)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(second.fires).toEqual([]);
});

test('a schedule that was changed a moment ago is looked at from the change on', () => {
  const changedAt = LATE + 90_000;
  const schedule = added('s', specOf(every('1m')), { changedAt });
  const watermark = { at: LATE + 6 * MINUTE, definitions: 'd' };

  const { fires } = tick({
    space: SPACE,
    watermark,
    nominal: LATE + 2 * MINUTE,
    schedules: [schedule],
    definitions: 'd',
  });

  expect(fires.map(({ scheduledAt }) => (scheduledAt - LATE) / MINUTE)).toEqual([2, 3, 4, 5, 6, 7]);
});

test('what a change of before has handed on stands for no fire of a later one', () => {
  const changedAt = LATE + 90_000;
  const minutely = added('s', specOf(every('1m')));
  const handed = { revision: minutely.revision, to: LATE };
  const entry = minutely.entry && { ...minutely.entry, changedAt, handed };
  const watermark = { at: LATE + 6 * MINUTE, definitions: 'd' };

  const { fires } = tick({
    ...{ space: SPACE, watermark, nominal: LATE + 2 * MINUTE, definitions: 'd' },
    schedules: [{ ...minutely, changedAt, entry }],
  });

  expect(fires.map(({ scheduledAt }) => (scheduledAt - LATE) / MINUTE)).toEqual([2, 3, 4, 5, 6, 7]);
});

test('more fires than a tick takes wait for the next one, and none is left out', () => {
  const schedules = [1, 2, 3].map((number) => added(`s${number}`, specOf(every('1s'), { coalesce: 'all' })));
  const handed: Fire[] = [];
  const from = LATE - 6 * 3_600_000;
  let watermark: Watermark = { at: from, definitions: 'd' };

  const counts: number[] = [];
  while (watermark.at < LATE + 5 * MINUTE) {
    const ticked = tick({ space: SPACE, watermark, nominal: LATE, schedules, definitions: 'd' });
    watermark = ticked.watermark;
    counts.push(ticked.fires.length);
    handed.push(...ticked.fires);
  }

  expect(Math.max(...counts)).toBeLessThanOrEqual(10_000);
  expect(handed).toHaveLength(3 * (6 * 3_600 + 300));
  expect(new Set(handed.map(({ schedule, scheduledAt }) => `${schedule}/${scheduledAt}`)).size).toBe(
    handed.length,
  );
});

test('ticks go on though more fires than one takes are made up for from before the watermark', () => {
  const spec = specOf(every('1s'), { coalesce: 'all' });
  const schedules = Array.from({ length: 60 }, (_, number) => added(`s${number}`, spec, { changedAt: LATE }));
  const handed = new Set<string>();
  let watermark: Watermark = { at: LATE + 5 * MINUTE, definitions: 'd' };

  for (let minute = 1; minute <= 8; minute++) {
    const nominal = LATE + minute * MINUTE;
    const ticked = tick({ space: SPACE, watermark, nominal, schedules, definitions: 'd' });
    watermark = ticked.watermark;
    for (const { schedule, scheduledAt } of ticked.fires) handed.add(`${schedule}/${scheduledAt}`);
  }

  expect(watermark.at).toBe(LATE + 13 * MINUTE);
  expect(handed.size).toBe(60 * (13 * 60 + 1));
});

test('a schedule that could not be read for long is made up for over several ticks', () => {
  const schedules = [added('s', specOf(every('1s'), { coalesce: 'all' }))];
  const unread = [{ name: 's', changedAt: 0 }];
  const first = { space: SPACE, nominal: LATE, definitions: 'd' };
  const request = { ...first, schedules: [], unread, watermark: { at: LATE, definitions: 'd' } };
  const hours = 6 * 3_600;
  let { watermark } = tick(request);
  watermark = tick({ ...request, watermark, nominal: LATE + hours * 1_000 }).watermark;
  const handed: number[] = [];

  for (let count = 0; count < 4; count++) {
    const ticked = tick({ ...first, watermark, nominal: LATE + hours * 1_000, schedules });
    watermark = ticked.watermark;
    handed.push(...ticked.fires.map(({ scheduledAt }) => (scheduledAt - LATE) / 1_000));
  }

  expect(watermark).toEqual({ at: LATE + hours * 1_000 + 5 * MINUTE, definitions: 'd' });
  expect(handed).toEqual(Array.from({ length: hours + 300 }, (_, index) => index + 1));
});

test('an old tick that comes after newer ones does nothing', () => {
  const watermark = { at: LATE + 5 * MINUTE, definitions: 'd' };
  const schedules = [added('s', specOf(every('1s')))];

  const ticked = tick({ space: SPACE, watermark, nominal: LATE - 10 * MINUTE, schedules, definitions: 'd' });

  expect(ticked).toEqual({ fires: [], watermark });
});

test('a paused schedule is not ticked, and one that fires no more is over a day later', () => {
  const paused: EffectiveSchedule = added('s', specOf(every('1s')), { pause: { from: 0 } });
  const ended = added('s', specOf(every('1m', { end: new Date(LATE) })));

  const answers = [
    isTicked(paused),
    isTicked({ ...paused, pause: { from: 0, to: 1 } }),
    isOver(ended, LATE + DAY),
    isOver(ended, LATE + DAY + 1),
    isOver({ ...ended, source: 'template' }, LATE + DAY + 1),
  ];

  expect(answers).toEqual([false, true, false, true, false]);
});
