/** What a task of a workflow is started with. */
import type { Json } from '../core/json.ts';
import { WORKFLOW_INPUT_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { inputOf } from '../core/workflow/outcome.ts';
import type { TaskPlan } from '../core/workflow/plan.ts';
import type { AnyTask } from '../define/task.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { nodeResult } from './workflow-results.ts';
import type { Before, OpenWorkflow } from './workflow-start.ts';

interface Taken {
  readonly input?: Json;
  /** Where it lies instead. */
  readonly blob?: string;
  readonly from?: string;
  readonly group?: string;
}

/** The input of a task: at hand, or a reference to the result before it with what was fixed. */
export async function takenBy(
  workflow: OpenWorkflow,
  task: AnyTask,
  node: TaskPlan,
  before: Before,
): Promise<Taken> {
  const { queue } = task;
  const own = node.options.group;
  // Its group was made of it before it was put there.
  if (node.blob !== undefined) return { blob: node.blob, ...(own === undefined ? {} : { group: own }) };
  const isAsked =
    queue.fairBy !== undefined || (queue.ordered && own === undefined && queue.groupBy !== undefined);
  let known = before.kind === 'result' ? before.known : undefined;
  // Whose turn it is the queue's function makes of the input, so it has to be read here.
  if (before.kind === 'result' && known === undefined && node.takes === true && isAsked) {
    const text = await nodeResult(workflow, workflow.id, before.path);
    known = text === undefined ? {} : { text };
  }
  const value =
    before.kind === 'value' ? before.value : known?.text === undefined ? undefined : JSON.parse(known.text);
  // Signatures were checked when they were sent, and results are JSON.
  const input = inputOf(node, value) as Json | undefined;
  const group = queue.ordered ? { group: groupOf(task, own, input) } : {};
  if (node.takes !== true || before.kind !== 'result' || isSmall(known))
    return { ...(input === undefined ? {} : { input }), ...group };
  // What was fixed is an object of JSON, as it stands in the plan.
  return { ...(node.fixed === undefined ? {} : { input: node.fixed as Json }), from: before.path, ...group };
}

function groupOf({ name, queue }: AnyTask, own: string | undefined, input: Json | undefined): string {
  // The queue's function takes the input of its tasks, which only the user's own types know.
  return checkedGroup(`task '${name}'`, own ?? queue.groupBy?.(input as never) ?? ONE_GROUP);
}

/** Whether a result is at hand, and travels in messages. */
export function isSmall(known: { readonly text?: string } | undefined): boolean {
  return known !== undefined && sizeBytes(known.text ?? '') <= WORKFLOW_INPUT_BYTES_MAX;
}
