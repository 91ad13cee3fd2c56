/** The queue that is sorted by appending where it can: it gives its items as a heap would. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SortedQueue } from '../../../lib/emulator/sqs/sorted-queue.ts';

interface Item {
  key: number;
  slot: number;
}

function createQueue() {
  return new SortedQueue<Item>({
    before: (left, right) => left.key < right.key,
    slotOf: (item) => item.slot,
    setSlot: (item, slot) => {
      item.slot = slot;
    },
  });
}

function drain(queue: SortedQueue<Item>): number[] {
  const drained: number[] = [];
  for (let first = queue.peek(); first !== undefined; first = queue.peek()) {
    drained.push(first.key);
    queue.remove(first);
  }
  return drained;
}

const STEP = fc.record({
  kind: fc.constantFrom('append', 'append', 'push', 'remove', 'update'),
  pick: fc.nat(),
  key: fc.nat(50),
});

test('it gives its items in order after any pushes, removals and changes', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 200 }), (steps) => {
      const queue = createQueue();
      const items: Item[] = [];
      let latest = 0;
      for (const { kind, pick, key } of steps) {
        const item = items[pick % Math.max(1, items.length)];
        if (kind === 'append' || kind === 'push') {
          latest += key;
          const added = { key: kind === 'append' ? latest : key, slot: -1 };
          items.push(added);
          queue.push(added);
        } else if (item !== undefined && kind === 'remove') {
          queue.remove(item);
          items.splice(items.indexOf(item), 1);
        } else if (item !== undefined) {
          item.key = key;
          queue.update(item);
        }
        expect(queue.size).toBe(items.length);
        expect(queue.peek()?.key).toBe(
          items.length === 0 ? undefined : Math.min(...items.map((one) => one.key)),
        );
      }
      const picked = items.map((_, index) => queue.at(index));

      expect(picked.every((item) => item !== undefined && items.includes(item))).toBe(true);
      expect(drain(queue)).toEqual(items.map((item) => item.key).sort((left, right) => left - right));
      expect(items.every((item) => item.slot === -1)).toBe(true);
    }),
  );
});

test('gaps of thousands of removals behind one old item are closed up', () => {
  const queue = createQueue();
  const old = { key: 0, slot: -1 };
  queue.push(old);
  const kept: Item[] = [];

  for (let key = 1; key <= 10_000; key += 1) {
    const item = { key, slot: -1 };
    queue.push(item);
    if (key % 1_000 === 0) kept.push(item);
    else queue.remove(item);
  }
  const last = kept.at(-1);

  // Places are counted from -2 downwards: without closing up, the last one would be -10,002.
  expect(last?.slot).toBeGreaterThan(-2_100);
  expect(drain(queue)).toEqual([0, ...kept.map((item) => item.key)]);
});
