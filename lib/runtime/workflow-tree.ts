/** A workflow as a tree: what its plan says and what became of it, read in as few calls as it takes. */
import type { IdSpace } from '../core/id.ts';
import { TREE_NODES_MAX, TREE_PARTS_MAX } from '../core/limits.ts';
import { isFinal, type TaskState } from '../core/task-state.ts';
import { runIdOf } from '../core/workflow/path.ts';
import { plannedAtTop, shardOf, shardsOf, sizeWithAdded, type Tally, topOf } from '../core/workflow/tally.ts';
import { endsOf, type Seen, type View, viewOf } from '../core/workflow/view.ts';
import type { PartsOptions, PartsPage, TreeOptions, WorkflowNode } from '../define/workflow-client.ts';
import { CeleriacError } from '../errors.ts';
import { progressOf } from './handle.ts';
import type { RunRecord, Runs } from './ports.ts';
import { nodesIn, type Outline, type OutlineLimits, outline } from './workflow-outline.ts';
import type { PlanReader } from './workflow-plan.ts';
import type { ShardName, WorkflowViews } from './workflow-view-ports.ts';

/** What is read of one workflow, and by whom. */
export interface WorkflowReads {
  readonly space: IdSpace;
  readonly workflowId: string;
  readonly runs: Pick<Runs, 'read'>;
  readonly views: WorkflowViews;
  readonly plan: PlanReader;
}

export const TREE_DEFAULTS = { members: 100, nodes: 1_000, limit: 100 } as const;

/** DynamoDB: keys of one BatchGetItem. */
const READ_MAX = 100;

/** The workflow from its root down. */
export async function readTree(reads: WorkflowReads, options: TreeOptions = {}): Promise<WorkflowNode> {
  const { depth = Number.POSITIVE_INFINITY } = options;
  const { members = TREE_DEFAULTS.members, nodes = TREE_DEFAULTS.nodes } = options;
  if (depth !== Number.POSITIVE_INFINITY) within('tree: depth', depth, 0, TREE_NODES_MAX);
  within('tree: members', members, 0, TREE_PARTS_MAX);
  within('tree: nodes', nodes, 1, TREE_NODES_MAX);
  const [shape] = await outline(reads.plan, [await reads.plan.root()], { depth, members, nodes }, false);
  // One node was asked for.
  const root = shape as Outline;
  const found = await readAll(reads, [root], [reads.workflowId]);
  const record = found.records.get(reads.workflowId);
  const ended = record !== undefined && isFinal(record.state) ? record.state : undefined;
  const view = viewOf(root, found.seen, { reached: record !== undefined, ended });
  const node = toNode(reads, found, root, view);
  // The workflow's own record decides how it ended, and knows when and why.
  if (root.kind === 'task' || record === undefined || ended === undefined) return node;
  return { ...node, ...endOf(record), state: ended };
}

/** A page of the parts of a node. */
export async function readParts(
  reads: WorkflowReads,
  path: string,
  { after = -1, limit = TREE_DEFAULTS.limit }: PartsOptions = {},
): Promise<PartsPage> {
  within('parts: after', after, -1, Number.MAX_SAFE_INTEGER);
  within('parts: limit', limit, 1, TREE_PARTS_MAX);
  const node = await reads.plan.at(path);
  const from = after + 1;
  const to = Math.min(node.total, from + limit);
  const [nodes = []] = await reads.plan.parts([{ node, from, to }]);
  const limits: OutlineLimits = { depth: 1, members: TREE_DEFAULTS.members, nodes: TREE_DEFAULTS.nodes };
  const parts = await outline(reads.plan, nodes, limits, node.kind === 'chain');
  const around: Outline = {
    ...{ node, path, kind: node.kind, total: node.total, from, parts },
    ...{ shown: parts.length, links: [], errorLinks: [] },
  };
  const found = await readAll(reads, [around]);
  const view = viewOf(around, found.seen, { reached: node.kind === 'group' || from === 0 });
  const shown = parts.map((part, place) => toNode(reads, found, part, view.parts[place] ?? PENDING));
  return { parts: shown, ...(to < node.total ? { after: to - 1 } : {}) };
}

const PENDING: View = { state: 'PENDING', parts: [] };

interface Found {
  readonly records: ReadonlyMap<string, RunRecord>;
  readonly seen: Seen;
}

/** All that the states of these outlines follow from, and more records. */
export async function readAll(
  reads: WorkflowReads,
  outlines: readonly Outline[],
  more: readonly string[] = [],
): Promise<Found> {
  const ids = new Set(more);
  const groups: Outline[] = [];
  for (const one of nodesIn(outlines)) {
    if (one.kind === 'task') ids.add(idOf(reads, one.path));
    if (one.kind === 'group' && one.total > 0) groups.push(one);
  }
  const [records, tallies] = await Promise.all([readRuns(reads, [...ids]), readTallies(reads, groups)]);
  return {
    records,
    seen: {
      run: (path) => records.get(idOf(reads, path))?.state,
      tally: (path) => tallies.get(path),
    },
  };
}

/** Reads records, a hundred a call. */
export async function readRuns(
  { runs }: Pick<WorkflowReads, 'runs'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RunRecord>> {
  const read = await Promise.all(cutsOf(ids).map((cut) => runs.read(cut)));
  return new Map(read.flatMap((some) => [...some]));
}

interface Counted {
  readonly done: Set<number>;
  readonly failed: Set<number>;
  added?: readonly string[];
}

/**
 * The counts of groups, their shards put together, a hundred shards a call. What was added to a group is
 * counted behind its planned members; of a large one that is another read, made when all of those have ended,
 * unless it is wanted always.
 */
export async function readTallies(
  reads: Pick<WorkflowReads, 'views' | 'workflowId'>,
  groups: readonly Sized[],
  added: 'always' | 'at the end' = 'at the end',
): Promise<ReadonlyMap<string, Tally>> {
  const counted = await readPlanned(reads, groups);
  const full = groups.filter(({ path, total }) => {
    const { done, failed } = counted.get(path) ?? NONE;
    const isFull = new Set([...done, ...failed]).size >= total;
    return topOf(total) === 'all' && (isFull || added === 'always');
  });
  const tops = full.map(({ path }): ShardName => ({ path, shard: 'all' }));
  const read = await Promise.all(cutsOf(tops).map((cut) => reads.views.tallies(reads.workflowId, cut)));
  for (const [place, top] of read.flat().entries()) {
    const { path = '', total = 0 } = full[place] ?? {};
    addAdded(counted.get(path), top, total);
  }
  return counted;
}

const NONE: Tally = { done: new Set(), failed: new Set() };

interface Sized {
  readonly path: string;
  readonly total: number;
}

/** Puts what was added to a group, as its top counts it, behind the planned members. */
function addAdded(counted: Counted | undefined, { done, failed, added }: Tally, total: number): void {
  if (counted === undefined || added === undefined) return;
  counted.added = added;
  for (const place of added.keys()) {
    if (done.has(plannedAtTop(total) + place)) counted.done.add(total + place);
    if (failed.has(plannedAtTop(total) + place)) counted.failed.add(total + place);
  }
}

async function readPlanned(
  { views, workflowId }: Pick<WorkflowReads, 'views' | 'workflowId'>,
  groups: readonly Sized[],
): Promise<ReadonlyMap<string, Counted>> {
  const shards = groups.flatMap(({ path, total }) =>
    Array.from({ length: shardsOf(total) }, (_, shard): ShardName => ({ path, shard })),
  );
  const totals = new Map(groups.map(({ path, total }) => [path, total]));
  const read = await Promise.all(cutsOf(shards).map((cut) => views.tallies(workflowId, cut)));
  const counted = new Map<string, Counted>();
  for (const [place, shardTally] of read.flat().entries()) {
    const { done, failed } = shardTally;
    const { path = '', shard = 0 } = shards[place] ?? {};
    const total = totals.get(path) ?? 0;
    const isPlanned = (index: number): boolean => index < total && shardOf(index) === shard;
    const tally: Counted = counted.get(path) ?? { done: new Set(), failed: new Set() };
    counted.set(path, tally);
    for (const index of done) if (isPlanned(index)) tally.done.add(index);
    for (const index of failed) if (isPlanned(index)) tally.failed.add(index);
    if (topOf(total) === 0) addAdded(tally, shardTally, total);
  }
  return counted;
}

/** Lists of at most a hundred. */
function cutsOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / READ_MAX) }, (_, cut) =>
    list.slice(cut * READ_MAX, (cut + 1) * READ_MAX),
  );
}

/** The id of a node's run, or that names it. */
export function idOf(
  { space, workflowId }: Pick<WorkflowReads, 'space' | 'workflowId'>,
  path: string,
): string {
  return runIdOf(space, workflowId, path);
}

function toNode(reads: WorkflowReads, found: Found, part: Outline, view: View): WorkflowNode {
  const { path, node, total, shown } = part;
  const id = idOf(reads, path);
  const links = linkNodes(reads, found, part.links, view.state === 'SUCCESS');
  const hasFailed = isFinal(view.state) && view.state !== 'SUCCESS';
  const errorLinks = linkNodes(reads, found, part.errorLinks, hasFailed);
  const about = { path, id, state: view.state, links, errorLinks };
  if (part.kind === 'task') {
    const record = found.records.get(id);
    return { ...about, kind: 'task', name: node.task, retries: record?.retries ?? 0, ...runOf(record) };
  }
  const all = part.parts.map((one, place) => toNode(reads, found, one, view.parts[place] ?? PENDING));
  const times = timesOf(all, total, view.state);
  const list = { ...about, ...times, total, parts: all.slice(0, shown), isCut: shown < total };
  if (part.kind === 'chain') return { ...list, kind: 'chain', name: 'chain' };
  const tally = found.seen.tally(path);
  const { done, failed } = endsOf(part, view.parts, tally);
  const counts = { total: sizeWithAdded(total, tally), succeeded: done.size, failed: failed.size };
  return { ...list, kind: 'group', name: 'group', counts };
}

function linkNodes(
  reads: WorkflowReads,
  found: Found,
  links: readonly Outline[],
  reached: boolean,
): readonly WorkflowNode[] {
  return links.map((link) => toNode(reads, found, link, viewOf(link, found.seen, { reached })));
}

/** What a task's record says of its run. */
function runOf(record: RunRecord | undefined) {
  if (record === undefined) return {};
  const { queue, startedAt } = record;
  const progress = progressOf(record)?.value;
  return {
    queue,
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    ...endOf(record),
    ...(progress === undefined ? {} : { progress }),
  };
}

function endOf({ endedAt, reason, error }: RunRecord) {
  return {
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

/** A chain or group began with the first of its parts, and ended with the last, where all are known. */
function timesOf(parts: readonly WorkflowNode[], total: number, state: TaskState) {
  const starts = parts.flatMap(({ startedAt }) => (startedAt === undefined ? [] : [startedAt.getTime()]));
  const ends = parts.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt.getTime()]));
  const isWhole = isFinal(state) && parts.length === total && ends.length > 0;
  return {
    ...(starts.length === 0 ? {} : { startedAt: new Date(Math.min(...starts)) }),
    ...(isWhole ? { endedAt: new Date(Math.max(...ends)) } : {}),
  };
}

function within(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const text = `${what} is ${value}; give a whole number from ${Math.max(0, min)} to ${max}`;
  throw new CeleriacError('INVALID_LIMIT', text, { value, allowed: `${Math.max(0, min)} to ${max}` });
}
