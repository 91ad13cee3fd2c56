/** Actions on queues: emptying them, and stopping that they are worked. */
import { isWorked } from '../../define/work.ts';
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
 * Stops or starts that a queue is worked, by functions and by long-running workers, those included that start
 * meanwhile. What runs is finished; nothing is received, and nothing is paid for. Functions hear of it within
 * about a minute (Lambda), workers at their next beat. A queue with priorities is paused with all its levels,
 * unless one is named.
 * @throws CeleriacError NOT_FOUND, PAUSE_NOT_POSSIBLE for a queue that nothing of this app works
 */
export async function setPaused(context: DeskContext, name: string, paused: boolean): Promise<void> {
  const { app, ports } = context;
  const named = findQueue(context, name);
  const levels =
    named.name === named.queue.name && named.kind === 'queue' ? levelsOf(context, named) : [named];
  const mappings = (await Promise.all(levels.map((level) => readMappings(context, level)))).flat();
  const pauses = named.kind === 'queue' && isWorked(app, named.queue) ? ports.pauses : undefined;
  if (mappings.length === 0 && pauses === undefined) throw notPossible(context, named, paused);
  // The workers' first: one that starts in between takes nothing.
  const now = ports.clock.now();
  await Promise.all(levels.map(({ queueName }) => pauses?.set(queueName, paused, now)));
  const changed = mappings.filter(({ enabled }) => enabled === paused);
  await Promise.all(changed.map(({ id }) => ports.functions.enable(id, !paused)));
  forgetMappings(context, levels);
}

function notPossible(
  { app }: DeskContext,
  { name, kind, queue }: NamedQueue,
  paused: boolean,
): CeleriacError {
  const isOwn = kind === 'queue' && isWorked(app, queue);
  const why = isOwn
    ? `no function works queue '${name}', and app '${app.name}' has no table in which workers on machines ` +
      'would read it (nothing in it keeps a record); shut them down instead'
    : `nothing of app '${app.name}' works queue '${name}'`;
  const text = `${why}, so there is nothing to ${paused ? 'pause' : 'resume'}`;
  return new CeleriacError('PAUSE_NOT_POSSIBLE', text, { value: name });
}

function levelsOf(context: DeskContext, { queue }: NamedQueue): readonly NamedQueue[] {
  return queuesOf(context).filter((other) => other.kind === 'queue' && other.queue === queue);
}
