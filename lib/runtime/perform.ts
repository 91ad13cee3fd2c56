/**
 * What a fire does: the message of a task under the fire's id, a workflow whose id that is, or a publish
 * under it. All of it may be done again: a message is claimed before it runs, and a workflow is begun once.
 */
import { fromMilliseconds } from '../core/duration.ts';
import type { IdSpace } from '../core/id.ts';
import type { Message } from '../core/message.ts';
import type { ScheduledCall } from '../core/schedule/spec.ts';
import type { Plan } from '../core/workflow/plan.ts';
import type { App } from '../define/app.ts';
import type { Sender, WorkflowOptions } from '../define/client.ts';
import { toPublishOptions } from '../define/publication.ts';
import { queueName } from '../define/resource-name.ts';
import type { AnyTask } from '../define/task.ts';
import { type ErrorCode, SendError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Connection } from './client.ts';
import { type ComposeContext, toOutgoing } from './compose.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { levelOf } from './level.ts';
import type { Outbox } from './outbox.ts';
import { sendWorkflow } from './workflow-send.ts';

/** Set by the bundler to `false` where no workflow goes through. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** One run that a schedule asks for. */
export interface FireRun {
  readonly schedule: string;
  /** The fire's id, or one of its own for a run by hand. */
  readonly id: string;
  readonly scheduledAt: number;
  readonly dueAt: number;
}

/** A run that was handed over; `ended` is there where whoever performs it knows when it ends. */
export interface Performed {
  readonly ended?: Promise<void>;
}

/** Performs the call of a schedule; the same run may be asked for several times. */
export type Perform = (call: ScheduledCall, run: FireRun) => Promise<Performed>;

export interface PerformPorts {
  readonly outbox: Pick<Outbox, 'send'>;
  /** Keeps an input that is too large for a message; undefined where the app has no bucket. */
  readonly store: ComposeContext['store'];
  readonly publish: Sender['publish'];
  /** Sends a workflow; one that is sent again under its id is not begun again. */
  readonly workflow: (
    plan: Plan,
    options: Required<Pick<WorkflowOptions, 'id'>> & WorkflowOptions,
  ) => Promise<unknown>;
}

/** Performs calls by sending them from a connection. */
export function performFrom(connection: Connection, publish: Sender['publish']): Perform {
  const { app, space, ports, outbox } = connection;
  const store = ports.blobs === undefined ? undefined : outbox.store;
  const workflow: PerformPorts['workflow'] =
    typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS
      ? (plan, options) => sendWorkflow(connection, 0, plan, options)
      : noWorkflows;
  return createPerform(app, space, { outbox, store, publish, workflow });
}

async function noWorkflows(): Promise<never> {
  const text =
    'a schedule sends a workflow, and this function was built without them, since no task of the app keeps ' +
    'a result; define one, and deploy';
  throw new SendError('NO_STATE', text);
}

/** Performs calls by sending. */
export function createPerform(app: App, space: IdSpace, ports: PerformPorts): Perform {
  return async (call, run) => {
    switch (call.kind) {
      case 'send':
        await sendCall(app, space, ports, call, run);
        break;
      case 'workflow':
        await beginWorkflow(ports, call, run);
        break;
      case 'publish':
        await publishCall(app, ports.publish, call, run);
    }
    return {};
  };
}

async function sendCall(
  app: App,
  space: IdSpace,
  { outbox, store }: PerformPorts,
  call: ScheduledCall & { kind: 'send' },
  run: FireRun,
): Promise<void> {
  // A record may be older than the task's name.
  const task = taskOf(app, call.task);
  if (task === undefined) throw unknown('UNKNOWN_TASK', run, `task '${call.task}'`);
  const message = toMessage(call, run, groupOf(task, call, run));
  const name = queueName(space.app, space.stage, task.queue, levelOf(task.queue, message));
  await outbox.send(name, await toOutgoing({ store }, task, message));
}

function groupOf({ queue }: AnyTask, call: ScheduledCall & { kind: 'send' }, { schedule }: FireRun) {
  if (!queue.ordered) return undefined;
  // The queue's function takes the input of its tasks, which only the user's own types know.
  const group = call.group ?? queue.groupBy?.(call.input as never) ?? ONE_GROUP;
  return checkedGroup(`schedule '${schedule}'`, group);
}

/**
 * The workflow's id is the fire's, so a tick or a delivery that comes again finds its plan, its record and
 * its first messages there. What is stored first holds, also when the schedule is changed between two tries.
 */
async function beginWorkflow(
  { workflow }: PerformPorts,
  { plan, deadlineMs }: ScheduledCall & { kind: 'workflow' },
  { id }: FireRun,
): Promise<void> {
  const deadline = deadlineMs === undefined ? {} : { deadline: fromMilliseconds(deadlineMs) };
  await workflow(plan, { id, ...deadline });
}

/** The message of a fire; it may be sent again under its id, so it is always claimed. */
export function toMessage(
  call: ScheduledCall & { kind: 'send' },
  run: FireRun,
  group: string | undefined,
): Message {
  return {
    id: run.id,
    task: call.task,
    ...(call.input === undefined ? {} : { input: call.input }),
    generation: 0,
    attempt: 0,
    deferrals: 0,
    crashes: 0,
    hops: 0,
    // All of it follows from the fire: a second message is the same as the first.
    sentAt: run.scheduledAt,
    ...(call.expiresMs === undefined ? {} : { expiresAt: run.dueAt + call.expiresMs }),
    claim: true,
    ...(call.priority === undefined ? {} : { priority: call.priority }),
    ...(call.force === undefined ? {} : { force: call.force }),
    ...(call.ignoreResult === undefined ? {} : { ignoreResult: call.ignoreResult }),
    ...(group === undefined ? {} : { group }),
    ...(call.timeLimit === undefined ? {} : { timeLimit: call.timeLimit }),
    headers: call.headers ?? {},
    history: [],
  };
}

async function publishCall(
  app: App,
  publish: Sender['publish'],
  call: ScheduledCall & { kind: 'publish' },
  run: FireRun,
): Promise<void> {
  const options = { ...toPublishOptions(call.options), messageId: run.id };
  if (call.exchange === '') {
    const queue = app.queues.find(({ name }) => name === call.key);
    if (queue === undefined) throw unknown('UNKNOWN_QUEUE', run, `queue '${call.key}'`);
    await publish(queue, call.message, options);
    return;
  }
  const exchange = app.exchanges.find(({ name }) => name === call.exchange);
  if (exchange === undefined) throw unknown('UNKNOWN_EXCHANGE', run, `exchange '${call.exchange}'`);
  // The types were checked where the publish was described; the publisher checks the exchange's schemas.
  await publish(exchange, exchange.key(call.key), call.message as never, options);
}

function unknown(code: ErrorCode, { schedule }: FireRun, what: string): SendError {
  return new SendError(code, `schedule '${schedule}' needs ${what}, which the app does not have; add it`);
}
