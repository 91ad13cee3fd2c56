/** Cron triggers: grammar, defaults, policies, errors, and triggers that never fire. */
import { expect, test } from 'vitest';
import { type CronFields, type CronOptions, cron } from '../../../lib/core/trigger/cron.ts';
import { fireTimes, nextFireTime } from '../../../lib/core/trigger/trigger.ts';
import { firesFrom } from './vector.ts';

const from = new Date('2026-01-01T00:00:00Z');

test.each<[string, string]>([
  ['@yearly', '2026-01-01T00:00:00Z 2027-01-01T00:00:00Z'],
  ['@annually', '2026-01-01T00:00:00Z 2027-01-01T00:00:00Z'],
  ['@monthly', '2026-01-01T00:00:00Z 2026-02-01T00:00:00Z'],
  ['@weekly', '2026-01-04T00:00:00Z 2026-01-11T00:00:00Z'],
  ['@daily', '2026-01-01T00:00:00Z 2026-01-02T00:00:00Z'],
  ['@Midnight', '2026-01-01T00:00:00Z 2026-01-02T00:00:00Z'],
  ['@hourly', '2026-01-01T00:00:00Z 2026-01-01T01:00:00Z'],
  ['*/20 * * * * *', '2026-01-01T00:00:00Z 2026-01-01T00:00:20Z'],
  ['0 0 L * *', '2026-01-31T00:00:00Z 2026-02-28T00:00:00Z'],
  ['0 0 L-2 * *', '2026-01-29T00:00:00Z 2026-02-26T00:00:00Z'],
  ['0 0 L-30 * *', '2026-01-01T00:00:00Z 2026-03-01T00:00:00Z'],
  ['0 0 15W * *', '2026-01-15T00:00:00Z 2026-02-16T00:00:00Z'],
  ['0 0 1W * *', '2026-01-01T00:00:00Z 2026-02-02T00:00:00Z'],
  ['0 0 1W 8 *', '2026-08-03T00:00:00Z 2027-08-02T00:00:00Z'],
  ['0 0 31W * *', '2026-01-30T00:00:00Z 2026-03-31T00:00:00Z'],
  ['0 0 LW * *', '2026-01-30T00:00:00Z 2026-02-27T00:00:00Z'],
  ['0 0 * * fri#2', '2026-01-09T00:00:00Z 2026-02-13T00:00:00Z'],
  ['0 0 * * 7#1', '2026-01-04T00:00:00Z 2026-02-01T00:00:00Z'],
  ['0 0 * * fri#L', '2026-01-30T00:00:00Z 2026-02-27T00:00:00Z'],
  ['0 0 * * fri#2,mon', '2026-01-05T00:00:00Z 2026-01-09T00:00:00Z'],
  ['0 0 * * 0,7', '2026-01-04T00:00:00Z 2026-01-11T00:00:00Z'],
  ['0 0 * * FRI-mon', '2026-01-02T00:00:00Z 2026-01-03T00:00:00Z'],
  ['0 0 * * 7-2', '2026-01-04T00:00:00Z 2026-01-05T00:00:00Z'],
  ['0 22-1/3 * * *', '2026-01-01T01:00:00Z 2026-01-01T22:00:00Z'],
  ['0 0 30-2 * *', '2026-01-01T00:00:00Z 2026-01-02T00:00:00Z'],
  ['0 0 1 nov-january *', '2026-01-01T00:00:00Z 2026-11-01T00:00:00Z'],
])('%s', (expression, expected) => {
  expect(firesFrom(cron(expression), from, 2).join(' ')).toBe(expected);
});

test.each<[CronFields, string]>([
  [{}, '2026-01-01T00:00:00Z 2027-01-01T00:00:00Z'],
  [{ year: 2027 }, '2027-01-01T00:00:00Z '],
  [{ month: 'mar' }, '2026-03-01T00:00:00Z 2027-03-01T00:00:00Z'],
  [{ week: 53 }, '2026-12-28T00:00:00Z 2026-12-29T00:00:00Z'],
  [{ week: 1, dayOfWeek: 'mon' }, '2027-01-04T00:00:00Z 2028-01-03T00:00:00Z'],
  [{ dayOfWeek: [1, 'wed'] }, '2026-01-05T00:00:00Z 2026-01-07T00:00:00Z'],
  [{ day: 'last fri', hour: [2, 14] }, '2026-01-30T02:00:00Z 2026-01-30T14:00:00Z'],
  [{ day: '1st mon, 3rd mon' }, '2026-01-05T00:00:00Z 2026-01-19T00:00:00Z'],
  [{ day: '5th sat' }, '2026-01-31T00:00:00Z 2026-05-30T00:00:00Z'],
  [{ minute: 30, second: '*/30' }, '2026-01-01T00:30:00Z 2026-01-01T00:30:30Z'],
])('fields %j', (fields, expected) => {
  const fires = firesFrom(cron(fields), from, 2).map((fire) => fire ?? '');

  expect(fires.join(' ')).toBe(expected);
});

test.each<[CronOptions['dayMatch'], string, string]>([
  ['and', '0 0 13 * fri', '2026-02-13T00:00:00Z 2026-03-13T00:00:00Z'],
  ['or', '0 0 13 * fri', '2026-01-02T00:00:00Z 2026-01-09T00:00:00Z'],
  ['or', '0 0 13 * *', '2026-01-13T00:00:00Z 2026-02-13T00:00:00Z'],
  ['or', '0 0 * * fri', '2026-01-02T00:00:00Z 2026-01-09T00:00:00Z'],
  // As in crontab, a field that begins with a star chooses nothing by itself.
  ['or', '0 0 */2 * fri', '2026-01-09T00:00:00Z 2026-01-23T00:00:00Z'],
  ['or', '0 0 last * fri#1', '2026-01-02T00:00:00Z 2026-01-31T00:00:00Z'],
])("dayMatch '%s' of %s", (dayMatch, expression, expected) => {
  expect(firesFrom(cron(expression, dayMatch === undefined ? {} : { dayMatch }), from, 2).join(' ')).toBe(
    expected,
  );
});

const oslo = { timezone: 'Europe/Oslo' };

test.each<[CronOptions['dst'], string, string]>([
  [{}, '2026-03-28T12:00Z', '2026-03-30T00:30:00Z 2026-03-31T00:30:00Z'],
  [{ missing: 'shift' }, '2026-03-28T12:00Z', '2026-03-29T01:30:00Z 2026-03-30T00:30:00Z'],
  [{}, '2026-10-24T12:00Z', '2026-10-25T00:30:00Z 2026-10-26T01:30:00Z'],
  [{ repeated: 'both' }, '2026-10-24T12:00Z', '2026-10-25T00:30:00Z 2026-10-25T01:30:00Z'],
])('02:30 under the policy %j from %s', (dst, after, expected) => {
  const trigger = cron('30 2 * * *', { ...oslo, ...(dst === undefined ? {} : { dst }) });

  expect(firesFrom(trigger, new Date(after), 2).join(' ')).toBe(expected);
});

test('every ten minutes is silent in the repeated hour unless both times are asked for', () => {
  const after = new Date('2026-10-25T00:45:00Z');

  expect(firesFrom(cron('*/10 * * * *', oslo), after, 2)).toEqual([
    '2026-10-25T00:50:00Z',
    '2026-10-25T02:00:00Z',
  ]);
  const both = cron('*/10 * * * *', { ...oslo, dst: { repeated: 'both' } });
  expect(firesFrom(both, after, 2)).toEqual(['2026-10-25T00:50:00Z', '2026-10-25T01:00:00Z']);
});

test('the day after the clocks went forward is not skipped for triggers at midnight', () => {
  const fires = firesFrom(
    cron('0 0 * * *', { timezone: 'America/New_York' }),
    new Date('2024-03-10T00:00:00Z'),
    3,
  );

  expect(fires).toEqual(['2024-03-10T05:00:00Z', '2024-03-11T04:00:00Z', '2024-03-12T04:00:00Z']);
});

test('start and end are included, and text without an offset is local time', () => {
  const trigger = cron('0 9 * * *', { ...oslo, start: '2026-01-02T09:00', end: '2026-01-03T09:00' });

  expect([trigger.start, trigger.end]).toEqual(['2026-01-02T08:00:00.000Z', '2026-01-03T08:00:00.000Z']);
  expect(firesFrom(trigger, from, 9)).toEqual(['2026-01-02T08:00:00Z', '2026-01-03T08:00:00Z', null]);
});

test.each<CronFields | string>([
  '0 0 30 2 *',
  '0 0 31 4,6,9,11 *',
  '0 0 31W feb *',
  { year: '2027', month: 2, day: 29 },
  { year: '1970-2025' },
  { year: '2026-2027', week: 53, month: 6 },
  { month: 1, week: 10 },
  { day: '5th mon', month: 2, year: '2026-2027' },
  { day: 1, dayOfWeek: 'mon', month: 1, year: '2026' },
])('%j never fires again', (fields) => {
  expect(
    nextFireTime(cron(fields, { timezone: 'Europe/Oslo' }), new Date('2026-02-01T00:00:00Z')),
  ).toBeUndefined();
});

test('a fire that is rare is found, and the calendar ends in 9999', () => {
  expect(firesFrom(cron('0 0 29 2 mon'), from, 2)).toEqual(['2044-02-29T00:00:00Z', '2072-02-29T00:00:00Z']);
  expect(firesFrom(cron('0 0 29 2 fri'), new Date('2088-01-01T00:00:00Z'), 1)).toEqual([
    '2092-02-29T00:00:00Z',
  ]);
  expect(firesFrom(cron({ year: 9999 }), from, 2)).toEqual(['9999-01-01T00:00:00Z', null]);
  expect(firesFrom(cron('@yearly'), new Date(-8.64e15), 1)).toEqual(['1970-01-01T00:00:00Z']);
  expect(nextFireTime(cron('* * * * * *'), new Date(8.64e15))).toBeUndefined();
  expect(nextFireTime(cron('* * * * * *', oslo), new Date(8.64e15))).toBeUndefined();
});

test.each<[string | CronFields, string]>([
  ['61 * * * *', "cron '61 * * * *': minute: '61' is no minute; 0–59"],
  ['* * * * fir', "cron '* * * * fir': day_of_week: 'fir' is no weekday; mon … sun, 0–7"],
  ['* * * foo *', "cron '* * * foo *': month: 'foo' is no month; jan … dec, 1–12"],
  [
    '* * * 13 8',
    "cron '* * * 13 8': month: '13' is no month; jan … dec, 1–12" +
      " · day_of_week: '8' is no weekday; mon … sun, 0–7",
  ],
  ['* * * * ?', "cron '* * * * ?': day_of_week: '?' is not needed here; write '*'"],
  [
    '* * * * 5L',
    "cron '* * * * 5L': day_of_week: '5L' is no weekday; " +
      "the last one of a month is 'fri#L', or 'last fri' as day",
  ],
  ['* * * * mon#6', "cron '* * * * mon#6': day_of_week: 'mon#6' is no weekday; mon … sun, 0–7"],
  ['*/0 * * * *', "cron '*/0 * * * *': minute: '*/0' has the step 0; a step is at least 1"],
  [
    '*/60 * * * *',
    "cron '*/60 * * * *': minute: '*/60' steps over its whole range, " +
      'only its first value is left; a step of at most 59 here',
  ],
  ['1,,2 * * * *', "cron '1,,2 * * * *': minute: '' is empty; 0–59"],
  ['1 2 3', "cron '1 2 3': has 3 fields; 5 fields (minute hour day month day_of_week) or 6 (second first)"],
  ['', "cron '': has 0 fields; 5 fields (minute hour day month day_of_week) or 6 (second first)"],
  [
    '@reboot',
    "cron '@reboot': no such name; @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly",
  ],
  [
    { year: '2030-2020' },
    "cron: year: '2030-2020' runs backwards; years do not wrap, write the smaller one first",
  ],
  [{ year: 1969 }, "cron: year: '1969' is no year; 1970–9999"],
  [{ dayOfWeek: '2nd fri' }, "cron: day_of_week: '2nd fri' belongs into day, or write 'fri#2' for '2nd fri'"],
  [{ day: 'L-31' }, "cron: day: 'L-31' is no day; 1–31, last, L, L-2, 15W, LW, 1st mon … 5th sun, last fri"],
  [{ day: '32W' }, "cron: day: '32W' is no day; 1–31, last, L, L-2, 15W, LW, 1st mon … 5th sun, last fri"],
  [{ hour: 2.5 }, "cron: hour: '2.5' is no hour; 0–23"],
])('%j is refused: %s', (expression, message) => {
  const make = () => cron(expression);

  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_CRON', message }));
});

test.each<[() => unknown, string, string]>([
  [
    // A slip that types catch, and JavaScript does not.
    () => cron({ minutes: 5 } as CronFields),
    'INVALID_TRIGGER',
    "fields: 'minutes' is unknown here; allowed: year, month, day, week, dayOfWeek, hour, minute, second",
  ],
  [
    () => cron('@daily', { timezone: 'Europe/Olso' }),
    'INVALID_TIMEZONE',
    "timezone: 'Europe/Olso' is no time zone; write an IANA name such as 'Europe/Oslo' or 'UTC'",
  ],
  [
    () => cron('@daily', { timezone: '+02:00' }),
    'INVALID_TIMEZONE',
    "timezone: '+02:00' is no time zone; write an IANA name such as 'Europe/Oslo' or 'UTC'",
  ],
  [
    () => cron('@daily', { start: '2026-02-01', end: '2026-01-01' }),
    'INVALID_TRIGGER',
    "end: '2026-01-01T00:00:00.000Z' lies before start 2026-02-01T00:00:00.000Z; allowed: a later time",
  ],
  [
    () => cron('@daily', { ...oslo, start: '2026-03-29T02:30' }),
    'INVALID_TRIGGER',
    "start: '2026-03-29T02:30' does not exist in Europe/Oslo, " +
      'where clocks jump over it; allowed: a time that exists',
  ],
  [
    // As above.
    () => cron('@daily', { dst: { missing: 'both' } as never }),
    'INVALID_TRIGGER',
    "dst.missing: 'both' is unknown; allowed: 'skip', 'shift'",
  ],
])('%s', (make, code, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code, message }));
});

test('a trigger is frozen data with its defaults filled in', () => {
  const trigger = cron('0 2 * * *');

  expect(trigger).toEqual({
    kind: 'cron',
    fields: {
      year: '*',
      month: '*',
      day: '*',
      week: '*',
      dayOfWeek: '*',
      hour: '2',
      minute: '0',
      second: '0',
    },
    timezone: 'UTC',
    dst: { missing: 'skip', repeated: 'first' },
    dayMatch: 'and',
  });
  expect([trigger, trigger.fields, trigger.dst].every(Object.isFrozen)).toBe(true);
});

test('weekdays in steps count from Monday, and from Sunday where that is written', () => {
  const week = (dayOfWeek: string) =>
    fireTimes(cron({ dayOfWeek }), '2026-06-07T00:00:00Z', '2026-06-13T00:00:00Z').map((day) =>
      day.getUTCDay(),
    );

  const days = [week('*/2'), week('0-6/2')];

  expect(days).toEqual([
    [0, 1, 3, 5],
    [0, 2, 4, 6],
  ]);
});
