import { expect, test } from 'vitest';
import { changeLimits, isLowered } from '../../lib/core/limit-settings.ts';

const T = 1_000_000;
const HOUR = 3_600_000;
const defined = { rateLimit: '60/m', concurrency: 8 };

test.each([
  { given: { concurrency: 9 }, epoch: 0 },
  { given: { rateLimit: '60/m' }, epoch: 0 },
  { given: { rateLimit: ' 60 /m' }, epoch: 0 },
  { given: { rateLimit: null }, epoch: 0 },
  { given: { rateLimit: '1/s' }, epoch: 1 },
  { given: { rateLimit: 0 }, epoch: 1 },
])('a rate begins anew when it has changed, not beside another change: $given', ({ given, epoch }) => {
  expect(changeLimits(undefined, given, defined, T).epoch).toBe(epoch);
});

test('each change of a rate has a later epoch, that back to what was defined too', () => {
  const first = changeLimits(undefined, { rateLimit: 0 }, defined, T);
  const same = changeLimits(first, { rateLimit: null }, { rateLimit: 0 }, T);
  const back = changeLimits(first, {}, defined, T);

  expect([first.epoch, same.epoch, back]).toEqual([1, 1, { epoch: 2 }]);
});

test('the most places of several changes are remembered while runs may be in them', () => {
  const few = changeLimits(undefined, { concurrency: 2 }, defined, T);
  const more = changeLimits(few, { concurrency: 4 }, defined, T + HOUR);
  const all = changeLimits(more, { concurrency: 20 }, defined, T + 2 * HOUR);
  const late = changeLimits(few, { concurrency: 1 }, defined, T + 13 * HOUR);

  expect(few.before).toEqual({ places: 8, at: T });
  expect(more.before).toEqual({ places: 8, at: T + HOUR });
  expect(all).not.toHaveProperty('before');
  expect(late.before).toEqual({ places: 2, at: T + 13 * HOUR });
  expect([isLowered(few, 2, T + HOUR), isLowered(few, 2, T + 13 * HOUR), isLowered(few, 8, T)]).toEqual([
    true,
    false,
    false,
  ]);
});
