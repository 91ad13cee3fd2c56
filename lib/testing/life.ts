/**
 * The life of a simulated process: it can end at any moment, and nothing that belongs to it acts afterwards.
 */
import type { Clock } from '../runtime/ports.ts';

export interface Life {
  readonly alive: boolean;
  /** Throws when it is over. */
  check(): void;
  /** Ends it. What was under way finds out at its next step. */
  end(why: string): void;
  /** Ends it and unwinds whoever calls. */
  crash(why: string): never;
  /** Calls `told` when it ends; returns a function that takes this back. */
  onEnd(told: (reason: Error) => void): () => void;
}

export function createLife(): Life {
  const told = new Set<(reason: Error) => void>();
  let over: Error | undefined;
  const end = (why: string): Error => {
    if (over !== undefined) return over;
    over = new Error(`the worker died: ${why}`);
    for (const tell of told) tell(over);
    return over;
  };
  return {
    get alive() {
      return over === undefined;
    },
    check() {
      if (over !== undefined) throw over;
    },
    end,
    crash(why) {
      throw end(why);
    },
    onEnd(tell) {
      told.add(tell);
      return () => told.delete(tell);
    },
  };
}

/** What the work resolves to, or a rejection as soon as the life ends. */
export function untilEnd<T>(life: Life, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = life.onEnd(reject);
    work.finally(forget).then(resolve, reject);
  });
}

/** Sleeps on the clock, but no longer than the life lasts. */
export async function sleepInLife(
  clock: Pick<Clock, 'sleep'>,
  life: Life,
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  life.check();
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  const forget = life.onEnd((reason) => stop.abort(reason));
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await clock.sleep(ms, stop.signal);
  } finally {
    forget();
    signal?.removeEventListener('abort', abort);
  }
}
