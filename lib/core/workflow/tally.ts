/**
 * Counting the members of a group that have ended. A member is counted by one write that adds its index to a
 * set, so counting it twice changes nothing. The sets are spread over shards, each an item in a partition of
 * its own (DynamoDB takes 1,000 writes a second in one); a shard whose members have all ended is counted in
 * the group's own set. Whoever completes that one goes on with what follows the group, and whoever counts
 * again what has been counted sees the same numbers, so a worker that died before it went on is made good.
 */

/** Members of one shard. */
export const SHARD_MEMBERS = 100;

/** What a set of ended members says: which have succeeded and which have not. */
export interface Tally {
  readonly done: ReadonlySet<number>;
  readonly failed: ReadonlySet<number>;
  /** The paths of the tasks whose failures those are. */
  readonly failedPaths?: readonly string[];
  /** The ids of workflows that were added as members, in their order. */
  readonly added?: readonly string[];
  /** Which member has added each of them, by its place at the top. */
  readonly addedBy?: readonly number[];
}

/** How many shards a group of so many members has. */
export function shardsOf(members: number): number {
  return Math.ceil(members / SHARD_MEMBERS);
}

/** The shard that counts a member. */
export function shardOf(index: number): number {
  return Math.floor(index / SHARD_MEMBERS);
}

/** Where the count of a whole group stands: in its only shard, or in the set of its full shards. */
export function topOf(members: number): number | 'all' {
  return members <= SHARD_MEMBERS ? 0 : 'all';
}

/** How many there the plan says; members that were added are counted after those. */
export function plannedAtTop(members: number): number {
  return members <= SHARD_MEMBERS ? members : shardsOf(members);
}

/**
 * How many members a group has with those that were added, whose places are behind the planned ones: by the
 * counts of a whole group, as they are read for whoever asks how it is.
 */
export function sizeWithAdded(planned: number, tally: Pick<Tally, 'added'> | undefined): number {
  return planned + (tally?.added?.length ?? 0);
}

/** How many members a shard counts. */
export function membersIn(shard: number, members: number): number {
  return Math.max(0, Math.min(SHARD_MEMBERS, members - shard * SHARD_MEMBERS));
}

/** Whether all of so many members have ended. A member that is in both sets (it was redriven) counts once. */
export function isFull(tally: Tally, members: number): boolean {
  const ended = new Set([...tally.done, ...tally.failed]);
  return ended.size >= members;
}

/**
 * The workflows that were added and have not ended, of the member at the place `by` alone where that is
 * given. Once that member has been counted it adds no more: whoever counts it sees all of them.
 */
export function openAdded(tally: Tally, planned: number, by?: number): readonly string[] {
  const { added = [], addedBy = [], done, failed } = tally;
  const isOpen = (place: number): boolean => !done.has(planned + place) && !failed.has(planned + place);
  return added.filter((_, place) => (by === undefined || addedBy[place] === by) && isOpen(place));
}

/**
 * The lowest member that has failed, which is the one that a group's failure names; undefined when all have
 * succeeded. The first outcome of a member stands: one that failed and succeeded after a redrive has failed.
 */
export function firstFailed({ failed }: Tally): number | undefined {
  let lowest: number | undefined;
  for (const index of failed) if (lowest === undefined || index < lowest) lowest = index;
  return lowest;
}
