/** A sleep made of a clock's timers, for both kinds of clock. */
import type { Clock } from './clock.ts';

/**
 * Sleeps, between calls of `begin` and `end`; aborted it leaves neither its timer nor its listener behind.
 */
export function sleepUntil(
  at: Clock['at'],
  time: number,
  signal: AbortSignal | undefined,
  begin: () => void,
  end: () => void,
): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const cancel = at(time, () => {
      signal?.removeEventListener('abort', abort);
      end();
      resolve();
    });
    function abort(): void {
      cancel();
      end();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', abort, { once: true });
    begin();
  });
}
