import { expect, test } from 'vitest';
import { nextConcurrency } from '../../lib/core/autoscale.ts';

const range = { min: 2, max: 20 };

test.each([
  ['all is taken and more waits', { limit: 4, running: 4, busy: true, peak: undefined }, 6],
  ['one is all there is', { limit: 1, running: 1, busy: true, peak: undefined }, 2],
  ['it is near the most that is allowed', { limit: 16, running: 16, busy: true, peak: undefined }, 20],
  ['all is taken and nothing waits', { limit: 4, running: 4, busy: false, peak: 4 }, 4],
  ['less was needed for a while', { limit: 10, running: 1, busy: false, peak: 5 }, 5],
  ['nothing was needed for a while', { limit: 10, running: 0, busy: false, peak: 0 }, 2],
  ['less is needed since a moment ago', { limit: 10, running: 0, busy: false, peak: undefined }, 10],
])('the concurrency that follows when %s', (_when, load, expected) => {
  expect(nextConcurrency(range, load)).toBe(expected);
});
