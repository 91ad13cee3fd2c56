/** What reading workflows asks of the world, besides the ports of those who carry them out. */
import type { Tally } from '../core/workflow/tally.ts';

/** A shard of the count of the group at `path`. */
export interface ShardName {
  readonly path: string;
  /** 'all': where the shards themselves are counted. */
  readonly shard: number | 'all';
}

/** Reads of many pages and counts at once. */
export interface WorkflowViews {
  /** The root page of a plan; undefined: there is no such workflow, or not any more. */
  root(workflowId: string): Promise<string | undefined>;
  /** Pages of a plan besides its root; those that are gone are missing. At most 100 names a call. */
  pages(workflowId: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The members that were counted, each answer at its shard's place. At most 100 shards a call. */
  tallies(workflowId: string, shards: readonly ShardName[]): Promise<readonly Tally[]>;
}
