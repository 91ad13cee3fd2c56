/** Who fires a schedule, and why: in a template, and when its timer is made at run time. */
import { expect, test } from 'vitest';
import { placementOf } from '../../../lib/core/schedule/placement.ts';
import { nextFire, type ScheduleSpec } from '../../../lib/core/schedule/spec.ts';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { parseExpression } from '../../../lib/emulator/scheduler/expression.ts';
import { mixedSchedules } from './mixed-schedules.ts';
import { specOf } from './spec-of.ts';

const NOW = Date.parse('2026-06-01T12:00:30Z');
const nightly = cron('0 2 * * *', { timezone: 'Europe/Oslo' });
const minutes = (count: number): number => NOW + count * 60_000;

test.each<[string, ScheduleSpec, object]>([
  ['a cron', specOf(nightly), { expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo' }],
  ['a rate that cron can say', specOf(every('15m')), { expression: 'cron(0/15 * * * ? *)' }],
  ['a date', specOf(at('2026-07-01T00:00:00Z')), { expression: 'at(2026-07-01T00:00:00)' }],
  [
    'a cron with a start and an end, which `later` looks at',
    specOf(nightly, { startMs: minutes(-10_000), endMs: minutes(10_000) }),
    { expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo' },
  ],
  [
    'a grace of two minutes',
    specOf(nightly, { misfireGraceMs: 120_000 }),
    { expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo' },
  ],
])('in a template, %s is native', (_, spec, expected) => {
  const placement = placementOf(spec);

  expect(placement).toEqual({ kind: 'native', ...expected });
});

test.each<[string, ScheduleSpec, string]>([
  ['seconds', specOf(every('10s')), 'whole minutes'],
  ['jitter', specOf(nightly, { jitterMs: 1 }), 'jitter'],
  ['a grace shorter than the service is precise', specOf(nightly, { misfireGraceMs: 119_999 }), '2 minutes'],
  ['calendar intervals', specOf(calendar({ months: 1 })), 'calendar'],
  ['several', specOf(anyOf(nightly, every('1h'))), 'one expression'],
  ['a rate from a start', specOf(every('7m', { start: '2026-01-01T00:00:00Z' })), 'StartDate'],
  ['a date outside of its end', specOf(at('2026-07-01T00:00:00Z'), { endMs: NOW }), 'never fires'],
])('in a template, %s is ticked', (_, spec, why) => {
  const placement = placementOf(spec);

  expect(placement).toEqual({ kind: 'ticked', why: expect.stringContaining(why) });
});

test.each<[string, ScheduleSpec, object]>([
  ['without bounds says none', specOf(nightly), {}],
  ['whose start is over says none', specOf(nightly, { startMs: minutes(-5) }), {}],
  [
    'with bounds to come says both, between two minutes',
    specOf(nightly, { startMs: minutes(60), endMs: minutes(6_000) }),
    { start: '2026-06-01T13:01:00.000Z', end: '2026-06-05T16:00:59.000Z' },
  ],
  [
    'that is a rate starts with a fire that can still be made',
    specOf(every('7m', { start: '2026-06-01T11:59:00Z' })),
    { expression: 'rate(7 minutes)', timezone: undefined, start: '2026-06-01T12:06:00.000Z' },
  ],
])('at run time, a timer %s', (_, spec, expected) => {
  const placement = placementOf(spec, NOW);

  const cronOf = { kind: 'native', expression: 'cron(0 2 * * ? *)', timezone: 'Europe/Oslo' };
  expect(placement).toEqual({ ...cronOf, ...expected });
});

test('at run time, a date that is near or over is ticked, since its timer might come too late', () => {
  const dates = [minutes(-1), minutes(1.5), minutes(3.5)].map((date) => at(new Date(date)));

  const kinds = dates.map((date) => placementOf(specOf(date), NOW).kind);

  // The last one is at a whole minute, and far enough.
  expect(kinds).toEqual(['ticked', 'ticked', 'native']);
});

test("every expression is one that the emulator's own grammar of AWS takes", () => {
  const specs = [...mixedSchedules(400).values()].map((trigger) => specOf(trigger));
  const placements = specs.flatMap((spec) => [placementOf(spec), placementOf(spec, NOW)]);

  const natives = placements.flatMap((placement) => (placement.kind === 'native' ? [placement] : []));

  expect(natives.length).toBeGreaterThan(100);
  for (const { expression } of natives) expect(() => parseExpression(expression)).not.toThrow();
});

test('a rate that is native at run time starts with a fire of its trigger', () => {
  const spec = specOf(every('37m', { start: '2026-01-01T00:13:00Z' }));

  const placement = placementOf(spec, NOW);

  const start = placement.kind === 'native' ? Date.parse(placement.start ?? '') : Number.NaN;
  expect(start).toBe(nextFire(spec, start));
  expect(start).toBeGreaterThanOrEqual(minutes(2));
});
