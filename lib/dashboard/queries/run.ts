/** One run, and why it waits. */
import type { Message } from '../../core/message.ts';
import { redactText } from '../../core/redact.ts';
import { isFinal } from '../../core/task-state.ts';
import { redactedInput, secretsOf } from '../../define/redact.ts';
import type { RunDetails } from '../../runtime/desk-ports.ts';
import { type DeskContext, found, queuesOf, taskNamed } from '../context.ts';
import type { RunDetail, Waiting } from '../row.ts';
import { type Located, locate } from './locate.ts';
import { toDeadLetter, toMessage } from './messages.ts';
import { letterOf, secretsOfRun, toRow, toShown } from './run-row.ts';
import { unseen } from './unseen.ts';
import { blockedBy, reserved, retry, timeOf, waitingOf } from './waiting-message.ts';

/** @throws CeleriacError NOT_FOUND for an id that is not this app's, or of which nothing is known. */
export async function findRun(context: DeskContext, id: string): Promise<RunDetail> {
  const record = await recordOf(context, id);
  const where = await locate(context, id, record);
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
    ...workflowOf(record.workflow ?? (letterOf(record) ?? where?.message)?.workflow),
  };
}

/** The workflow that a run is a step of, as its record says, or a message where no attempt has begun. */
function workflowOf(part: RunDetail['workflow']): Pick<RunDetail, 'workflow'> {
  return part === undefined ? {} : { workflow: { id: part.id, path: part.path } };
}

/** Why a run or a message waits; undefined when it runs or is over. @throws CeleriacError NOT_FOUND */
export async function findWaiting(context: DeskContext, id: string): Promise<Waiting | undefined> {
  const record = await recordOf(context, id);
  if (record !== undefined && isFinal(record.state)) return undefined;
  return reasonOf(context, id, record, await locate(context, id, record));
}

async function recordOf({ ports: { index } }: DeskContext, id: string): Promise<RunDetails | undefined> {
  return (await index?.rows([id]))?.get(id);
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
    ...workflowOf(where.message.workflow),
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
  return recorded(context, record, where?.seen.availableAt);
}

/** Why a run waits, as its record knows; `keeping` is what keeps everything in its queue. */
export async function recorded(
  context: DeskContext,
  record: RunDetails,
  comesAt?: number,
  keeping?: Promise<Waiting | undefined>,
): Promise<Waiting> {
  const named = queuesOf(context).find(({ queue, kind }) => kind === 'queue' && queue.name === record.queue);
  const blocked = await (keeping ?? (named === undefined ? undefined : blockedBy(context, named)));
  const own = await ownReason(context, record, comesAt);
  if (own === undefined) return blocked ?? { kind: 'queued', sentence: QUEUED };
  return blocked === undefined ? own : { ...own, sentence: `${own.sentence}; ${blocked.sentence}` };
}

const QUEUED =
  'its turn has come, and the next worker takes it; SQS does not show whether others of its group are ' +
  'before it';

async function ownReason(
  context: DeskContext,
  record: RunDetails,
  comesAt: number | undefined,
): Promise<Waiting | undefined> {
  const now = context.ports.clock.now();
  const task = taskNamed(context.app, record.task);
  if (record.state === 'STARTED') {
    const since = timeOf(record.leaseUntil ?? now);
    const sentence = `its worker gave no sign of life since ${since}; another one takes it over`;
    return { kind: 'queued', sentence };
  }
  const input = letterOf(record)?.input;
  // A copy that comes back is not seen at once: SQS is late, and its worker may be busy.
  if (record.wait !== undefined && task !== undefined && (record.waitUntil ?? 0) > now - LATE_MS)
    return reserved(context, task, record.wait, input);
  if (record.state !== 'RETRY') return undefined;
  return retry(record.retries, task, record.error, secretsOfRun(context, record), comesAt);
}

/** So long after its time a message that waited is taken to stand in its queue. */
const LATE_MS = 5_000;

/** Whether a run that failed left a dead letter; where nobody can look, it did if it says why it ended. */
function isDead(record: RunDetails, seen: string | undefined): boolean {
  return record.state === 'FAILURE' && (seen !== undefined || record.reason !== undefined);
}
