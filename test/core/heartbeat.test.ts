import { expect, test } from 'vitest';
import { ABANDONED_AFTER_MS, abandoned, BEAT_MS, RENEW_AFTER_MS } from '../../lib/core/heartbeat.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

test.each([
  ['has just beaten', 0, []],
  ['beat almost an hour ago', ABANDONED_AFTER_MS - 1, []],
  ['beat an hour ago', ABANDONED_AFTER_MS, ['a']],
  ['has a clock that is ahead', -60_000, []],
])('of a client that %s (%d ms ago), abandoned are %j', (_, ago, expected) => {
  expect(abandoned([{ queueName: 'a', beatAt: NOW - ago }], NOW)).toEqual(expected);
});

test('a queue that never had a beat is left alone', () => {
  expect(abandoned([{ queueName: 'a', beatAt: undefined }], NOW, 0)).toEqual([]);
});

test('the time may be another', () => {
  const queues = [
    { queueName: 'a', beatAt: NOW - 1_000 },
    { queueName: 'b', beatAt: NOW - 999 },
  ];

  expect(abandoned(queues, NOW, 1_000)).toEqual(['a']);
});

test('a client misses several beats before it takes a new queue, and does so long before a sweep', () => {
  expect(RENEW_AFTER_MS).toBeGreaterThanOrEqual(5 * BEAT_MS);
  expect(ABANDONED_AFTER_MS).toBeGreaterThanOrEqual(2 * RENEW_AFTER_MS);
});
