/** When a message is too old to be run: by its own time to live, and by its queue's. */
import type { Message } from '../core/message.ts';
import type { Queue } from '../define/queue.ts';

/** The earlier of the two, in milliseconds since the epoch; undefined: never. */
export function expiryOf(queue: Queue, { expiresAt, enteredAt }: Message): number | undefined {
  const here =
    queue.expiresMs === undefined || enteredAt === undefined ? undefined : enteredAt + queue.expiresMs;
  if (expiresAt === undefined || here === undefined) return expiresAt ?? here;
  return Math.min(expiresAt, here);
}
