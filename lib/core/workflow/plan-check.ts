/** What is wrong with a plan before anything of it is sent. */
import { PLAN_DEPTH_MAX, PLAN_NODES_MAX } from '../limits.ts';
import { childrenOf, nodesOf } from './path.ts';
import type { Plan } from './plan.ts';

/** What a plan needs to know of a task. */
export interface KnownTask {
  /** Whether its runs leave their result, which the next step or the group reads. */
  readonly result: boolean;
}

/** One thing wrong with a plan, and with which node. */
export interface PlanProblem {
  readonly code: 'UNKNOWN_TASK' | 'RESULT_NOT_KEPT' | 'EMPTY_CHAIN' | 'NOTHING_TO_TAKE' | 'TOO_LARGE';
  readonly path: string;
  readonly message: string;
}

/**
 * The first thing that is wrong with a plan; undefined when it can be carried out. `taskOf` knows the app's
 * tasks.
 */
export function planProblem(
  plan: Plan,
  taskOf: (name: string) => KnownTask | undefined,
): PlanProblem | undefined {
  if (isDeeper(plan, PLAN_DEPTH_MAX))
    return {
      code: 'TOO_LARGE',
      path: '',
      message:
        `the workflow is nested more than ${PLAN_DEPTH_MAX} deep; ` +
        'take groups and chains out of each other',
    };
  let count = 0;
  for (const [path, node] of nodesOf(plan)) {
    if (++count > PLAN_NODES_MAX)
      return {
        code: 'TOO_LARGE',
        path: '',
        message: `the workflow has more than ${PLAN_NODES_MAX} calls; use chunks, or send several workflows`,
      };
    const problem = nodeProblem(path, node, taskOf);
    if (problem !== undefined) return problem;
  }
  const taker = firstTaker(plan, '');
  if (taker === undefined) return undefined;
  const message =
    `${where(taker)} takes the result of a step before it, and there is none; ` + 'call it with its input';
  return { code: 'NOTHING_TO_TAKE', path: taker, message };
}

function nodeProblem(
  path: string,
  node: Plan,
  taskOf: (name: string) => KnownTask | undefined,
): PlanProblem | undefined {
  if (node.kind === 'chain' && node.steps.length === 0)
    return {
      code: 'EMPTY_CHAIN',
      path,
      message: `${where(path)} is a chain of no steps, which has no result`,
    };
  if (node.kind !== 'task') return undefined;
  const task = taskOf(node.task);
  if (task === undefined)
    return {
      code: 'UNKNOWN_TASK',
      path,
      message: `${where(path)} calls '${node.task}', which the app does not have; add it to defineApp`,
    };
  // Of a link nobody reads the result, but without a record it could run twice.
  if (task.result) return undefined;
  const message =
    `${where(path)} calls '${node.task}', which keeps no result (result: false); what follows in the ` +
    'workflow reads it, and only a record lets it run once, so remove that option';
  return { code: 'RESULT_NOT_KEPT', path, message };
}

/** The first node that would be started with a result, at a place where there is none. */
function firstTaker(plan: Plan, path: string): string | undefined {
  switch (plan.kind) {
    case 'task':
      return plan.takes === true ? path : undefined;
    case 'chain': {
      const [first] = plan.steps;
      return first === undefined ? undefined : firstTaker(first, path === '' ? '0' : `${path}.0`);
    }
    case 'group':
      for (const [index, member] of plan.members.entries()) {
        const taker = firstTaker(member, path === '' ? `${index}` : `${path}.${index}`);
        if (taker !== undefined) return taker;
      }
      return undefined;
  }
}

function isDeeper(plan: Plan, depth: number): boolean {
  if (depth < 0) return true;
  const below = [...childrenOf(plan), ...(plan.links ?? []), ...(plan.errorLinks ?? [])];
  return below.some((node) => isDeeper(node, depth - 1));
}

function where(path: string): string {
  return path === '' ? 'the workflow' : `the workflow's part ${path}`;
}
