import { expect, test } from 'vitest';
import { type Refusal, refusalOf, type Standing } from '../../lib/core/claim.ts';

const NOW = 1_000;
const RUNS: Standing = { state: 'STARTED', generation: 1, retries: 2, leaseUntil: NOW + 1, revoked: false };
const MINE = { generation: 1, retries: 2, now: NOW };

test.each<readonly [why: string, run: Partial<Standing>, refusal: Refusal]>([
  ['another worker runs it', {}, 'held'],
  ['another worker runs it, who is told to stop', { revoked: true }, 'held'],
  ['it was revoked, and its worker has died', { revoked: true, leaseUntil: NOW - 1 }, 'revoked'],
  ['it was revoked, and waits for another attempt', { revoked: true, state: 'RETRY' }, 'revoked'],
  ['it has ended', { state: 'SUCCESS' }, 'finished'],
  ['it has ended in a later attempt', { state: 'FAILURE', retries: 3 }, 'finished'],
  ['a later attempt runs', { retries: 3 }, 'superseded'],
  ['a later attempt waits, and was revoked', { retries: 3, state: 'RETRY', revoked: true }, 'superseded'],
  ['its next generation runs', { generation: 2 }, 'superseded'],
  ['its next generation has ended', { generation: 2, state: 'SUCCESS' }, 'superseded'],
])('%s', (_why, run, refusal) => {
  const standing = { ...RUNS, ...run };

  expect(refusalOf(standing, MINE)).toBe(refusal);
});

test('where the record alone counts attempts, no message is of an earlier one', () => {
  const later = { ...RUNS, retries: 7 };

  expect(refusalOf(later, { generation: 1, now: NOW })).toBe('held');
});
