/**
 * Handles of groups. They look at the group's counts, a hundred shards a call, and read the records of those
 * who have ended since the look before: following 10,000 members to their end reads each record once.
 */
import { isFinal } from '../core/task-state.ts';
import { sizeWithAdded, type Tally } from '../core/workflow/tally.ts';
import { hasBegun } from '../core/workflow/view.ts';
import type { GetOptions } from '../define/client.ts';
import type { GroupCounts, GroupHandle, MemberResult } from '../define/workflow-client.ts';
import { TaskError } from '../errors.ts';
import {
  addedResultOf,
  broughtBy,
  type EndReads,
  firstTask,
  type NodeResult,
  readsOf,
  resultOf,
} from './member-ends.ts';
import type { Clock, RunRecord } from './ports.ts';
import { type About, endError, type Poll, toWaiting } from './result.ts';
import type { PlanNode } from './workflow-plan.ts';
import { idOf, readRuns, readTallies } from './workflow-tree.ts';

/** What a group's handle reads with. */
export interface GroupReads extends EndReads {
  readonly clock: Clock;
  readonly poll: Poll;
  /** Refuses an id that can have no record. */
  readonly check: () => void;
}

/** Members that are read together. */
const MEMBERS_READ = 100;

type Looks = Pick<GroupHandle, 'join' | 'results' | 'counts' | 'ready'>;

/** What the handle of the group at `path` reads. */
export function createGroupLooks(reads: GroupReads, path: string): Looks {
  return {
    join: (options) => join(reads, path, options ?? {}),
    results: (options) => results(reads, path, options ?? {}),
    counts: () => counts(reads, path),
    ready: () => ready(reads, path),
  };
}

/** The node of the group at `path`. Rejects with WORKFLOW_NO_NODE when another one is there. */
export async function groupAt(
  { plan, workflowId, check }: Pick<GroupReads, 'plan' | 'workflowId' | 'check'>,
  path: string,
): Promise<PlanNode> {
  check();
  const node = await plan.at(path);
  if (node.kind === 'group') return node;
  const text = `the part '${path}' of workflow '${workflowId}' is a ${node.kind} and no group`;
  throw new TaskError('WORKFLOW_NO_NODE', text, { value: path });
}

/** A workflow that has ended otherwise than its parts. */
export function workflowError({ workflowId }: Pick<GroupReads, 'workflowId'>, root: RunRecord): TaskError {
  return endError({ ...root, id: workflowId }, 'workflow');
}

/** One look at who has ended. */
interface Look {
  readonly group: PlanNode;
  readonly tally: Tally;
  /** The workflow's record, once that is over. */
  readonly over: RunRecord | undefined;
}

/** Looks, again and again, until who asked has had enough. */
async function* looksAt(reads: GroupReads, path: string, options: GetOptions): AsyncGenerator<Look> {
  const { clock, poll } = reads;
  const about: About = {
    title: `the group '${path}' of workflow '${reads.workflowId}'`,
    again: path === '' ? 'group(id)' : 'workflow(id).group(path)',
  };
  const waiting = toWaiting(clock, about, options);
  const group = await clock.waiting(groupAt(reads, path));
  for (let looks = 0; ; looks++) {
    yield await clock.waiting(look(reads, group));
    await poll.next(looks, waiting);
  }
}

async function look(reads: GroupReads, group: PlanNode): Promise<Look> {
  // The workflow first: who ended before it did is then in the count.
  const root = await reads.read(reads.workflowId);
  const tally = await tallyOf(reads, group);
  return { group, tally, over: root !== undefined && isFinal(root.state) ? root : undefined };
}

async function tallyOf(reads: GroupReads, group: PlanNode, added?: 'always'): Promise<Tally> {
  const tally = (await readTallies(reads, [group], added)).get(group.path);
  return tally ?? { done: new Set(), failed: new Set() };
}

/** A member that was run again by hand may be in both. */
function endedIn({ done, failed }: Tally): ReadonlySet<number> {
  return new Set([...done, ...failed]);
}

async function* results(reads: GroupReads, path: string, options: GetOptions): AsyncGenerator<MemberResult> {
  const given = new Set<number>();
  for await (const { group, tally, over } of looksAt(reads, path, options)) {
    const fresh = [...endedIn(tally)].filter((index) => !given.has(index)).sort((a, b) => a - b);
    for (let from = 0; from < fresh.length; from += MEMBERS_READ) {
      const cut = fresh.slice(from, from + MEMBERS_READ);
      const ends = await reads.clock.waiting(membersAt(reads, group, cut, tally));
      for (const one of ends) {
        given.add(one.index);
        yield one;
      }
    }
    if (given.size >= sizeWithAdded(group.total, tally)) return;
    if (over !== undefined) throw workflowError(reads, over);
  }
}

async function membersAt(
  reads: GroupReads,
  group: PlanNode,
  indexes: readonly number[],
  tally: Tally,
): Promise<readonly MemberResult[]> {
  const { path, total } = group;
  const planned = indexes.filter((index) => index < total);
  const ranges = planned.map((index) => ({ node: group, from: index, to: index + 1 }));
  const nodes = new Map((await reads.plan.parts(ranges)).flat().map((node, at) => [planned[at], node]));
  const ends = await Promise.all(
    indexes.map(async (index): Promise<readonly MemberResult[]> => {
      const node = nodes.get(index);
      const isDone = !tally.failed.has(index);
      if (node !== undefined)
        return [{ index, id: idOf(reads, node.path), ...listed(await resultOf(reads, node, isDone)) }];
      const id = tally.added?.[index - total];
      return id === undefined ? [] : [{ index, id, ...listed(await addedResultOf(reads, path, id, isDone)) }];
    }),
  );
  return ends.flat();
}

/** As it stands in the list of all of them. */
function listed(result: NodeResult): NodeResult {
  return result.state === 'SUCCESS' && result.value === undefined ? { ...result, value: null } : result;
}

async function join(reads: GroupReads, path: string, options: GetOptions): Promise<never> {
  for await (const { group, tally, over } of looksAt(reads, path, options)) {
    const [lowest] = [...tally.failed].sort((a, b) => a - b);
    if (lowest !== undefined) {
      const [end] = await reads.clock.waiting(membersAt(reads, group, [lowest], tally));
      if (end !== undefined && end.state !== 'SUCCESS') throw end.error;
    }
    if (endedIn(tally).size >= sizeWithAdded(group.total, tally))
      // Who called knows the members' types, which the plan does not hold.
      return (await reads.clock.waiting(broughtBy(reads, group))) as never;
    if (over !== undefined) throw workflowError(reads, over);
  }
  throw new Error('looks do not end by themselves');
}

async function counts(reads: GroupReads, path: string): Promise<GroupCounts> {
  const group = await groupAt(reads, path);
  const tally = await tallyOf(reads, group, 'always');
  const { done, failed } = tally;
  const numbers = { succeeded: 0, failed: failed.size, running: 0, waiting: 0 };
  numbers.succeeded = [...done].filter((index) => !failed.has(index)).length;
  const ended = endedIn(tally);
  const open = Array.from({ length: group.total }, (_, index) => index).filter((index) => !ended.has(index));
  for (let from = 0; from < open.length; from += MEMBERS_READ) {
    const ranges = open
      .slice(from, from + MEMBERS_READ)
      .map((index) => ({ node: group, from: index, to: index + 1 }));
    const members = (await reads.plan.parts(ranges)).flat();
    for (const kind of await doings(reads, members)) numbers[kind]++;
  }
  for (const id of (tally.added ?? []).filter((_, place) => !ended.has(group.total + place)))
    numbers[await doing(readsOf(reads, id))]++;
  return { total: sizeWithAdded(group.total, tally), ...numbers };
}

/** What a workflow does that was added to a group and was not counted as ended. */
async function doing(reads: GroupReads): Promise<'running' | 'waiting'> {
  const first = await firstTask(reads, await reads.plan.root());
  const begun = first === undefined ? undefined : await reads.read(idOf(reads, first.path));
  return hasBegun(begun?.state ?? 'PENDING') ? 'running' : 'waiting';
}

/** What members do that were not counted as ended: of a chain or group, by the first task of it. */
async function doings(
  reads: GroupReads,
  members: readonly PlanNode[],
): Promise<readonly Exclude<keyof GroupCounts, 'total'>[]> {
  const firsts = await Promise.all(members.map((member) => firstTask(reads, member)));
  const ids = firsts.flatMap((first) => (first === undefined ? [] : [idOf(reads, first.path)]));
  const records = await readRuns(reads, ids);
  return members.map(({ kind }, place) => {
    const first = firsts[place];
    const state = (first && records.get(idOf(reads, first.path))?.state) ?? 'PENDING';
    if (kind !== 'task') return hasBegun(state) ? 'running' : 'waiting';
    // Its record is ahead of its group's count.
    if (isFinal(state)) return state === 'SUCCESS' ? 'succeeded' : 'failed';
    return state === 'STARTED' ? 'running' : 'waiting';
  });
}

async function ready(reads: GroupReads, path: string): Promise<boolean> {
  const { tally, over, group } = await look(reads, await groupAt(reads, path));
  return over !== undefined || endedIn(tally).size >= sizeWithAdded(group.total, tally);
}
