/**
 * A binary heap whose items carry their own place in it, so that any of them can be removed or moved in O(log
 * n): deletes and visibility changes hit the middle of a queue, not only its top.
 */
export interface HeapRules<T> {
  before(left: T, right: T): boolean;
  slotOf(item: T): number;
  /** Called with -1 when the item leaves the heap. */
  setSlot(item: T, slot: number): void;
}

export class Heap<T> {
  private readonly items: T[] = [];
  private readonly rules: HeapRules<T>;

  constructor(rules: HeapRules<T>) {
    this.rules = rules;
  }

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  /** The item at any position, in no particular order: for a random pick. */
  at(index: number): T | undefined {
    return this.items[index];
  }

  push(item: T): void {
    this.items.push(item);
    this.rise(item, this.items.length - 1);
  }

  remove(item: T): void {
    const slot = this.rules.slotOf(item);
    const last = this.items.pop();
    this.rules.setSlot(item, -1);
    if (last !== undefined && last !== item) this.settle(last, slot);
  }

  /** Puts an item right whose order has changed. */
  update(item: T): void {
    this.settle(item, this.rules.slotOf(item));
  }

  /**
   * The first item in heap order that passes the test. It looks at the failing items and their children only,
   * so it is as quick as failing items are few.
   */
  first(passes: (item: T) => boolean): T | undefined {
    const frontier: number[] = this.items.length > 0 ? [0] : [];
    while (frontier.length > 0) {
      const slot = this.takeEarliest(frontier);
      const item = this.items[slot];
      if (item !== undefined && passes(item)) return item;
      for (const child of [2 * slot + 1, 2 * slot + 2]) if (child < this.items.length) frontier.push(child);
    }
    return undefined;
  }

  values(): readonly T[] {
    return this.items;
  }

  private takeEarliest(frontier: number[]): number {
    let best = 0;
    for (let index = 1; index < frontier.length; index++) {
      const left = this.items[frontier[index] ?? 0];
      const right = this.items[frontier[best] ?? 0];
      if (left !== undefined && right !== undefined && this.rules.before(left, right)) best = index;
    }
    const [slot] = frontier.splice(best, 1);
    return slot ?? 0;
  }

  private settle(item: T, slot: number): void {
    this.sink(item, this.rise(item, slot));
  }

  private rise(item: T, from: number): number {
    let slot = from;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.items[parentSlot];
      if (parent === undefined || !this.rules.before(item, parent)) break;
      this.put(parent, slot);
      slot = parentSlot;
    }
    this.put(item, slot);
    return slot;
  }

  private sink(item: T, from: number): void {
    let slot = from;
    for (;;) {
      let childSlot = 2 * slot + 1;
      let child = this.items[childSlot];
      if (child === undefined) break;
      const right = this.items[childSlot + 1];
      if (right !== undefined && this.rules.before(right, child)) {
        child = right;
        childSlot += 1;
      }
      if (!this.rules.before(child, item)) break;
      this.put(child, slot);
      slot = childSlot;
    }
    this.put(item, slot);
  }

  private put(item: T, slot: number): void {
    this.items[slot] = item;
    this.rules.setSlot(item, slot);
  }
}
