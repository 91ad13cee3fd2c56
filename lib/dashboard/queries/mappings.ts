/** Which functions work a queue. */
import { isWorked } from '../../define/work.ts';
import type { QueueMapping } from '../../runtime/desk-ports.ts';
import type { DeskContext, NamedQueue } from '../context.ts';

/** Only queues that the app works have mappings of ours. */
export async function mappingsOf(context: DeskContext, named: NamedQueue): Promise<readonly QueueMapping[]> {
  if (named.kind !== 'queue' || !isWorked(context.app, named.queue)) return [];
  return context.ports.functions.mappings(named.queueName);
}
