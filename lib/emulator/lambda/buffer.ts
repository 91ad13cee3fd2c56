/**
 * The messages that a mapping gathers for its next batch: until there are enough of them, until they fill a
 * synchronous payload, or until the window of the first one is over.
 */
import { EVENT_FRAME_BYTES, type ReceivedMessage } from './batch.ts';
import { SYNC_PAYLOAD_MAX_BYTES } from './limits.ts';

/** When a batch is complete; asked each time, since a mapping can be changed. */
export interface BatchLimits {
  readonly batchSize: number;
  readonly windowMs: number;
}

/** The messages of one mapping that wait for their batch. */
export interface BatchBuffer {
  readonly size: number;
  add(messages: readonly ReceivedMessage[], now: number): void;
  /** How many more messages the batch may take. */
  room(limits: BatchLimits): number;
  isReady(limits: BatchLimits, now: number): boolean;
  /** When the window ends, while messages wait for it. */
  dueAt(limits: BatchLimits): number | undefined;
  /** Takes the next batch out; what does not fit stays. */
  take(limits: BatchLimits): readonly ReceivedMessage[];
  /** Takes everything out. */
  clear(): readonly ReceivedMessage[];
}

/** Makes an empty buffer. */
export function createBatchBuffer(): BatchBuffer {
  let messages: ReceivedMessage[] = [];
  let bytes = EVENT_FRAME_BYTES;
  let firstAt = 0;

  function isFull({ batchSize }: BatchLimits): boolean {
    return messages.length >= batchSize || bytes >= SYNC_PAYLOAD_MAX_BYTES;
  }

  return {
    get size() {
      return messages.length;
    },
    add(more, now) {
      if (messages.length === 0) firstAt = now;
      for (const message of more) {
        messages.push(message);
        bytes += message.sizeBytes;
      }
    },
    room: ({ batchSize }) => Math.max(0, batchSize - messages.length),
    isReady: (limits, now) => messages.length > 0 && (isFull(limits) || now >= firstAt + limits.windowMs),
    dueAt: ({ windowMs }) => (messages.length === 0 ? undefined : firstAt + windowMs),
    take({ batchSize }) {
      let size = EVENT_FRAME_BYTES;
      let count = 0;
      for (const message of messages) {
        // A single message always fits: SQS takes at most 1 MiB, and JSON at most doubles nearly all of it.
        if (count >= batchSize || (count > 0 && size + message.sizeBytes > SYNC_PAYLOAD_MAX_BYTES)) break;
        size += message.sizeBytes;
        count += 1;
      }
      const batch = messages.slice(0, count);
      messages = messages.slice(count);
      bytes -= size - EVENT_FRAME_BYTES;
      return batch;
    },
    clear() {
      const all = messages;
      messages = [];
      bytes = EVENT_FRAME_BYTES;
      return all;
    },
  };
}
