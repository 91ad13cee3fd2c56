/** What the members of a group have brought: values as JSON brings them, or the error that ended them. */
import { isFinal } from '../core/task-state.ts';
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
  const task = node.kind === 'task' ? node : await failedIn(reads, node);
  if (task === undefined) return { state: 'FAILURE', error: unread(reads, node) };
  const record = await reads.read(idOf(reads, task.path));
  if (record?.state === 'FAILURE' || record?.state === 'REVOKED')
    return { state: record.state, error: endError(record) };
  if (record?.state === 'SUCCESS' && isDone) return { state: 'SUCCESS', value: await outcome(reads, record) };
  // A group keeps to the first end of a member, whatever is made of it by hand afterwards.
  return { state: 'FAILURE', error: unread(reads, task, record) };
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
  return Promise.all(
    (top?.added ?? []).map(async (workflowId) => {
      const added = { ...reads, workflowId, plan: createPlanReader(reads.views, workflowId) };
      return broughtBy(added, await added.plan.root());
    }),
  );
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

/** The task whose failure ended a chain or group: of a group the lowest one's, which its failure names. */
async function failedIn(reads: EndReads, node: PlanNode): Promise<PlanNode | undefined> {
  switch (node.kind) {
    case 'task':
      return node;
    case 'group': {
      const tally = (await readTallies(reads, [node])).get(node.path);
      const lowest = tally === undefined ? undefined : firstFailed(tally);
      if (lowest === undefined) return undefined;
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

function unread({ workflowId }: WorkflowReads, { path }: PlanNode, record?: RunRecord): TaskError {
  const now = record === undefined ? 'there is no record of it' : `its run is ${record.state} now`;
  const text = `the part '${path}' of workflow '${workflowId}' has ended before, and ${now}`;
  return new TaskError('RESULT_NOT_READABLE', text, { value: path });
}
