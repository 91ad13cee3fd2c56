/** Calendar intervals: chains of dates, times of day that clocks skip or repeat, errors. */
import { expect, test } from 'vitest';
import { type CalendarOptions, calendar } from '../../../lib/core/trigger/calendar.ts';
import { nextFireTime } from '../../../lib/core/trigger/trigger.ts';
import { firesFrom } from './vector.ts';

test.each<[CalendarOptions, string, string]>([
  [{ months: 1, start: '2026-01-31' }, '2026-01-01', '2026-01-31 2026-03-31 2026-05-31'],
  [{ months: 1, start: '2026-01-31' }, '2035-02-01', '2035-03-31 2035-05-31 2035-07-31'],
  [{ years: 1, start: '2024-02-29' }, '2026-01-01', '2028-02-29 2032-02-29 2036-02-29'],
  [{ years: 1, start: '2024-02-29' }, '2097-01-01', '2104-02-29 2108-02-29 2112-02-29'],
  [{ weeks: 2, start: '2026-01-05' }, '2030-01-01', '2030-01-14 2030-01-28 2030-02-11'],
  [{ days: 3 }, '1970-01-02', '1970-01-04 1970-01-07 1970-01-10'],
  [{ months: 1, days: 1, start: '2026-01-30' }, '2026-01-01', '2026-01-30 2026-03-31 2026-06-01'],
  [{ months: 1, days: 1, start: '2026-01-30' }, '2026-05-31', '2026-06-01 2026-07-02 2026-08-03'],
  [{ days: 1, start: '2026-01-30', end: '2026-01-31' }, '2026-01-01', '2026-01-30 2026-01-31'],
  [{ months: 5, start: '9999-01-01' }, '2026-01-01', '9999-01-01 9999-06-01 9999-11-01'],
])('%j from %s', (options, from, expected) => {
  const fires = firesFrom(calendar(options), new Date(from), 3);

  expect(fires.flatMap((fire) => (fire === null ? [] : [fire.slice(0, 10)])).join(' ')).toBe(expected);
});

test('the answer does not depend on what was asked before', () => {
  const options = { months: 1, days: 1, start: '2026-01-30' };
  const asked = calendar(options);
  nextFireTime(asked, new Date('2060-01-01'));

  const late = firesFrom(asked, new Date('2026-05-31'), 3);

  expect(late).toEqual(firesFrom(calendar(options), new Date('2026-05-31'), 3));
});

test.each<[CalendarOptions['dst'], string, string]>([
  [{}, '2026-03-28T12:00Z', '2026-03-30T00:30:00Z 2026-03-31T00:30:00Z'],
  [{ missing: 'shift' }, '2026-03-28T12:00Z', '2026-03-29T01:30:00Z 2026-03-30T00:30:00Z'],
  [{}, '2026-10-24T12:00Z', '2026-10-25T00:30:00Z 2026-10-26T01:30:00Z'],
  [{ repeated: 'both' }, '2026-10-24T12:00Z', '2026-10-25T00:30:00Z 2026-10-25T01:30:00Z'],
])('daily at 02:30 in Oslo under the policy %j', (dst, after, expected) => {
  const options = {
    days: 1,
    hour: 2,
    minute: 30,
    timezone: 'Europe/Oslo',
    ...(dst === undefined ? {} : { dst }),
  };

  expect(firesFrom(calendar(options), new Date(after), 2).join(' ')).toBe(expected);
});

test('a time as start counts with its local date', () => {
  const trigger = calendar({ weeks: 1, start: new Date('2026-01-04T20:00:00Z'), timezone: 'Asia/Tokyo' });

  expect(trigger.start).toBe('2026-01-05');
});

test.each<[CalendarOptions, string]>([
  [{}, "calendar: '0 days' is no interval; allowed: at least one of years, months, weeks, days"],
  [{ hour: 9 }, "calendar: '0 days' is no interval; allowed: at least one of years, months, weeks, days"],
  [{ days: 1.5 }, 'days: 1.5 is no whole number in range; allowed: 0–3659634'],
  [{ days: 1, hour: 24 }, 'hour: 24 is no whole number in range; allowed: 0–23'],
  [
    { days: 1, start: '2026-01-05', end: '2026-01-04' },
    "end: '2026-01-04' lies before start 2026-01-05; allowed: a later date",
  ],
])('%j is refused', (options, message) => {
  const make = () => calendar(options);

  expect(make).toThrow(
    expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_TRIGGER', message }),
  );
});

test('a date that the calendar does not have is refused', () => {
  const make = () => calendar({ days: 1, start: '2026-02-30' });

  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_TRIGGER' }));
  expect(make).toThrow(/^start: '2026-02-30' is not in the calendar; allowed: a Date, or text such as/);
});
