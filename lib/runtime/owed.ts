/**
 * Whose turn it is among the queues of a worker. What a queue has brought and found no slot goes back, and by
 * chance, or by the order in which queues are looked at, that could be the same queue's lot each time. So one
 * that has given something back looks before the others look again.
 */
export interface Turn {
  /** Whether others wait for its look. */
  readonly first: boolean;
  /** Says that it has given something back. While it looks, or cannot, nobody waits for it. */
  shed(): void;
  /** Resolves when it may look; to whether it had to wait for others. */
  wait(): Promise<boolean>;
  /** Lets the others look first, until it has looked itself. */
  pass(): void;
  look<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** Makes a turn for each of those who look. */
export function createTurn(): () => Turn {
  const owed = new Set<object>();
  const waiting: (() => void)[] = [];
  return () => {
    const own = {};
    // One whose look has failed waits a while, and is not waited for either.
    let isAway = false;
    const settle = (): void => {
      owed.delete(own);
      if (owed.size === 0) for (const tell of waiting.splice(0)) tell();
    };
    return {
      get first() {
        return owed.has(own);
      },
      shed() {
        if (!isAway) owed.add(own);
      },
      wait() {
        if (owed.size === 0 || owed.has(own)) return Promise.resolve(false);
        return new Promise((resolve) => waiting.push(() => resolve(true)));
      },
      pass() {
        isAway = true;
        settle();
      },
      async look(work) {
        isAway = true;
        try {
          const found = await work();
          isAway = false;
          return found;
        } finally {
          settle();
        }
      },
    };
  };
}
