/** Deletes that share their calls: those of a short while, at most 10 in each. */
import { BATCH_ENTRIES_MAX } from '../core/limits.ts';
import type { Clock, Log, Queues } from './ports.ts';

export interface Removals {
  add(receipts: readonly string[]): void;
  /** Deletes all that is left, and resolves when every call has been answered. */
  flush(): Promise<void>;
}

/** How long a delete waits for others. */
const GATHER_MS = 20;
const TRIES_MAX = 3;

export function createRemovals(
  ports: { readonly clock: Clock; readonly queues: Queues; readonly log: Log },
  queueName: string,
): Removals {
  const waiting: string[] = [];
  const calls = new Set<Promise<void>>();
  let cancel: (() => void) | undefined;

  function send(): void {
    cancel?.();
    cancel = undefined;
    while (waiting.length > 0) {
      const sending = remove(waiting.splice(0, BATCH_ENTRIES_MAX)).finally(() => calls.delete(sending));
      calls.add(sending);
    }
  }

  /** What is not deleted comes back; where its run has a record it is dropped then. */
  async function remove(receipts: readonly string[]): Promise<void> {
    let left = receipts;
    for (let tries = 1; left.length > 0; tries++) {
      try {
        const failures = await ports.queues.remove(queueName, left);
        if (failures.length === 0) return;
        left = failures.flatMap(({ index }) => left[index] ?? []);
      } catch (error) {
        if (tries === TRIES_MAX)
          return ports.log({
            level: 'warn',
            message: 'an ack failed',
            queue: queueName,
            error: String(error),
          });
      }
      if (tries === TRIES_MAX)
        return ports.log({ level: 'warn', message: 'an ack failed', queue: queueName, count: left.length });
    }
  }

  return {
    add(receipts) {
      waiting.push(...receipts);
      if (waiting.length >= BATCH_ENTRIES_MAX) send();
      else if (waiting.length > 0) cancel ??= ports.clock.alarm(GATHER_MS, send);
    },
    async flush() {
      send();
      while (calls.size > 0) await Promise.all(calls);
    },
  };
}
