/** Actions on queues: emptying them, and stopping that they are worked. */
import { CeleriacError } from '../../errors.ts';
import { type DeskContext, findQueue, type NamedQueue, queuesOf } from '../context.ts';
import { forgetMappings, readMappings } from '../queries/mappings.ts';

/** Deletes all messages of a queue; answers how many there were, as SQS counts. */
export async function purge(context: DeskContext, name: string): Promise<{ readonly purged: number }> {
  const { queueName } = findQueue(context, name);
  const { ready, inFlight, delayed } = await context.ports.admin.depth(queueName);
  try {
    await context.ports.admin.purge(queueName);
  } catch (cause) {
    if (!(cause instanceof Error && /PurgeQueueInProgress/.test(cause.name))) throw cause;
    const text = `queue '${name}' was purged within the last 60 s, and SQS does that once a minute; wait`;
    throw new CeleriacError('PURGE_IN_PROGRESS', text, { value: name, cause });
  }
  return { purged: ready + inFlight + delayed };
}

/**
 * Stops or starts the delivery to functions. What runs is finished; nothing is received, and nothing is paid
 * for. A queue with priorities is paused with all its levels, unless one is named.
 * @throws CeleriacError NOT_FOUND, PAUSE_NOT_POSSIBLE for a queue that no function works
 */
export async function setPaused(context: DeskContext, name: string, paused: boolean): Promise<void> {
  const named = findQueue(context, name);
  const levels =
    named.name === named.queue.name && named.kind === 'queue' ? levelsOf(context, named) : [named];
  const mappings = (await Promise.all(levels.map((level) => readMappings(context, level)))).flat();
  if (mappings.length === 0) {
    const text =
      `no function works queue '${name}', so there is nothing to ${paused ? 'pause' : 'resume'}; a ` +
      'long-running worker is shut down or resized instead';
    throw new CeleriacError('PAUSE_NOT_POSSIBLE', text, { value: name });
  }
  const changed = mappings.filter(({ enabled }) => enabled === paused);
  await Promise.all(changed.map(({ id }) => context.ports.functions.enable(id, !paused)));
  forgetMappings(context, levels);
}

function levelsOf(context: DeskContext, { queue }: NamedQueue): readonly NamedQueue[] {
  return queuesOf(context).filter((other) => other.kind === 'queue' && other.queue === queue);
}
