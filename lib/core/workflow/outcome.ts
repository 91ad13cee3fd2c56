/** What a node is started with, and what a group ends with. */
import type { ErrorCode, WireError } from '../../errors.ts';
import type { Json } from '../json.ts';
import type { TaskPlan } from './plan.ts';

/** How a member's run ended, as its record says. */
export interface Ended {
  readonly state: 'SUCCESS' | 'FAILURE' | 'REVOKED';
  /** The result as JSON text; undefined for a task that returned nothing. */
  readonly result?: string;
  readonly error?: WireError;
  readonly reason?: string;
}

/**
 * The input of a task's run: its own, or the result of the step before, into which `task.with` has put its
 * part. What was fixed wins, as its type says: the step takes the rest only.
 */
export function inputOf(node: TaskPlan, before: Json | undefined): unknown {
  if (node.takes !== true) return node.input;
  if (node.fixed === undefined) return before;
  return isObject(before) ? { ...before, ...node.fixed } : node.fixed;
}

/** The list of a group's results as JSON text; a member that returned nothing stands there as null. */
export function joinResults(results: readonly (string | undefined)[]): string {
  return `[${results.map((result) => result ?? 'null').join(',')}]`;
}

/**
 * The failure of a group: which member failed, at which path, and its own error as the cause (Celery's
 * ChordError).
 */
export function groupError(member: {
  readonly id: string;
  readonly path: string;
  readonly task: string;
  readonly ended: Ended;
}): WireError {
  const { id, path, task, ended } = member;
  const why = ended.error === undefined ? (ended.reason ?? ended.state) : described(ended.error);
  // One that was added to the group is a workflow, whose record is of no task.
  const called = task === '' ? 'a workflow' : `task '${task}'`;
  return {
    code: 'GROUP_MEMBER_FAILED' satisfies ErrorCode,
    name: 'TaskError',
    message: `member ${path} of the group, ${called} (${id}), did not succeed: ${why}`,
    ...(ended.error === undefined ? {} : { cause: ended.error }),
  };
}

function described({ name, message }: WireError): string {
  return `${name}: ${message}`;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
