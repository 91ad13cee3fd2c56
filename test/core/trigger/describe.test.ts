/** The sentence of each kind of trigger. */
import { expect, test } from 'vitest';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { describe } from '../../../lib/core/trigger/describe.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { solar } from '../../../lib/core/trigger/solar.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';

const oslo = { timezone: 'Europe/Oslo' };
const both = { missing: 'shift', repeated: 'both' } as const;

test.each<[string, Trigger]>([
  [
    'at 02:30 on the last Friday of each month, Europe/Oslo',
    cron({ day: 'last fri', hour: 2, minute: 30 }, oslo),
  ],
  ['at 02:00 every day, UTC', cron('0 2 * * *')],
  ['every minute, UTC', cron('* * * * *')],
  ['every second, UTC', cron('* * * * * *')],
  ['every 10 seconds, UTC', cron('*/10 * * * * *')],
  ['every 15 minutes, UTC', cron('*/15 * * * *')],
  ['every hour, UTC', cron('0 * * * *')],
  ['at 5 minutes past every hour, UTC', cron('5 * * * *')],
  ['every 2 hours, UTC', cron('0 */2 * * *')],
  ['at minutes 5 and 10 of every hour, UTC', cron('5,10 * * * *')],
  ['at minutes 0 to 56 in steps of 7 of every hour, UTC', cron('*/7 * * * *')],
  ['at second 30 of every minute, UTC', cron('30 * * * * *')],
  ['every 30 seconds of minute 5 of every hour, UTC', cron('*/30 5 * * * *')],
  [
    'every 15 minutes of hours 8 to 18 from Monday to Friday, Europe/Oslo',
    cron('*/15 8-18 * * mon-fri', oslo),
  ],
  ['at 09:00, 12:00 and 17:00 on Mondays and Thursdays in May, UTC', cron('0 9,12,17 * 5 mon,thu')],
  ['at 09:00 on the 1st and the 15th of January and June to August, UTC', cron('0 9 1,15 1,6-8 *')],
  ['at 09:00 on the last day of each month, UTC', cron('0 9 L * *')],
  ['at 09:00 on the 3rd-last day of each month, UTC', cron('0 9 L-2 * *')],
  ['at 09:00 on the weekday nearest the 22nd of each month, UTC', cron('0 9 22W * *')],
  ['at 09:00 on the last weekday of each month, UTC', cron('0 9 LW * *')],
  [
    'at 09:00 on the first Monday and the third Monday of each month, UTC',
    cron({ day: '1st mon,3rd mon', hour: 9 }),
  ],
  ['at 09:00 on the second Friday of the month, UTC', cron('0 9 * * fri#2')],
  ['at 00:00 on the 13th of each month if that is a Friday, UTC', cron('0 0 13 * fri')],
  ['at 00:00 on the 13th of each month and also on Fridays, UTC', cron('0 0 13 * fri', { dayMatch: 'or' })],
  ['at 00:00 from Saturday to Monday, UTC', cron('0 0 * * mon,sat,sun')],
  ['at 00:00 on Wednesdays in ISO week 15, UTC', cron({ week: 15, dayOfWeek: 'wed' })],
  ['at 00:00 on the 1st of January in 2026 to 2028, UTC', cron({ year: '2026-2028' })],
  ['at 23:59:59 every day, UTC', cron('59 59 23 * * *')],
  [
    'at 02:30 every day, Europe/Oslo (times that do not exist come late, times that repeat fire twice)',
    cron('30 2 * * *', { ...oslo, dst: both }),
  ],
  [
    'at 00:00 every day, UTC, from 2026-01-01 00:00:00 UTC until 2026-12-31 12:00:00.500 UTC',
    cron('@daily', { start: '2026-01-01', end: '2026-12-31T12:00:00.5' }),
  ],
  ['every 15 minutes', every('15m')],
  ['every hour, from 2026-01-01 00:00:00 UTC', every('1h', { start: '2026-01-01T00:00:00Z' })],
  ['every 1.5 hours, until 2026-01-01 00:00:00 UTC', every('1.5h', { end: '2026-01-01T00:00:00Z' })],
  ['once at 2026-05-17 09:30:00 UTC', at('2026-05-17T09:30:00Z')],
  [
    'every month at 09:00, counted from 2026-01-31, UTC',
    calendar({ months: 1, hour: 9, start: '2026-01-31' }),
  ],
  [
    'every 2 months and 1 day at 00:00:05, counted from 1970-01-01 until 2027-01-01, Asia/Tokyo',
    calendar({ months: 2, days: 1, second: 5, end: '2027-01-01', timezone: 'Asia/Tokyo' }),
  ],
  ['at sunrise at 69.6° N, 18° W', solar('sunrise', { latitude: 69.6, longitude: -18 })],
  ['at civil dusk at 1° S, 18° E', solar('dusk_civil', { latitude: -1, longitude: 18 })],
  ['at solar noon at 0° N, 0° E', solar('solar_noon', { latitude: 0, longitude: 0 })],
  ['at any of these: (at 09:00 every day, UTC), (every hour)', anyOf(cron('0 9 * * *'), every('1h'))],
  [
    'when these coincide: (every 6 hours), (once at 2026-05-17 00:00:00 UTC)',
    allOf(every('6h'), at('2026-05-17T00:00:00Z')),
  ],
  ['every hour', allOf(anyOf(every('1h')))],
])('%s', (sentence, trigger) => {
  expect(describe(trigger)).toBe(sentence);
});
