/**
 * Revoking workflows and groups. The workflow's own record comes first: whoever carries it out looks at it
 * before starting a node (core/workflow/stop.ts), so what is revoked here afterwards is only what is under
 * way or on its way in a queue. What has taken the place of a run, or was added to a group, is a workflow of
 * its own and is revoked as one.
 */
import { sentAtOf } from '../core/id.ts';
import { inPlaceOf } from '../core/workflow/path.ts';
import { openAdded, plannedAtTop, topOf } from '../core/workflow/tally.ts';
import type { RevokeOutcome } from '../define/control.ts';
import type { RunControl } from './control-port.ts';
import { type EndReads, partsOf, readsOf, stoppedAt } from './member-ends.ts';
import type { Clock, RunRecord } from './ports.ts';
import type { PlanNode } from './workflow-plan.ts';
import { idOf, readTallies } from './workflow-tree.ts';

export interface RevokeReads extends EndReads {
  readonly clock: Pick<Clock, 'now'>;
  readonly control: Pick<RunControl, 'revoke'>;
  /** The queue of a task. */
  readonly queueOf: (task: string) => string;
}

/** Members that are revoked at once. */
const TOGETHER = 50;

/** Revokes a workflow with all that is under way. */
export async function revokeWorkflow(reads: RevokeReads, terminate: boolean): Promise<RevokeOutcome> {
  const root = await reads.plan.root();
  if (root.kind === 'task') return revokeTask(reads, root, terminate);
  const record = await reads.read(reads.workflowId);
  const marked = await revokeRun(reads, reads.workflowId, record ?? { task: '', queue: '' }, terminate);
  // It may have been revoked by one that died before it reached all that ran.
  if (marked === 'over' && record?.state !== 'REVOKED') return 'over';
  const outcome = await revokeNode(reads, root, terminate);
  return outcome === 'over' ? marked : outcome;
}

/**
 * Revokes what of a node is under way or may be: a task; of a chain the step where it is; of a group all
 * members that have not ended.
 */
export async function revokeNode(
  reads: RevokeReads,
  node: PlanNode,
  terminate: boolean,
): Promise<RevokeOutcome> {
  switch (node.kind) {
    case 'task':
      return revokeTask(reads, node, terminate);
    case 'chain':
      return revokeChain(reads, node, terminate);
    case 'group':
      return revokeGroup(reads, node, terminate);
  }
}

async function revokeChain(reads: RevokeReads, node: PlanNode, terminate: boolean): Promise<RevokeOutcome> {
  let before: string | undefined;
  for (;;) {
    const step = await stoppedAt(reads, node);
    // The step where it was has failed, or all have succeeded.
    if (step === undefined || step.path === before) return 'over';
    const outcome = await revokeNode(reads, step, terminate);
    if (outcome !== 'over') return outcome;
    // It ended in between: the next step may have begun. Each turn is one step further.
    before = step.path;
  }
}

async function revokeGroup(reads: RevokeReads, node: PlanNode, terminate: boolean): Promise<RevokeOutcome> {
  const tally = (await readTallies(reads, [node])).get(node.path);
  const outcomes = new Set<RevokeOutcome>();
  for (let from = 0; from < node.total; from += TOGETHER) {
    const members = await partsOf(reads, node, from, from + TOGETHER);
    const open = members.filter((_, place) => {
      const index = from + place;
      return tally?.done.has(index) !== true && tally?.failed.has(index) !== true;
    });
    const some = await Promise.all(open.map((member) => revokeNode(reads, member, terminate)));
    for (const outcome of some) outcomes.add(outcome);
  }
  for (const id of await addedTo(reads, node)) outcomes.add(await revokeOther(reads, id, terminate));
  if (outcomes.has('running')) return 'running';
  return outcomes.has('revoked') ? 'revoked' : 'over';
}

/** The workflows that were added to a group and have not been counted. */
async function addedTo(
  { views, workflowId }: RevokeReads,
  { path, total }: PlanNode,
): Promise<readonly string[]> {
  if (total === 0) return [];
  const [top] = await views.tallies(workflowId, [{ path, shard: topOf(total) }]);
  return top === undefined ? [] : openAdded(top, plannedAtTop(total));
}

function revokeOther(reads: RevokeReads, workflowId: string, terminate: boolean): Promise<RevokeOutcome> {
  return revokeWorkflow(readsOf(reads, workflowId), terminate);
}

async function revokeTask(
  reads: RevokeReads,
  { path, task }: PlanNode,
  terminate: boolean,
): Promise<RevokeOutcome> {
  const id = idOf(reads, path);
  const outcome = await revokeRun(reads, id, { task, queue: reads.queueOf(task) }, terminate);
  if (outcome === 'running') return outcome;
  // That it is over may be the work of one who died before the next line.
  const record = await reads.read(id);
  if (record?.state !== 'REVOKED' || record.error?.code !== 'REPLACED') return outcome;
  const other = await revokeOther(reads, inPlaceOf(reads.space, id, record.generation), terminate);
  return other === 'over' ? outcome : other;
}

function revokeRun(
  { control, clock, space }: RevokeReads,
  id: string,
  { task, queue }: Pick<RunRecord, 'task' | 'queue'>,
  terminate: boolean,
): Promise<RevokeOutcome> {
  const now = clock.now();
  return control.revoke({ id, task, queue, sentAt: sentAtOf(space, id) ?? now, now, terminate });
}
