/**
 * Workflows that schedules send. A fire stores the plan under its id and sends one message, as a client does;
 * so everything that a client would refuse is refused when the schedule is defined: at a fire nobody listens.
 */
import { jsonProblem } from '../core/json.ts';
import type { ScheduledCall } from '../core/schedule/spec.ts';
import { deadlineMsOf } from '../core/workflow/deadline.ts';
import { toPages } from '../core/workflow/page.ts';
import { nodesOf } from '../core/workflow/path.ts';
import type { Plan, TaskPlan } from '../core/workflow/plan.ts';
import { planProblem } from '../core/workflow/plan-check.ts';
import { CeleriacError } from '../errors.ts';
import type { App } from './app.ts';
import { type CallProblem, inputProblems, optionProblems, type Say, taskProblems } from './call-problems.ts';
import type { WorkflowSignature } from './signature.ts';
import type { AnyTask } from './task.ts';
import { hasKeys } from './task-limits.ts';

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
  const wrong = shapeProblem(plan) ?? dataProblem(plan);
  if (wrong !== undefined) return say('.send', wrong.code, wrong.text);
  return { kind: 'workflow', plan, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
}

/** First of all, since nothing else may walk through a plan that is too deep. */
function shapeProblem(plan: Plan): CallProblem | undefined {
  const problem = planProblem(plan, () => ({ result: true }));
  return problem && { code: problem.code, text: problem.message };
}

function dataProblem(plan: Plan): CallProblem | undefined {
  for (const [path, node] of nodesOf(plan)) {
    if (node.kind !== 'task') continue;
    const [wrong] = optionProblems(node.options);
    if (wrong !== undefined) return { ...wrong, text: inPart(path, wrong.text) };
    for (const [name, value] of Object.entries({ input: node.input, with: node.fixed })) {
      const problem = value === undefined ? undefined : jsonProblem(value, name);
      if (problem === undefined) continue;
      const text = inPart(path, `${problem.path} is ${problem.found}; send plain data`);
      return { code: 'INPUT_NOT_JSON', text };
    }
  }
  return undefined;
}

/** What is wrong between a workflow and the app that is to carry it out. */
export function workflowProblems(app: App, { plan }: ScheduledWorkflow): CallProblem[] {
  if (!app.workflows) {
    const text = `app '${app.name}' is defined with workflows: false: its workers carry none on; remove that`;
    return [{ code: 'NO_WORKFLOWS', text }];
  }
  const tasks = new Map(
    app.tasks.flatMap((task) => [task.name, ...task.aliases].map((name) => [name, task])),
  );
  const problem = planProblem(plan, (name) => tasks.get(name));
  if (problem !== undefined) return [{ code: problem.code, text: problem.message }];
  if (!app.tasks.some(({ result }) => result)) {
    const text = 'no task of the app keeps results, so no worker can carry a workflow on; define one';
    return [{ code: 'NO_STATE', text }];
  }
  const parts = [...nodesOf(plan)].flatMap(([path, node]) => {
    const task = node.kind === 'task' ? tasks.get(node.task) : undefined;
    if (node.kind !== 'task' || task === undefined) return [];
    return partProblems(node, task).map(({ code, text }) => ({ code, text: inPart(path, text) }));
  });
  return [...parts, ...sizeProblems(plan, tasks)];
}

function partProblems(node: TaskPlan, task: AnyTask): CallProblem[] {
  const problems = taskProblems(task, node.options);
  if (node.each !== true)
    return node.takes === true ? problems : [...problems, ...inputProblems(task, node.input)];
  if (hasKeys(task))
    problems.push({
      code: 'EACH_NOT_KEYED',
      text:
        `it maps task '${task.name}' over a list in one message, which has no key of its own for once, ` +
        'rateLimit or concurrency by key; call it in a group',
    });
  if (!Array.isArray(node.input))
    return [...problems, { code: 'INVALID_INPUT', text: `task '${task.name}' is mapped over no list` }];
  const [wrong] = node.input.flatMap((input) => inputProblems(task, input));
  return wrong === undefined ? problems : [...problems, wrong];
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

function inPart(path: string, text: string): string {
  return path === '' ? text : `the workflow's part ${path}: ${text}`;
}
