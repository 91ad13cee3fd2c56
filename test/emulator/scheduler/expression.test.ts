/**
 * EventBridge Scheduler's expressions: what its user guide allows, what it does not, and when each invokes.
 */
import { expect, test } from 'vitest';
import { parseExpression } from '../../../lib/emulator/scheduler/expression.ts';
import {
  checkTimezone,
  nextInvocation,
  type Timing,
} from '../../../lib/emulator/scheduler/expression-next.ts';

function invocations(
  text: string,
  from: string,
  count: number,
  timing: Partial<Timing> = {},
): readonly string[] {
  const expression = parseExpression(text);
  const found: string[] = [];
  let after = Date.parse(from);
  while (found.length < count) {
    const next = nextInvocation(expression, { createdAt: Date.parse(from), ...timing }, after);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    after = next + 1;
  }
  return found;
}

test.each([
  ['cron(15 10 ? * 6L 2022-2023)', '2022-11-01T00:00Z', '2022-11-25T10:15 2022-12-30T10:15 2023-01-27T10:15'],
  ['cron(15 10 ? * 6L 2022-2023)', '2023-12-01T00:00Z', '2023-12-29T10:15'],
  ['cron(0 10 * * ? *)', '2026-01-01T10:00Z', '2026-01-01T10:00 2026-01-02T10:00 2026-01-03T10:00'],
  ['cron(0 18 ? * MON-FRI *)', '2026-01-02T18:01Z', '2026-01-05T18:00 2026-01-06T18:00 2026-01-07T18:00'],
  ['cron(0 8 1 * ? *)', '2026-01-01T09:00Z', '2026-02-01T08:00 2026-03-01T08:00 2026-04-01T08:00'],
  ['cron(0/10 * ? * MON-FRI *)', '2026-01-02T23:45Z', '2026-01-02T23:50 2026-01-05T00:00 2026-01-05T00:10'],
  ['cron(1/20 0 1 JAN ? *)', '2026-01-01T00:00Z', '2026-01-01T00:01 2026-01-01T00:21 2026-01-01T00:41'],
  ['cron(0 0 ? * 3#2 *)', '2026-01-01T00:00Z', '2026-01-13T00:00 2026-02-10T00:00 2026-03-10T00:00'],
  ['cron(0 0 ? * tue#5 *)', '2026-01-01T00:00Z', '2026-03-31T00:00 2026-06-30T00:00 2026-09-29T00:00'],
  ['cron(0 0 3W * ? *)', '2026-01-01T00:00Z', '2026-01-02T00:00 2026-02-03T00:00 2026-03-03T00:00'],
  ['cron(0 0 1W * ? *)', '2026-01-02T00:00Z', '2026-02-02T00:00 2026-03-02T00:00 2026-04-01T00:00'],
  ['cron(0 0 1W 8 ? *)', '2026-01-02T00:00Z', '2026-08-03T00:00 2027-08-02T00:00 2028-08-01T00:00'],
  ['cron(0 0 31W 5 ? *)', '2026-01-02T00:00Z', '2026-05-29T00:00 2027-05-31T00:00 2028-05-31T00:00'],
  ['cron(0 0 L * ? *)', '2028-01-31T00:01Z', '2028-02-29T00:00 2028-03-31T00:00 2028-04-30T00:00'],
  ['cron(0 0 29 2 ? *)', '2026-01-01T00:00Z', '2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00'],
  ['cron(0 0 ? * L *)', '2026-01-01T00:00Z', '2026-01-03T00:00 2026-01-10T00:00 2026-01-17T00:00'],
  ['cron(0 12 * * ?)', '2026-01-01T00:00Z', '2026-01-01T12:00 2026-01-02T12:00 2026-01-03T12:00'],
  ['cron(0 0 ? * 1,SAT *)', '2026-01-01T00:00Z', '2026-01-03T00:00 2026-01-04T00:00 2026-01-10T00:00'],
  ['rate(5 minutes)', '2026-01-01T00:03Z', '2026-01-01T00:03 2026-01-01T00:08 2026-01-01T00:13'],
  ['rate(1 hour)', '2026-01-01T00:03Z', '2026-01-01T00:03 2026-01-01T01:03 2026-01-01T02:03'],
  ['rate(2 days)', '2026-01-01T00:03Z', '2026-01-01T00:03 2026-01-03T00:03 2026-01-05T00:03'],
  ['at(2026-11-20T13:00:00)', '2026-01-01T00:00Z', '2026-11-20T13:00'],
  ['at(2026-11-20T13:00:00)', '2026-11-20T13:01Z', ''],
  ['cron(0 0 30 2 ? *)', '2026-01-01T00:00Z', ''],
  ['cron(0 0 1 1 ? 2025)', '2026-01-01T00:00Z', ''],
])('%s from %s', (text, from, expected) => {
  expect(invocations(text, from, 3).join(' ')).toBe(expected);
});

test.each([
  ['cron(30 2 * * ? *)', 'Europe/Oslo', '2026-03-28T12:00Z', '2026-03-30T00:30 2026-03-31T00:30'],
  ['cron(30 2 * * ? *)', 'Europe/Oslo', '2026-10-24T12:00Z', '2026-10-25T00:30 2026-10-26T01:30'],
  ['cron(30 2 * * ? *)', 'Europe/Oslo', '2026-10-25T00:31Z', '2026-10-26T01:30 2026-10-27T01:30'],
  ['cron(0/30 * * * ? *)', 'America/New_York', '2026-11-01T05:30Z', '2026-11-01T05:30 2026-11-01T07:00'],
  ['cron(0 0 * * ? *)', 'America/Sao_Paulo', '2018-11-03T12:00Z', '2018-11-05T02:00 2018-11-06T02:00'],
  ['cron(0 9 30 * ? *)', 'Pacific/Apia', '2011-12-01T12:00Z', '2012-01-29T19:00 2012-03-29T19:00'],
  ['cron(15 2 * * ? *)', 'Australia/Lord_Howe', '2026-10-03T00:00Z', '2026-10-04T15:15 2026-10-05T15:15'],
  ['at(2026-07-01T09:00:00)', 'Asia/Kolkata', '2026-01-01T00:00Z', '2026-07-01T03:30'],
  ['at(2026-03-29T02:30:00)', 'Europe/Oslo', '2026-01-01T00:00Z', ''],
  ['at(2026-10-25T02:30:00)', 'Europe/Oslo', '2026-01-01T00:00Z', '2026-10-25T00:30'],
])('%s in %s skips what does not exist and takes the first of two', (text, timezone, from, expected) => {
  expect(invocations(text, from, 2, { timezone }).join(' ')).toBe(expected);
});

test('StartDate and EndDate bound a recurring schedule, and a rate counts from StartDate', () => {
  const window = { startDate: Date.parse('2026-02-01T00:10Z'), endDate: Date.parse('2026-02-01T01:00Z') };

  expect(invocations('rate(20 minutes)', '2026-01-01T00:00Z', 9, window)).toEqual([
    '2026-02-01T00:10',
    '2026-02-01T00:30',
    '2026-02-01T00:50',
  ]);
  expect(invocations('cron(0/30 * * * ? *)', '2026-01-01T00:00Z', 9, window)).toEqual([
    '2026-02-01T00:30',
    '2026-02-01T01:00',
  ]);
  expect(invocations('at(2026-01-05T00:00:00)', '2026-01-01T00:00Z', 9, window)).toEqual([
    '2026-01-05T00:00',
  ]);
});

test.each([
  ['garbage', 'none of at'],
  ['', '0 characters'],
  [`cron(${'0,'.repeat(130)}0 0 1 1 ? *)`, 'characters of 1–256'],
  ['rate(1 second)', 'rate takes'],
  ['rate(0 minutes)', 'rate takes'],
  ['rate(-5 minutes)', 'rate takes'],
  ['rate(1.5 hours)', 'rate takes'],
  ['at(2026-02-30T00:00:00)', 'at takes'],
  ['at(2026-01-01T24:00:00)', 'at takes'],
  ['at(2026-01-01T00:00:00Z)', 'at takes'],
  ['cron(0 0 * * * *)', "exactly one of the two day fields is '?'"],
  ['cron(0 0 ? * ? *)', "exactly one of the two day fields is '?'"],
  ['cron(0 0 1 * 2 *)', "exactly one of the two day fields is '?'"],
  ['cron(0 0 * * ? * *)', '5 or 6 fields, not 7'],
  ['cron(60 0 * * ? *)', "minutes cannot be '60'"],
  ['cron(0 24 * * ? *)', "hours cannot be '24'"],
  ['cron(0 0 32 * ? *)', "day-of-month cannot be '32'"],
  ['cron(0 0 0 * ? *)', "day-of-month cannot be '0'"],
  ['cron(0 0 L-2 * ? *)', "day-of-month cannot be 'L-2'"],
  ['cron(0 0 LW * ? *)', "day-of-month cannot be 'LW'"],
  ['cron(0 0 15,L * ? *)', "day-of-month cannot be '15,L'"],
  ['cron(0 0 1 13 ? *)', "month cannot be '13'"],
  ['cron(0 0 1 JANUARY ? *)', "month cannot be 'JANUARY'"],
  ['cron(0 0 ? * 0 *)', "day-of-week cannot be '0'"],
  ['cron(0 0 ? * 8 *)', "day-of-week cannot be '8'"],
  ['cron(0 0 ? * 2#6 *)', "day-of-week cannot be '2#6'"],
  ['cron(0 0 ? * 3#1,6#3 *)', "day-of-week cannot be '3#1,6#3'"],
  ['cron(0 0 ? * 2/2 *)', "day-of-week cannot be '2/2'"],
  ['cron(0 0 ? * FRI-MON *)', "day-of-week cannot be 'FRI-MON'"],
  ['cron(0 8-18/2 * * ? *)', "hours cannot be '8-18/2'"],
  ['cron(0/0 0 * * ? *)', "minutes cannot be '0/0'"],
  ['cron(0 0 * * ? 1969)', "year cannot be '1969'"],
  ['cron(0 0 * * ? 2200)', "year cannot be '2200'"],
])('%s is refused', (text, why) => {
  const parse = () => parseExpression(text);

  expect(parse).toThrow(expect.objectContaining({ name: 'ValidationException', status: 400 }));
  expect(parse).toThrow(why);
});

test('a time zone that does not exist is refused', () => {
  expect(() => checkTimezone('Europe/Olso')).toThrow(
    expect.objectContaining({ name: 'ValidationException' }),
  );
  expect(() => checkTimezone('Europe/Olso')).toThrow('Invalid time zone Europe/Olso');
  expect(() => checkTimezone('Europe/Oslo')).not.toThrow();
});
