/**
 * Large inputs of a workflow's tasks: what no page of a plan holds lies in the app's bucket, as it does for
 * tasks that are sent by themselves, where the task's queue takes large payloads. The plan then says where.
 */
import { createHash } from 'node:crypto';
import { toMilliseconds } from '../core/duration.ts';
import { WORKFLOW_INPUT_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { type Pages, toPages } from '../core/workflow/page.ts';
import { childrenOf, pathOf, runIdOf } from '../core/workflow/path.ts';
import type { Plan, TaskPlan } from '../core/workflow/plan.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Connection } from './client.ts';
import { checkBlobWait } from './delayed.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';

/** Set by the bundler to `false` for an app without large payloads; see sdk.ts. */
declare const CELERIAC_BLOBS: boolean | undefined;

/**
 * The pages of a plan, whose large inputs are in the bucket by then.
 * @throws CeleriacError PLAN_TOO_LARGE where that does not help; SendError SEND_FAILED when the bucket
 * refuses an input, DELAY_TOO_LONG for one that waits for longer than the bucket keeps it.
 */
export async function storedPages(shared: Connection, workflowId: string, plan: Plan): Promise<Pages> {
  return (typeof CELERIAC_BLOBS === 'undefined' || CELERIAC_BLOBS) && shared.ports.blobs !== undefined
    ? pagesApart(shared, workflowId, plan)
    : toPages(plan);
}

async function pagesApart(shared: Connection, workflowId: string, plan: Plan): Promise<Pages> {
  try {
    return toPages(plan);
  } catch (thrown) {
    if (!(thrown instanceof CeleriacError) || thrown.code !== 'PLAN_TOO_LARGE') throw thrown;
    const apart = new Map<string, string>();
    const pages = toPages(withoutLarge(shared, workflowId, plan, '', apart));
    await Promise.all([...apart].map(([key, text]) => shared.outbox.store(key, text)));
    return pages;
  }
}

/** A plan with references in place of its large inputs, which are put into `apart` by their keys. */
function withoutLarge(
  shared: Connection,
  workflowId: string,
  plan: Plan,
  path: string,
  apart: Map<string, string>,
): Plan {
  const under = (nodes: readonly Plan[], kind: 'child' | 'link' | 'errorLink'): readonly Plan[] =>
    nodes.map((node, index) => withoutLarge(shared, workflowId, node, pathOf(path, { kind, index }), apart));
  const { links, errorLinks } = plan;
  const linked = {
    ...(links === undefined ? {} : { links: under(links, 'link') }),
    ...(errorLinks === undefined ? {} : { errorLinks: under(errorLinks, 'errorLink') }),
  };
  switch (plan.kind) {
    case 'chain':
      return { ...plan, ...linked, steps: under(childrenOf(plan), 'child') };
    case 'group':
      return { ...plan, ...linked, members: under(childrenOf(plan), 'child') };
    case 'task':
      return { ...taskWithoutLarge(shared, runIdOf(shared.space, workflowId, path), plan, apart), ...linked };
  }
}

function taskWithoutLarge(
  { app, ports }: Connection,
  id: string,
  plan: TaskPlan,
  apart: Map<string, string>,
): TaskPlan {
  const { input, ...rest } = plan;
  const text = JSON.stringify(input) ?? '';
  const task = taskOf(app, plan.task);
  if (task?.queue.largePayloads !== 's3' || sizeBytes(text) <= WORKFLOW_INPUT_BYTES_MAX) return plan;
  // By its content too: another workflow under the same id must not change what the first one has.
  const blob = `${id}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  // A link may begin after the end of its workflow, and wait for longer than that could.
  checkBlobWait(`task '${plan.task}'`, waitOf(plan.options, ports.clock.now()));
  apart.set(blob, text);
  const group = groupOf(task, plan);
  return { ...rest, blob, options: { ...plan.options, ...(group === undefined ? {} : { group }) } };
}

/** How long it waits from its turn on. */
function waitOf({ delay, at }: TaskPlan['options'], now: number): number {
  if (delay !== undefined) return toMilliseconds(delay);
  return at === undefined ? 0 : at.getTime() - now;
}

/** The group of its message, or whose turn it is: who starts the task does not read its input. */
function groupOf({ name, queue }: AnyTask, { input, options }: TaskPlan): string | undefined {
  if (!queue.ordered && queue.fairBy === undefined) return undefined;
  // The queue's functions take the input of its tasks, which only the user's own types know.
  const own = queue.ordered
    ? (options.group ?? queue.groupBy?.(input as never) ?? ONE_GROUP)
    : queue.fairBy?.(input as never);
  return checkedGroup(`task '${name}'`, own);
}
