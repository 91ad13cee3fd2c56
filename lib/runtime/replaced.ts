/**
 * Runs that have put a workflow in their place (Celery's replace). The workflow has an id that derives from
 * the run's, and knows the run's message; the run waits as for another attempt, and ends as the workflow
 * does.
 */
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import { encodeMessage, type Message, parseMessage, sizeBytes } from '../core/message.ts';
import { DEADLINE_INSTEAD } from '../core/workflow/deadline.ts';
import { inPlaceOf } from '../core/workflow/path.ts';
import type { Instead, Plan } from '../core/workflow/plan.ts';
import type { AnySignature } from '../define/signature.ts';
import { toPlan } from '../define/workflow.ts';
import { CeleriacError, type ErrorCode, toWireError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import { type Claimed, failClaimed, requestNow } from './attempt.ts';
import type { Conducted } from './conductor.ts';
import { followUp } from './follow-up.ts';
import type { RunEnd } from './node-end.ts';
import { BACK, DONE, type Outcome } from './outcome.ts';
import { reply } from './reply.ts';
import { keepTrace, traceOf } from './watched-send.ts';
import { nodeResult } from './workflow-results.ts';
import { sendWorkflow } from './workflow-send.ts';
import { type OpenWorkflow, workflowOf } from './workflow-start.ts';

/** What `context.replace` throws, so that nothing of the task comes after it. */
export class Replacement extends CeleriacError {
  readonly plan: Plan;

  constructor(signature: AnySignature) {
    const text =
      'the task has replaced itself, which only a run with a record can whose app has workflows: define ' +
      'the task without result: false';
    super('REPLACE_NOT_KEPT', text);
    this.plan = toPlan(signature);
  }
}

/** Sends what has replaced a run, then lets go of the run: it waits until that has ended. */
export async function replaceClaimed(attempt: Claimed, { plan }: Replacement): Promise<Outcome> {
  const { connection, message, runs, owner, retries } = attempt;
  const made = retries + 1;
  const id = inPlaceOf(connection.space, message.id, message.generation);
  try {
    // Sent first: a crash after it finds a run that replaces itself again, under the same id.
    await sendInPlace(attempt, id, plan);
  } catch (thrown) {
    // AWS may take it another time. What is refused was wrongly given by the task, which fails with that: it
    // would be refused each time, and put off it would run again and again.
    if (!(thrown instanceof CeleriacError) || thrown.code === ('SEND_FAILED' satisfies ErrorCode))
      throw thrown;
    return failClaimed(attempt, thrown);
  }
  // An attempt before this one may have died after it, and its workflow have ended while nobody could end the
  // run: then it is known here, and else whoever ends it finds the run let go.
  const over = await endOf(attempt, id);
  if (over !== undefined) return endAs(attempt, over);
  const text = `its place was taken by workflow '${id}'`;
  const error = toWireError(new CeleriacError('REPLACED', text), 0);
  return (await runs.release(requestNow(attempt), owner, made, error)) ? DONE : BACK;
}

async function sendInPlace({ connection, message, lease }: Claimed, id: string, step: Plan): Promise<void> {
  const { input: _, blob: __, wait: ___, history: ____, ...rest } = message;
  const instead: Instead = {
    kind: 'run',
    // Without its input it is smaller than it was when it arrived.
    letter: encodeMessage({ ...rest, history: [] }) ?? '',
    queue: lease.queue.name,
  };
  const plan = { kind: 'chain', steps: [step], instead } as const;
  await sendWorkflow(
    connection,
    message.hops + 1,
    plan,
    { id },
    { trace: traceOf(message), deadline: DEADLINE_INSTEAD },
  );
}

/** Whose end is the end of what stands for it. */
export interface Wanted {
  /** The run whose place a workflow has taken. */
  readonly run?: string;
  /** The workflow that this run, or the group that something was added to, is a part of. */
  readonly workflow?: string | undefined;
  /** Where it is in that. */
  readonly path?: string | undefined;
}

/** What a workflow stands for, or was added to. */
export function wantedBy(instead: Instead): Wanted {
  if (instead.kind === 'member') return { workflow: instead.id, path: instead.path };
  const parsed = parseMessage(instead.letter);
  if (parsed.kind !== 'message') return {};
  const { id, generation, workflow } = parsed.message;
  // One that was run again by hand is wanted for itself, whatever has become of its workflow.
  return { run: id, ...(generation === 0 ? { workflow: workflow?.id, path: workflow?.path } : {}) };
}

/** How the workflow of an id has ended, as the end of a run; undefined: it has not. */
async function endOf({ connection, message, lease, runs }: Claimed, id: string): Promise<RunEnd | undefined> {
  const workflow = workflowOf(connection, id, { hops: message.hops + 1, queue: lease.queue });
  const record = (await runs.read([id])).get(id);
  const end = record && toEnd(record);
  return workflow && end && endingOf(workflow, { message, queue: lease.queue.name }, end);
}

/** Ends a claimed run as what has taken its place. */
async function endAs(attempt: Claimed, ended: RunEnd): Promise<Outcome> {
  const { runs, owner, retries } = attempt;
  if (!(await runs.complete(requestNow(attempt), owner, { ...ended, attempts: retries + 1 }))) return BACK;
  await followUp(attempt, ended);
  return DONE;
}

/**
 * Ends a run as the workflow in its place has ended, whichever of its attempts has put that there;
 * undefined: it has gone on without it.
 */
export async function endReplaced(
  workflow: OpenWorkflow,
  { letter, queue }: Extract<Instead, { kind: 'run' }>,
  end: RunEnd,
): Promise<[run: Conducted, ended: RunEnd] | undefined> {
  const parsed = parseMessage(letter);
  if (parsed.kind !== 'message') return undefined;
  const { message } = parsed;
  // What follows from the run follows from what has taken its place.
  keepTrace(message, workflow.trace);
  const { id, task, generation, sentAt } = message;
  const now = workflow.connection.ports.clock.now();
  const own = await endingOf(workflow, { message, queue }, end);
  const claim = await workflow.runs.finish({ id, task, queue, generation, sentAt, now }, own);
  if (claim.kind === 'held') throw new CeleriacError('NOT_RELEASED', `run '${id}' is not known to wait yet`);
  if (claim.kind === 'superseded' || claim.kind === 'revoked') return undefined;
  const ended = claim.kind === 'claimed' ? own : toEnd(claim.record);
  if (ended === undefined) return undefined;
  // What else a connection has, runs that only end have no use for.
  const connection = workflow.connection as Conducted['connection'];
  const run: Conducted = { connection, message, lease: { queue: workflow.queue } as Conducted['lease'] };
  await reply(run, ended);
  return [run, ended];
}

function toEnd(record: { readonly state: string } & Omit<RunEnd, 'state'>): RunEnd | undefined {
  const { state } = record;
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED' ? { ...record, state } : undefined;
}

/** A run that something has replaced: its message, and whose queue that came from. */
interface Replaced {
  readonly message: Message;
  readonly queue: string;
}

/** The end of a workflow as that of the run that it has replaced, with a result as that run keeps its own. */
async function endingOf(workflow: OpenWorkflow, replaced: Replaced, end: RunEnd): Promise<RunEnd> {
  const { state, error, reason } = end;
  if (state !== 'SUCCESS')
    return { state, ...(error === undefined ? {} : { error }), ...(reason === undefined ? {} : { reason }) };
  const { message } = replaced;
  // A later step of its workflow, and whoever waits for a reply, reads it from the record.
  const isRead = message.workflow !== undefined || message.replyTo !== undefined;
  if (
    !isRead &&
    (taskOf(workflow.connection.app, message.task)?.result === false || message.ignoreResult === true)
  )
    return { state };
  return resultOf(workflow, replaced, end);
}

/** The result of a workflow as that of a run: in its record, or in the bucket where its queue has one. */
async function resultOf(
  workflow: OpenWorkflow,
  { message, queue }: Replaced,
  { result, blob }: RunEnd,
): Promise<RunEnd> {
  if (blob !== undefined) return { state: 'SUCCESS', blob };
  const text = result ?? (await nodeResult(workflow, workflow.id, ''));
  if (text === undefined) return { state: 'SUCCESS' };
  if (sizeBytes(text) <= RESULT_BYTES_MAX) return { state: 'SUCCESS', result: text };
  const { app, outbox } = workflow.connection;
  const isLarge = app.queues.find(({ name }) => name === queue)?.largePayloads === 's3';
  if (isLarge && workflow.blobs !== undefined) {
    const key = `${message.id}-${message.generation}-result`;
    await outbox.store(key, text);
    return { state: 'SUCCESS', blob: key };
  }
  const why =
    `a workflow in the place of a run returned ${sizeBytes(text)} bytes, a record holds ` +
    `${RESULT_BYTES_MAX}; define the queue '${queue}' of its task with largePayloads: 's3'`;
  const large = toWireError(new CeleriacError('RESULT_TOO_LARGE', why), 0);
  return { state: 'FAILURE', reason: 'invalid-result', error: large };
}
