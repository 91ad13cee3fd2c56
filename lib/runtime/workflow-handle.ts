/**
 * The handles of workflows: what a send of one resolves to, and any of them by id. A handle of a workflow
 * that was just sent knows its plan; one made from an id reads it when first asked.
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import type { TaskState } from '../core/task-state.ts';
import type { Pages } from '../core/workflow/page.ts';
import type { Plan } from '../core/workflow/plan.ts';
import { hasBegun } from '../core/workflow/view.ts';
import type { App } from '../define/app.ts';
import type { AsyncResult, GetOptions } from '../define/client.ts';
import type { GroupHandle, GroupResult, Workflow } from '../define/workflow-client.ts';
import { TaskError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import { createGroupLooks, type GroupReads, groupAt, workflowError } from './group-handle.ts';
import { toProgress } from './handle.ts';
import { broughtBy, firstTask } from './member-ends.ts';
import type { Runs, State } from './ports.ts';
import { isOurs } from './readable.ts';
import { follow, outcome, type Poll, type ResultContext } from './result.ts';
import { type ForgetReads, forgetWorkflow } from './workflow-forget.ts';
import { createPlanReader } from './workflow-plan.ts';
import { type RevokeReads, revokeNode, revokeWorkflow } from './workflow-revoke.ts';
import { idOf, readParts, readTree } from './workflow-tree.ts';
import type { WorkflowViews } from './workflow-view-ports.ts';

/** What handles of workflows need: a connection has it. */
export interface WorkflowContext extends Pick<ResultContext, 'space' | 'clock' | 'blobs'> {
  readonly app: Pick<App, 'tasks'>;
  readonly poll: Poll;
  readonly runs: Pick<Runs, 'read'>;
  readonly views: WorkflowViews;
  readonly control: Pick<State['control'], 'revoke' | 'forget'>;
}

type Reads = GroupReads & RevokeReads & ForgetReads;

/**
 * The handle of a workflow that was sent from here, a GroupResult where it is a group by itself; `pages` are
 * those that were stored, where they are at hand.
 */
export function createWorkflowHandle(
  context: WorkflowContext,
  workflowId: string,
  { kind }: Pick<Plan, 'kind'>,
  pages?: Pages,
): AsyncResult<unknown> | GroupResult {
  const result = createResult(context, readsOf(context, workflowId, pages));
  return kind === 'group' ? toGroupResult(result) : result.handle;
}

/** The handle of a group by its id. */
export function createGroupHandle(context: WorkflowContext, workflowId: string): GroupResult {
  return toGroupResult(createResult(context, readsOf(context, workflowId)));
}

function toGroupResult({ group, handle }: Result): GroupResult {
  // What a group brings is the list of what its members do.
  return { ...group(''), ...handle } as GroupResult;
}

/** A workflow by its id. */
export function createWorkflow(context: WorkflowContext, workflowId: string): Workflow {
  const reads = readsOf(context, workflowId);
  const { group, handle } = createResult(context, reads);
  return {
    id: workflowId,
    get: handle.get,
    state: handle.state,
    revoke: handle.revoke,
    group,
    tree: async (options) => {
      reads.check();
      return readTree(reads, options);
    },
    parts: async (path, options) => {
      reads.check();
      return readParts(reads, path, options);
    },
  };
}

interface WorkflowAsync extends AsyncResult<unknown> {
  // The record of a workflow has no state of its own.
  state(): ReturnType<Workflow['state']>;
}

interface Result {
  readonly handle: WorkflowAsync;
  readonly group: (path: string) => GroupHandle;
}

function createResult(context: WorkflowContext, reads: Reads): Result {
  const { workflowId, check } = reads;
  const progress = async (schema?: Schema): Promise<unknown> => {
    check();
    return toProgress(await reads.read(workflowId), `workflow '${workflowId}'`, schema);
  };
  const revoke: Result['handle']['revoke'] = async ({ terminate = false } = {}) => {
    check();
    return revokeWorkflow(reads, terminate);
  };
  const handle: WorkflowAsync = {
    id: workflowId,
    revoke,
    get: async (options) => {
      check();
      return get(reads, options ?? {});
    },
    state: () => state(context, reads),
    // With a schema the answer is what it makes, without one what was said: the overloads say so.
    progress: progress as AsyncResult<unknown>['progress'],
    forget: async () => {
      check();
      if (await forgetWorkflow(reads)) return;
      const text = `workflow '${workflowId}' is not over: there is nothing to forget; revoke it first`;
      throw new TaskError('RUN_NOT_OVER', text, { value: workflowId });
    },
  };
  const group = (path: string): GroupHandle => ({
    id: idOf(reads, path),
    path,
    ...createGroupLooks(reads, path),
    revoke: async ({ terminate = false } = {}) =>
      path === '' ? revoke({ terminate }) : revokeNode(reads, await groupAt(reads, path), terminate),
  });
  return { handle, group };
}

async function get(reads: Reads, options: GetOptions): Promise<unknown> {
  const { workflowId, clock } = reads;
  const about = { title: `workflow '${workflowId}'`, again: 'workflow(id)' };
  const record = await follow(reads, reads.poll, workflowId, about, options);
  if (record.state !== 'SUCCESS') throw workflowError(reads, record);
  if (record.forgotten === true) {
    const text = `the result of workflow '${workflowId}' was forgotten`;
    throw new TaskError('RESULT_FORGOTTEN', text, { value: workflowId });
  }
  if (record.result !== undefined || record.blob !== undefined) return outcome(reads, record);
  // What its record cannot hold, or need not, stands in those of its parts.
  return clock.waiting(reads.plan.root().then((root) => broughtBy(reads, root)));
}

/** The record of a workflow waits until it is over; that it has begun is seen from its first task. */
async function state(context: WorkflowContext, reads: Reads): Promise<TaskState | 'UNKNOWN'> {
  if (!isOurs(context, reads.workflowId)) return 'UNKNOWN';
  const record = await reads.read(reads.workflowId);
  if (record === undefined) return 'UNKNOWN';
  if (record.state !== 'PENDING') return record.state;
  const first = await firstTask(reads, await reads.plan.root());
  const begun = first === undefined ? undefined : await reads.read(idOf(reads, first.path));
  return hasBegun(begun?.state ?? 'PENDING') ? 'STARTED' : 'PENDING';
}

function readsOf(context: WorkflowContext, workflowId: string, pages?: Pages): Reads {
  const { app, space, clock, blobs, poll, runs, views, control } = context;
  return {
    ...{ workflowId, space, clock, blobs, poll, runs, views, control },
    read: poll.read,
    plan: createPlanReader(views, workflowId, pages),
    queueOf: (name) => taskOf(app, name)?.queue.name ?? '',
    check() {
      if (isOurs(context, workflowId)) return;
      const text =
        `'${workflowId}' is no id of app '${space.app}' in stage '${space.stage}', or it is older than its ` +
        'record';
      throw new TaskError('RESULT_UNKNOWN', text, { value: workflowId });
    },
  };
}
