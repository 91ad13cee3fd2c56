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
    filter: readonly (readonly [name: string, value: string])[] = [],
  ) => {
    const { Items = [], ...answer } = await call('dynamodb', 'Query', {
      TableName: tableName,
      IndexName: index,
      KeyConditionExpression: '#partition = :partition AND #id BETWEEN :from AND :to',
      ...(filter.length === 0
        ? {}
        : { FilterExpression: filter.map(([name]) => `#${name} = :${name}`).join(' AND ') }),
      ExpressionAttributeNames: {
        '#partition': key,
        '#id': 'id',
        ...Object.fromEntries(filter.map(([name]) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':partition': { S: `${value}#${page.shard}` },
        ':from': { S: page.from },
        ':to': { S: page.to },
        ...Object.fromEntries(filter.map(([name, wanted]) => [`:${name}`, { S: wanted }])),
      },
      ScanIndexForward: !page.newestFirst,
      Limit: page.limit,
    });
    const next = answer.LastEvaluatedKey?.id?.S;
    return { items: Items, looked: answer.ScannedCount ?? 0, ...(next === undefined ? {} : { next }) };
  };
  return {
    shards: RUN_SHARDS,
    async byState(state, page, filter = {}) {
      const { items, ...stretch } = await query('byState', 'stateShard', state, page, Object.entries(filter));
      return { ...stretch, rows: items.map((item) => toRow(state, item)) };
    },
    async byTask(task, page) {
      const { items, ...stretch } = await query('byTask', 'taskShard', task, page);
      return { ...stretch, rows: items.map((item) => ({ id: item.id?.S ?? '' })) };
    },
    async rows(ids, { whole } = { whole: true }) {
      const keys = [...new Set(ids)].map(toKey);
      const items = await readItems(call, tableName, keys, whole ? undefined : LISTED);
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

const SHOWN = [
  ...['id', 'task', 'queue', 'state', 'generation', 'retries', 'sentAt', 'startedAt', 'endedAt', 'reason'],
  // The letter tells what of an error is secret.
  ...['error', 'progress', 'letter', 'leaseUntil', 'revokedAt', 'wait', 'waitUntil'],
];
/** What a list shows of records; by names of its own, since several are DynamoDB's words. */
const LISTED = {
  ProjectionExpression: SHOWN.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(SHOWN.map((name) => [`#${name}`, name])),
};

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
  const { wait, ...known } = record;
  const revokedAt = item.revokedAt?.N;
  const waitUntil = Number(item.waitUntil?.N ?? 0);
  // What it waited for before its last attempt stays in the record, and is over.
  const waits = waitUntil > (record.startedAt ?? 0);
  return {
    ...known,
    ...(waits ? { waitUntil } : {}),
    ...(waits && wait !== undefined ? { wait } : {}),
    ...(leaseUntil > 0 ? { leaseUntil } : {}),
    ...(revokedAt === undefined ? {} : { revokedAt: Number(revokedAt) }),
  };
}
