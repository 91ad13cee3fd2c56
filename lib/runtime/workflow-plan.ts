/**
 * A stored plan as a reader sees it: nodes with their paths, and ranges of their parts. Pages never change,
 * so what was read is kept, as far as there is room; whoever has sent the workflow has all of them.
 */
import { type PageRange, type Pages, parsePage, parseRoot, type StoredPlan } from '../core/workflow/page.ts';
import { childrenOf, type Place, parentOf, pathOf } from '../core/workflow/path.ts';
import type { Plan } from '../core/workflow/plan.ts';
import { CeleriacError, TaskError } from '../errors.ts';
import type { WorkflowViews } from './workflow-view-ports.ts';

/** A node of a plan. */
export interface PlanNode {
  readonly path: string;
  readonly kind: Plan['kind'];
  /** The task's name, where it is a task. */
  readonly task: string;
  /** How many parts it has. */
  readonly total: number;
  readonly plan: StoredPlan | Plan;
}

/** A range of the parts of a node: `from` up to, and without, `to`. */
export interface PartsRange {
  readonly node: PlanNode;
  readonly from: number;
  readonly to: number;
}

export interface PlanReader {
  /** The whole workflow. Rejects with WORKFLOW_UNKNOWN. */
  root(): Promise<PlanNode>;
  /** Rejects with WORKFLOW_UNKNOWN, WORKFLOW_NO_NODE. */
  at(path: string): Promise<PlanNode>;
  /** Parts of many nodes at once, each answer at its range's place. */
  parts(ranges: readonly PartsRange[]): Promise<readonly (readonly PlanNode[])[]>;
}

/** Pages that are kept: 100 hold the members of a group of 10,000. */
const KEPT_MAX = 200;
/** DynamoDB: keys of one BatchGetItem. */
const READ_MAX = 100;

/** Reads the plan of a workflow; `pages` are those of one that was sent from here. */
export function createPlanReader(
  views: Pick<WorkflowViews, 'root' | 'pages'>,
  workflowId: string,
  pages?: Pages,
): PlanReader {
  const kept = createPages(views, workflowId, pages?.others);
  let known: Promise<PlanNode> | undefined;
  const root = (): Promise<PlanNode> => {
    const reading = known ?? readRoot(views, workflowId, pages);
    known = reading;
    // Of a workflow that is just being sent there may be one the next time.
    reading.catch(() => {
      known = undefined;
    });
    return reading;
  };
  const parts: PlanReader['parts'] = async (ranges) => {
    const wanted = ranges.flatMap((range) => pagesOf(range).map(({ page }) => page));
    const texts = await kept(wanted);
    return ranges.map((range) => nodesIn(range, texts));
  };
  const at = async (path: string): Promise<PlanNode> => {
    const around = parentOf(path);
    if (around === undefined) return root();
    const node = await at(around.path);
    const { kind, index } = around.place;
    if (kind !== 'child') return linkedNode(node, around.place) ?? missing(workflowId, path);
    const [found] = await parts([{ node, from: index, to: index + 1 }]);
    return found?.[0] ?? missing(workflowId, path);
  };
  return { root, at, parts };
}

/** What is linked to a node. */
export function linksOf(node: PlanNode, kind: 'link' | 'errorLink'): readonly PlanNode[] {
  const plans = (kind === 'link' ? node.plan.links : node.plan.errorLinks) ?? [];
  return plans.map((plan, index) => toNode(pathOf(node.path, { kind, index }), plan));
}

function linkedNode(node: PlanNode, { kind, index }: Place): PlanNode | undefined {
  return kind === 'child' ? undefined : linksOf(node, kind)[index];
}

async function readRoot(
  views: Pick<WorkflowViews, 'root'>,
  workflowId: string,
  pages: Pages | undefined,
): Promise<PlanNode> {
  const text = pages?.root ?? (await views.root(workflowId));
  if (text !== undefined) return toNode('', parseRoot(text));
  const unknown = `there is no workflow '${workflowId}', or not any more; is it the id of a single task?`;
  throw new TaskError('WORKFLOW_UNKNOWN', unknown, { value: workflowId });
}

function toNode(path: string, plan: StoredPlan | Plan): PlanNode {
  const total = 'count' in plan ? plan.count : childrenOf(plan).length;
  return { path, kind: plan.kind, task: plan.kind === 'task' ? plan.task : '', total, plan };
}

/** The pages that hold a range; none where the parts stand in their node. */
function pagesOf({ node: { plan }, from, to }: PartsRange): readonly PageRange[] {
  const ranges = 'count' in plan ? (plan.ranges ?? []) : [];
  return ranges.filter((range) => range.from < to && from < range.to);
}

function nodesIn(range: PartsRange, texts: ReadonlyMap<string, string>): readonly PlanNode[] {
  const { node, from, to } = range;
  const named = (plan: StoredPlan | Plan, index: number): PlanNode =>
    toNode(pathOf(node.path, { kind: 'child', index }), plan);
  const inPages = pagesOf(range);
  if (inPages.length === 0) {
    const all = 'count' in node.plan ? (node.plan.children ?? []) : childrenOf(node.plan);
    return all.slice(from, to).map((plan, place) => named(plan, from + place));
  }
  return inPages.flatMap((page) =>
    parsePage(texts.get(page.page) ?? '[]')
      .map((plan, place) => named(plan, page.from + place))
      .slice(Math.max(0, from - page.from), to - page.from),
  );
}

/** Reads pages, a hundred a call, and keeps those that were read last. */
function createPages(
  views: Pick<WorkflowViews, 'pages'>,
  workflowId: string,
  own: ReadonlyMap<string, string> = new Map(),
): (names: readonly string[]) => Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  return async (names) => {
    const found = new Map<string, string>();
    const left: string[] = [];
    for (const name of new Set(names)) {
      const text = own.get(name) ?? kept.get(name);
      if (text === undefined) left.push(name);
      else found.set(name, text);
    }
    for (let from = 0; from < left.length; from += READ_MAX) {
      const cut = left.slice(from, from + READ_MAX);
      const read = await views.pages(workflowId, cut);
      for (const name of cut) found.set(name, read.get(name) ?? lost(workflowId, name));
    }
    for (const name of left) kept.set(name, found.get(name) ?? '');
    for (const name of kept.keys()) {
      if (kept.size <= KEPT_MAX) break;
      kept.delete(name);
    }
    return found;
  };
}

function lost(workflowId: string, name: string): never {
  const text = `page '${name}' of workflow '${workflowId}' is not there any more, or could not be read now`;
  throw new CeleriacError('PLAN_LOST', text, { value: name });
}

function missing(workflowId: string, path: string): never {
  const text = `workflow '${workflowId}' has no node '${path}'; a path is like '0.2', as \`tree\` gives it`;
  throw new TaskError('WORKFLOW_NO_NODE', text, { value: path });
}
