/**
 * The timers of a clock: a binary heap by (time, insertion), in which every timer knows its place, so that
 * adding and cancelling cost a logarithm and a cancelled timer is gone at once instead of waiting for its
 * time.
 */
export interface Timer {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
  /** Its place in the heap, -1 when it is in none. Only the heap writes it. */
  index: number;
}

/**
 * Which of two timers fires first: the earlier one, and of two for the same time the one that was set
 * first.
 */
export function isBefore(a: Timer, b: Timer): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Holds timers and gives the first. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  get size(): number {
    return this.#timers.length;
  }

  add(timer: Timer): void {
    this.#rise(timer, this.#timers.length);
  }

  peek(): Timer | undefined {
    return this.#timers[0];
  }

  pop(): Timer | undefined {
    const first = this.#timers[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes a timer out; one that has left already is left alone. */
  remove(timer: Timer): void {
    const index = timer.index;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#timers.pop();
    if (last === undefined || last === timer) return;
    // The last timer takes the empty place, from where it can have to go either way.
    this.#rise(last, index);
    this.#sink(last, last.index);
  }

  #rise(timer: Timer, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#timers[above];
      if (parent === undefined || !isBefore(timer, parent)) break;
      this.#place(parent, index);
      index = above;
    }
    this.#place(timer, index);
  }

  #sink(timer: Timer, from: number): void {
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      let child = this.#timers[below];
      if (child === undefined) break;
      const right = this.#timers[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        below += 1;
      }
      if (!isBefore(child, timer)) break;
      this.#place(child, index);
      index = below;
    }
    this.#place(timer, index);
  }

  #place(timer: Timer, index: number): void {
    this.#timers[index] = timer;
    timer.index = index;
  }
}
