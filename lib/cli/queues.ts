/** `celeriac queues`: what is in queues, and what is done with them. */
import type { MessageRow } from '../dashboard/row.ts';
import type { Answer } from './answer.ts';
import { readCount } from './given.ts';
import { queueTable } from './inspect.ts';
import type { Session } from './over-desk.ts';
import { cyan, green, paintState, yellow } from './paint.ts';
import { notDone } from './run-commands.ts';
import { sayWhen } from './say.ts';
import { toTable } from './table.ts';

/** Lists them. */
export async function listQueues({ desk }: Session): Promise<Answer> {
  const value = await desk.queues();
  return { value, text: queueTable(value) };
}

const PEEK_MAX = 100;

/** Looks at messages, which stay where they are. */
export async function peek(
  { desk, now }: Session,
  { limit }: { readonly limit: string },
  queue: string,
): Promise<Answer> {
  const value = await desk.peek(queue, readCount('--limit', limit, 1, PEEK_MAX));
  return { value, text: messageTable(value, now()) };
}

/** Runs that are known to wait, and why, without looking into the queue. */
export async function waitingRuns(
  { desk, now }: Session,
  { limit }: { readonly limit: string },
  queue: string,
): Promise<Answer> {
  const value = await desk.waitingRuns(queue, readCount('--limit', limit, 1, PEEK_MAX));
  const text = toTable(
    value,
    {
      id: ({ id }) => cyan(id),
      task: ({ task }) => task,
      state: ({ state }) => paintState(state),
      sent: ({ sentAt }) => sayWhen(sentAt, now()),
      due: ({ waiting }) => sayWhen(waiting.until, now()),
      waiting: ({ waiting }) => waiting.sentence,
    },
    'no run with a record waits; those that have not been tried yet have none',
  );
  return { value, text };
}

/** Deletes all messages of a queue, after a question. */
export async function purge(
  { desk, ask }: Session,
  { yes = false }: { readonly yes?: boolean },
  queue: string,
): Promise<Answer> {
  if (!yes && !(await ask(`delete all messages of queue ${queue}`))) throw notDone('deleted');
  const value = await desk.purge(queue);
  return { value, text: `purged about ${value.purged} messages; SQS takes up to a minute for it` };
}

/** Stops that a queue is worked; messages stay and wait. */
export async function pauseQueue({ desk }: Session, _: unknown, queue: string): Promise<Answer> {
  await desk.pauseQueue(queue);
  return { value: { queue, paused: true }, text: `${yellow('paused')}: ${queue}` };
}

/** Lets a queue be worked again. */
export async function resumeQueue({ desk }: Session, _: unknown, queue: string): Promise<Answer> {
  await desk.resumeQueue(queue);
  return { value: { queue, paused: false }, text: `${green('resumed')}: ${queue}` };
}

/** Messages as a table; bodies are cut at the edge of what people read. */
function messageTable(messages: readonly MessageRow[], now: number): string {
  return toTable(
    messages,
    {
      message: ({ messageId }) => cyan(messageId),
      id: ({ id }) => id,
      task: ({ task }) => task,
      sent: ({ sentAt }) => sayWhen(sentAt, now),
      receives: ({ receives }) => receives,
      group: ({ group }) => group,
      waiting: ({ waiting }) => waiting?.sentence,
      body: ({ body }) => cut(body),
    },
    'no messages',
  );
}

const BODY_LENGTH = 80;

function cut(text: string): string {
  return text.length > BODY_LENGTH ? `${text.slice(0, BODY_LENGTH - 1)}…` : text;
}
