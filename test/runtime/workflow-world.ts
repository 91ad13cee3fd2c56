/** Workflows whose plans and records a test writes by itself, through the ports, over the models. */
import { defineApp, defineTask } from '#lib';
import type { Call } from '../../lib/aws/call.ts';
import { createRunControl } from '../../lib/aws/run-control.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { createWorkflowViews } from '../../lib/aws/workflow-views.ts';
import { createWorkflows } from '../../lib/aws/workflows.ts';
import { newId } from '../../lib/core/id.ts';
import type { TaskState } from '../../lib/core/task-state.ts';
import { toPages } from '../../lib/core/workflow/page.ts';
import { parentOf, runIdOf } from '../../lib/core/workflow/path.ts';
import type { Plan } from '../../lib/core/workflow/plan.ts';
import { topology } from '../../lib/define/topology.ts';
import type { MemberResult } from '../../lib/define/workflow-client.ts';
import type { Clock, RunRecord } from '../../lib/runtime/ports.ts';
import { createResults } from '../../lib/runtime/result.ts';
import {
  createGroupHandle,
  createWorkflow,
  createWorkflowHandle,
  type WorkflowContext,
} from '../../lib/runtime/workflow-handle.ts';
import { provision } from '../../lib/testing/provision.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { DOORS } from '../conformance/doors.ts';
import { NOW } from './world.ts';

const TABLE = 'shop-dev-runs';
const OWNER = 'worker';
const space = { app: 'shop', stage: 'dev' };
const tasks = ['a', 'b', 'c'].map((name) => defineTask(name, { run: () => 1 }));
const app = defineApp('shop', { tasks });

/** How a test ends a task: a result, or what went wrong. */
export interface End {
  readonly result?: unknown;
  readonly state?: 'FAILURE' | 'REVOKED';
  readonly message?: string;
}

/** A world with one workflow; `looks` are done one after the other while somebody waits. */
export async function createWorld(plan: Plan, looks: (() => Promise<unknown>)[] = []) {
  const open = DOORS['straight on the models'];
  if (open === undefined) throw new Error('there is this door');
  const door = await open();
  await provision(door.emulator, { ...topology(app), queues: [], workers: [] }, () => {
    throw new Error('there are no workers here');
  });
  const calls: { readonly operation: string; readonly keys: number }[] = [];
  const call = counted(door.call, calls);
  const runs = createRuns(call, TABLE);
  const workflows = createWorkflows(call, TABLE);
  const clock = scriptedClock(looks);
  const { poll } = createResults({ space, clock, runs });
  const control = createRunControl(call, TABLE);
  const context: WorkflowContext = {
    ...{ app, space, clock, blobs: undefined, poll, runs, control },
    views: createWorkflowViews(call, TABLE),
  };
  const workflowId = newId(space, NOW, createRandom(1));
  const pages = toPages(plan);
  const idAt = (path: string): string => runIdOf(space, workflowId, path);
  const request = (path: string, task = 'a') => ({
    ...{ id: idAt(path), task, queue: 'default', generation: 0, retries: 0 },
    ...{ sentAt: NOW, now: clock.now() },
  });
  const begin = (path: string) => runs.claim(request(path), OWNER, NOW + 1_000_000);
  const end = async (path: string, { result, state, message }: End = {}): Promise<void> => {
    await begin(path);
    const error = message === undefined ? {} : { error: { code: 'BOOM', name: 'Error', message } };
    const ending = state === undefined ? { result: JSON.stringify(result ?? null) } : error;
    await runs.complete(request(path), OWNER, { state: state ?? 'SUCCESS', ...ending });
    await countEnd(path, state === undefined);
  };
  /** Counts the node in the group around it, as a worker does when it has ended. */
  const countEnd = async (path: string, isDone: boolean): Promise<void> => {
    const around = parentOf(path);
    if (around?.place.kind === 'child')
      await workflows.countMember(workflowId, around.path, around.place.index, isDone, NOW);
  };
  /** What a client that sends writes of the workflow, and a worker when it is over. */
  const root = async (state: TaskState, more: Partial<RunRecord> = {}): Promise<void> => {
    const texts = { id: workflowId, task: '', queue: 'default', state, ...texted(more) };
    const numbers = {
      generation: 0,
      retries: 0,
      sentAt: NOW,
      ...(state === 'PENDING' ? {} : { endedAt: NOW }),
    };
    const Item = {
      ...{ pk: { S: `run#${workflowId}` }, sk: { S: 'run' } },
      ...Object.fromEntries(Object.entries(texts).map(([name, S]) => [name, { S }])),
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { N: String(value) }])),
    };
    await door.emulator.call('dynamodb', 'PutItem', { TableName: TABLE, Item });
  };
  await workflows.create(workflowId, pages, NOW);
  await root('PENDING');
  calls.length = 0;
  return {
    ...{ workflowId, idAt, begin, end, countEnd, root, runs, control, clock, request, context, calls, pages },
    workflow: createWorkflow(context, workflowId),
    handle: createWorkflowHandle(context, workflowId, plan, pages),
    group: createGroupHandle(context, workflowId),
    stateOf: async (path: string) => (await runs.read([idAt(path)])).get(idAt(path))?.state,
    close: door.close,
  };
}

/** Longer than any of these tests has to wait. */
export const SOON = { timeout: '10s' } as const;

/** All that a loop over results gives. */
export async function collect(results: AsyncIterable<MemberResult>): Promise<MemberResult[]> {
  const all: MemberResult[] = [];
  for await (const one of results) all.push(one);
  return all;
}

/** A group of calls of the same task. */
export function groupOf(members: number): Plan {
  return {
    kind: 'group',
    members: Array.from({ length: members }, (_, input) => ({ ...taskOf('a'), input })),
  };
}

export function chainOf(...steps: readonly Plan[]): Plan {
  return { kind: 'chain', steps };
}

export function taskOf(task: string): Plan {
  return { kind: 'task', task, options: {} };
}

function texted({ result, reason, error }: Partial<RunRecord>): Readonly<Record<string, string>> {
  return {
    ...(result === undefined ? {} : { result }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error: JSON.stringify(error) }),
  };
}

/** A clock on which each wait does the next thing of a list, and is over. */
function scriptedClock(looks: (() => Promise<unknown>)[]): Clock {
  let now = NOW;
  return {
    now: () => now,
    async sleep(ms) {
      now += ms;
      await looks.shift()?.();
    },
    alarm: () => () => {},
    run: (_name, work) => work(),
    waiting: (promise) => promise,
  };
}

/** A call that tells what was read and written. */
function counted(call: Call, calls: { operation: string; keys: number }[]): Call {
  const counting = (service: string, operation: string, input: object): unknown => {
    const { RequestItems } = input as { RequestItems?: Readonly<Record<string, { Keys: unknown[] }>> };
    calls.push({ operation, keys: RequestItems?.[TABLE]?.Keys.length ?? 1 });
    return (call as (service: string, operation: string, input: object) => unknown)(
      service,
      operation,
      input,
    );
  };
  return counting as Call;
}
