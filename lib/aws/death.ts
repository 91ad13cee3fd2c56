/**
 * The end of a child, which comes once if at all. Whoever waits for something of the child lets go when that
 * is there: a race against a promise would be remembered by it until the child ends, each run a little more.
 */
export interface Death {
  /** Says that it has ended; only the first time counts. */
  die(error: Error): void;
  /** Settles as the work does, or rejects at its end. */
  until<Value>(work: Promise<Value>): Promise<Value>;
  /** Tells at its end, or at once after it; returns a function that ends it. */
  on(tell: (error: Error) => void): () => void;
}

export function createDeath(): Death {
  const listeners = new Set<(error: Error) => void>();
  let died: Error | undefined;

  function on(tell: (error: Error) => void): () => void {
    if (died !== undefined) tell(died);
    else listeners.add(tell);
    return () => listeners.delete(tell);
  }

  return {
    die(error) {
      if (died !== undefined) return;
      died = error;
      for (const tell of listeners) tell(error);
      listeners.clear();
    },
    until: (work) =>
      new Promise((resolve, reject) => {
        const forget = on(reject);
        void work.then(resolve, reject).finally(forget);
      }),
    on,
  };
}
