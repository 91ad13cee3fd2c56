/** Intervals, dates and jitter. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendar } from '../../../lib/core/trigger/calendar.ts';
import { anyOf } from '../../../lib/core/trigger/combine.ts';
import { cron } from '../../../lib/core/trigger/cron.ts';
import { at } from '../../../lib/core/trigger/date.ts';
import { every } from '../../../lib/core/trigger/interval.ts';
import { withJitter } from '../../../lib/core/trigger/jitter.ts';
import type { Trigger } from '../../../lib/core/trigger/trigger.ts';
import { firesFrom } from './vector.ts';

test.each<[Trigger, string, readonly (string | null)[]]>([
  [every('15m'), '2026-01-01T00:00:01Z', ['2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z']],
  [every('7d'), '2026-01-01T00:00:01Z', ['2026-01-08T00:00:00Z', '2026-01-15T00:00:00Z']],
  [
    every('1d', { start: '2026-03-28T09:00:00+01:00' }),
    '2026-03-29',
    ['2026-03-29T08:00:00Z', '2026-03-30T08:00:00Z'],
  ],
  [
    every('1h', { start: '2026-05-05T05:05:05Z' }),
    '2026-01-01',
    ['2026-05-05T05:05:05Z', '2026-05-05T06:05:05Z'],
  ],
  [every('0.25s'), '2026-01-01T00:00:00.1Z', ['2026-01-01T00:00:00.250Z', '2026-01-01T00:00:00.500Z']],
  [every('1h', { end: '2026-01-01T01:00:00Z' }), '2026-01-01T01:00:00Z', ['2026-01-01T01:00:00Z', null]],
  [at('2026-01-01T00:00:00Z'), '2026-01-01T00:00:00Z', ['2026-01-01T00:00:00Z', null]],
  [at(new Date('2026-01-01T00:00:00Z')), '2026-01-01T00:00:00.001Z', [null]],
  [at('2026-07-01T09:00', { timezone: 'Europe/Oslo' }), '2026-01-01', ['2026-07-01T07:00:00Z', null]],
])('%j from %s', (trigger, from, expected) => {
  expect(firesFrom(trigger, new Date(from), 2)).toEqual(expected);
});

test.each<[() => unknown, string, string]>([
  [() => every('0s'), 'INVALID_TRIGGER', "every: '0s' is no time at all; allowed: at least '1ms'"],
  // What types catch, and JavaScript does not.
  [
    () => every('soon' as '1s'),
    'INVALID_DURATION',
    "'soon' is no duration; write a number and ms, s, m, h or d: '30s'",
  ],
  [
    () => every('1h', { start: '2026-01-01T09:00' }),
    'INVALID_TRIGGER',
    "start: '2026-01-01T09:00' has no offset; " +
      "allowed: a Date, or text that ends in 'Z' or an offset such as '+02:00'",
  ],
  [
    () => at('tomorrow'),
    'INVALID_TRIGGER',
    "at: 'tomorrow' is no time; " +
      "allowed: a Date, or text such as '2026-01-31', '2026-01-31T09:00' or '2026-01-31T09:00:00+01:00'",
  ],
  [() => at(new Date(Number.NaN)), 'INVALID_TRIGGER', "at: 'Invalid Date' is no time; allowed: a valid Date"],
])('%s is refused', (make, code, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'DefinitionError', code, message }));
});

test('jitter moves a fire by its part of the most, and never past the end', () => {
  const fire = new Date('2026-01-01T00:00:00Z');
  const end = '2026-01-01T00:00:20Z';

  expect(withJitter(cron('@daily'), fire, '1m', 0)).toEqual(fire);
  expect(withJitter(cron('@daily'), fire, '1m', 0.5)).toEqual(new Date('2026-01-01T00:00:30Z'));
  expect(withJitter(cron('@daily'), fire, '1m', 1)).toEqual(new Date('2026-01-01T00:01:00Z'));
  expect(withJitter(cron('@daily', { end }), fire, '1m', 0.5)).toEqual(new Date(end));
  expect(withJitter(anyOf(every('1h', { end }), cron('@daily', { end })), fire, '1m', 0.5)).toEqual(
    new Date(end),
  );
  expect(withJitter(calendar({ days: 1, end: '2026-01-01' }), fire, '1m', 1)).toEqual(
    new Date('2026-01-01T00:01:00Z'),
  );
});

test.each([
  ['in UTC', 'UTC', '2026-01-05T23:30:00Z', '2026-01-05T23:59:59.999Z'],
  ['behind UTC', 'America/Los_Angeles', '2026-01-06T07:30:00Z', '2026-01-06T07:59:59.999Z'],
  // At midnight clocks were set back by an hour, so that the last hour of the day came twice.
  ['whose last hour comes twice', 'America/Sao_Paulo', '2019-02-17T01:30:00Z', '2019-02-17T02:59:59.999Z'],
])(
  'jitter moves the last fire of a calendar trigger no further than its last day %s',
  (_, timezone, at, end) => {
    const trigger = calendar({ days: 1, hour: 23, minute: 30, end: new Date(at), timezone });

    const moved = withJitter(trigger, new Date(at), '1d', 1);

    expect(moved).toEqual(new Date(end));
  },
);

test('jitter never moves a fire back in time, whatever the chance', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: -100, max: 100 }),
      (chance, seconds) => {
        const fire = new Date('2026-01-01T00:00:00Z');
        const end = new Date(fire.getTime() + seconds * 1_000);

        const moved = withJitter(
          every('1h', { start: '2020-01-01T00:00:00Z', end }),
          fire,
          '1m',
          chance,
        ).getTime();

        expect(moved).toBeGreaterThanOrEqual(fire.getTime());
        expect(moved).toBeLessThanOrEqual(
          Math.max(fire.getTime(), Math.min(end.getTime(), fire.getTime() + 60_000)),
        );
      },
    ),
  );
});

test.each([-0.1, 1.1, Number.NaN])('a chance of %d is refused', (chance) => {
  const move = () => withJitter(every('1h'), new Date(0), '1m', chance);

  expect(move).toThrow(expect.objectContaining({ code: 'INVALID_TRIGGER' }));
  expect(move).toThrow(`chance: ${chance} is out of range; allowed: 0 to 1`);
});
