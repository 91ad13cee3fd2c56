/**
 * Which functions work a queue. Pages ask every few seconds for all queues, and Lambda takes 15 such calls a
 * second for an account, deployments included, so an answer holds for a while.
 */
import { isWorked } from '../../define/work.ts';
import type { QueueMapping } from '../../runtime/desk-ports.ts';
import type { DeskContext, NamedQueue } from '../context.ts';

/** What somebody else has paused or resumed is seen so late. */
const FRESH_MS = 5_000;

interface Known {
  readonly at: number;
  readonly mappings: Promise<readonly QueueMapping[]>;
}

const known = new WeakMap<DeskContext, Map<string, Known>>();

/** As they are, or were up to 5 s ago. */
export async function mappingsOf(context: DeskContext, named: NamedQueue): Promise<readonly QueueMapping[]> {
  const before = known.get(context)?.get(named.queueName);
  const fresh = before !== undefined && context.ports.clock.now() - before.at < FRESH_MS;
  return fresh ? before.mappings : readMappings(context, named);
}

/** As they are now. Only queues that the app works have mappings of ours. */
export async function readMappings(
  context: DeskContext,
  named: NamedQueue,
): Promise<readonly QueueMapping[]> {
  if (named.kind !== 'queue' || !isWorked(context.app, named.queue)) return [];
  const { clock, functions } = context.ports;
  const ofDesk = known.get(context) ?? new Map<string, Known>();
  const mappings = functions.mappings(named.queueName);
  known.set(context, ofDesk.set(named.queueName, { at: clock.now(), mappings }));
  mappings.catch(() => ofDesk.delete(named.queueName));
  return mappings;
}

/** What was said of these queues does not hold any more. */
export function forgetMappings(context: DeskContext, queues: readonly NamedQueue[]): void {
  for (const { queueName } of queues) known.get(context)?.delete(queueName);
}
