/** Time zones: every change of offset of some years, found by looking at each quarter of an hour. */
import { expect, test } from 'vitest';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { nextFireTime } from '../../../lib/core/trigger/trigger.ts';
import { instantsOf, localOf, zoneOf } from '../../../lib/core/trigger/zone.ts';
import { checkTimezone } from '../../../lib/emulator/scheduler/expression-next.ts';

const HOUR = 3_600_000;

function offsetByIntl(timezone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (instant) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`) - instant;
}

test.each([
  // Four changes in one year; a week of summer time; a year of several changes; a day left out; minutes and
  // seconds.
  ['Africa/Casablanca', 2024, 2025],
  ['America/Noronha', 2000, 2001],
  ['Africa/Cairo', 2014, 2015],
  ['Asia/Gaza', 2011, 2012],
  ['Pacific/Apia', 2011, 2013],
  ['Australia/Lord_Howe', 2024, 2025],
  ['Africa/Monrovia', 1971, 1973],
  ['Europe/London', 2037, 2039],
])('%s from %d to %d has the offsets that Intl says', (timezone, from, to) => {
  const zone = zoneOf(timezone);
  const offset = offsetByIntl(timezone);

  const wrong: string[] = [];
  for (let instant = Date.UTC(from, 0, 1); instant < Date.UTC(to, 0, 1); instant += HOUR / 4) {
    if (localOf(zone, instant) - instant !== offset(instant)) wrong.push(new Date(instant).toISOString());
  }

  expect(wrong).toEqual([]);
});

test.each([
  ...['Europe/Oslo', 'America/New_York', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Casablanca'],
  ...['Asia/Gaza', 'Africa/Cairo', 'Pacific/Chatham', 'America/Nuuk', 'Europe/Dublin', 'Asia/Jerusalem'],
])('%s has the offsets that Intl says in far years, too', (timezone) => {
  const zone = zoneOf(timezone);
  const offset = offsetByIntl(timezone);
  const [from, to] = [Date.UTC(2080, 0, 1), Date.UTC(9999, 11, 30)];

  const wrong: string[] = [];
  // Steps of a prime number of minutes come to all days of the year, and to all hours.
  for (let instant = from; instant < to; instant += 499_979 * 60_000) {
    if (localOf(zone, instant) - instant !== offset(instant)) wrong.push(new Date(instant).toISOString());
  }

  expect(wrong).toEqual([]);
});

/** How often Intl is asked for a local time while `work` runs. */
function questionsOf(work: () => void): number {
  const prototype = Intl.DateTimeFormat.prototype;
  const own = Object.getOwnPropertyDescriptor(prototype, 'format');
  if (own === undefined) throw new Error('Intl.DateTimeFormat has no format');
  let count = 0;
  const get = function (this: Intl.DateTimeFormat): unknown {
    count++;
    return own.get?.call(this);
  };
  Object.defineProperty(prototype, 'format', { ...own, get });
  try {
    work();
  } finally {
    Object.defineProperty(prototype, 'format', own);
  }
  return count;
}

test('a search through thousands of years asks Intl about the first hundred only', () => {
  // The clocks jump over 02:30 on the last Sunday of every March.
  const never = cron({ month: 3, day: 'last sun', hour: 2, minute: 30 }, { timezone: 'Europe/Vaduz' });

  const questions = questionsOf(() => {
    expect(nextFireTime(never, new Date('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  // About 180 for a year; 8,000 years would be more than a million.
  expect(questions).toBeLessThan(25_000);
});

test.each([
  ['2026-03-29T02:30', []],
  ['2026-03-29T01:59', ['2026-03-29T00:59']],
  ['2026-03-29T03:00', ['2026-03-29T01:00']],
  ['2026-10-25T02:00', ['2026-10-25T00:00', '2026-10-25T01:00']],
  ['2026-10-25T03:00', ['2026-10-25T02:00']],
])('%s in Oslo is at %j', (local, expected) => {
  const instants = instantsOf(zoneOf('Europe/Oslo'), Date.parse(`${local}Z`));

  expect(instants.map((instant) => new Date(instant).toISOString().slice(0, 16))).toEqual(expected);
});

test.each(['UTC', 'Etc/UTC', 'GMT'])('%s has one segment for all times', (name) => {
  const segment = zoneOf(name).segmentAt(0);

  expect([segment.start, segment.end, segment.offset]).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    0,
  ]);
});

test.each([
  ['europe/oslo', 'Europe/Oslo'],
  ['EUROPE/OSLO', 'Europe/Oslo'],
  ['us/pacific', 'America/Los_Angeles'],
  ['utc', 'UTC'],
  ['gmt', 'UTC'],
  // Names that IANA keeps for older ones stay as they are.
  ['US/Pacific', 'US/Pacific'],
  ['EST5EDT', 'EST5EDT'],
  ['Etc/GMT+5', 'Etc/GMT+5'],
])('%s is known to EventBridge Scheduler as %s', (given, timezone) => {
  const trigger = cron('0 2 * * *', { timezone: given });

  expect(trigger.timezone).toBe(timezone);
  expect(() => checkTimezone(trigger.timezone)).not.toThrow();
});

test.each(['BST', 'PST', 'cst'])('%s means several zones and is refused', (timezone) => {
  const make = () => cron('0 2 * * *', { timezone });

  const message = expect.stringContaining(`'${timezone}' is no time zone; write an IANA name`);
  expect(make).toThrow(expect.objectContaining({ code: 'INVALID_TIMEZONE', message }));
});
