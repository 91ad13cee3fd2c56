/**
 * The clock of a test's own clients: while one of them waits, time moves, from timer to timer, and stands
 * still again as soon as nobody does. Several that wait share the way, and each goes on at its own time.
 */
import type { VirtualEmulator } from '../emulator/index.ts';
import type { Clock } from '../runtime/ports.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
  fail(error: unknown): void;
}

export function createTestClock(emulator: VirtualEmulator): Clock {
  const { clock } = emulator;
  const sleepers = new Set<Sleeper>();
  let moving = false;

  /** Moves to the next timer, or to the next sleeper's time if that comes first, until nobody sleeps. */
  async function move(): Promise<void> {
    moving = true;
    try {
      for (;;) {
        // Who has just been woken may want to sleep again, and for less than the others.
        await emulator.settled();
        if (sleepers.size === 0) return;
        const untils = [...sleepers].map(({ until }) => until);
        const next = Math.min(clock.next() ?? Number.POSITIVE_INFINITY, ...untils);
        await emulator.advance(Math.max(0, next - clock.now()));
        for (const sleeper of sleepers) if (sleeper.until <= clock.now()) sleeper.wake();
      }
    } catch (error) {
      for (const sleeper of sleepers) sleeper.fail(error);
    } finally {
      moving = false;
    }
  }

  return {
    now: () => clock.now(),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const end = (settle: () => void): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        const sleeper: Sleeper = {
          until: clock.now() + ms,
          wake: () => end(resolve),
          fail: (error) => end(() => reject(error)),
        };
        const abort = (): void => end(() => reject(signal?.reason));
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
        if (!moving) void move();
      });
    },
    alarm: (ms, ring) => clock.at(clock.now() + ms, ring),
    run: (_name, work) => work(),
    waiting: (promise) => promise,
  };
}
