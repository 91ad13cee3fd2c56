/** How a node of a workflow has ended: as a run says it, as a record does, as what follows takes it. */
import type { Json } from '../core/json.ts';
import { RESULT_BYTES_MAX, WORKFLOW_INPUT_BYTES_MAX } from '../core/limits.ts';
import { type Message, sizeBytes } from '../core/message.ts';
import type { NodeEnd } from '../core/workflow/advance.ts';
import { groupError } from '../core/workflow/outcome.ts';
import { ADDED, runIdOf } from '../core/workflow/path.ts';
import type { Failure } from '../define/workflow.ts';
import { toWireError, type WireError } from '../errors.ts';
import type { Ending, RunRecord } from './ports.ts';
import { endError } from './result.ts';
import type { Before, OpenWorkflow } from './workflow-start.ts';

/** How a run ended. */
export type RunEnd = Pick<Ending, 'state' | 'result' | 'blob' | 'error' | 'reason'>;

/** How a node has ended, and what of that is at hand. */
export interface Ended {
  readonly end: NodeEnd;
  /** The result, as JSON text; not that of a group, which nobody puts together before it is needed. */
  readonly known?: { readonly text?: string };
  readonly blob?: string;
  readonly failure?: Failure;
}

/** The end of a node as the record of its workflow keeps it. */
export async function endingOf(workflow: OpenWorkflow, ended: Ended): Promise<Ending> {
  const { end, known, blob } = ended;
  if (end.state === 'SUCCESS') {
    const text = known?.text;
    const isKept = text !== undefined && sizeBytes(text) <= RESULT_BYTES_MAX;
    return { state: end.state, ...(isKept ? { result: text } : {}), ...(blob === undefined ? {} : { blob }) };
  }
  const { reason, error } = await failureOf(workflow, ended);
  return { state: end.state, reason, ...(end.state === 'REVOKED' ? {} : { error }) };
}

/** The end of a run as that of its node, at `path`. */
export function toEnded(message: Message, path: string, ended: RunEnd): Ended {
  const { state, result, blob } = ended;
  if (state === 'SUCCESS') {
    if (blob !== undefined) return { end: { state }, blob };
    return { end: { state }, known: result === undefined ? {} : { text: result } };
  }
  return { end: { state, failedPath: path }, failure: toFailure(message, ended) };
}

/** The failure of a node: that of its task, or of its group's lowest failed member. */
export async function failureOf(workflow: OpenWorkflow, { end, failure }: Ended): Promise<Failure> {
  if (failure !== undefined || end.state === 'SUCCESS')
    return failure ?? toFailure(NOBODY, { state: 'FAILURE' });
  const [path = '', added] = end.failedPath.split(ADDED);
  const id = added ?? runIdOf(workflow.space, workflow.id, path);
  const record: RunRecord | undefined = (await workflow.runs.read([id])).get(id);
  // It may have been run again by hand since: the group's count remembers only that it had failed.
  const run = { id, task: record?.task ?? '' };
  const how: RunEnd =
    record?.state === 'REVOKED' ? { ...record, state: 'REVOKED' } : { ...record, state: 'FAILURE' };
  const own = toFailure(run, how);
  if (end.ofMember !== true) return own;
  return { ...own, error: groupError({ ...run, path: end.failedPath, ended: how }) };
}

const NOBODY = { id: '', task: '' } as const;

function toFailure({ id, task }: Pick<Message, 'id' | 'task'>, ended: RunEnd): Failure {
  return { id, task, reason: ended.reason ?? 'failed', error: errorOf({ id, task }, ended) };
}

/** The error of a run that has not succeeded: its own, or one that says how it ended. */
export function errorOf(
  { id, task }: Pick<Message, 'id' | 'task'>,
  { state, error, reason }: RunEnd,
): WireError {
  const why = reason === undefined ? {} : { reason };
  return error ?? toWireError(endError({ id, task, state, ...why }), 0);
}

/** A failure as an input, which travels in messages: long stacks and causes stay in the record. */
export function toBefore(failure: Failure): Before {
  const { code, name, message } = failure.error;
  const isLong = sizeBytes(JSON.stringify(failure)) > WORKFLOW_INPUT_BYTES_MAX;
  const slim = isLong ? { ...failure, error: { code, name, message: message.slice(0, 4_000) } } : failure;
  // Errors are made of texts, and so is the rest.
  return { kind: 'value', value: slim as unknown as Json };
}
