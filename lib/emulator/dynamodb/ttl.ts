/**
 * Time to live. AWS deletes expired items within days and lets reads find them until then; here an item goes
 * a fixed time after its own (an hour unless asked otherwise), at that very moment of the clock, and leaves
 * the stream record that AWS would leave. Like on AWS, an item that expired more than five years ago is not
 * deleted.
 */
import type { Clock } from '../clock.ts';
import type { Item } from './attribute-value.ts';
import type { Stored } from './item-store.ts';

interface Due {
  readonly at: number;
  readonly key: string;
}

/** What the expiry needs of its table. */
export interface ExpiringItems {
  items(): Iterable<Stored>;
  get(key: string): Stored | undefined;
  remove(key: string): void;
}

const FIVE_YEARS_MS = 5 * 365 * 24 * 60 * 60 * 1000;

export class Expiry {
  private readonly clock: Clock;
  private readonly delayMs: number;
  private readonly table: ExpiringItems;
  private attributeName: string | undefined;
  private heap: Due[] = [];
  private timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, delayMs: number, table: ExpiringItems) {
    this.clock = clock;
    this.delayMs = delayMs;
    this.table = table;
  }

  /** The attribute that holds the time in seconds, while time to live is enabled. */
  get attribute(): string | undefined {
    return this.attributeName;
  }

  enable(attribute: string): void {
    this.attributeName = attribute;
    this.heap = [];
    for (const { key, item } of this.table.items()) this.note(key, item);
    this.schedule();
  }

  stop(): void {
    this.attributeName = undefined;
    this.heap = [];
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** An item was written; it is noted again only when its time has changed. */
  written(key: string, before: Item | undefined, after: Item): void {
    if (this.attributeName === undefined) return;
    const time = this.timeOf(after);
    if (time === undefined || (before !== undefined && this.timeOf(before) === time)) return;
    this.note(key, after);
    this.schedule();
  }

  private note(key: string, item: Item): void {
    const time = this.timeOf(item);
    if (time === undefined || time < this.clock.now() - FIVE_YEARS_MS) return;
    push(this.heap, { at: time + this.delayMs, key });
  }

  private timeOf(item: Item): number | undefined {
    const value = this.attributeName === undefined ? undefined : item.get(this.attributeName);
    return value?.type === 'N' ? Math.floor(Number(value.value)) * 1000 : undefined;
  }

  private schedule(): void {
    const next = this.heap[0]?.at;
    if (next === undefined || this.timer?.at === next) return;
    if (this.timer !== undefined && this.timer.at < next) return;
    this.timer?.cancel();
    this.timer = { at: next, cancel: this.clock.at(next, () => this.sweep()) };
  }

  private sweep(): void {
    this.timer = undefined;
    const now = this.clock.now();
    for (let due = this.heap[0]; due !== undefined && due.at <= now; due = this.heap[0]) {
      pop(this.heap);
      const item = this.table.get(due.key)?.item;
      // The item may have been deleted, or have got another time since.
      if (item !== undefined && (this.timeOf(item) ?? Number.NaN) + this.delayMs === due.at)
        this.table.remove(due.key);
    }
    this.schedule();
  }
}

function push(heap: Due[], due: Due): void {
  let at = heap.length;
  heap.push(due);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above.at <= due.at) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const smaller = (heap[right]?.at ?? Infinity) < (heap[left]?.at ?? Infinity) ? right : left;
    const below = heap[smaller];
    if (below === undefined || below.at >= last.at) break;
    heap[at] = below;
    at = smaller;
  }
  heap[at] = last;
}
