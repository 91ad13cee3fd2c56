/** Two hundred schedules of every kind in eight time zones, for tests that run a year of them. */
import type { Duration } from '../../../lib/core/duration.ts';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { solar } from '../../../lib/core/trigger/solar.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';

/**
 * Zones whose clocks change at different days and hours of 2026, by an hour or half of one, or not at
 * all.
 */
export const EIGHT_ZONES = [
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'Europe/Oslo',
  'Europe/London',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
];

/** The days of 2026 on which some of these clocks change. */
export const DST_DAYS = [
  ...['2026-03-08', '2026-03-29', '2026-04-05', '2026-09-27', '2026-10-04', '2026-10-25', '2026-11-01'],
];

/** Kinds of schedules that fire at most every few minutes, by number and zone. */
const KINDS: readonly ((index: number, timezone: string) => Trigger)[] = [
  (index, timezone) => cron(`${index % 60} ${index % 24} * * *`, { timezone }),
  (index, timezone) => cron(`${(index * 7) % 60} 0-3 * * *`, { timezone }),
  (_, timezone) => cron('*/30 1-2 * * sun', { timezone }),
  (index, timezone) => cron(`0 2 ${1 + (index % 28)} * *`, { timezone }),
  (_, timezone) => cron('30 2 * * *', { timezone, dst: { missing: 'shift', repeated: 'both' } }),
  (index, timezone) => cron({ day: 'last fri', hour: String(index % 24) }, { timezone }),
  (index, timezone) => cron({ week: '*/2', dayOfWeek: 'mon', hour: String(index % 24) }, { timezone }),
  (index, timezone) =>
    cron({ hour: '*/4', minute: String(index % 60), second: String(index % 60) }, { timezone }),
  (index) => every(`${37 + index}m` as Duration), // A number and a unit are a duration.
  (index) => every('6h', { start: new Date(Date.UTC(2026, 0, 1, 0, index % 60, index % 60)) }),
  (index, timezone) =>
    calendar({ days: 1 + (index % 5), hour: 2, minute: 30, timezone, start: '2026-01-01' }),
  (index, timezone) => calendar({ months: 1, hour: 1, minute: index % 60, timezone, start: '2026-01-31' }),
  (index) => at(new Date(Date.UTC(2026, index % 12, 1 + (index % 28), 3, index % 60, 17))),
  (_, timezone) => anyOf(cron('0 8 * * mon-fri', { timezone }), cron('0 10 * * sat,sun', { timezone })),
  (_, timezone) => allOf(cron('0 */2 * * *', { timezone }), cron('0 */3 * * *', { timezone })),
  (index) => solar('sunrise', { latitude: (index % 120) - 60, longitude: (index % 360) - 180 }),
];

/** By name. */
export function mixedSchedules(count = 200): ReadonlyMap<string, Trigger> {
  const schedules = new Map<string, Trigger>();
  for (let index = 0; index < count; index++) {
    const kind = KINDS[index % KINDS.length];
    // The zone moves on by one each time that all kinds were made, so each kind meets each zone.
    const zone = EIGHT_ZONES[(index + Math.floor(index / KINDS.length)) % EIGHT_ZONES.length];
    if (kind !== undefined && zone !== undefined) schedules.set(`s${index}`, kind(index, zone));
  }
  return schedules;
}
