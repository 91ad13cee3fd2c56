/** The order of timers is the same as that of a plain sort, whatever is added and cancelled in between. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Timer, TimerHeap } from '../../lib/emulator/timer-heap.ts';

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('add' as const), time: fc.integer({ min: 0, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
);

test('a heap gives timers by time, and of one time by insertion, as a sorted list would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new TimerHeap();
      let expected: Timer[] = [];
      const everMade: Timer[] = [];
      for (const [order, each] of steps.entries()) {
        if (each.kind === 'add') {
          const timer: Timer = { time: each.time, order, run: () => undefined, index: -1 };
          heap.add(timer);
          everMade.push(timer);
          expected = [...expected, timer].sort((a, b) => a.time - b.time || a.order - b.order);
        } else if (each.kind === 'pop') {
          expect(heap.pop()).toBe(expected.shift());
        } else {
          // Timers that fired or were cancelled long ago are picked too.
          const timer = everMade[each.pick % Math.max(1, everMade.length)];
          if (timer !== undefined) heap.remove(timer);
          expected = expected.filter((other) => other !== timer);
        }
        expect(heap.size).toBe(expected.length);
        expect(heap.peek()).toBe(expected[0]);
      }
    }),
  );
});

test('cancelling every timer leaves an empty heap', () => {
  const heap = new TimerHeap();
  const timers = Array.from({ length: 1000 }, (_, order) => ({
    time: (order * 7919) % 1000,
    order,
    run: () => undefined,
    index: -1,
  }));
  for (const timer of timers) heap.add(timer);

  for (const timer of timers) heap.remove(timer);

  expect(heap.size).toBe(0);
  expect(heap.pop()).toBeUndefined();
});
