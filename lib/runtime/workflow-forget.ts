/** Forgetting what a workflow has brought: of the whole, and of each of its tasks that is over. */
import type { RunControl } from './control-port.ts';
import { forgetLarge, type LargeReads } from './forget-large.ts';
import { partsOf } from './member-ends.ts';
import { linksOf, type PlanNode } from './workflow-plan.ts';
import { idOf, type WorkflowReads } from './workflow-tree.ts';

export interface ForgetReads extends WorkflowReads, Pick<LargeReads, 'blobs'> {
  readonly control: Pick<RunControl, 'forget'>;
}

/** Parts that are forgotten at once. */
const TOGETHER = 50;

/** Forgets a workflow; false: it is not over. Runs that go on after its end are left alone. */
export async function forgetWorkflow(reads: ForgetReads): Promise<boolean> {
  const root = await reads.plan.root();
  if (!(await reads.control.forget(reads.workflowId))) return false;
  await forgetLarge(reads, [reads.workflowId]);
  await forgetUnder(reads, root);
  return true;
}

async function forgetNode(reads: ForgetReads, node: PlanNode): Promise<void> {
  // A run that has never begun or is under way has nothing to forget.
  if (node.kind === 'task') await reads.control.forget(idOf(reads, node.path));
  await forgetUnder(reads, node);
}

async function forgetUnder(reads: ForgetReads, node: PlanNode): Promise<void> {
  for (let from = 0; from < node.total; from += TOGETHER) {
    const parts = await partsOf(reads, node, from, from + TOGETHER);
    await forgetAll(reads, parts);
  }
  const links = [...linksOf(node, 'link'), ...linksOf(node, 'errorLink')];
  for (let from = 0; from < links.length; from += TOGETHER)
    await forgetAll(reads, links.slice(from, from + TOGETHER));
}

async function forgetAll(reads: ForgetReads, nodes: readonly PlanNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => forgetNode(reads, node)));
  await forgetLarge(
    reads,
    nodes.filter(({ kind }) => kind === 'task').map(({ path }) => idOf(reads, path)),
  );
}
