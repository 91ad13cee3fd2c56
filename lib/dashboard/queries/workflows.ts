/** Workflows: the list of their own records, and one as a tree, the parts of a large node by page. */
import type { WorkflowNode as Node } from '../../define/workflow-client.ts';
import { CeleriacError } from '../../errors.ts';
import type { DeskContext } from '../context.ts';
import type { Page, RunRow, WorkflowNode } from '../row.ts';
import { listRuns } from './runs.ts';

/** The records of workflows are kept beside those of tasks, under no task's name. */
const NO_TASK = '';
const PARTS = 100;

/** Workflows, the newest first. */
export function listWorkflows(
  context: DeskContext,
  query: { readonly after?: string; readonly limit?: number },
): Promise<Page<RunRow>> {
  return listRuns(context, { ...query, task: NO_TASK });
}

/** The tree below a node, or the parts of one after a place; undefined: there is no such workflow or node. */
export async function findWorkflow(
  { ports }: DeskContext,
  id: string,
  { path = '', after }: { readonly path?: string; readonly after?: number },
): Promise<WorkflowNode | undefined> {
  try {
    const workflow = ports.client.workflow(id);
    const tree = await workflow.tree({ members: PARTS });
    if (path === '' && after === undefined) return toNode(tree);
    const node = nodeAt(tree, path);
    if (node === undefined) return undefined;
    const page = await workflow.parts(path, { limit: PARTS, ...(after === undefined ? {} : { after }) });
    return { ...toNode(node), children: page.parts.map(toNode) };
  } catch (error) {
    if (error instanceof CeleriacError && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set([
  'WORKFLOW_UNKNOWN',
  'WORKFLOW_NO_NODE',
  'RESULT_UNKNOWN',
  'NO_STATE',
]);

function nodeAt(node: Node, path: string): Node | undefined {
  if (node.path === path) return node;
  const below = node.kind === 'task' ? [] : node.parts;
  for (const part of [...below, ...node.links, ...node.errorLinks]) {
    const found = nodeAt(part, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toNode(node: Node): WorkflowNode {
  const { path, id, state } = node;
  const linked = [...node.links, ...node.errorLinks];
  if (node.kind === 'task')
    return { path, id, state, kind: 'task', task: node.name, children: linked.map(toNode) };
  const children = [...node.parts, ...linked].map(toNode);
  if (node.kind === 'chain') return { path, id, state, kind: 'chain', total: node.total, children };
  const { succeeded, failed } = node.counts;
  return { path, id, state, kind: 'group', total: node.total, done: succeeded, failed, children };
}
