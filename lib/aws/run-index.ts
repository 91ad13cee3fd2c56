/** The port RunIndex over the two indexes of the table of runs. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TASK_STATES, type TaskState } from '../core/task-state.ts';
import type { IndexedRun, IndexPage, RunDetails, RunIndex } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import { fromItem, type Item, toKey } from './run-item.ts';
import { RUN_SHARDS } from './run-shard.ts';

export function createRunIndex(call: Call, tableName: string): RunIndex {
  const query = async (
    index: string,
    key: string,
    value: string,
    page: IndexPage,
  ): Promise<readonly Item[]> => {
    const answer = await call('dynamodb', 'Query', {
      TableName: tableName,
      IndexName: index,
      KeyConditionExpression: '#partition = :partition AND #id BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#partition': key, '#id': 'id' },
      ExpressionAttributeValues: {
        ':partition': { S: `${value}#${page.shard}` },
        ':from': { S: page.from },
        ':to': { S: page.to },
      },
      ScanIndexForward: !page.newestFirst,
      Limit: page.limit,
    });
    return answer.Items ?? [];
  };
  return {
    shards: RUN_SHARDS,
    async byState(state, page) {
      return (await query('byState', 'stateShard', state, page)).map((item) => toRow(state, item));
    },
    async byTask(task, page) {
      return (await query('byTask', 'taskShard', task, page)).map((item) => item.id?.S ?? '');
    },
    async rows(ids) {
      const items = await readItems(call, tableName, [...new Set(ids)].map(toKey));
      return new Map(items.map(toDetails).map((row) => [row.id, row]));
    },
    async holder(key) {
      // As locks.ts writes it.
      const [item] = await readItems(call, tableName, [{ pk: { S: `once#${key}` }, sk: { S: 'lock' } }]);
      const id = item?.holder?.S;
      return id === undefined ? undefined : { id, until: Number(item?.until?.N ?? 0) };
    },
  };
}

/** The state is in the index's key. */
function toRow(state: TaskState, item: Item): IndexedRun {
  const number = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);
  return {
    id: item.id?.S ?? '',
    task: item.task?.S ?? '',
    queue: item.queue?.S ?? '',
    state: TASK_STATES.find((known) => known === state) ?? 'PENDING',
    retries: number(item.retries),
    sentAt: number(item.sentAt),
    ...(item.startedAt === undefined ? {} : { startedAt: number(item.startedAt) }),
    ...(item.endedAt === undefined ? {} : { endedAt: number(item.endedAt) }),
    ...(item.reason?.S === undefined ? {} : { reason: item.reason.S }),
  };
}

function toDetails(item: Item): RunDetails {
  const { record, leaseUntil } = fromItem(item);
  const revokedAt = item.revokedAt?.N;
  return {
    ...record,
    ...(leaseUntil > 0 ? { leaseUntil } : {}),
    ...(revokedAt === undefined ? {} : { revokedAt: Number(revokedAt) }),
  };
}
