import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toOrder } from '../../../lib/emulator/cloudformation/order.ts';

test('what is needed comes first, and the rest stays as written', () => {
  const needs: Record<string, string[]> = { a: ['c'], b: [], c: ['d', 'elsewhere'], d: [] };

  const order = toOrder(['a', 'b', 'c', 'd'], (key) => needs[key] ?? []);

  expect(order).toEqual({ sorted: ['d', 'c', 'a', 'b'], cycles: [] });
});

test('a cycle is named as the way around it', () => {
  const needs: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['b'] };

  const order = toOrder(['a', 'b', 'c'], (key) => needs[key] ?? []);

  expect(order.cycles).toEqual([['b', 'c', 'b']]);
});

test('a resource that needs itself is a cycle', () => {
  const order = toOrder(['a'], () => ['a']);

  expect(order.cycles).toEqual([['a', 'a']]);
});

test('a chain deeper than the stack of JavaScript is sorted', () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => String(index));

  const order = toOrder(keys, (key) => [String(Number(key) + 1)]);

  expect(order.sorted[0]).toBe('49999');
  expect(order.cycles).toEqual([]);
});

test('in any graph without cycles each key stands once, after all it needs', () => {
  const graph = fc.integer({ min: 1, max: 20 }).chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
    ),
  );
  fc.assert(
    fc.property(graph, ([size, edges, written]) => {
      // Edges go down only, so there is no cycle.
      const needs = (key: string): string[] =>
        edges.filter(([from, to]) => from > to && String(from) === key).map(([, to]) => String(to));

      const { sorted, cycles } = toOrder(written.map(String), needs);

      expect(cycles).toEqual([]);
      expect([...sorted].sort()).toEqual(written.map(String).sort());
      for (const key of sorted) {
        for (const need of needs(key)) expect(sorted.indexOf(need)).toBeLessThan(sorted.indexOf(key));
      }
      expect(sorted).toHaveLength(size);
    }),
  );
});
