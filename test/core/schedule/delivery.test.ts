/** What becomes of a fire that arrives: run, wait, or dropped with a reason. */
import { expect, test } from 'vitest';
import { decideFire, type FireSituation } from '../../../lib/core/schedule/delivery.ts';
import { type EffectiveSchedule, effectiveOf, fireIdOf } from '../../../lib/core/schedule/entry.ts';
import { dueTime, encodeLater, fireId, parseLater, toTimerInput } from '../../../lib/core/schedule/fire.ts';
import { lastFire, nextFire, parseSpec, revisionOf } from '../../../lib/core/schedule/spec.ts';
import { NEW_STATE, withOutcome } from '../../../lib/core/schedule/state.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { fireTimes } from '../../../lib/core/trigger/trigger.ts';
import { added, SPACE, specOf } from './spec-of.ts';

const T = Date.parse('2026-06-01T12:00:00Z');
const minutes = (count: number): number => T + count * 60_000;

/** A fire of `every('1m')` at 12:00, looked at at 12:00:01, with what matters to a test. */
function decide(
  schedule: EffectiveSchedule | undefined,
  more: Partial<FireSituation> & { readonly scheduledAt?: number; readonly revision?: string } = {},
): ReturnType<typeof decideFire> {
  const { scheduledAt = T, revision = schedule?.revision ?? 'none', ...rest } = more;
  const fire = { schedule: schedule?.name ?? 'gone', revision, scheduledAt };
  return decideFire({ space: SPACE, fire, schedule, state: {}, pause: undefined, now: T + 1_000, ...rest });
}

const minutely = added('s', specOf(every('1m')));
const id = fireId(SPACE, 's', T);

test('a fire that is due runs, under an id of its schedule and its time', () => {
  const decision = decide(minutely);

  expect(decision).toEqual({ kind: 'run', id, dueAt: T });
  expect(fireId(SPACE, 's', T + 1)).not.toBe(id);
  expect(fireId(SPACE, 't', T)).not.toBe(id);
});

test('a fire that was let go is performed by its second delivery, however late that is', () => {
  const strict = added('s', specOf(every('1m'), { misfireGraceMs: 30_000 }));
  const last = { scheduledAt: T, outcome: 'sent', id, at: T + 1_000 } as const;
  const late = { now: minutes(3), pause: { from: minutes(1) } };

  const first = decide(strict, { now: minutes(3) });
  const second = decide(strict, { ...late, state: { last } });
  const before = { ...last, scheduledAt: minutes(-1), id: fireId(SPACE, 's', minutes(-1)) };
  const other = decide(strict, { now: minutes(3), state: { last: before } });

  expect(first).toEqual({ kind: 'drop', why: 'coalesced' });
  expect(second).toEqual({ kind: 'run', id, dueAt: T });
  expect(other).toEqual({ kind: 'drop', why: 'coalesced' });
});

test('a fire that is not due waits, and one that is due a moment later runs', () => {
  const jittery = added('s', specOf(every('1m'), { jitterMs: 50_000 }));
  const dueAt = dueTime(SPACE, 's', jittery.spec, T);

  const decisions = [decide(jittery, { now: dueAt - 1 }), decide(jittery, { now: dueAt })];

  expect(decisions).toEqual([
    { kind: 'wait', dueAt },
    { kind: 'run', id, dueAt },
  ]);
});

test.each<[string, ReturnType<typeof decideFire>, string]>([
  ['of no schedule', decide(undefined), 'removed'],
  ['of a paused schedule', decide({ ...minutely, pause: { from: minutes(-9) } }), 'paused'],
  [
    'of a time at which its schedule was paused, though it is no more',
    decide({ ...minutely, pause: { from: minutes(-1), to: T + 500 } }),
    'paused',
  ],
  ['while all schedules are paused', decide(minutely, { pause: { from: minutes(-9) } }), 'paused'],
  [
    'of a trigger that its schedule has no more',
    decide(minutely, { scheduledAt: T - 7_000, revision: 'old' }),
    'superseded',
  ],
  ['of before its schedule was added', decide({ ...minutely, createdAt: T + 1 }), 'superseded'],
  ['of before the start', decide(added('s', specOf(every('1m'), { startMs: T + 1 }))), 'superseded'],
  ['of after the end', decide(added('s', specOf(every('1m'), { endMs: T - 1 }))), 'superseded'],
  [
    "of after the trigger's end",
    decide(added('s', specOf(every('1m', { end: new Date(T - 1) })))),
    'superseded',
  ],
  [
    'that is later than its grace',
    decide(added('s', specOf(at(new Date(T)), { misfireGraceMs: 60_000 })), { now: T + 60_001 }),
    'misfire',
  ],
  ['that is so late that the next one is late, too', decide(minutely, { now: minutes(3) }), 'coalesced'],
  [
    'for which an earlier one stands',
    decide(added('s', specOf(every('1m'), { coalesce: 'earliest' })), {
      state: { absorbed: { by: minutes(-5), until: T } },
      now: minutes(4),
    }),
    'coalesced',
  ],
])('a fire %s is dropped', (_, decision, why) => {
  expect(decision).toEqual({ kind: 'drop', why });
});

test.each<[string, ReturnType<typeof decideFire>]>([
  ['of an old revision, at a time of the new one', decide(minutely, { revision: 'old' })],
  ['at its start and end', decide(added('s', specOf(every('1m'), { startMs: T, endMs: T })))],
  ['of before a pause that is over', decide({ ...minutely, pause: { from: T + 1, to: T + 500 } })],
  ['of after a pause', decide({ ...minutely, pause: { from: minutes(-9), to: T } })],
  [
    'at the end of its grace',
    decide(added('s', specOf(every('1h'), { misfireGraceMs: 1_000 })), { now: T + 1_000 }),
  ],
  ['late, if it is the latest', decide(added('s', specOf(every('1h'))), { now: minutes(50) })],
  ['late, with all', decide(added('s', specOf(every('1m'), { coalesce: 'all' })), { now: minutes(60) })],
])('a fire %s runs', (_, decision) => {
  expect(decision).toEqual({ kind: 'run', id, dueAt: T });
});

test('a date of before it was added runs, once for each time that it was added', () => {
  const date = added('s', specOf(at(new Date(T))));
  const later = { ...date, createdAt: minutes(5) };
  const last = { scheduledAt: T, outcome: 'sent', at: minutes(5), id: fireIdOf(SPACE, later, T) } as const;
  const strict = { ...added('s', specOf(at(new Date(T)), { misfireGraceMs: 1_000 })), createdAt: minutes(6) };

  const decisions = [
    decide(later, { now: minutes(6) }),
    decide(later, { now: minutes(6), state: { last } }),
    decide({ ...date, createdAt: minutes(6) }, { now: minutes(6), state: { last } }),
    // What its namesake has sent lets no fire go that is too late.
    decide(strict, { now: minutes(6), state: { last } }),
  ];

  expect(decisions).toEqual([
    { kind: 'run', id: fireIdOf(SPACE, later, T), dueAt: T },
    { kind: 'run', id: fireIdOf(SPACE, later, T), dueAt: T },
    { kind: 'run', id: fireIdOf(SPACE, { ...date, createdAt: minutes(6) }, T), dueAt: T },
    { kind: 'drop', why: 'misfire' },
  ]);
  expect(new Set([id, ...decisions.map((one) => (one.kind === 'run' ? one.id : id))]).size).toBe(3);
});

test("no deploy fires a schedule of the code again: its fires' ids know no time at which it was made", () => {
  const defined = { name: 's', spec: specOf(at(new Date(T))), paused: false };
  const entry = { name: 's', source: 'template', revision: 3, placed: 'ticked' } as const;

  const schedules = [
    effectiveOf(defined, undefined),
    effectiveOf(defined, { ...entry, createdAt: minutes(5), changedAt: minutes(5) }),
    effectiveOf(defined, { ...entry, spec: defined.spec, createdAt: minutes(6), changedAt: minutes(7) }),
  ];

  expect(schedules.map((one) => one && fireIdOf(SPACE, one, T))).toEqual([id, id, id]);
});

test("the first late fire that arrives stands for all late ones with 'earliest', also for its double", () => {
  const schedule = added('s', specOf(every('1m'), { coalesce: 'earliest' }));
  const absorbed = { by: T, until: minutes(8) };

  const decisions = [
    decide(schedule, { now: minutes(10) }),
    decide(schedule, { now: minutes(11), state: { absorbed } }),
    decide(schedule, { now: minutes(11), state: { absorbed }, scheduledAt: minutes(8) }),
    decide(schedule, { now: minutes(11), state: { absorbed }, scheduledAt: minutes(10) }),
  ];

  expect(decisions.map((decision) => (decision.kind === 'drop' ? decision.why : decision))).toEqual([
    { kind: 'run', id, dueAt: T, absorbs: minutes(8) },
    { kind: 'run', id, dueAt: T, absorbs: minutes(9) },
    'coalesced',
    { kind: 'run', id: fireId(SPACE, 's', minutes(10)), dueAt: minutes(10) },
  ]);
});

test('jitter is spread, never negative or too long, the same each time, and not past the end', () => {
  const spec = specOf(every('1h'), { jitterMs: 60_000 });
  const times = fireTimes(spec.trigger, new Date(T), new Date(T + 999 * 3_600_000)).map(Number);

  const jitters = times.map((time) => dueTime(SPACE, 's', spec, time) - time);

  expect(Math.min(...jitters)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...jitters)).toBeLessThanOrEqual(60_000);
  expect(jitters.filter((jitter) => jitter < 30_000).length).toBeGreaterThan(400);
  expect(jitters.filter((jitter) => jitter < 30_000).length).toBeLessThan(600);
  expect(times.map((time) => dueTime(SPACE, 's', spec, time) - time)).toEqual(jitters);
  expect(dueTime(SPACE, 's', { ...spec, endMs: T }, T)).toBe(T);
});

test('what is not to wait for is written and read: fires, native fires, and messages', () => {
  const fire = { schedule: 's', revision: 'r', scheduledAt: T, dueAt: T + 1 };
  const message = { id: 'm', queueName: 'q.fifo', body: '{}', dueAt: T, group: 'g', deduplication: 'd' };
  const native = toTimerInput('s', 'r').replace('<aws.scheduler.scheduled-time>', '2026-06-01T12:00:00Z');

  const read = [
    parseLater(encodeLater({ kind: 'fire', fire })),
    parseLater(encodeLater({ kind: 'message', message })),
    parseLater(native),
    ...['', 'null', '{}', '{"celeriac":1,"later":"fire"}', native.replace('2026', 'x')].map(parseLater),
  ];

  expect(read).toEqual([
    { kind: 'fire', fire },
    { kind: 'message', message },
    { kind: 'fire', fire: { schedule: 's', revision: 'r', scheduledAt: T } },
    ...[undefined, undefined, undefined, undefined, undefined],
  ]);
});

test('the last fire of a stretch is found without walking through it', () => {
  const spec = specOf(cron('*/7 3 * * *', { timezone: 'Europe/Oslo' }));
  const all = fireTimes(spec.trigger, new Date(T), new Date(T + 90 * 86_400_000)).map(Number);

  const found = [
    lastFire(spec, T, T + 90 * 86_400_000),
    lastFire(spec, T, all[40] ?? 0),
    lastFire(spec, T, (all[41] ?? 0) - 1),
    lastFire(spec, T, (all[0] ?? 0) - 1),
  ];

  expect(found).toEqual([all.at(-1), all[40], all[40], undefined]);
});

test('a spec survives JSON, and its name changes with anything in it but the order of members', () => {
  const spec = specOf(cron('0 2 * * *', { timezone: 'Europe/Oslo' }), { misfireGraceMs: 5 });
  const back = parseSpec(JSON.parse(JSON.stringify(spec)));
  const { trigger, ...rest } = spec;

  const names = [spec, back, { ...rest, trigger }, { ...spec, jitterMs: 1 }, specOf(every('1h'))].map(
    revisionOf,
  );

  expect(back).toEqual(spec);
  expect(nextFire(back, T)).toBe(nextFire(spec, T));
  expect(names[1]).toBe(names[0]);
  expect(names[2]).toBe(names[0]);
  expect(new Set(names).size).toBe(3);
});

test('a definition wins over a record of another source; a record of one that is gone is nothing', () => {
  const spec = specOf(every('1h'));
  const other = specOf(every('2h'));
  const defined = { name: 's', spec, paused: false };
  const base = { name: 's', revision: 1, placed: 'ticked' as const, createdAt: T, changedAt: T };

  const specs = [
    effectiveOf(defined, undefined),
    effectiveOf(defined, { ...base, source: 'runtime', spec: other }),
    effectiveOf(defined, { ...base, source: 'template', spec: other }),
    effectiveOf(defined, { ...base, source: 'template', removed: true }),
    effectiveOf(undefined, { ...base, source: 'template', spec: other }),
    effectiveOf(undefined, { ...base, source: 'runtime', spec: other }),
    effectiveOf(undefined, { ...base, source: 'runtime', spec: other, removed: true }),
  ].map((effective) => effective?.spec);

  expect(specs).toEqual([spec, spec, other, undefined, undefined, other, undefined]);
});

test('what was sent stays sent in the record, and an old fire hides no newer one', () => {
  const sent = withOutcome(NEW_STATE, { scheduledAt: T, outcome: 'sent', id: 'x', at: T });

  const double = withOutcome(sent, { scheduledAt: T, outcome: 'coalesced', at: T + 9 });
  const older = withOutcome(sent, { scheduledAt: T - 1, outcome: 'misfire', at: T + 9 });
  // A date that was added again has another id for the same time.
  const again = withOutcome(sent, { scheduledAt: T, outcome: 'sent', id: 'y', at: T + 9 });

  expect(double).toBe(sent);
  expect(again.last).toMatchObject({ id: 'y', at: T + 9 });
  expect(older).toEqual({ ...sent, misses: 1 });
});

test('a late date runs though a namesake before it had stood for all late fires', () => {
  const date = added('s', specOf(at(new Date(T)), { coalesce: 'earliest' }));
  const absorbed = { by: minutes(-5), until: minutes(8) };

  const decision = decide(date, { now: minutes(10), state: { absorbed } });

  expect(decision).toMatchObject({ kind: 'run', dueAt: T });
});
