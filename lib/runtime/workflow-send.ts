/**
 * Sends workflows: everything that can be checked is, then the plan is stored, then the workflow's record
 * says that it is on its way and until when, and then one message starts it. A client that dies in between
 * has started nothing, or all of it; where the record is, the sweeper ends what never began.
 */
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { newId, sentAtOf } from '../core/id.ts';
import { HOPS_MAX, WORKFLOW_DEADLINE_MS_MAX } from '../core/limits.ts';
import { DEADLINE_DEFAULT, deadlineMsOf } from '../core/workflow/deadline.ts';
import type { Pages } from '../core/workflow/page.ts';
import type { Plan } from '../core/workflow/plan.ts';
import type { App } from '../define/app.ts';
import type { WorkflowOptions } from '../define/client.ts';
import type { AnyTask } from '../define/task.ts';
import {
  inPart,
  inputsOf,
  type PlannedTask,
  partProblems,
  plannedTasks,
  type Times,
  wholeProblem,
} from '../define/workflow-problems.ts';
import { SendError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Connection } from './client.ts';
import { validate } from './compose.ts';
import { checkWait } from './delayed.ts';
import { checkedGroup } from './group.ts';
import { refusal } from './secrets.ts';
import { storedPages } from './workflow-apart.ts';
import { type OpenWorkflow, sendStart, workflowOf } from './workflow-start.ts';

/** A workflow on its way. */
export interface SentWorkflow {
  readonly id: string;
  /** The plan that was stored; undefined where another one was there before, under the same id. */
  readonly pages: Pages | undefined;
}

interface SendMore {
  /** Called before it begins. */
  readonly stored?: () => Promise<void>;
  /** How long it may take that does not say. */
  readonly deadline?: Duration;
  /** Of what is sent after a run has ended. */
  readonly trace?: OpenWorkflow['trace'];
}

/** Sends a workflow; `hops` are those of the task that sends it. */
export async function sendWorkflow(
  shared: Connection,
  hops: number,
  plan: Plan,
  options: WorkflowOptions = {},
  { stored, trace, deadline = DEADLINE_DEFAULT }: SendMore = {},
): Promise<SentWorkflow> {
  const { app, space, ports } = shared;
  const now = ports.clock.now();
  const id = options.id ?? newId(space, now, ports.chance);
  if (sentAtOf(space, id) === undefined) {
    const text = `'${id}' is no id of app '${space.app}' in stage '${space.stage}'; make one with newId()`;
    throw new SendError('INVALID_ID', text, { value: id });
  }
  const deadlineMs = toDeadlineMs(options.deadline ?? deadline);
  const unsaidMs = options.deadline === undefined ? deadlineMs : undefined;
  await check(app, plan, { now, deadlineMs: unsaidMs, patient: shared.delays !== undefined });
  if (hops > HOPS_MAX) throw tooManyHops(hops);
  const first = firstTask(app, plan);
  const workflow = first && workflowOf(shared, id, { hops, queue: first.queue, trace });
  if (first === undefined || workflow === undefined) throw noState(app, first);
  const pages = await storedPages(shared, id, plan);
  const root = await workflow.store.create(id, pages, now);
  const task = plan.kind === 'task' ? first.name : '';
  await workflow.store.begin({
    id,
    task,
    queue: first.queue.name,
    sentAt: now,
    deadline: now + deadlineMs,
  });
  await stored?.();
  await sendStart(workflow, '', true, { kind: 'none' });
  return { id, pages: root === pages.root ? pages : undefined };
}

/**
 * The task in whose queue the workflow begins: any worker of the app can begin it whose queue keeps records,
 * and a standard queue does not make it wait for others.
 */
function firstTask(app: App, plan: Plan): AnyTask | undefined {
  const tasks = tasksOf(app, plan);
  if (plan.kind === 'task') return tasks[0];
  return tasks.find(({ queue }) => !queue.ordered) ?? tasks[0] ?? app.tasks.find(({ result }) => result);
}

function tasksOf(app: App, plan: Plan): readonly AnyTask[] {
  return plannedTasks(plan, (name) => taskOf(app, name)).map(({ task }) => task);
}

/** The list by which schedules are refused, and what a schema may take its time to say. */
async function check(app: App, plan: Plan, waits: Waits): Promise<void> {
  const known = (name: string): AnyTask | undefined => taskOf(app, name);
  const whole = wholeProblem(app, plan, known);
  if (whole !== undefined) throw new SendError(whole.code, whole.text, { value: whole.value });
  for (const part of plannedTasks(plan, known)) {
    const [wrong] = partProblems(part, waits);
    if (wrong !== undefined) throw new SendError(wrong.code, wrong.text, { value: part.path });
    checkDelay(part, waits);
    for (const input of inputsOf(part.node)) await validate(part.task, input);
    checkGroup(part);
  }
}

/** How long a part waits from its turn, which comes later than now. */
function checkDelay({ path, node, task }: PlannedTask, { now, patient }: Waits): void {
  const { delay, at } = node.options;
  const waitMs = at === undefined ? toMilliseconds(delay ?? '0s') : at.getTime() - now;
  checkWait(inPart(path, `task '${task.name}'`), task.queue, Math.max(0, waitMs), patient);
}

/**
 * The group of a part's message, as far as its input says it already; what the result before it says, whoever
 * starts it finds.
 */
function checkGroup({ path, node, task }: PlannedTask): void {
  const { queue } = task;
  // The queue's functions take the input of its tasks, which only the user's own types know.
  const made = (by: typeof queue.groupBy): string | undefined =>
    node.takes === true ? undefined : by?.(node.input as never);
  try {
    const group = queue.ordered ? (node.options.group ?? made(queue.groupBy)) : made(queue.fairBy);
    if (group !== undefined) checkedGroup(inPart(path, `task '${task.name}'`), group);
  } catch (thrown) {
    throw refusal([task], node.input, thrown);
  }
}

/** How long parts may wait, and whether the app has `later` for that. */
interface Waits extends Required<Times> {
  readonly patient: boolean;
}

function toDeadlineMs(deadline: string): number {
  const deadlineMs = deadlineMsOf(deadline);
  if (deadlineMs !== undefined) return deadlineMs;
  const text = `the workflow's deadline is '${deadline}'; give one of '1s' to '14d'`;
  throw new SendError('DEADLINE_OUT_OF_RANGE', text, { value: deadline, allowed: WORKFLOW_DEADLINE_MS_MAX });
}

function tooManyHops(hops: number): SendError {
  const text =
    `${hops} tasks have sent each other on, at most ${HOPS_MAX} may; tasks seem to call each other in a ` +
    'circle';
  return new SendError('TOO_MANY_HOPS', text, { value: hops, allowed: HOPS_MAX });
}

function noState({ name }: App, first: AnyTask | undefined): SendError {
  const text =
    first === undefined
      ? `app '${name}' has no task that keeps results, so no worker can carry a workflow on; define one`
      : 'this worker cannot send workflows: no task of its own queue keeps a result, so it was built ' +
        'without DynamoDB; remove result: false from the task that sends';
  return new SendError('NO_STATE', text, { value: name });
}
