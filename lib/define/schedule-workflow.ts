/**
 * Workflows that schedules send. A fire stores the plan under its id and sends one message, as a client does;
 * so everything that a client would refuse is refused when the schedule is defined: at a fire nobody listens.
 */
import { toMilliseconds } from '../core/duration.ts';
import type { ScheduledCall } from '../core/schedule/spec.ts';
import { DEADLINE_DEFAULT, deadlineMsOf } from '../core/workflow/deadline.ts';
import { toPages } from '../core/workflow/page.ts';
import { nodesOf } from '../core/workflow/path.ts';
import type { Plan } from '../core/workflow/plan.ts';
import { planProblem } from '../core/workflow/plan-check.ts';
import { CeleriacError } from '../errors.ts';
import type { App } from './app.ts';
import { type CallProblem, fireProblems, inputProblems, type Say } from './call-problems.ts';
import type { WorkflowSignature } from './signature.ts';
import type { AnyTask } from './task.ts';
import {
  dataProblems,
  inPart,
  inputsOf,
  type PlannedTask,
  partProblems,
  plannedTasks,
  wholeProblem,
} from './workflow-problems.ts';

type ScheduledWorkflow = Extract<ScheduledCall, { kind: 'workflow' }>;

/** Reads what a schedule shall send; what no app could carry out is noted. */
export function readWorkflow(
  { plan }: WorkflowSignature,
  deadline: string | undefined,
  say: Say,
): ScheduledWorkflow | undefined {
  const deadlineMs = deadline === undefined ? undefined : deadlineMsOf(deadline);
  if (deadline !== undefined && deadlineMs === undefined)
    say('.deadline', 'DEADLINE_OUT_OF_RANGE', `deadline is '${deadline}'; give one of '1s' to '14d'`);
  const wrong = shapeProblem(plan) ?? partProblem(plan);
  if (wrong !== undefined) return say('.send', wrong.code, wrong.text);
  return { kind: 'workflow', plan, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
}

/** First of all, since nothing else may walk through a plan that is too deep. */
function shapeProblem(plan: Plan): CallProblem | undefined {
  const problem = planProblem(plan, () => ({ result: true }));
  return problem && { code: problem.code, text: problem.message };
}

/** What shows without the app; the rest of the list is asked where that is known. */
function partProblem(plan: Plan): CallProblem | undefined {
  for (const [path, node] of nodesOf(plan)) {
    const [wrong] = node.kind === 'task' ? [...fireProblems(node.options), ...dataProblems(node)] : [];
    if (wrong !== undefined) return { ...wrong, text: inPart(path, wrong.text) };
  }
  return undefined;
}

/** What is wrong between a workflow and the app that is to carry it out. */
export function workflowProblems(
  app: App,
  { plan, deadlineMs: said }: ScheduledWorkflow,
): readonly CallProblem[] {
  const tasks = new Map(
    app.tasks.flatMap((task) => [task.name, ...task.aliases].map((name) => [name, task])),
  );
  const taskOf = (name: string): AnyTask | undefined => tasks.get(name);
  const whole = wholeProblem(app, plan, taskOf);
  if (whole !== undefined) return [whole];
  if (!app.tasks.some(({ result }) => result)) {
    const text = 'no task of the app keeps results, so no worker can carry a workflow on; define one';
    return [{ code: 'NO_STATE', text }];
  }
  const deadlineMs = said === undefined ? toMilliseconds(DEADLINE_DEFAULT) : undefined;
  const parts = plannedTasks(plan, taskOf).flatMap((part) => {
    const problems = partProblems(part, { deadlineMs });
    return problems.length > 0 ? problems : schemaProblems(part);
  });
  return [...parts, ...sizeProblems(plan, tasks)];
}

/** What the schema of a part's task says of its input. */
function schemaProblems({ path, node, task }: PlannedTask): readonly CallProblem[] {
  const [wrong] = inputsOf(node).flatMap((input) => inputProblems(task, input));
  return wrong === undefined ? [] : [{ ...wrong, text: inPart(path, wrong.text) }];
}

/** A call that no page of a plan holds, where nobody puts its input elsewhere. */
function sizeProblems(plan: Plan, tasks: ReadonlyMap<string, AnyTask>): CallProblem[] {
  const isApart = ([, node]: readonly [string, Plan]): boolean =>
    node.kind === 'task' && tasks.get(node.task)?.queue.largePayloads === 's3';
  if ([...nodesOf(plan)].some(isApart)) return [];
  try {
    toPages(plan);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CeleriacError)) throw thrown;
    return [{ code: thrown.code, text: thrown.message }];
  }
}
