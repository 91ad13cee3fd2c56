/** What a message says of the workflow that it belongs to. The plan does not travel: it is stored. */

/** A message's place in a workflow. */
export interface WorkflowPlace {
  /** The workflow's id. */
  readonly id: string;
  /** The path of the node whose run or start this is. */
  readonly path: string;
  /** How many members its group has: such a member is counted without a look at the plan. */
  readonly of?: number;
  /** Whether something is linked to it, which the plan knows. */
  readonly linked?: true;
  /** Whether the input is a list, for each member of which the task runs. */
  readonly each?: true;
  /** The node whose result is the input, joined with what the message itself brings. */
  readonly from?: string;
  /** No call of a task: it starts the node, or the members of the group in this range. */
  readonly start?: true | readonly [from: number, to: number];
}

/** The task's name in a message that starts a node; ':' is in no name that a user can give. */
export const WORKFLOW_START = 'workflow:start';

/**
 * What the timer of a task is called that waits in a workflow. By the run's id alone it is not found: whoever
 * revokes that stops no timer, so that the message comes and the workflow goes on.
 */
export function stepTimer(id: string): string {
  return `workflow/${id}`;
}

/** Whether an envelope's member can be read as a place. */
export function isWorkflowPlace(value: unknown): value is WorkflowPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { id, path, of, from, start } = value as Readonly<Record<string, unknown>>; // It is an object.
  return (
    typeof id === 'string' &&
    typeof path === 'string' &&
    (of === undefined || typeof of === 'number') &&
    (from === undefined || typeof from === 'string') &&
    (start === undefined || start === true || (Array.isArray(start) && start.length === 2))
  );
}
