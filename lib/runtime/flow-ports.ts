/** What workflows ask of the world. It stands beside ports.ts, which is as long as a file may be. */
import type { Pages } from '../core/workflow/page.ts';
import type { Tally } from '../core/workflow/tally.ts';

/** The plans of workflows and the counts of their groups. Every write may be made again without harm. */
export interface Flows {
  /**
   * Stores a plan; resolves to the root that is stored under this id now: another one's, if it was there
   * before.
   */
  create(flowId: string, pages: Pages, now: number): Promise<string>;
  /** The root page; undefined: there is no such workflow, or not any more. */
  root(flowId: string): Promise<string | undefined>;
  /** Another page. Rejects with PLAN_LOST when it is gone. */
  page(flowId: string, name: string): Promise<string>;
  /** Counts a member of the group at `path` as ended, and tells who has ended in its shard. */
  countMember(flowId: string, path: string, index: number, isDone: boolean, now: number): Promise<Tally>;
  /** Counts a shard of that group, all of whose members have ended, and tells which shards have. */
  countShard(flowId: string, path: string, shard: number, isDone: boolean, now: number): Promise<Tally>;
}
