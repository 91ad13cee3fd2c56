/**
 * Triggers in EventBridge Scheduler's words: what they become, why not, and that both then fire at the same
 * times.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Duration } from '../../../lib/core/duration.ts';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { toSchedulerExpression } from '../../../lib/core/trigger/scheduler-expression.ts';
import { solar } from '../../../lib/core/trigger/solar.ts';
import { nextFireTime, type Trigger } from '../../../lib/core/trigger/trigger.ts';
import { parseExpression } from '../../../lib/emulator/scheduler/expression.ts';
import { nextInvocation } from '../../../lib/emulator/scheduler/expression-next.ts';
import { dayField, fieldOf, weekdayField, ZONES } from './arbitrary.ts';

const oslo = { timezone: 'Europe/Oslo' };

test.each<[Trigger, object]>([
  [cron('0 2 * * *', oslo), { expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo' }],
  [cron('*/15 8-18 * * mon-fri'), { expression: 'cron(0/15 8-18 ? * 2-6 *)' }],
  [cron('0 0 * * 0'), { expression: 'cron(0 0 ? * 1 *)' }],
  [cron('0 0 * * 7'), { expression: 'cron(0 0 ? * 1 *)' }],
  [cron('0 0 * * sat-mon'), { expression: 'cron(0 0 ? * 1,2,7 *)' }],
  [cron('0 0 * * fri#2'), { expression: 'cron(0 0 ? * 6#2 *)' }],
  [cron({ day: 'last fri', hour: 2, minute: 30 }), { expression: 'cron(30 2 ? * 6L *)' }],
  [cron({ day: '1st mon' }), { expression: 'cron(0 0 ? * 2#1 *)' }],
  [cron('0 0 L * *'), { expression: 'cron(0 0 L * ? *)' }],
  [cron('0 0 15W * *'), { expression: 'cron(0 0 15W * ? *)' }],
  [cron('0 0 1,15-17 1,6-8 *'), { expression: 'cron(0 0 1,15-17 1,6-8 ? *)' }],
  [cron('1-59/2 22-4 * * *'), { expression: 'cron(1/2 0-4,22,23 * * ? *)' }],
  [cron({ year: '2030/5', month: 6 }), { expression: 'cron(0 0 1 6 ? 2030/5)' }],
  [cron({ year: '2030,2032', month: 6 }), { expression: 'cron(0 0 1 6 ? 2030,2032)' }],
  [cron('0 0 1-31 * mon', { dayMatch: 'or' }), { expression: 'cron(0 0 * * ? *)' }],
  [cron('0 0 * * *', { dst: { missing: 'shift', repeated: 'both' } }), { expression: 'cron(0 0 * * ? *)' }],
  [
    cron('0 0 * * *', { start: '2026-01-01T00:00:30Z', end: '2026-02-01T00:00:00Z' }),
    { expression: 'cron(0 0 * * ? *)', start: '2026-01-01T00:01:00.000Z', end: '2026-02-01T00:00:59.000Z' },
  ],
  [every('1m'), { expression: 'cron(* * * * ? *)' }],
  [every('20m'), { expression: 'cron(0/20 * * * ? *)' }],
  [every('60m'), { expression: 'cron(0 * * * ? *)' }],
  [every('6h'), { expression: 'cron(0 0/6 * * ? *)' }],
  [every('1d'), { expression: 'cron(0 0 * * ? *)' }],
  [every('7d'), { expression: 'cron(0 0 ? * 5 *)' }],
  [
    every('7m', { start: '2026-01-01T00:03:00Z' }),
    { expression: 'rate(7 minutes)', start: '2026-01-01T00:03:00.000Z' },
  ],
  [
    every('1h', { start: '2026-01-01T00:03:00Z' }),
    { expression: 'rate(1 hour)', start: '2026-01-01T00:03:00.000Z' },
  ],
  [
    every('48h', { start: '2026-01-01T00:03:00Z' }),
    { expression: 'rate(2 days)', start: '2026-01-01T00:03:00.000Z' },
  ],
  [at('2026-05-17T09:30:00+02:00'), { expression: 'at(2026-05-17T07:30:00)' }],
  [anyOf(cron('0 2 * * *')), { expression: 'cron(0 2 * * ? *)' }],
])('%j is said exactly', (trigger, expected) => {
  expect(toSchedulerExpression(trigger)).toEqual({ exact: true, ...expected });
});

test.each<[Trigger, string]>([
  [cron('30 0 2 * * *'), 'EventBridge Scheduler has no seconds'],
  [cron('* * * * * *'), 'EventBridge Scheduler has no seconds'],
  [cron({ week: '1-26' }), 'EventBridge Scheduler has no ISO weeks'],
  [cron('0 0 13 * fri'), 'EventBridge Scheduler takes a day or a weekday, not one and the other'],
  [
    cron('0 0 13 * fri', { dayMatch: 'or' }),
    'EventBridge Scheduler takes a day or a weekday, not one or the other',
  ],
  [cron('0 0 L-2 * *'), 'EventBridge Scheduler has no list of this kind in its day fields'],
  [cron('0 0 LW * *'), 'EventBridge Scheduler has no list of this kind in its day fields'],
  [cron('0 0 31W * *'), 'EventBridge Scheduler has no list of this kind in its day fields'],
  [cron({ day: '1st mon,3rd mon' }), 'EventBridge Scheduler has no list of this kind in its day fields'],
  [cron({ day: '15,last' }), 'EventBridge Scheduler has no list of this kind in its day fields'],
  [
    cron('0 2 * * *', { ...oslo, dst: { missing: 'shift' } }),
    'EventBridge Scheduler skips local times that do not exist and fires repeated ones the first time',
  ],
  [cron({ year: 2200 }), 'EventBridge Scheduler ends in 2199'],
  [cron({ year: '2198-2202' }), 'EventBridge Scheduler ends in 2199'],
  [cron('0 0 30 2 *'), 'it never fires'],
  [every('30s'), 'EventBridge Scheduler counts in whole minutes'],
  [every('7m'), 'a rate without a start begins when its schedule is created, and no cron has this interval'],
  [every('2d'), 'a rate without a start begins when its schedule is created, and no cron has this interval'],
  [
    every('7m', { start: '2026-01-01T00:00:30Z' }),
    'EventBridge Scheduler fires at whole minutes, start is none',
  ],
  [at('2026-05-17T09:30:15Z'), 'EventBridge Scheduler fires at whole minutes'],
  [calendar({ months: 1 }), 'EventBridge Scheduler has no calendar intervals'],
  [solar('sunset', { latitude: 0, longitude: 0 }), 'EventBridge Scheduler does not know the sun'],
  [
    anyOf(cron('0 2 * * *'), cron('0 5 * * *')),
    'EventBridge Scheduler takes one expression and cannot ask for several expressions',
  ],
  [
    allOf(cron('0 2 * * *'), cron('0 0 * * fri')),
    'EventBridge Scheduler takes one expression and cannot ask for that several expressions agree',
  ],
])('%j is not said, with the reason', (trigger, why) => {
  expect(toSchedulerExpression(trigger)).toEqual({ exact: false, why });
});

const window = fc.record(
  {
    start: fc.date({ min: new Date('2001-01-01'), max: new Date('2010-01-01'), noInvalidDate: true }),
    end: fc.date({ min: new Date('2011-01-01'), max: new Date('2050-01-01'), noInvalidDate: true }),
  },
  { requiredKeys: [] },
);

/** Triggers close to what AWS can say, so that most of them can be. */
const sayable = fc.oneof(
  fc
    .record({
      minute: fieldOf(0, 59),
      hour: fieldOf(0, 23),
      month: fieldOf(1, 12),
      days: fc.oneof(
        dayField.map((day) => ({ day: day.text })),
        weekdayField.map((dayOfWeek) => ({ dayOfWeek: dayOfWeek.text })),
      ),
      year: fc.constantFrom('*', '*', '2000-2040', '2001/3', '2010,2012'),
      timezone: fc.constantFrom(...ZONES),
      window,
    })
    .map(({ minute, hour, month, days, year, timezone, window }) =>
      cron(
        { minute: minute.text, hour: hour.text, month: month.text, ...days, year },
        { timezone, ...window },
      ),
    ),
  fc
    .record({ count: fc.integer({ min: 1, max: 90 }), unit: fc.constantFrom('m', 'h', 'd'), window })
    .map(({ count, unit, window: { start, end } }) =>
      // A number and a unit are a duration.
      every(`${count}${unit}` as Duration, {
        ...(start === undefined ? {} : { start: new Date(Math.floor(start.getTime() / 60_000) * 60_000) }),
        ...(end === undefined ? {} : { end }),
      }),
    ),
);

test('what is said exactly fires at the same times on EventBridge Scheduler', () => {
  let exact = 0;
  const after = fc.date({ min: new Date('2000-06-01'), max: new Date('2045-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(sayable, after, (trigger, from) => {
      const said = toSchedulerExpression(trigger);
      if (!said.exact) return;
      exact++;
      const expression = parseExpression(said.expression);
      const timing = {
        createdAt: 0,
        ...(said.timezone === undefined ? {} : { timezone: said.timezone }),
        ...(said.start === undefined ? {} : { startDate: Date.parse(said.start) }),
        ...(said.end === undefined ? {} : { endDate: Date.parse(said.end) }),
      };
      let time = from.getTime();
      for (let count = 0; count < 5; count++) {
        const ours = nextFireTime(trigger, new Date(time))?.getTime();
        const theirs = nextInvocation(expression, timing, time);
        expect([said.expression, theirs]).toEqual([said.expression, ours]);
        if (ours === undefined) return;
        time = ours + 1;
      }
    }),
    { numRuns: 300 },
  );
  // The law would be empty if hardly anything were sayable.
  expect(exact).toBeGreaterThan(60);
});
