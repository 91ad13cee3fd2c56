/**
 * The concurrency of a polling worker: so many messages run at once, and whoever has to wait goes by rank,
 * the highest first, then in the order of asking.
 */

export interface Slots {
  /** How many are free; below zero while too many are taken after the limit was lowered. */
  readonly free: number;
  readonly limit: number;
  /** Resolves when a slot is ours, to a function that gives it back. */
  take(rank: number): Promise<() => void>;
  /** Resolves when at least one is free and nobody waits for it. */
  ready(): Promise<void>;
  /** Changes how many there are; what runs goes on. */
  resize(limit: number): void;
}

export function createSlots(initial: number): Slots {
  let limit = initial;
  let taken = 0;
  const waiting: { readonly rank: number; readonly go: () => void }[] = [];
  let watching: (() => void)[] = [];

  function wake(): void {
    while (taken < limit && waiting.length > 0) {
      taken += 1;
      waiting.shift()?.go();
    }
    if (taken >= limit) return;
    const told = watching;
    watching = [];
    for (const tell of told) tell();
  }

  function giveBack(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken -= 1;
      wake();
    };
  }

  return {
    get free() {
      return limit - taken - waiting.length;
    },
    get limit() {
      return limit;
    },
    take(rank) {
      return new Promise((resolve) => {
        const entry = { rank, go: () => resolve(giveBack()) };
        const behind = waiting.findIndex((other) => other.rank < rank);
        waiting.splice(behind < 0 ? waiting.length : behind, 0, entry);
        wake();
      });
    },
    ready() {
      if (taken < limit && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => watching.push(resolve));
    },
    resize(to) {
      limit = to;
      wake();
    },
  };
}
