/**
 * Whether queues with a `maxLength` have room (RabbitMQ's x-overflow=reject-publish). SQS tells an
 * approximation, which is asked for at most once in 5 s a process: a burst may pass the limit.
 */
import type { IdSpace } from '../core/id.ts';
import type { App } from '../define/app.ts';
import type { Queue } from '../define/queue.ts';
import { queueNames } from '../define/resource-name.ts';
import { isWaitQueue } from '../define/work.ts';
import { NackError } from '../errors.ts';
import type { Ports } from './ports.ts';

/** For how long an answer holds. */
const FRESH_MS = 5_000;

export interface Room {
  /**
   * Resolves when none of the queues is full.
   * @throws NackError QUEUE_FULL; nothing was sent anywhere then.
   */
  check(queues: readonly Queue[], messageId: string): Promise<void>;
}

/** Looks at queues through the port Depths; without it, no queue is ever full. */
export function createRoom(
  app: App,
  space: IdSpace,
  { clock, depths }: Pick<Ports, 'clock' | 'depths'>,
): Room {
  const known = new Map<string, { readonly at: number; readonly waiting: Promise<number> }>();

  async function ask(queue: Queue): Promise<number> {
    const levels = queueNames(space.app, space.stage, queue);
    // All that lies in a wait queue is delayed.
    const delayed = isWaitQueue(app, queue);
    const lengths = await Promise.all(levels.map((name) => depths?.waiting(name, delayed) ?? 0));
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  function waiting(queue: Queue): Promise<number> {
    const before = known.get(queue.name);
    if (before !== undefined && clock.now() - before.at < FRESH_MS) return before.waiting;
    // A length that cannot be had refuses nothing: whether SQS takes messages shows when one is sent.
    const asked = ask(queue).catch(() => 0);
    known.set(queue.name, { at: clock.now(), waiting: asked });
    return asked;
  }

  return {
    async check(queues, messageId) {
      for (const queue of queues) {
        if (queue.maxLength === undefined || depths === undefined) continue;
        const length = await clock.waiting(waiting(queue));
        if (length < queue.maxLength) continue;
        const text =
          `queue '${queue.name}' is full: ${length} messages wait, its maxLength is ${queue.maxLength}; ` +
          'publish again when some are worked off';
        throw new NackError('QUEUE_FULL', text, { value: length, allowed: queue.maxLength, messageId });
      }
    },
  };
}
