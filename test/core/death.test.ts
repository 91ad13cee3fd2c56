import { describe, expect, test } from 'vitest';
import { deathReason, isCircle, withDeath } from '../../lib/core/death.ts';
import type { DeadReason, Message } from '../../lib/core/message.ts';

const AT = Date.parse('2026-01-01T00:00:00.789Z');
const TIME = { $date: '2026-01-01T00:00:00.000Z' };
const dying = { queue: 'work', reason: 'rejected', at: AT, exchange: 'orders', keys: ['k'] } as const;
const first = { count: 1, exchange: 'orders', queue: 'work', reason: 'rejected', 'routing-keys': ['k'] };

test.each<[DeadReason, string]>([
  ['rejected', 'rejected'],
  ['invalid-input', 'rejected'],
  ['expired', 'expired'],
  ['crashed', 'delivery_limit'],
  ['attempts-exhausted', 'delivery_limit'],
])('%s is called %s', (reason, expected) => {
  expect(deathReason(reason)).toBe(expected);
});

describe('the headers of a dead letter', () => {
  test('tell its first death', () => {
    const headers = withDeath({ mine: 1 }, { ...dying, expirationMs: 5_000 });

    expect(headers).toEqual({
      mine: 1,
      'x-death': [{ ...first, time: TIME, 'original-expiration': '5000' }],
      'x-first-death-queue': 'work',
      'x-first-death-reason': 'rejected',
      'x-first-death-exchange': 'orders',
      'x-last-death-queue': 'work',
      'x-last-death-reason': 'rejected',
      'x-last-death-exchange': 'orders',
    });
  });

  test('put the newest first, count by queue and reason, and keep what was said first', () => {
    const expired = { ...dying, queue: 'wait', reason: 'expired', exchange: '', keys: ['wait'] } as const;

    const once = withDeath(withDeath({}, dying), { ...expired, at: AT + 60_000 });
    const twice = withDeath(once, { ...dying, at: AT + 120_000, exchange: 'other' });

    expect(once).toMatchObject({ 'x-death': [{ queue: 'wait' }, { queue: 'work' }] });
    expect(twice).toMatchObject({
      'x-death': [
        { ...first, count: 2, time: TIME },
        { count: 1, queue: 'wait', reason: 'expired' },
      ],
      'x-first-death-queue': 'work',
      'x-last-death-queue': 'work',
      'x-last-death-exchange': 'other',
    });
  });

  test('count two reasons of one queue apart', () => {
    const headers = withDeath(withDeath({}, dying), { ...dying, reason: 'expired' });

    expect(headers['x-death']).toMatchObject([{ reason: 'expired' }, { reason: 'rejected' }]);
  });

  test('take no notice of an x-death that is none', () => {
    expect(withDeath({ 'x-death': 'mine' }, dying)['x-death']).toEqual([{ ...first, time: TIME }]);
  });
});

/** A message that has died so, the last death last. */
function died(...deaths: readonly (readonly [queue: string, reason: DeadReason])[]): Message {
  const headers = deaths.reduce(
    (told, [queue, reason]) => withDeath(told, { ...dying, queue, reason: deathReason(reason) }),
    {},
  );
  return {
    ...{ id: 'm1', task: '', sentAt: AT, generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops: 0 },
    ...{ claim: false, headers: {}, via: { exchange: '', key: 'k', headers } },
    history: deaths.map(([, reason]) => ({ at: AT, kind: 'dead', generation: 0, attempt: 0, reason })),
  };
}

describe('a circle', () => {
  test.each<[string, boolean, readonly (readonly [string, DeadReason])[]]>([
    ['where it has not been', false, [['wait', 'expired']]],
    [
      'where it expired, by expiry alone',
      true,
      [
        ['work', 'expired'],
        ['wait', 'expired'],
      ],
    ],
    [
      'where it was rejected',
      false,
      [
        ['work', 'rejected'],
        ['wait', 'expired'],
      ],
    ],
    [
      'where a handler threw at every attempt',
      false,
      [
        ['work', 'attempts-exhausted'],
        ['wait', 'expired'],
      ],
    ],
    [
      'where it killed its workers',
      true,
      [
        ['work', 'crashed'],
        ['wait', 'expired'],
      ],
    ],
    [
      'where it was rejected before, and expired since',
      true,
      [
        ['work', 'rejected'],
        ['wait', 'expired'],
        ['work', 'expired'],
        ['wait', 'expired'],
      ],
    ],
  ])('is no way back to a queue %s: %s', (_, expected, deaths) => {
    expect(isCircle(died(...deaths), 'work')).toBe(expected);
  });
});
