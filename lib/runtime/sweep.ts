/**
 * Removes the reply queues of clients that died: for the command line, and for a function that is called by
 * a schedule.
 */
import { ABANDONED_AFTER_MS, abandoned } from '../core/heartbeat.ts';
import type { IdSpace } from '../core/id.ts';
import { replyQueuePrefix } from '../define/resource-name.ts';
import type { Clock, Log, ReplyQueues } from './ports.ts';

export interface SweepPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly replies: Pick<ReplyQueues, 'list' | 'remove'>;
  readonly log: Log;
}

/** The names of queues, each in one of the three lists. */
export interface Swept {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  /** Abandoned, but they could not be removed now; the next sweep tries again. */
  readonly failed: readonly string[];
}

/** Sweeps the reply queues of an app in a stage: those without a heartbeat for `afterMs`. */
export async function sweepReplies(
  { clock, replies, log }: SweepPorts,
  { app, stage }: IdSpace,
  afterMs = ABANDONED_AFTER_MS,
): Promise<Swept> {
  const queues = await replies.list(replyQueuePrefix(app, stage));
  const old = new Set(abandoned(queues, clock.now(), afterMs));
  const removed: string[] = [];
  const failed: string[] = [];
  // One after the other: there are few, and nobody waits for it.
  for (const queueName of old) {
    try {
      await replies.remove(queueName);
      removed.push(queueName);
    } catch (error) {
      log({
        level: 'warn',
        message: 'a reply queue could not be removed',
        queue: queueName,
        error: String(error),
      });
      failed.push(queueName);
    }
  }
  const kept = queues.map(({ queueName }) => queueName).filter((queueName) => !old.has(queueName));
  return { removed, kept, failed };
}
