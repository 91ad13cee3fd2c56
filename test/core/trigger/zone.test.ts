/** Time zones: every change of offset of some years, found by looking at each quarter of an hour. */
import { expect, test } from 'vitest';
import { instantsOf, localOf, zoneOf } from '../../../lib/core/trigger/zone.ts';

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
