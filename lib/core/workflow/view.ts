/**
 * The states of a workflow's nodes, as they follow from what has been read: the records of tasks, the counts
 * of groups. A workflow is read in part where it is large, so a node may be known by what stands around it
 * rather than by its own parts: the root by its record, a member by its group's count, a step by the one
 * after it.
 */
import { type FinalState, isFinal, type TaskState } from '../task-state.ts';
import { sizeWithAdded, type Tally } from './tally.ts';

/** A node of a plan, with those of its parts that were looked at: a range of them. */
export interface Part {
  readonly path: string;
  readonly kind: 'task' | 'chain' | 'group';
  /** How many parts it has; 0 for a task. */
  readonly total: number;
  readonly parts: readonly Part[];
  /** The place of the first of `parts`. */
  readonly from: number;
}

/** What was read of a workflow. */
export interface Seen {
  /** The state of a task's run; undefined where it has no record yet. */
  readonly run: (path: string) => TaskState | undefined;
  /** Who of a group has been counted; of all its shards, and of what was added to it (sizeWithAdded). */
  readonly tally: (path: string) => Tally | undefined;
}

/** What stands around a node says of it. */
export interface Around {
  /** Whether its turn has come. */
  readonly reached: boolean;
  /** How it has ended, where that is known. */
  readonly ended?: FinalState | undefined;
}

/** A node's state, and what it says of its parts. */
export interface View {
  readonly state: TaskState;
  /** One for each of `Part.parts`. */
  readonly parts: readonly View[];
}

/** The states of a node and of its parts. */
export function viewOf(part: Part, seen: Seen, around: Around): View {
  switch (part.kind) {
    case 'task':
      return { state: seen.run(part.path) ?? 'PENDING', parts: [] };
    case 'chain':
      return chainView(part, seen, around);
    case 'group':
      return groupView(part, seen, around);
  }
}

/** Whether anything of a node has begun. */
export function hasBegun(state: TaskState): boolean {
  return state !== 'PENDING';
}

/** Who of a group has ended how, by its count; a member that is in both sets has failed. */
function memberEnd(tally: Tally | undefined, index: number): FinalState | undefined {
  if (tally?.failed.has(index) === true) return 'FAILURE';
  return tally?.done.has(index) === true ? 'SUCCESS' : undefined;
}

function chainView({ parts, total }: Part, seen: Seen, { reached, ended }: Around): View {
  const inner = ended === 'SUCCESS' ? ended : undefined;
  const views: View[] = [];
  let isReached = reached;
  for (const step of parts) {
    const view = viewOf(step, seen, { reached: isReached, ended: inner });
    views.push(view);
    isReached = view.state === 'SUCCESS';
  }
  // What comes before a step that has begun has succeeded, whether or not that could be read.
  const last = views.findLastIndex(({ state }) => state !== 'PENDING' && state !== 'REVOKED');
  for (const [place, step] of parts.slice(0, Math.max(0, last)).entries())
    if (views[place]?.state !== 'SUCCESS')
      views[place] = viewOf(step, seen, { reached: true, ended: 'SUCCESS' });
  const at = views.findIndex(({ state }) => state !== 'SUCCESS');
  const [stopped, step] = [views[at], parts[at]];
  // It ended there, likewise.
  if (ended !== undefined && stopped !== undefined && step !== undefined && !isFinal(stopped.state))
    views[at] = viewOf(step, seen, { reached: isReached, ended });
  return { state: endOf(chainState(views, total), ended), parts: views };
}

function chainState(views: readonly View[], total: number): TaskState {
  const at = views.findIndex(({ state }) => state !== 'SUCCESS');
  const stopped = views[at];
  if (stopped === undefined) return views.length >= total ? 'SUCCESS' : begun(views);
  if (isFinal(stopped.state)) return stopped.state;
  return at === 0 && !hasBegun(stopped.state) ? 'PENDING' : 'STARTED';
}

function groupView(part: Part, seen: Seen, { reached, ended }: Around): View {
  const tally = seen.tally(part.path);
  const parts = part.parts.map((member, place) =>
    viewOf(member, seen, {
      reached,
      ended: ended === 'SUCCESS' ? ended : memberEnd(tally, part.from + place),
    }),
  );
  return { state: endOf(groupState(part, parts, tally, reached), ended), parts };
}

function groupState(
  part: Part,
  views: readonly View[],
  tally: Tally | undefined,
  reached: boolean,
): TaskState {
  if (part.total === 0) return reached ? 'SUCCESS' : 'PENDING';
  const { done, failed } = endsOf(part, views, tally);
  if (done.size + failed.size >= sizeWithAdded(part.total, tally))
    return failed.size === 0 ? 'SUCCESS' : 'FAILURE';
  return done.size + failed.size > 0 ? 'STARTED' : begun(views);
}

/** What stands around a node knows that it has ended; the node itself may know better how. */
function endOf(own: TaskState, ended: FinalState | undefined): TaskState {
  return ended === undefined || (ended !== 'SUCCESS' && own !== 'SUCCESS' && isFinal(own)) ? own : ended;
}

function begun(views: readonly View[]): TaskState {
  return views.some(({ state }) => hasBegun(state)) ? 'STARTED' : 'PENDING';
}

/** Who of a group has ended how. A member's own record is ahead of its count. */
export function endsOf({ from }: Part, views: readonly View[], tally: Tally | undefined): Tally {
  const done = new Set(tally?.done);
  const failed = new Set(tally?.failed);
  for (const [place, { state }] of views.entries()) {
    if (state === 'SUCCESS') done.add(from + place);
    else if (isFinal(state)) failed.add(from + place);
  }
  for (const index of failed) done.delete(index);
  return { done, failed };
}
