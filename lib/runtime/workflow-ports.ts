/** What workflows ask of the world. It stands beside ports.ts, which is as long as a file may be. */
import type { Pages } from '../core/workflow/page.ts';
import type { Tally } from '../core/workflow/tally.ts';
import type { Ending, RunRecord } from './ports.ts';

/** The plans of workflows and the counts of their groups. Every write may be made again without harm. */
export interface Workflows {
  /**
   * Stores a plan; resolves to the root that is stored under this id now: another one's, if it was there
   * before.
   */
  create(workflowId: string, pages: Pages, now: number): Promise<string>;
  /** The root page; undefined: there is no such workflow, or not any more. */
  root(workflowId: string): Promise<string | undefined>;
  /** Another page. Rejects with PLAN_LOST when it is gone. */
  page(workflowId: string, name: string): Promise<string>;
  /** Counts a member of the group at `path` as ended, and tells who has ended in its shard. */
  countMember(
    workflowId: string,
    path: string,
    index: number,
    isDone: boolean,
    now: number,
    /** Of a member that has failed: the path of the task whose failure that is. */
    failedPath?: string,
  ): Promise<Tally>;
  /** Counts a shard of that group, all of whose members have ended, and tells which shards have. */
  countShard(workflowId: string, path: string, shard: number, isDone: boolean, now: number): Promise<Tally>;
  /** Who has been counted in a shard, or of the shards, without counting anybody. */
  tally(workflowId: string, path: string, shard: number | 'all'): Promise<Tally>;
  /**
   * Adds a workflow as a member to a group, unless `by` has been counted there: then the group may be over.
   * Tells at which place among those that were added, whoever added it.
   */
  addMember(
    workflowId: string,
    path: string,
    member: { readonly id: string; readonly top: number | 'all'; readonly by: number },
    now: number,
  ): Promise<number | undefined>;
  /** Counts a member that was added, by its place behind those of the plan. */
  countAdded(
    workflowId: string,
    path: string,
    member: { readonly place: number; readonly top: number | 'all'; readonly failedPath?: string },
    now: number,
  ): Promise<Tally>;
  /** Says that a workflow is on its way; nothing happens where its record is there already. */
  begin(root: WorkflowRoot): Promise<void>;
  /**
   * Ends a workflow that has not ended, and tells how it has ended then. With `listed` it still stands among
   * those under way, until `unlist`: for whoever has to find it again if he dies before what follows is sent.
   */
  end(workflowId: string, ending: Ending, now: number, listed?: boolean): Promise<WorkflowEnd>;
  /** Takes a workflow that has ended from among those under way. */
  unlist(workflowId: string): Promise<void>;
}

/** The record of a workflow: that of a run, under the workflow's id, and its deadline. */
export interface WorkflowRoot {
  readonly id: string;
  /** The task's name where the whole workflow is one task, whose own record this becomes; else ''. */
  readonly task: string;
  readonly queue: string;
  readonly sentAt: number;
  readonly deadline: number;
}

/** How a workflow has ended, whoever ended it; without a state there is no such workflow any more. */
export type WorkflowEnd = Pick<RunRecord, 'reason'> & Partial<Pick<RunRecord, 'state'>>;

/** Workflows under way whose deadline has passed. */
export interface Overdue {
  /** At most `limit` of their ids. */
  overdue(now: number, limit: number): Promise<readonly string[]>;
}
