import { expect, test } from 'vitest';
import { createRandom } from '#lib/testing';

const draw = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random());
};

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(42, 100)).toEqual(draw(42, 100));
  expect(draw(42, 100)).not.toEqual(draw(43, 100));
});

test.each([0, 1, 2, 1_000_000, -1])('numbers of seed %d lie in [0, 1) and spread evenly', (seed) => {
  const drawn = draw(seed, 10_000);

  expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (const number of drawn) tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
  expect(Math.min(...tenths)).toBeGreaterThan(850);
  expect(Math.max(...tenths)).toBeLessThan(1_150);
});

test('seeds side by side have nothing to do with each other', () => {
  const firsts = Array.from({ length: 1_000 }, (_, seed) => createRandom(seed)());

  const mean = firsts.reduce((sum, number) => sum + number, 0) / firsts.length;
  expect(new Set(firsts).size).toBe(1_000);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});
