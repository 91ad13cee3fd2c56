/**
 * Sends messages in batches. Messages handed in during one tick share calls (at most 10 entries and 1 MiB
 * each); entries that fail are sent again alone; each caller's promise settles by its own entry. A call that
 * fails as a whole may have taken effect: its messages are sent again all the same, since a message too much
 * is dropped by its claim and a message too few is lost.
 */

import { BATCH_BYTES_MAX, BATCH_ENTRIES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { SendError } from '../errors.ts';
import type { Chance, Clock, EntryFailure, OutgoingMessage, Queues } from './ports.ts';

/**
 * How often an entry is tried, and how the waits in between grow (full jitter). The SDK below retries calls
 * by itself.
 */
const TRIES_MAX = 4;
const WAIT_MS = 100;

interface Waiting {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface Outbox {
  /**
   * Resolves when the queue has taken the message.
   * @throws SendError SEND_FAILED with the service's code and message, after its tries.
   */
  send(queueName: string, message: OutgoingMessage): Promise<void>;
  /** Resolves when nothing is under way. */
  flush(): Promise<void>;
}

/** An outbox over queues. */
export function createOutbox(ports: {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly chance: Chance;
}): Outbox {
  const waiting = new Map<string, Waiting[]>();
  const underWay = new Set<Promise<void>>();
  // Batches of an ordered queue go one after the other: side by side, a later one could arrive first.
  const lastOf = new Map<string, Promise<void>>();

  function dispatch(queueName: string): void {
    const messages = waiting.get(queueName) ?? [];
    waiting.delete(queueName);
    for (const batch of batches(messages)) {
      const ordered = batch[0]?.message.group !== undefined;
      const before = ordered ? (lastOf.get(queueName) ?? Promise.resolve()) : undefined;
      const sending = (
        before?.then(() => sendBatch(ports, queueName, batch)) ?? sendBatch(ports, queueName, batch)
      ).finally(() => {
        underWay.delete(sending);
        if (lastOf.get(queueName) === sending) lastOf.delete(queueName);
      });
      underWay.add(sending);
      if (ordered) lastOf.set(queueName, sending);
    }
  }

  return {
    send(queueName, message) {
      const taken = new Promise<void>((resolve, reject) => {
        const list = waiting.get(queueName);
        if (list !== undefined) {
          list.push({ message, resolve, reject });
          return;
        }
        waiting.set(queueName, [{ message, resolve, reject }]);
        // After the microtasks of this tick: everything that the caller sends in one go is there by then.
        queueMicrotask(() => queueMicrotask(() => dispatch(queueName)));
      });
      return ports.clock.waiting(taken);
    },
    async flush() {
      // A flush in the tick of a send comes before its dispatch.
      await Promise.resolve().then(() => undefined);
      while (waiting.size > 0 || underWay.size > 0) {
        await ports.clock.waiting(Promise.all([...underWay, Promise.resolve()]));
      }
    },
  };
}

/** Cuts a list into calls of at most 10 entries and 1 MiB, keeping its order. */
function batches(messages: readonly Waiting[]): Waiting[][] {
  const cut: Waiting[][] = [];
  let bytes = 0;
  for (const entry of messages) {
    const size = sizeBytes(entry.message.body);
    const last = cut.at(-1);
    if (last === undefined || last.length >= BATCH_ENTRIES_MAX || bytes + size > BATCH_BYTES_MAX) {
      cut.push([entry]);
      bytes = size;
    } else {
      last.push(entry);
      bytes += size;
    }
  }
  return cut;
}

async function sendBatch(
  ports: { readonly queues: Queues; readonly clock: Clock; readonly chance: Chance },
  queueName: string,
  batch: readonly Waiting[],
): Promise<void> {
  let left = [...batch];
  for (let tries = 1; left.length > 0; tries++) {
    const failures = await attempt(ports.queues, queueName, left);
    const failed = new Map(failures.map((failure) => [failure.index, failure]));
    const again: Waiting[] = [];
    left.forEach((entry, index) => {
      const failure = failed.get(index);
      if (failure === undefined) entry.resolve();
      else if (failure.retryable && tries < TRIES_MAX) again.push(entry);
      else entry.reject(refused(queueName, failure));
    });
    left = again;
    if (left.length > 0) await pause(ports, tries, left);
  }
}

/**
 * Waits before the next try; whoever cuts the wait short (a process that ends) hears it from every message
 * left.
 */
async function pause(
  ports: { readonly clock: Clock; readonly chance: Chance },
  tries: number,
  left: Waiting[],
): Promise<void> {
  try {
    await ports.clock.sleep(ports.chance() * WAIT_MS * 2 ** tries);
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    for (const entry of left.splice(0)) entry.reject(reason);
  }
}

async function attempt(
  queues: Queues,
  queueName: string,
  batch: readonly Waiting[],
): Promise<readonly EntryFailure[]> {
  try {
    return await queues.send(
      queueName,
      batch.map((entry) => entry.message),
    );
  } catch (error) {
    const { code, message, retryable } = described(error);
    return batch.map((_, index) => ({ index, code, message, retryable }));
  }
}

/** What an adapter's exception says; only what names itself as final is not tried again. */
function described(error: unknown): { code: string; message: string; retryable: boolean } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error), retryable: true };
  const retryable = !('retryable' in error && error.retryable === false);
  return { code: error.name, message: error.message, retryable };
}

function refused(queueName: string, failure: EntryFailure): SendError {
  const message = `queue '${queueName}' refused the message: ${failure.code}: ${failure.message}`;
  return new SendError('SEND_FAILED', message, { value: failure.code });
}
