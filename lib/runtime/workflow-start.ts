/**
 * Starts nodes of a workflow: sends the messages of the tasks with which they begin. Every message has an id
 * that derives from its path and is claimed before it runs, so a start may be made again, whole or in part.
 */
import { toMilliseconds } from '../core/duration.ts';
import { derivedId, type IdSpace } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import { DELAY_MS_MAX, WORKFLOW_INPUT_BYTES_MAX } from '../core/limits.ts';
import { type Message, sizeBytes } from '../core/message.ts';
import { sizeOf } from '../core/workflow/page.ts';
import { pathOf, runIdOf } from '../core/workflow/path.ts';
import { stepTimer, WORKFLOW_START, type WorkflowPlace } from '../core/workflow/place.ts';
import type { PlanOptions, TaskPlan } from '../core/workflow/plan.ts';
import { SHARD_MEMBERS } from '../core/workflow/tally.ts';
import type { Queue } from '../define/queue.ts';
import { queueName } from '../define/resource-name.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Connection } from './client.ts';
import { deduplicationOf, toOutgoing } from './compose.ts';
import { putOff } from './delayed.ts';
import { encoded } from './encoded.ts';
import { tell } from './hooks.ts';
import { levelOf } from './level.ts';
import type { Runs } from './ports.ts';
import { timeLimitOf } from './time-limit.ts';
import { watchedSend } from './watched-send.ts';
import { type NodeAt, nodeReader } from './workflow-node.ts';
import type { Workflows } from './workflow-ports.ts';
import type { ResultReads } from './workflow-results.ts';
import { isSmall, takenBy } from './workflow-taken.ts';

/** One workflow, and with what it is carried on. */
export interface OpenWorkflow extends ResultReads {
  readonly id: string;
  readonly connection: Pick<Connection, 'app' | 'space' | 'ports' | 'outbox' | 'delays'>;
  readonly store: Workflows;
  readonly runs: Runs;
  /** Of the message that carries it on: its steps do not send each other on in a circle. */
  readonly hops: number;
  /** Where messages go that start nodes: to a queue whose worker can. */
  readonly queue: Queue;
  /** What telemetry is told of the run from whose end something follows. */
  readonly trace?: Message['headers'] | undefined;
  /** Since when its message is put off, because what follows could not be done. */
  readonly since?: number | undefined;
  /** Whether what is linked to a node comes before what waits for it. */
  readonly linksFirst?: boolean;
  /** What that run has added to a group, and is known to have been started. */
  readonly started?: readonly string[];
}

/** A workflow as the worker or client of a connection sees it; undefined where there are no records. */
export function workflowOf(
  connection: OpenWorkflow['connection'],
  id: string,
  more: Pick<OpenWorkflow, 'hops' | 'queue' | 'trace' | 'since' | 'started'>,
): OpenWorkflow | undefined {
  const { ports, space } = connection;
  const { runs, blobs, state } = ports;
  if (runs === undefined || state?.workflows === undefined) return undefined;
  const nodes = nodeReader(state.workflows);
  // What another message of this worker has begun to read is read once for both.
  const nodeAt: NodeAt = (workflowId, path) => ports.clock.waiting(nodes(workflowId, path));
  return { id, connection, space, runs, blobs, nodeAt, store: state.workflows, ...more };
}

/** What a node is started with. */
export type Before =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Json }
  /** The result of a node; `known` where it is at hand, as JSON text. */
  | { readonly kind: 'result'; readonly path: string; readonly known?: { readonly text?: string } };

/** How many messages one start may still send itself; what is more is sent by others. */
interface Budget {
  left: number;
}

/** Starts the node at a path; resolves to the paths of groups that have ended at once: those of nobody. */
export async function startNode(
  workflow: OpenWorkflow,
  path: string,
  before: Before,
  budget: Budget = { left: SHARD_MEMBERS },
  of?: number,
): Promise<readonly string[]> {
  const node = await workflow.nodeAt(workflow.id, path);
  if (node === undefined)
    throw new CeleriacError('PLAN_LOST', `workflow '${workflow.id}' has no part '${path}' any more`);
  switch (node.kind) {
    case 'task':
      await sendTask(workflow, path, node, before, of);
      return [];
    case 'chain':
      return startNode(workflow, pathOf(path, { kind: 'child', index: 0 }), before, budget);
    case 'group':
      return startGroup(workflow, path, sizeOf(node), before, budget);
  }
}

/** Starts members of the group at a path; resolves likewise. */
export async function startMembers(
  workflow: OpenWorkflow,
  path: string,
  [from, to]: readonly [from: number, to: number],
  before: Before,
  budget: Budget = { left: 0 },
): Promise<readonly string[]> {
  const group = await workflow.nodeAt(workflow.id, path);
  const of = group === undefined ? 0 : sizeOf(group);
  const indexes = Array.from({ length: Math.max(0, Math.min(to, of) - from) }, (_, place) => from + place);
  const ended = await Promise.all(
    indexes.map((index) => startNode(workflow, pathOf(path, { kind: 'child', index }), before, budget, of)),
  );
  return ended.flat();
}

async function startGroup(
  workflow: OpenWorkflow,
  path: string,
  members: number,
  before: Before,
  budget: Budget,
): Promise<readonly string[]> {
  if (members === 0) return [path];
  if (members <= budget.left) {
    budget.left -= members;
    return startMembers(workflow, path, [0, members], before, budget);
  }
  // One that found others before it begins anew in a message of its own.
  if (members <= SHARD_MEMBERS || budget.left < SHARD_MEMBERS) {
    await sendStart(workflow, path, true, before);
    return [];
  }
  budget.left = 0;
  const ranges = Array.from({ length: Math.ceil(members / SHARD_MEMBERS) }, (_, range) => range);
  await Promise.all(
    ranges.map((range) => {
      const from = range * SHARD_MEMBERS;
      return sendStart(workflow, path, [from, Math.min(members, from + SHARD_MEMBERS)], before);
    }),
  );
  return [];
}

/** Sends the message that starts a node, or some members of a group. */
export async function sendStart(
  workflow: OpenWorkflow,
  path: string,
  start: NonNullable<WorkflowPlace['start']>,
  before: Before,
): Promise<void> {
  const { connection, queue, space } = workflow;
  const message: Message = {
    ...plain(workflow, startId(space, workflow.id, path, start), WORKFLOW_START),
    ...(before.kind === 'value' ? { input: before.value } : {}),
    ...(before.kind === 'result' && before.known !== undefined ? toInput(before.known.text) : {}),
    workflow: { id: workflow.id, path, start, ...(isReference(before) ? { from: before.path } : {}) },
  };
  const place = queue.ordered
    ? { group: workflow.id, deduplication: deduplicationOf(message) }
    : queue.fairBy === undefined
      ? {}
      : { group: workflow.id };
  const name = queueName(space.app, space.stage, queue);
  const about = { task: WORKFLOW_START, queue: queue.name, after: workflow.trace };
  await watchedSend(connection.app, about, (headers) =>
    connection.outbox.send(name, { body: encoded({ ...message, headers }), ...place }),
  );
}

function startId(space: IdSpace, workflowId: string, path: string, start: WorkflowPlace['start']): string {
  return derivedId(space, workflowId, `flow/${path}/start${start === true ? '' : `/${start?.[0]}`}`);
}

/** Whether what is before has to be read by whoever runs the message. */
function isReference(before: Before): before is Extract<Before, { kind: 'result' }> {
  return before.kind === 'result' && !isSmall(before.known);
}

function toInput(text: string | undefined): { readonly input?: Json } {
  // Results are what JSON.stringify made of checked data.
  return text === undefined || sizeBytes(text) > WORKFLOW_INPUT_BYTES_MAX ? {} : { input: JSON.parse(text) };
}

async function sendTask(
  workflow: OpenWorkflow,
  path: string,
  node: TaskPlan,
  before: Before,
  of: number | undefined,
): Promise<void> {
  const { connection, space } = workflow;
  const task = taskOf(connection.app, node.task);
  if (task === undefined) {
    const text = `workflow '${workflow.id}' calls task '${node.task}' at '${path}', unknown to this worker`;
    throw new CeleriacError('UNKNOWN_TASK', text, { value: node.task });
  }
  const now = connection.ports.clock.now();
  const { expires, headers = {}, force, timeLimit, priority = 0 } = node.options;
  const waitMs = waitOf(node.options, now);
  const isLinked = (node.links?.length ?? 0) + (node.errorLinks?.length ?? 0) > 0;
  const taken = await takenBy(workflow, task, node, before);
  const composed: Message = {
    ...plain(workflow, runIdOf(space, workflow.id, path), task.name),
    ...(taken.input === undefined ? {} : { input: taken.input }),
    ...(taken.blob === undefined ? {} : { blob: taken.blob }),
    ...(taken.group === undefined ? {} : { group: taken.group }),
    ...(expires === undefined ? {} : { expiresAt: now + toMilliseconds(expires) }),
    ...(force === true ? { force } : {}),
    ...timeLimitOf(timeLimit),
    ...(priority === 0 ? {} : { priority }),
    // A message enters its queue when its delay is over, as one that is sent by itself.
    ...(waitMs > 0 && task.queue.expiresMs !== undefined ? { enteredAt: now + waitMs } : {}),
    // Whatever is sent twice runs once.
    claim: true,
    headers,
    workflow: {
      ...{ id: workflow.id, path },
      ...(of === undefined ? {} : { of }),
      ...(isLinked ? { linked: true } : {}),
      ...(node.each === true ? { each: true } : {}),
      ...(taken.from === undefined ? {} : { from: taken.from }),
    },
  };
  const about = { task: task.name, queue: task.queue.name, after: workflow.trace };
  await watchedSend(connection.app, about, (more) =>
    deliver(workflow, task, { ...composed, headers: { ...more, ...headers } }, waitMs),
  );
}

/** Sends the message of a task, which waits for so long. */
async function deliver(
  { connection, space }: OpenWorkflow,
  task: AnyTask,
  message: Message,
  waitMs: number,
): Promise<void> {
  const now = connection.ports.clock.now();
  const store = connection.ports.blobs === undefined ? undefined : connection.outbox.store;
  const isWaiting = waitMs > 0 && (task.queue.ordered || waitMs > DELAY_MS_MAX);
  const outgoing = await toOutgoing({ store }, task, message, isWaiting ? 0 : waitMs);
  const name = queueName(space.app, space.stage, task.queue, levelOf(task.queue, message));
  const waiting = { id: stepTimer(message.id), queueName: name, outgoing };
  if (isWaiting) await putOff(connection.delays, now + waitMs, waiting);
  else await connection.outbox.send(name, outgoing);
  // A hook needs the whole connection's type and no more of it than this.
  await tell(connection as Connection, 'onSend', { task, message }, {});
}

function plain({ connection, hops }: OpenWorkflow, id: string, task: string): Message {
  const counts = { generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops };
  return {
    id,
    task,
    ...counts,
    sentAt: connection.ports.clock.now(),
    claim: false,
    headers: {},
    history: [],
  };
}

/** How long a task waits; a time stands in the plan as JSON brings it. */
function waitOf({ delay, at }: PlanOptions, now: number): number {
  const untilMs = at === undefined ? 0 : new Date(at).getTime() - now;
  return Math.max(0, delay === undefined ? untilMs : toMilliseconds(delay));
}
