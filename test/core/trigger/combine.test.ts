/** Triggers of triggers: where they meet, and that those which never meet say so. */
import { expect, test } from 'vitest';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { allOf, anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { solar } from '../../../lib/core/trigger/solar.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';
import { firesFrom } from './vector.ts';

const from = new Date('2026-01-01T00:00:01Z');
const oslo = { timezone: 'Europe/Oslo' };
const tokyo = { timezone: 'Asia/Tokyo' };

test.each<[Trigger, readonly (string | null)[]]>([
  [allOf(cron('*/10 * * * *'), cron('*/15 * * * *')), ['2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z']],
  [allOf(cron('0 0 13 * *'), cron('0 0 * * fri')), ['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z']],
  [allOf(every('6m'), every('10m')), ['2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z']],
  [allOf(every('7m'), cron('0 0 * * *')), ['2026-01-08T00:00:00Z', '2026-01-15T00:00:00Z']],
  [
    allOf(cron('0 9 * * *', oslo), cron('0 17 * * *', tokyo)),
    ['2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z'],
  ],
  [
    allOf(calendar({ months: 1, start: '2026-01-31' }), cron('0 0 * * sat')),
    ['2026-01-31T00:00:00Z', '2026-10-31T00:00:00Z'],
  ],
  [allOf(allOf(every('6m')), anyOf(allOf(every('10m')))), ['2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z']],
  [
    allOf(anyOf(at('2026-01-05T00:00:00Z'), at('2026-01-06T00:00:00Z')), cron('0 0 * * tue')),
    ['2026-01-06T00:00:00Z', null],
  ],
  [anyOf(at('2026-01-05T00:00:00Z'), cron('0 0 5,6 1 *')), ['2026-01-05T00:00:00Z', '2026-01-06T00:00:00Z']],
])('%j fires where its parts say', (trigger, expected) => {
  const fires = firesFrom(trigger, from, 2);

  expect(fires).toEqual(expected);
});

test('a sunrise meets each second of a Monday', () => {
  const trigger = allOf(solar('sunrise', { latitude: 59.9, longitude: 10.7 }), cron('* * * * * mon', oslo));

  const fires = firesFrom(trigger, from, 2);

  expect(fires.map((fire) => fire?.slice(0, 13))).toEqual(['2026-01-05T08', '2026-01-12T08']);
});

test.each<Trigger>([
  allOf(cron('0 * * * *'), cron('30 * * * *')),
  allOf(cron('30 * * * *'), every('1h')),
  allOf(every('6m'), every('6m', { start: '2026-01-01T00:01:00Z' })),
  allOf(cron('0 0 * * *', oslo), cron('30 0 * * *', { timezone: 'America/New_York' })),
  allOf(
    cron('0 0 * * *', { start: '2026-01-02', end: '2026-01-03' }),
    every('1d', { start: '2026-01-04T00:00:00Z' }),
  ),
  allOf(calendar({ years: 1, start: '2026-05-17' }), cron('0 0 18 5 *')),
  allOf(at('2026-01-05T00:00:00Z'), at('2026-01-05T00:00:00.001Z')),
  allOf(cron({ year: 2027 }), cron({ year: 2028 })),
  allOf(solar('solar_noon', { latitude: 0, longitude: 0 }), cron('0 0 * * *')),
  anyOf(cron('0 0 30 2 *'), at('2020-01-01T00:00:00Z')),
])('%j never fires again', (trigger) => {
  expect(firesFrom(trigger, from, 1)).toEqual([null]);
});

test('shifted fires meet what really fires at their time', () => {
  const dst = { missing: 'shift' } as const;
  // 02:30 does not exist on that day and comes at 03:30, where the other one is.
  const trigger = allOf(cron('30 2 * * *', { ...oslo, dst }), cron('30 3 * * *', { ...oslo, dst }));

  expect(firesFrom(trigger, from, 1)).toEqual(['2026-03-29T01:30:00Z']);
});

test.each([allOf, anyOf])('%o of nothing is refused', (combine) => {
  expect(() => combine()).toThrow(
    expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_TRIGGER' }),
  );
  expect(() => combine()).toThrow(`${combine.name}: 'nothing' is no trigger; allowed: one trigger or more`);
});

test('what is no trigger is refused', () => {
  // What types catch, and JavaScript does not.
  const make = () => allOf('@daily' as never);

  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code: 'INVALID_TRIGGER' }));
  expect(make).toThrow(
    `allOf: '"@daily"' is no trigger; allowed: what cron, every, at, calendar, solar make`,
  );
});

test('a combination is frozen, and its list too', () => {
  const trigger = anyOf(every('1h'));

  expect([trigger, trigger.triggers].every(Object.isFrozen)).toBe(true);
});

test('crons that share minutes and no second never fire together', () => {
  const both = allOf(cron('7 * * * * *'), cron('0 * * * * *'));

  expect(firesFrom(both, new Date('2000-01-30T00:00:00Z'), 1)).toEqual([null]);
});
