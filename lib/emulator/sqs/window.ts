/** Remembers values for a fixed time: deduplication ids and receive request attempts, five minutes each. */
export interface Entry<V> {
  readonly key: string;
  readonly value: V;
  readonly until: number;
}

export class Window<V> {
  /** Set where what is remembered is kept on disk. */
  observer: ((entry: Entry<V>) => void) | undefined = undefined;
  private readonly lengthMs: number;
  private readonly entries = new Map<string, Entry<V>>();
  private order: Entry<V>[] = [];
  private head = 0;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  get(key: string, now: number): V | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.until > now ? entry.value : undefined;
  }

  set(key: string, value: V, now: number): void {
    this.forget(now);
    const until = now + this.lengthMs;
    this.restore(key, value, until);
    this.observer?.({ key, value, until });
  }

  /** Takes back what was remembered; such come in the order of their ends. */
  restore(key: string, value: V, until: number): void {
    const entry = { key, value, until };
    this.entries.set(key, entry);
    this.order.push(entry);
  }

  /** What is remembered, and until when. */
  remembered(): Iterable<Entry<V>> {
    return this.entries.values();
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  // Every entry lives equally long, so they end in the order in which they came.
  private forget(now: number): void {
    for (;;) {
      const entry = this.order[this.head];
      if (entry === undefined || entry.until > now) break;
      if (this.entries.get(entry.key) === entry) this.entries.delete(entry.key);
      this.head += 1;
    }
    if (this.head > 1024 && this.head * 2 > this.order.length) {
      this.order = this.order.slice(this.head);
      this.head = 0;
    }
  }
}
