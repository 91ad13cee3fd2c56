/** A clock that a test moves: what waits on it is woken in order of time, one after the other. */
import type { Clock } from '../../lib/runtime/ports.ts';

export interface TestClock extends Clock {
  /** Does something at a time; what it does is awaited before time moves on. */
  at(time: number, work: () => void | Promise<void>): () => void;
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly time: number;
  readonly order: number;
  readonly work: () => void | Promise<void>;
}

export function createTestClock(start: number): TestClock {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();
  const at = (time: number, work: Timer['work']): (() => void) => {
    const timer = { time: Math.max(time, now), order: order++, work };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return {
    at,
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const cancel = at(now + ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason);
        });
      }),
    alarm: (ms, ring) => at(now + ms, ring),
    run: (_name, work) => work(),
    waiting: (promise) => promise,
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let next = first(timers, end); next !== undefined; next = first(timers, end)) {
        timers.delete(next);
        now = next.time;
        await next.work();
        await settled();
      }
      now = end;
    },
  };
}

function first(timers: ReadonlySet<Timer>, end: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers) {
    if (timer.time > end) continue;
    const isEarlier = found === undefined || timer.time < found.time;
    if (isEarlier || (timer.time === found?.time && timer.order < found.order)) found = timer;
  }
  return found;
}

/** Until everything that was woken waits again: promises of memory settle within a turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
