/** One look at a queue: at its levels of priority from the highest down, or by as many calls as help. */
import { BATCH_ENTRIES_MAX } from '../core/limits.ts';
import type { Delivery } from './outcome.ts';
import type { Receiver } from './worker-ports.ts';

/** SQS: the longest wait for messages; with several levels, the lower ones are looked at in between. */
const WAIT_SECONDS = 20;
const WAIT_SECONDS_LEVELS = 1;
/** With several calls at once. */
const WAIT_SECONDS_MANY = 1;

export interface Found<Level> {
  readonly level: Level;
  readonly deliveries: readonly Delivery[];
}

export interface Wanted {
  readonly wanted: number;
  /** How long to wait when nothing is there; with several levels or calls it is less. */
  readonly waitSeconds?: number;
}

/** Looks at the levels from the highest down, and waits at the highest when there is nothing anywhere. */
export async function receive<Level extends { readonly queueName: string }>(
  receiver: Receiver,
  levels: readonly Level[],
  { wanted, waitSeconds = WAIT_SECONDS }: Wanted,
  signal: AbortSignal,
): Promise<Found<Level> | undefined> {
  const [highest] = levels;
  if (highest === undefined) return undefined;
  const max = Math.min(wanted, BATCH_ENTRIES_MAX);
  if (levels.length > 1) {
    for (const level of levels) {
      const deliveries = await receiver.receive(level.queueName, max, 0, signal);
      if (deliveries.length > 0) return { level, deliveries };
    }
    return {
      level: highest,
      deliveries: await receiver.receive(highest.queueName, max, WAIT_SECONDS_LEVELS, signal),
    };
  }
  // As many calls at once as there is room for, while there is more than one call brings.
  const calls = Math.max(1, Math.floor(wanted / BATCH_ENTRIES_MAX));
  if (calls === 1)
    return {
      level: highest,
      deliveries: await receiver.receive(highest.queueName, max, waitSeconds, signal),
    };
  // What one of them brings must not wait long for the others, nor be lost when one fails.
  const answers = await Promise.allSettled(
    Array.from({ length: calls }, () => receiver.receive(highest.queueName, max, WAIT_SECONDS_MANY, signal)),
  );
  const deliveries = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (deliveries.length === 0 && failed !== undefined) throw failed.reason;
  return { level: highest, deliveries };
}
