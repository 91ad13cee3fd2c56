/** One run, and why it waits. */
import { sentAtOf } from '../../core/id.ts';
import { type Message, parseMessage } from '../../core/message.ts';
import { redactText } from '../../core/redact.ts';
import { isFinal } from '../../core/task-state.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import type { RunDetails, Seen } from '../../runtime/desk-ports.ts';
import { type DeskContext, found, type NamedQueue, queuesOf, taskNamed } from '../context.ts';
import type { RunDetail, Waiting } from '../row.ts';
import { toDeadLetter, toMessage } from './messages.ts';
import { secretsOfRun, toRow, toShown } from './run-row.ts';
import { blockedBy, retry, timeOf, waitingOf } from './waiting-message.ts';

/** @throws CeleriacError NOT_FOUND for an id that is not this app's, or of which nothing is known. */
export async function findRun(context: DeskContext, id: string): Promise<RunDetail> {
  const record = await recordOf(context, id);
  const where = locate(context, id, record);
  if (record === undefined) return found(await unrecorded(context, id, where), 'run', id);
  const { input, result, error, headers, attempts } = toShown(context, record);
  const waiting = isFinal(record.state) ? undefined : await reasonOf(context, id, record, where);
  const history = where === undefined ? [] : toDeadLetter(context, where.seen, record.queue).attempts;
  const message = where === undefined ? undefined : toMessage(context, where.seen);
  const shownInput = input ?? (where === undefined ? undefined : inputOf(context, where.message));
  return {
    ...toRow(context, record, record),
    ...(shownInput === undefined ? {} : { input: shownInput }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { errorDetail: error }),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(headers === undefined ? {} : { headers }),
    attempts: isFinal(record.state) && history.length > 0 ? history : [...history, ...attempts],
    ...(isDead(record, message?.row.id) ? { deadLetter: id } : {}),
    ...(waiting === undefined ? {} : { waiting }),
    ...workflowOf(letterOf(record) ?? where?.message),
  };
}

/** The workflow that a run is a step of, as its message says; the record of one that succeeded has none. */
function workflowOf(message: Message | undefined): Pick<RunDetail, 'workflow'> {
  return message?.flow === undefined ? {} : { workflow: { id: message.flow.id, path: message.flow.path } };
}

/** Why a run or a message waits; undefined when it runs or is over. @throws CeleriacError NOT_FOUND */
export async function findWaiting(context: DeskContext, id: string): Promise<Waiting | undefined> {
  const record = await recordOf(context, id);
  if (record !== undefined && isFinal(record.state)) return undefined;
  return reasonOf(context, id, record, locate(context, id, record));
}

async function recordOf({ ports: { index } }: DeskContext, id: string): Promise<RunDetails | undefined> {
  return (await index?.rows([id]))?.get(id);
}

interface Located {
  readonly named: NamedQueue;
  readonly seen: Seen;
  readonly message: Message;
}

/** Where the message of a run is; undefined where nobody can look into queues, or it is in none. */
function locate(context: DeskContext, id: string, record: RunDetails | undefined): Located | undefined {
  const { see } = context.ports;
  if (see === undefined) return undefined;
  const ended = record !== undefined && isFinal(record.state);
  for (const named of queuesOf(context)) {
    if (ended !== (named.kind === 'dead-letter')) continue;
    for (const seen of see(named.queueName)) {
      // Reading an envelope is dear, and nearly none is the one.
      if (!seen.body.includes(id) && seen.messageId !== id) continue;
      const parsed = parseMessage(seen.body);
      if (parsed.kind !== 'message') continue;
      if (parsed.message.id === id || seen.messageId === id) return { named, seen, message: parsed.message };
    }
  }
  return undefined;
}

/** A run of which there is no record: it waits for its first attempt, or its task keeps none. */
async function unrecorded(
  context: DeskContext,
  id: string,
  where: Located | undefined,
): Promise<RunDetail | undefined> {
  if (where === undefined) return undefined;
  const { row, message } = toMessage(context, where.seen);
  const waiting = await waitingOf(context, where.named, where.seen, message);
  const input = inputOf(context, where.message);
  return {
    id,
    task: where.message.task,
    queue: where.named.queue.name,
    state: 'PENDING',
    sentAt: row.sentAt ?? where.seen.sentAt,
    retries: where.message.attempt,
    attempts: toDeadLetter(context, where.seen, where.named.queue.name).attempts,
    ...(input === undefined ? {} : { input }),
    ...(waiting === undefined ? {} : { waiting }),
    ...workflowOf(where.message),
  };
}

/** The input of a message as it is shown. */
function inputOf({ app }: DeskContext, message: Message): string | undefined {
  const { input } = message;
  if (input === undefined) return undefined;
  return redactText(JSON.stringify(redactedInput(app, message, input).value), secretsOf(app, message));
}

async function reasonOf(
  context: DeskContext,
  id: string,
  record: RunDetails | undefined,
  where: Located | undefined,
): Promise<Waiting | undefined> {
  const now = context.ports.clock.now();
  if (record?.state === 'STARTED' && (record.leaseUntil ?? 0) >= now) return undefined;
  if (where !== undefined) {
    const waiting = await waitingOf(context, where.named, where.seen, where.message);
    if (waiting !== undefined || record === undefined) return waiting;
  }
  if (record === undefined) return unseen(context, id);
  const named = queuesOf(context).find(({ queue, kind }) => kind === 'queue' && queue.name === record.queue);
  const blocked = named === undefined ? undefined : await blockedBy(context, named);
  if (record.state === 'RETRY') {
    const task = taskNamed(context.app, record.task);
    const secrets = secretsOfRun(context, record);
    const why = retry(record.retries, task, record.error, secrets, where?.seen.availableAt);
    return blocked === undefined ? why : { ...why, sentence: `${why.sentence}; ${blocked.sentence}` };
  }
  if (blocked !== undefined) return blocked;
  const sentence =
    record.state === 'STARTED'
      ? `its worker gave no sign of life since ${timeOf(record.leaseUntil ?? now)}; another one takes it over`
      : 'it waits for a worker, a limit of its task, or the end of its delay; SQS does not show which';
  return { kind: 'queued', sentence };
}

/**
 * Nothing is kept of a run before its first attempt, and SQS shows no message: all that can be said is what
 * its id says.
 * @throws CeleriacError NOT_FOUND for an id that is not this app's
 */
function unseen(context: DeskContext, id: string): Waiting | undefined {
  const sentAt = sentAtOf({ app: context.app.name, stage: context.stage }, id);
  const since = timeOf(found(sentAt, 'run', id));
  if (context.ports.see !== undefined) return undefined;
  const sentence =
    `it was sent at ${since} and has not begun, or keeps no record: it waits for a worker, a limit of ` +
    'its task, or the end of its delay; SQS does not show which';
  return { kind: 'queued', sentence };
}

/** Whether a run that failed left a dead letter; where nobody can look, it did if it says why it ended. */
function isDead(record: RunDetails, seen: string | undefined): boolean {
  return record.state === 'FAILURE' && (seen !== undefined || record.reason !== undefined);
}
