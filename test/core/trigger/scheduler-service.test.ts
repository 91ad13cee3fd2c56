/**
 * Triggers in EventBridge Scheduler's words, given to the emulated service: it takes each of them, and on its
 * clock fires when `fireTimes` says, over the days on which clocks change in 2026.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Duration } from '../../../lib/core/duration.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { toSchedulerExpression } from '../../../lib/core/trigger/scheduler-expression.ts';
import { fireTimes, nextFireTime, type Trigger } from '../../../lib/core/trigger/trigger.ts';
import { parseExpression } from '../../../lib/emulator/scheduler/expression.ts';
import { createWorld, HOUR, toSchedule } from '../../emulator/scheduler/world.ts';
import { anyTrigger, fieldOf } from './arbitrary.ts';

/** When clocks change in 2026: forward by an hour, by half an hour, back, at midnight, and not at all. */
const CHANGES: readonly (readonly [timezone: string, instant: string])[] = [
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['America/Los_Angeles', '2026-03-08T10:00Z'],
  ['America/Los_Angeles', '2026-11-01T09:00Z'],
  ['Europe/Oslo', '2026-03-29T01:00Z'],
  ['Europe/Oslo', '2026-10-25T01:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Pacific/Chatham', '2026-04-04T14:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z'],
  ['Asia/Beirut', '2026-03-28T22:00Z'],
  ['Asia/Kolkata', '2026-03-29T01:00Z'],
  ['UTC', '2026-06-30T23:00Z'],
];

interface Stretch {
  readonly trigger: Trigger;
  /** When the schedule is made. */
  readonly from: number;
  readonly to: number;
}

/** A trigger close to what AWS can say, over a stretch around a change of its zone's clocks. */
const stretch: fc.Arbitrary<Stretch> = fc
  .record({
    change: fc.constantFrom(...CHANGES),
    before: fc.integer({ min: 0, max: 5 * HOUR }),
    length: fc.integer({ min: HOUR, max: 8 * HOUR }),
    kind: fc.constantFrom('cron', 'cron', 'cron', 'interval', 'date'),
    minute: fieldOf(0, 59),
    hour: fc.oneof(
      fc.constant('*'),
      fc.constant('0-4'),
      fieldOf(0, 23).map(({ text }) => text),
    ),
    dayOfWeek: fc.constantFrom('*', '*', 'sat,sun', 'mon-fri', 'sun#1', 'sun#5'),
    count: fc.integer({ min: 1, max: 59 }),
    unit: fc.constantFrom('m', 'h', 'd'),
    bounds: fc.constantFrom('none', 'start', 'end', 'both'),
    shift: fc.integer({ min: 0, max: 4 * 60 }),
  })
  .map(({ change, before, length, kind, bounds, shift, ...given }) => {
    const [timezone, instant] = change;
    const from = Date.parse(instant) - before;
    const to = from + length;
    const start = new Date(from - (from % 60_000) + shift * 60_000);
    const end = new Date((bounds === 'both' ? start.getTime() : from) + shift * 97_000 + 1);
    const window = {
      ...(bounds === 'start' || bounds === 'both' ? { start } : {}),
      ...(bounds === 'end' || bounds === 'both' ? { end } : {}),
    };
    return { trigger: toTrigger(kind, timezone, from, window, given), from, to };
  });

function toTrigger(
  kind: string,
  timezone: string,
  from: number,
  window: { readonly start?: Date; readonly end?: Date },
  given: {
    readonly minute: { readonly text: string };
    readonly hour: string;
    readonly dayOfWeek: string;
    readonly count: number;
    readonly unit: string;
  },
): Trigger {
  const { count, dayOfWeek, hour, minute, unit } = given;
  if (kind === 'date') return at(new Date(from - (from % 60_000) + count * 1_200_000));
  // A number and a unit are a duration.
  if (kind === 'interval') return every(`${count}${unit}` as Duration, window);
  return cron({ minute: minute.text, hour, dayOfWeek }, { timezone, ...window });
}

/** Makes the schedule of an exact trigger, and gives the times for which it fires. */
async function firesOf({ trigger, from, to }: Stretch): Promise<readonly string[] | undefined> {
  const said = toSchedulerExpression(trigger);
  if (!said.exact) return undefined;
  const world = createWorld({ start: from });
  world.queue('q');
  // A StartDate that is over is refused; the next fire stands in its place, so that a rate counts on.
  const next = nextFireTime(trigger, new Date(from));
  const isOver = said.start !== undefined && Date.parse(said.start) < from;
  // Nobody makes a schedule for what is over, and a rate without StartDate would begin at once.
  if (isOver && next === undefined) return undefined;
  const StartDate = isOver ? next : said.start === undefined ? undefined : new Date(said.start);
  world.call('CreateSchedule', {
    ...toSchedule(said.expression),
    ScheduleExpressionTimezone: said.timezone,
    StartDate,
    EndDate: said.end === undefined ? undefined : new Date(said.end),
  });
  await world.clock.advance(to - from);
  return world.times();
}

test('a schedule fires when fireTimes says, over the days on which clocks change', async () => {
  let exact = 0;
  let fired = 0;
  const law = fc.asyncProperty(stretch, async (one) => {
    const theirs = await firesOf(one);
    if (theirs === undefined) return;
    exact++;
    fired += theirs.length;
    const ours = fireTimes(one.trigger, new Date(one.from), new Date(one.to));
    const late = JSON.stringify([one.trigger, new Date(one.from)]);
    expect([late, theirs]).toEqual([late, ours.map((time) => time.toISOString().slice(0, 16))]);
  });

  await fc.assert(law, { numRuns: 200 });

  // The law would be empty if hardly anything were sayable, or fired.
  expect(exact).toBeGreaterThan(100);
  expect(fired).toBeGreaterThan(500);
});

test('whatever a trigger is said as, the grammar of the service takes it', () => {
  let exact = 0;
  const law = fc.property(anyTrigger, (trigger) => {
    const said = toSchedulerExpression(trigger);
    if (!said.exact) return;
    exact++;
    expect(() => parseExpression(said.expression)).not.toThrow();
  });

  fc.assert(law, { numRuns: 2_000 });

  expect(exact).toBeGreaterThan(100);
});
