/** The two structures under the queues: the heap with removable items, and the five-minute memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../../lib/emulator/sqs/heap.ts';
import { Window } from '../../../lib/emulator/sqs/window.ts';

interface Item {
  key: number;
  slot: number;
}

function createHeap() {
  return new Heap<Item>({
    before: (left, right) => left.key < right.key,
    slotOf: (item) => item.slot,
    setSlot: (item, slot) => {
      item.slot = slot;
    },
  });
}

const STEP = fc.record({
  kind: fc.constantFrom('push', 'push', 'remove', 'update'),
  pick: fc.nat(),
  key: fc.nat(50),
});

test('the heap gives its items in order after any pushes, removals and changes', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 200 }), fc.nat(50), (steps, least) => {
      const heap = createHeap();
      const items: Item[] = [];
      for (const { kind, pick, key } of steps) {
        const item = items[pick % Math.max(1, items.length)];
        if (kind === 'push') {
          const added = { key, slot: -1 };
          items.push(added);
          heap.push(added);
        } else if (item !== undefined && kind === 'remove') {
          heap.remove(item);
          items.splice(items.indexOf(item), 1);
        } else if (item !== undefined) {
          item.key = key;
          heap.update(item);
        }
      }
      const sorted = items.map((item) => item.key).sort((left, right) => left - right);

      expect(heap.first((item) => item.key >= least)?.key).toBe(sorted.find((key) => key >= least));
      const drained: number[] = [];
      for (let top = heap.peek(); top !== undefined; top = heap.peek()) {
        drained.push(top.key);
        heap.remove(top);
      }
      expect(drained).toEqual(sorted);
      expect(items.every((item) => item.slot === -1)).toBe(true);
    }),
  );
});

test('the window remembers the latest value of a key for its length, over thousands of keys', () => {
  const window = new Window<number>(100);

  for (let now = 0; now < 10_000; now++) window.set(`key ${now % 300}`, now, now);

  expect(window.get('key 99', 10_000)).toBe(9_999);
  expect(window.get('key 1', 10_000)).toBe(9_901);
  expect(window.get('key 0', 10_000)).toBeUndefined();
  window.set('key 99', 1, 10_050);
  window.set('other', 2, 10_120);
  expect(window.get('key 99', 10_120)).toBe(1);
  window.delete('key 99');
  expect(window.get('key 99', 10_120)).toBeUndefined();
});
