/** What the members of a group have brought: values as JSON brings them, or the error that ended them. */
import { isFinal } from '../core/task-state.ts';
import { ADDED } from '../core/workflow/path.ts';
import { firstFailed, topOf } from '../core/workflow/tally.ts';
import { viewOf } from '../core/workflow/view.ts';
import { TaskError } from '../errors.ts';
import type { Blobs, Clock, RunRecord } from './ports.ts';
import type { Read } from './record-reader.ts';
import { endError, outcome } from './result.ts';
import { outline } from './workflow-outline.ts';
import { createPlanReader, type PlanNode } from './workflow-plan.ts';
import { idOf, readAll, readTallies, type WorkflowReads } from './workflow-tree.ts';

/** What the results of members are read with. */
export interface EndReads extends WorkflowReads {
  readonly clock: Pick<Clock, 'now'>;
  readonly read: Read;
  readonly blobs: Blobs | undefined;
}

/** How a node has ended. */
export type NodeResult =
  | { readonly state: 'SUCCESS'; readonly value: unknown }
  | { readonly state: 'FAILURE' | 'REVOKED'; readonly error: TaskError };

/** Parts of a node that are read together. */
const PARTS_READ = 100;

/** The result of a node that was counted as ended. */
export async function resultOf(reads: EndReads, node: PlanNode, isDone: boolean): Promise<NodeResult> {
  if (isDone && node.kind !== 'task') return { state: 'SUCCESS', value: await broughtBy(reads, node) };
  const failed = await failedIn(reads, node);
  if (failed === undefined) return { state: 'FAILURE', error: unread(reads, node) };
  const record = await reads.read(failed.id);
  if (record?.state === 'SUCCESS' && isDone) return { state: 'SUCCESS', value: await outcome(reads, record) };
  return failureOf(reads, failed, record);
}

/** The result of a workflow that was added to the group at `path` and was counted as ended. */
export async function addedResultOf(
  reads: EndReads,
  path: string,
  id: string,
  isDone: boolean,
): Promise<NodeResult> {
  if (isDone) return { state: 'SUCCESS', value: await broughtByOther(reads, id) };
  const record = await reads.read(id);
  return failureOf(reads, { id, path: `${path}${ADDED}${id}`, what: 'workflow' }, record);
}

function failureOf(
  reads: WorkflowReads,
  { id, path, what }: Failed,
  record: RunRecord | undefined,
): NodeResult {
  if (record?.state === 'FAILURE' || record?.state === 'REVOKED')
    return {
      state: record.state,
      error: what === 'task' ? endError(record) : endError({ ...record, id }, what),
    };
  // A group keeps to the first end of a member, whatever is made of it by hand afterwards.
  return { state: 'FAILURE', error: unread(reads, { path }, record) };
}

/** The value of a node that has succeeded: a task's, a chain's last step's, the list of a group's members. */
export async function broughtBy(reads: EndReads, node: PlanNode): Promise<unknown> {
  switch (node.kind) {
    case 'task': {
      const record = await reads.read(idOf(reads, node.path));
      if (record === undefined || !isFinal(record.state)) throw unread(reads, node, record);
      return outcome(reads, record);
    }
    case 'chain': {
      const [last] = await partsOf(reads, node, node.total - 1, node.total);
      if (last === undefined) throw unread(reads, node);
      return broughtBy(reads, last);
    }
    case 'group': {
      const values: unknown[] = [];
      for (let from = 0; from < node.total; from += PARTS_READ) {
        const members = await partsOf(reads, node, from, from + PARTS_READ);
        values.push(...(await Promise.all(members.map((member) => broughtBy(reads, member)))));
      }
      values.push(...(await broughtByAdded(reads, node)));
      // A task that returned nothing stands in a list as null, as in JSON.
      return values.map((value) => (value === undefined ? null : value));
    }
  }
}

/** What members have added to their group, each a workflow of its own (`context.addToChord`). */
async function broughtByAdded(reads: EndReads, { path, total }: PlanNode): Promise<readonly unknown[]> {
  if (total === 0) return [];
  const [top] = await reads.views.tallies(reads.workflowId, [{ path, shard: topOf(total) }]);
  return Promise.all((top?.added ?? []).map((workflowId) => broughtByOther(reads, workflowId)));
}

async function broughtByOther(reads: EndReads, workflowId: string): Promise<unknown> {
  const other = readsOf(reads, workflowId);
  return broughtBy(other, await other.plan.root());
}

/** What another workflow is read with. */
export function readsOf<Reads extends WorkflowReads>(reads: Reads, workflowId: string): Reads {
  return { ...reads, workflowId, plan: createPlanReader(reads.views, workflowId) };
}

/** Parts of a node, from one place up to, and without, another. */
export async function partsOf(
  { plan }: Pick<WorkflowReads, 'plan'>,
  node: PlanNode,
  from: number,
  to: number,
): Promise<readonly PlanNode[]> {
  const [parts = []] = await plan.parts([{ node, from, to: Math.min(to, node.total) }]);
  return parts;
}

/** The task with which a node begins; undefined where that is a group of none. */
export async function firstTask(
  reads: Pick<WorkflowReads, 'plan'>,
  node: PlanNode,
): Promise<PlanNode | undefined> {
  if (node.kind === 'task') return node;
  const [first] = await partsOf(reads, node, 0, 1);
  return first && firstTask(reads, first);
}

/** Whose record has the failure of a node: a task's, or that of a workflow that was added to a group. */
interface Failed {
  readonly id: string;
  readonly path: string;
  readonly what: 'task' | 'workflow';
}

/** Whose failure ended a node: of a group the lowest one's, which its failure names. */
async function failedIn(reads: EndReads, node: PlanNode): Promise<Failed | undefined> {
  switch (node.kind) {
    case 'task':
      return { id: idOf(reads, node.path), path: node.path, what: 'task' };
    case 'group': {
      const tally = (await readTallies(reads, [node])).get(node.path);
      const lowest = tally === undefined ? undefined : firstFailed(tally);
      if (lowest === undefined) return undefined;
      const added = tally?.added?.[lowest - node.total];
      if (added !== undefined) return { id: added, path: `${node.path}${ADDED}${added}`, what: 'workflow' };
      const [member] = await partsOf(reads, node, lowest, lowest + 1);
      return member && failedIn(reads, member);
    }
    case 'chain': {
      const step = await stoppedAt(reads, node);
      return step && failedIn(reads, step);
    }
  }
}

/** The first step of a chain that has not succeeded; undefined when all have. */
export async function stoppedAt(reads: WorkflowReads, node: PlanNode): Promise<PlanNode | undefined> {
  for (let from = 0; from < node.total; from += PARTS_READ) {
    const steps = await partsOf(reads, node, from, from + PARTS_READ);
    const parts = await outline(reads.plan, steps, { depth: 0, members: 0, nodes: steps.length }, true);
    const { seen } = await readAll(reads, parts);
    for (const [place, part] of parts.entries())
      if (viewOf(part, seen, { reached: true }).state !== 'SUCCESS') return steps[place];
  }
  return undefined;
}

function unread(
  { workflowId }: WorkflowReads,
  { path }: Pick<PlanNode, 'path'>,
  record?: RunRecord,
): TaskError {
  const now = record === undefined ? 'there is no record of it' : `its run is ${record.state} now`;
  const text = `the part '${path}' of workflow '${workflowId}' has ended before, and ${now}`;
  return new TaskError('RESULT_NOT_READABLE', text, { value: path });
}
