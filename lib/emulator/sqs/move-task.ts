/**
 * Message move tasks: redriving a dead-letter queue at a rate. The clock is outside; a task says when its
 * next step is due.
 */
import type { Output } from '../service.ts';
import { redrive } from './dead-letter.ts';
import { integer, requiredText, text } from './fields.ts';
import {
  MOVE_DEFAULT_STEP,
  MOVE_RATE_MAX,
  MOVE_TASKS_ACTIVE_MAX,
  MOVE_TASKS_LISTED_MAX,
  SECOND_MS,
} from './limits.ts';
import type { Queue } from './queue.ts';
import { sourcesOf } from './queue-operations.ts';
import { parseObject } from './redrive-policy.ts';
import { invalid, missing, overLimit, resourceNotFound } from './refusal.ts';
import { type Call, current, randomId, type State } from './state.ts';

export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  steps: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  failure: string | undefined;
  nextAt: number;
}

export function startMessageMoveTask(call: Call): Output {
  const { input, now, state } = call;
  const source = resolve(call, 'SourceArn');
  if (sourcesOf(state, source.arn).length === 0) {
    throw invalid('Source queue must be configured as a Dead Letter Queue.');
  }
  const destination =
    text(input, 'DestinationArn') === undefined ? undefined : resolve(call, 'DestinationArn');
  checkDestination(source, destination);
  const perSecond = readRate(call);
  const running = [...state.moveTasks.values()].filter((task) => task.status === 'RUNNING');
  if (running.some((task) => task.sourceArn === source.arn)) {
    throw invalid(
      'There is already a task running. ' +
        'Only one active task is allowed for a source queue arn at a given time.',
    );
  }
  if (running.length >= MOVE_TASKS_ACTIVE_MAX) {
    throw overLimit(`The maximum number of active message move tasks is ${MOVE_TASKS_ACTIVE_MAX}.`);
  }
  const task: MoveTask = {
    id: randomId(state.random),
    sourceArn: source.arn,
    destinationArn: destination?.arn,
    perSecond,
    startedAt: now,
    toMove: source.store.visible,
    moved: 0,
    steps: 0,
    status: 'RUNNING',
    failure: undefined,
    nextAt: now + dueAfter(perSecond, 1),
  };
  forgetOldest(state, source.arn);
  state.moveTasks.set(task.id, task);
  return { TaskHandle: handleOf(task) };
}

// Only the most recent tasks of a queue can ever be listed.
function forgetOldest(state: State, sourceArn: string): void {
  const tasks = [...state.moveTasks.values()].filter((task) => task.sourceArn === sourceArn);
  const surplus = tasks.length - MOVE_TASKS_LISTED_MAX + 1;
  for (const task of tasks.slice(0, Math.max(0, surplus))) state.moveTasks.delete(task.id);
}

function checkDestination(source: Queue, destination: Queue | undefined): void {
  if (destination === undefined) return;
  if (destination.arn === source.arn) {
    throw invalid('Source queue arn and destination queue arn cannot be the same.');
  }
  if (destination.fifo !== source.fifo) {
    throw invalid('The source queue and destination queue must be of the same queue type.');
  }
}

function readRate({ input }: Call): number | undefined {
  const rate = integer(input, 'MaxNumberOfMessagesPerSecond');
  if (rate !== undefined && (rate < 1 || rate > MOVE_RATE_MAX)) {
    const rule = `You must enter a number that's between 1 and ${MOVE_RATE_MAX}.`;
    throw invalid(`Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: ${rule}`);
  }
  return rate;
}

export function cancelMessageMoveTask(call: Call): Output {
  const handle = requiredText(call.input, 'TaskHandle');
  const { taskId, sourceArn } = parseObject(Buffer.from(handle, 'base64').toString()) ?? {};
  if (typeof taskId !== 'string' || typeof sourceArn !== 'string') {
    throw invalid('Value for parameter TaskHandle is invalid.');
  }
  if (!call.state.queues.has(sourceArn)) throw notFound('SourceArn');
  const task = call.state.moveTasks.get(taskId);
  if (task === undefined || task.sourceArn !== sourceArn) throw resourceNotFound('Task does not exist.');
  if (task.status !== 'RUNNING') throw invalid('Only a task that is running can be cancelled.');
  task.status = 'CANCELLED';
  return { ApproximateNumberOfMessagesMoved: task.moved };
}

export function listMessageMoveTasks(call: Call): Output {
  const source = resolve(call, 'SourceArn');
  const max = integer(call.input, 'MaxResults') ?? 1;
  if (max < 1 || max > MOVE_TASKS_LISTED_MAX) {
    const rule = `You must enter a number that's between 1 and ${MOVE_TASKS_LISTED_MAX}.`;
    throw invalid(`Value for parameter MaxResults is invalid. Reason: ${rule}`);
  }
  const tasks = [...call.state.moveTasks.values()].filter((task) => task.sourceArn === source.arn);
  return { Results: tasks.reverse().slice(0, max).map(show) };
}

function show(task: MoveTask): Output {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: handleOf(task) }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.perSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure !== undefined && { FailureReason: task.failure }),
    StartedTimestamp: task.startedAt,
  };
}

/** When the next step of any task is due. */
export function nextMoveAt(state: State): number | undefined {
  let next: number | undefined;
  for (const task of state.moveTasks.values()) {
    if (task.status === 'RUNNING' && (next === undefined || task.nextAt < next)) next = task.nextAt;
  }
  return next;
}

/** Carries out every step that is due. */
export function advanceMoves(state: State, now: number): void {
  for (const task of state.moveTasks.values()) {
    while (task.status === 'RUNNING' && task.nextAt <= now) step(state, task, now);
  }
  state.keeper?.moved();
}

function step(state: State, task: MoveTask, now: number): void {
  const source = state.queues.get(task.sourceArn);
  if (source === undefined) {
    fail(task, 'AWS.SimpleQueueService.NonExistentQueue');
    return;
  }
  current(state, source, now);
  const picker = source.store.pick();
  const count = task.perSecond === undefined ? MOVE_DEFAULT_STEP.messages : 1;
  for (let done = 0; done < count && task.moved < task.toMove; done++) {
    const message = picker.next();
    // What others took meanwhile is not there any more.
    if (message === undefined) {
      task.status = 'COMPLETED';
      return;
    }
    const arn = task.destinationArn ?? message.sourceArn;
    const destination = arn === undefined ? undefined : state.queues.get(arn);
    if (destination === undefined) {
      fail(
        task,
        arn === undefined ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue',
      );
      return;
    }
    redrive(state, source, destination, message, now);
    task.moved += 1;
  }
  if (task.moved >= task.toMove) task.status = 'COMPLETED';
  task.steps += 1;
  task.nextAt = task.startedAt + dueAfter(task.perSecond, task.steps + 1);
}

function fail(task: MoveTask, reason: string): void {
  task.status = 'FAILED';
  task.failure = reason;
}

/** When a step is due after the start, in whole milliseconds, so that a rate of 3 a second does not drift. */
function dueAfter(perSecond: number | undefined, step: number): number {
  return perSecond === undefined
    ? step * MOVE_DEFAULT_STEP.everyMs
    : Math.ceil((step * SECOND_MS) / perSecond);
}

function handleOf(task: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: task.id, sourceArn: task.sourceArn })).toString('base64');
}

function resolve(call: Call, parameter: 'SourceArn' | 'DestinationArn'): Queue {
  const arn = text(call.input, parameter);
  if (arn === undefined) throw missing(parameter);
  if (!/^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$/.test(arn)) {
    const format = 'arn:<partition>:<service>:<region>:<account-id>:<resource-id>';
    throw invalid(`You must use this format to specify the ${parameter}: ${format}`);
  }
  const queue = call.state.queues.get(arn);
  if (queue === undefined) throw notFound(parameter);
  return current(call.state, queue, call.now);
}

function notFound(parameter: string) {
  return resourceNotFound(`The resource that you specified for the ${parameter} parameter doesn't exist.`);
}
