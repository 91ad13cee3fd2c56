/**
 * The index partitions of runs: spread over shards, since one DynamoDB partition takes 1,000 writes a second.
 */

export const RUN_SHARDS = 8;

/** Where the index by state has a run. */
export function stateShard(state: string, id: string): string {
  return `${state}#${shardOf(id)}`;
}

/** Where the index by task has a run. */
export function taskShard(task: string, id: string): string {
  return `${task}#${shardOf(id)}`;
}

/** An id's last body characters are chance, so their sum spreads evenly. */
function shardOf(id: string): number {
  let sum = 0;
  for (let index = 10; index < id.length; index++) sum += id.charCodeAt(index);
  return sum % RUN_SHARDS;
}
