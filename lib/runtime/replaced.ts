/** Ends runs that have put a workflow in their place, as that has ended; replacement.ts puts it there. */
import { RESULT_BYTES_MAX } from '../core/limits.ts';
import { type Message, parseMessage, sizeBytes } from '../core/message.ts';
import type { Instead } from '../core/workflow/plan.ts';
import { CeleriacError, toWireError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Conducted } from './conductor.ts';
import type { RunEnd } from './node-end.ts';
import { reply } from './reply.ts';
import { keepTrace } from './watched-send.ts';
import { nodeResult } from './workflow-results.ts';
import type { OpenWorkflow } from './workflow-start.ts';

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
  const own = await toRunEnd(workflow, { message, queue }, end);
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

/** A record as the end of its run; undefined: it goes on. */
export function toEnd(record: { readonly state: string } & Omit<RunEnd, 'state'>): RunEnd | undefined {
  const { state } = record;
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED' ? { ...record, state } : undefined;
}

/** A run that something has replaced: its message, and whose queue that came from. */
export interface Replaced {
  readonly message: Message;
  readonly queue: string;
}

/** The end of a workflow as that of the run that it has replaced, with a result as that run keeps its own. */
export async function toRunEnd(workflow: OpenWorkflow, replaced: Replaced, end: RunEnd): Promise<RunEnd> {
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
