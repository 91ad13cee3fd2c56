/**
 * What is wrong with a workflow before anything of it is sent. One list for all who send: a schedule is
 * refused with it when it is defined, a client's send when it is made.
 */
import { fromMilliseconds, isDuration, toMilliseconds } from '../core/duration.ts';
import { jsonProblem } from '../core/json.ts';
import { nodesOf } from '../core/workflow/path.ts';
import type { Plan, TaskPlan } from '../core/workflow/plan.ts';
import { planProblem } from '../core/workflow/plan-check.ts';
import type { App } from './app.ts';
import { type CallProblem, optionProblems, taskProblems } from './call-problems.ts';
import type { AnyTask } from './task.ts';
import { hasKeys } from './task-limits.ts';

/** A part of a plan that calls a task. */
export interface PlannedTask {
  readonly path: string;
  readonly node: TaskPlan;
  readonly task: AnyTask;
}

/** How long parts may wait. */
export interface Times {
  /** How long the workflow may take that does not say; undefined: it says, and fails as it says. */
  readonly deadlineMs: number | undefined;
  /** When it is sent; undefined where that is not known yet. */
  readonly now?: number;
}

/** What is wrong with a plan as a whole. */
interface WholeProblem extends CallProblem {
  /** The path of the part, or the name of the app, that is to blame. */
  readonly value: string;
}

/** Why an app can carry out no such plan at all; only what has passed it may be looked at by its parts. */
export function wholeProblem(
  app: Pick<App, 'name' | 'workflows'>,
  plan: Plan,
  taskOf: (name: string) => AnyTask | undefined,
): WholeProblem | undefined {
  if (!app.workflows) {
    const text = `app '${app.name}' is defined with workflows: false: its workers carry none on; remove that`;
    return { code: 'NO_WORKFLOWS', text, value: app.name };
  }
  const problem = planProblem(plan, taskOf);
  return problem && { code: problem.code, text: problem.message, value: problem.path };
}

/** The parts of a plan that call tasks, its links too. */
export function plannedTasks(
  plan: Plan,
  taskOf: (name: string) => AnyTask | undefined,
): readonly PlannedTask[] {
  return [...nodesOf(plan)].flatMap(([path, node]) => {
    const task = node.kind === 'task' ? taskOf(node.task) : undefined;
    return node.kind === 'task' && task !== undefined ? [{ path, node, task }] : [];
  });
}

/**
 * What is wrong with a part, but for what its task's schema says of its input, which may take its time.
 */
export function partProblems({ path, node, task }: PlannedTask, times: Times): readonly CallProblem[] {
  const problems = [
    ...optionProblems(node.options),
    ...taskProblems(task, node.options),
    ...deadlineProblems(path, node, times),
    ...dataProblems(node),
    ...eachProblems(node, task),
  ];
  return problems.map(({ code, text }) => ({ code, text: inPart(path, text) }));
}

/** The inputs that a task's schema is asked about: none, where it takes the result of the part before. */
export function inputsOf({ takes, each, input }: TaskPlan): readonly unknown[] {
  if (takes === true) return [];
  return each === true && Array.isArray(input) ? input : [input];
}

/** What is said of a part, with where that stands. */
export function inPart(path: string, text: string): string {
  return path === '' ? text : `the workflow's part ${path}: ${text}`;
}

/** Links go on after the end of their workflow; whatever else has not begun by its deadline never does. */
function deadlineProblems(
  path: string,
  { options: { delay, at } }: TaskPlan,
  { deadlineMs, now }: Times,
): readonly CallProblem[] {
  const untilMs = at === undefined || now === undefined ? 0 : at.getTime() - now;
  const waitMs = isDuration(delay) ? toMilliseconds(delay) : untilMs;
  if (deadlineMs === undefined || !(waitMs >= deadlineMs) || /(^|\.)[le]/.test(path)) return [];
  const text =
    `it waits for '${fromMilliseconds(waitMs)}', and a workflow that does not say may take ` +
    `'${fromMilliseconds(deadlineMs)}' in all; give it a deadline, at most '14d', or send what waits by ` +
    'itself';
  return [{ code: 'DELAY_TOO_LONG', text }];
}

/** What of a part is no JSON. */
export function dataProblems({ input, fixed }: TaskPlan): readonly CallProblem[] {
  for (const [name, value] of Object.entries({ input, with: fixed })) {
    const problem = value === undefined ? undefined : jsonProblem(value, name);
    if (problem === undefined) continue;
    const text = `${problem.path} is ${problem.found}, which JSON does not bring back; send plain data`;
    return [{ code: 'INPUT_NOT_JSON', text }];
  }
  return [];
}

function eachProblems({ each, input }: TaskPlan, task: AnyTask): readonly CallProblem[] {
  if (each !== true) return [];
  if (hasKeys(task)) {
    const text =
      `it maps task '${task.name}' over a list in one message, which has no key of its own for once, ` +
      'rateLimit or concurrency by key; call it in a group';
    return [{ code: 'EACH_NOT_KEYED', text }];
  }
  if (Array.isArray(input)) return [];
  return [{ code: 'INVALID_INPUT', text: `task '${task.name}' is mapped over no list` }];
}
