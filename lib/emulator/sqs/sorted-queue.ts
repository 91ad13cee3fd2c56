/**
 * Items in order, of which most come in order: messages by age, by rank, by the end of their visibility. What
 * comes in order is appended to a run and costs nothing more; only what comes out of order goes into a heap.
 * Heaps alone were measured first: with tens of thousands of messages each removal of a root walked a dozen
 * levels of cold memory, a fifth of what a message cost.
 */
import { Heap, type HeapRules } from './heap.ts';

/** Empty places that a run may have before it is closed up, besides as many as it has items. */
const GAPS_MAX = 1_024;

/** Holds items by the same rules as a heap; places in the run are negative slots, from -2 downwards. */
export class SortedQueue<T> {
  private readonly rules: HeapRules<T>;
  /** What came in order; an item that was removed from the middle leaves a gap. The ends are never gaps. */
  private run: (T | undefined)[] = [];
  private head = 0;
  private live = 0;
  private readonly heap: Heap<T>;

  constructor(rules: HeapRules<T>) {
    this.rules = rules;
    this.heap = new Heap(rules);
  }

  get size(): number {
    return this.live + this.heap.size;
  }

  peek(): T | undefined {
    const first = this.run[this.head];
    const other = this.heap.peek();
    if (first === undefined || other === undefined) return first ?? other;
    return this.rules.before(other, first) ? other : first;
  }

  /** The item at any position, in no particular order: for a random pick. */
  at(index: number): T | undefined {
    if (index < this.heap.size) return this.heap.at(index);
    const span = this.run.length - this.head;
    let place = Math.floor(((index - this.heap.size) / this.live) * span);
    // The last place is no gap, so this ends.
    while (place < span - 1 && this.run[this.head + place] === undefined) place += 1;
    return this.run[this.head + place];
  }

  push(item: T): void {
    const last = this.run[this.run.length - 1];
    if (last !== undefined && this.rules.before(item, last)) {
      this.heap.push(item);
      return;
    }
    this.rules.setSlot(item, toSlot(this.run.length));
    this.run.push(item);
    this.live += 1;
  }

  remove(item: T): void {
    const slot = this.rules.slotOf(item);
    if (slot >= 0) {
      this.heap.remove(item);
      return;
    }
    this.rules.setSlot(item, -1);
    this.run[toSlot(slot)] = undefined;
    this.live -= 1;
    this.trim();
  }

  /** Puts an item right whose order has changed. */
  update(item: T): void {
    if (this.rules.slotOf(item) >= 0) {
      this.heap.update(item);
      return;
    }
    this.remove(item);
    this.push(item);
  }

  private trim(): void {
    if (this.live === 0) {
      this.run = [];
      this.head = 0;
      return;
    }
    while (this.run[this.head] === undefined) this.head += 1;
    while (this.run[this.run.length - 1] === undefined) this.run.pop();
    if (this.run.length - this.live <= this.live + GAPS_MAX) return;
    this.run = this.run.filter((item) => item !== undefined);
    this.head = 0;
    this.run.forEach((item, place) => {
      if (item !== undefined) this.rules.setSlot(item, toSlot(place));
    });
  }
}

/** A place in the run as a slot, and the other way round; -1 means no place to a heap. */
function toSlot(place: number): number {
  return -2 - place;
}
