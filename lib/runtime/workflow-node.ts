/**
 * Stored plans as a worker reads them: node by node. Pages never change, so those that were read last are
 * kept: the steps of a workflow, and the members of a group, mostly meet in the same few workers.
 */
import { childAt, parsePage, parseRoot, type StoredPlan } from '../core/workflow/page.ts';
import { childrenOf, type Place, parentOf } from '../core/workflow/path.ts';
import type { Plan } from '../core/workflow/plan.ts';
import type { Workflows } from './workflow-ports.ts';

/** What is linked to a node stands whole beside it, as it was given. */
export type PlanNode = StoredPlan | Plan;

/** The nodes of stored plans; undefined: there is none of that path. */
export type NodeAt = (workflowId: string, path: string) => Promise<PlanNode | undefined>;

/** Pages that are kept; each is at most 380 KB. */
const KEPT_MAX = 50;

const known = new WeakMap<Workflows, NodeAt>();

/** Reads nodes through a port; what was read is shared by all who ask the same one. */
export function nodeReader(workflows: Workflows): NodeAt {
  const before = known.get(workflows);
  if (before !== undefined) return before;
  const reader = createReader(workflows);
  known.set(workflows, reader);
  return reader;
}

function createReader(workflows: Workflows): NodeAt {
  const roots = createKept(async (workflowId) => {
    const text = await workflows.root(workflowId);
    return text === undefined ? undefined : parseRoot(text);
  });
  const pages = createKept(async (name) => {
    const [workflowId = '', page = ''] = name.split('/');
    return parsePage(await workflows.page(workflowId, page));
  });
  const childOf = async (
    workflowId: string,
    parent: PlanNode,
    index: number,
  ): Promise<PlanNode | undefined> => {
    if (!('count' in parent)) return childrenOf(parent)[index];
    const found = childAt(parent, index);
    if (found.kind === 'none') return undefined;
    return found.kind === 'here' ? found.node : (await pages(`${workflowId}/${found.page}`))?.[found.offset];
  };
  const nodeAt: NodeAt = async (workflowId, path) => {
    const around = parentOf(path);
    if (around === undefined) return roots(workflowId);
    const parent = await nodeAt(workflowId, around.path);
    const { kind, index } = around.place;
    if (parent === undefined) return undefined;
    return kind === 'child' ? childOf(workflowId, parent, index) : linkedTo(parent, kind, index);
  };
  return nodeAt;
}

function linkedTo({ links, errorLinks }: PlanNode, kind: Place['kind'], index: number): Plan | undefined {
  return (kind === 'link' ? links : errorLinks)?.[index];
}

/** Remembers what was read last; what is not there, or could not be read, is asked for again. */
function createKept<T>(
  read: (name: string) => Promise<T | undefined>,
): (name: string) => Promise<T | undefined> {
  const kept = new Map<string, Promise<T | undefined>>();
  return (name) => {
    const reading = kept.get(name) ?? read(name);
    kept.delete(name);
    kept.set(name, reading);
    const forget = (): void => {
      if (kept.get(name) === reading) kept.delete(name);
    };
    reading.then((found) => found === undefined && forget(), forget);
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT_MAX) break;
      kept.delete(oldest);
    }
    return reading;
  };
}
