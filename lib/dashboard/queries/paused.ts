/** Whether a queue is paused: no function takes from it, and long-running workers are told not to. */
import type { QueueMapping } from '../../runtime/desk-ports.ts';
import type { DeskContext, NamedQueue } from '../context.ts';

/** Which queues long-running workers leave alone, by their names at SQS. */
export async function recordedPauses(
  { ports }: DeskContext,
  queues: readonly NamedQueue[],
): Promise<ReadonlySet<string>> {
  const worked = queues.filter(({ kind }) => kind === 'queue').map(({ queueName }) => queueName);
  return (await ports.pauses?.paused(worked)) ?? new Set();
}

export interface Delivering {
  readonly mappings: readonly QueueMapping[];
  /** Whether a long-running worker has it among its queues. */
  readonly polled: boolean;
  readonly recorded: boolean;
}

export function isPaused({ mappings, polled, recorded }: Delivering): boolean {
  if (mappings.some(({ enabled }) => enabled)) return false;
  // What functions leave alone by somebody else's hand, workers still take.
  return recorded || (mappings.length > 0 && !polled);
}
