/** Queues with their depths, ages and who works them; and what lies in them. */
import { isWorked } from '../../define/work.ts';
import { CeleriacError } from '../../errors.ts';
import { type DeskContext, findQueue, type NamedQueue, queuesOf } from '../context.ts';
import type { DeadLetterRow, DeadLettersQuery, MessageRow, Page, QueueRow } from '../row.ts';
import { mappingsOf } from './mappings.ts';
import { toDeadLetter, toMessage } from './messages.ts';
import { isPaused, recordedPauses } from './paused.ts';
import { lookAt } from './taken.ts';
import { blockedBy, waitingOf } from './waiting-message.ts';
import { livingWorkers } from './workers.ts';

export const PEEKED_DEFAULT = 10;
export const LETTERS_DEFAULT = 100;
const LETTERS_MAX = 1_000;

export async function listQueues(context: DeskContext): Promise<readonly QueueRow[]> {
  const queues = queuesOf(context);
  const { admin, gauges } = context.ports;
  const [depths, mappings, oldest, pauses] = await Promise.all([
    Promise.all(queues.map(({ queueName }) => admin.depth(queueName))),
    Promise.all(queues.map((queue) => mappingsOf(context, queue))),
    gauges.oldest(queues.map(({ queueName }) => queueName)),
    recordedPauses(context, queues),
  ]);
  const machines = await livingWorkers(context);
  return queues.map((named, at): QueueRow => {
    const mapped = mappings[at] ?? [];
    const age = oldest.get(named.queueName);
    const polling = machines.filter(
      ({ queues: worked }) => named.kind === 'queue' && worked.includes(named.queue.name),
    );
    return {
      name: named.name,
      kind: named.kind,
      ...(depths[at] ?? { ready: 0, inFlight: 0, delayed: 0 }),
      ...(age === undefined ? {} : { oldest: age }),
      ordered: named.queue.ordered,
      paused: isPaused({
        mappings: mapped,
        polled: polling.length > 0,
        recorded: pauses.has(named.queueName),
      }),
      consumers: [...mapped.map(({ functionName }) => functionName), ...polling.map(({ id }) => id)],
      tasks: named.kind === 'queue' ? tasksOf(context, named) : [],
      ...(named.kind === 'queue' ? { deadLetters: `${named.queue.name}-dlq` } : {}),
    };
  });
}

function tasksOf({ app }: DeskContext, { queue }: NamedQueue): readonly string[] {
  return app.tasks.filter((task) => task.queue === queue).map(({ name }) => name);
}

/**
 * Looks at messages of a queue, which stay where they are. SQS shows a message only by receiving it, and
 * counts that; of a queue that somebody works the count means crashes (docs/rabbitmq.md), on an ordered one
 * a message that is looked at holds its group, and a function's next batch would miss it. So what is worked
 * is looked into only where that needs no receive, beside an emulator; elsewhere the list of runs and the
 * dead letters say what there is.
 * @throws CeleriacError PEEK_COUNTS for a queue that is worked, NOT_FOUND.
 */
export async function peek(
  context: DeskContext,
  name: string,
  limit = PEEKED_DEFAULT,
): Promise<readonly MessageRow[]> {
  const named = findQueue(context, name);
  const { see } = context.ports;
  if (see !== undefined) {
    const seen = see(named.queueName).slice(0, limit);
    const keeping = blockedBy(context, named);
    return Promise.all(
      seen.map(async (one) => {
        const shown = toMessage(context, one);
        const waiting = await waitingOf(context, named, one, shown.message, keeping);
        return { ...shown.row, ...(waiting === undefined ? {} : { waiting }) };
      }),
    );
  }
  if (named.kind === 'queue' && isWorked(context.app, named.queue)) {
    const text =
      `queue '${name}' is worked, and SQS shows a message only by receiving it, which counts towards ` +
      `'crashed'; runs that are known to wait in it are at /api/queues/${name}/waiting, and listed by ` +
      `'celeriac queues waiting ${name}'`;
    throw new CeleriacError('PEEK_COUNTS', text, { value: name });
  }
  const taken = await lookAt(context, named.queueName, limit);
  return taken.map((one) => toMessage(context, one).row);
}

/** Dead letters, of one queue or of all. Receives of a dead-letter queue are counted by nobody. */
export async function listDeadLetters(
  context: DeskContext,
  query: DeadLettersQuery,
): Promise<Page<DeadLetterRow>> {
  const limit = Math.min(query.limit ?? LETTERS_DEFAULT, LETTERS_MAX);
  const queues = deadQueuesOf(context, query.queue);
  const lists = await Promise.all(
    queues.map(async (named) => {
      const taken = await lookAt(context, named.queueName, LETTERS_MAX);
      return taken.map((one) => toDeadLetter(context, one, named.queue.name));
    }),
  );
  const rows = lists
    .flat()
    .filter((row) => isAsked(row, query))
    .sort((a, b) => (b.deadAt ?? b.sentAt ?? 0) - (a.deadAt ?? a.sentAt ?? 0));
  return { rows: rows.slice(0, limit) };
}

/** @throws CeleriacError NOT_FOUND; a dead-letter queue may be named by the queue that it stands beside. */
export function deadQueuesOf(context: DeskContext, name: string | undefined): readonly NamedQueue[] {
  const dead = queuesOf(context).filter(({ kind }) => kind === 'dead-letter');
  if (name === undefined) return dead;
  const named = findQueue(context, name);
  return dead.filter(({ queue }) => queue === named.queue);
}

/** Whether a dead letter is among those that a filter names. */
export function isAsked(row: DeadLetterRow, query: Omit<DeadLettersQuery, 'queue' | 'limit'>): boolean {
  const { reason, task, search } = query;
  if (reason !== undefined && row.reason !== reason) return false;
  if (task !== undefined && row.task !== task) return false;
  if (search === undefined || search === '') return true;
  const text = `${row.id} ${row.messageId} ${row.task} ${row.body} ${row.error?.name}: ${row.error?.message}`;
  return text.toLowerCase().includes(search.toLowerCase());
}
