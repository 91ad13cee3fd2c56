/**
 * The port WorkflowViews over DynamoDB: the items that workflows.ts writes, read a hundred a call. It needs
 * no operation beside those of runs, as they do.
 */
import type { WorkflowViews } from '../runtime/workflow-view-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import type { Item, Key } from './run-item.ts';
import { pageKey, rootKey, shardKey, toTally } from './workflows.ts';

export function createWorkflowViews(call: Call, tableName: string): WorkflowViews {
  const read = async (keys: readonly Key[]): Promise<ReadonlyMap<string, Item>> => {
    const items = await readItems(call, tableName, keys);
    return new Map(items.map((item) => [item.pk?.S ?? '', item]));
  };
  return {
    async root(workflowId) {
      const [item] = await readItems(call, tableName, [rootKey(workflowId)]);
      return item?.page?.S;
    },
    async pages(workflowId, names) {
      const items = await read(names.map((name) => pageKey(workflowId, name)));
      return new Map(
        names.flatMap((name) => {
          const text = items.get(pageKey(workflowId, name).pk.S)?.page?.S;
          return text === undefined ? [] : [[name, text] as const];
        }),
      );
    },
    async tallies(workflowId, shards) {
      const keys = shards.map(({ path, shard }) => shardKey(workflowId, path, shard));
      const items = await read(keys);
      return keys.map(({ pk }) => toTally(items.get(pk.S) ?? {}));
    },
  };
}
