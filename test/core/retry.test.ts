import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exponential, fixed, linear, RejectError, RetryError } from '#lib';
import { delayMs, retry } from '../../lib/core/retry.ts';

class CardError extends Error {
  readonly code = 'CARD_DECLINED';
}

const POLICY = { attempts: 3, backoff: fixed('10s') };

test.each([
  ['exponential', exponential('2s', { max: '1m' }), [2, 4, 8, 16, 32, 60, 60]],
  ['exponential by 3', exponential('1s', { factor: 3 }), [1, 3, 9, 27, 81, 243, 729, 900]],
  ['linear', linear('5s', { max: '12s' }), [5, 10, 12, 12]],
  ['fixed', fixed('30s'), [30, 30, 30]],
  ['half a second, which SQS rounds up', fixed('500ms'), [1, 1]],
  ['nothing, which means at once', fixed('0s'), [0, 0]],
])('%s backoff waits for %j … seconds', (_, backoff, seconds) => {
  expect(seconds.map((_second, index) => delayMs(backoff, index + 1, 0.5) / 1_000)).toEqual(seconds);
});

test('full jitter draws whole seconds between one and the nominal wait', () => {
  const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), chances, (attempt, chance) => {
      const nominal = delayMs(exponential('2s', { max: '5m' }), attempt, 0);

      const drawn = delayMs(exponential('2s', { max: '5m', jitter: true }), attempt, chance);

      expect(drawn % 1_000).toBe(0);
      expect(drawn).toBeGreaterThanOrEqual(1_000);
      expect(drawn).toBeLessThanOrEqual(nominal);
    }),
  );
});

test.each([
  ['any error', new Error('x'), 1, { kind: 'retry', afterMs: 10_000 }],
  ['a thrown text', 'x', 2, { kind: 'retry', afterMs: 10_000 }],
  ['any error at the last attempt', new Error('x'), 3, { kind: 'give-up', reason: 'attempts-exhausted' }],
  ['a RejectError', new RejectError(), 1, { kind: 'give-up', reason: 'rejected' }],
  [
    'a RetryError with a time',
    new RetryError('later', { after: '90s' }),
    1,
    { kind: 'retry', afterMs: 90_000 },
  ],
  ['a RetryError without one', new RetryError(), 1, { kind: 'retry', afterMs: 10_000 }],
  [
    'a RetryError at the last attempt',
    new RetryError(),
    3,
    { kind: 'give-up', reason: 'attempts-exhausted' },
  ],
])('%s at attempt %#', (_, thrown, attempt, decision) => {
  expect(retry(POLICY, thrown, attempt, 0.5)).toEqual(decision);
});

test.each([
  ['only by class', { only: [CardError] }, new CardError(), 'retry'],
  ['only by class', { only: [CardError] }, new Error(), 'give-up'],
  ['only by code', { only: ['CARD_DECLINED'] }, new CardError(), 'retry'],
  ['only by name', { only: ['TypeError'] }, new TypeError(), 'retry'],
  ['never by class', { never: [TypeError] }, new TypeError(), 'give-up'],
  ['never by code', { never: ['CARD_DECLINED'] }, new CardError(), 'give-up'],
  ['never before only', { only: [Error], never: [TypeError] }, new TypeError(), 'give-up'],
  ['a RetryError in spite of never', { never: [Error] }, new RetryError(), 'retry'],
])('errors are chosen %s', (_, chosen, thrown, kind) => {
  expect(retry({ ...POLICY, ...chosen }, thrown, 1, 0.5).kind).toBe(kind);
});
