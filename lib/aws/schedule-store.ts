/**
 * The record of schedules in DynamoDB: items of the runs table under keys of their own. All entries stand
 * in one partition in order of name, so a page, a prefix and the ticker's look at all of them are
 * Queries, without an index; they change as often as people change schedules, far below the 1,000 writes
 * a second of a partition. What changes with each fire stands in a partition of each schedule's own. The
 * next fire is not stored: it follows from the entry, and an index of it would cost a write for each
 * fire.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ScheduleEntry } from '../core/schedule/entry.ts';
import { parseSpec } from '../core/schedule/spec.ts';
import { parseState, type ScheduleState } from '../core/schedule/state.ts';
import { CeleriacError } from '../errors.ts';
import type { ScheduleQuery, ScheduleStore } from '../runtime/schedule-ports.ts';
import type { Call } from './call.ts';
import type { Item } from './run-item.ts';
import { isConditionFailure } from './updates.ts';

const ENTRIES = 'schedule#entries';
const TICKER = 'schedule#ticker';
/** Asked again for keys that DynamoDB left unread (a throttle, 16 MB), at most this often. */
const READS_MAX = 8;
/** Requests of one page: DynamoDB stops at 1 MB, about 1,000 entries. */
const QUERIES_MAX = 100;

export function createScheduleStore(call: Call, tableName: string): ScheduleStore {
  const table: Table = { call, tableName };
  return {
    async read(name) {
      const item = await get(table, keyOf(ENTRIES, name));
      return item === undefined ? undefined : toEntry(item);
    },
    list: (query) => list(table, query),
    put: (entry, before) =>
      put(table, { ...keyOf(ENTRIES, entry.name), ...content(entry), ...count(entry.revision) }, before),
    async remove(name, revision) {
      if (!(await removeEntry(table, name, revision))) return false;
      await call('dynamodb', 'DeleteItem', { TableName: tableName, Key: stateKey(name) });
      return true;
    },
    states: (names) => states(table, names),
    putState: (name, state, before) => {
      const item = { ...stateKey(name), ...content(state), ...count(state.version) };
      return put(table, item, before === 0 ? undefined : before);
    },
    async watermark() {
      const item = await get(table, keyOf(TICKER, 'watermark'));
      if (item === undefined) return undefined;
      const { count: at, content: definitions, unread } = item;
      return {
        at: Number(at?.N),
        definitions: definitions?.S ?? '',
        ...(unread?.S === undefined ? {} : { unread: JSON.parse(unread.S) }),
      };
    },
    advance: (to, from) => {
      const unread = to.unread === undefined ? {} : { unread: { S: JSON.stringify(to.unread) } };
      const content = { content: { S: to.definitions } };
      return put(table, { ...keyOf(TICKER, 'watermark'), ...count(to.at), ...content, ...unread }, from?.at);
    },
    async pause() {
      const item = await get(table, keyOf(TICKER, 'pause'));
      return item === undefined ? undefined : JSON.parse(item.content?.S ?? '{}');
    },
    async putPause(pause) {
      await call('dynamodb', 'PutItem', {
        TableName: tableName,
        Item: { ...keyOf(TICKER, 'pause'), ...content(pause) },
      });
    },
  };
}

interface Table {
  readonly call: Call;
  readonly tableName: string;
}

type Key = { pk: { S: string }; sk: { S: string } };

function keyOf(partition: string, name: string): Key {
  return { pk: { S: partition }, sk: { S: name } };
}

function stateKey(name: string): Key {
  return keyOf(`schedule#state#${name}`, 'state');
}

/** What stands in an item: JSON, beside the number that conditions look at. */
function content(value: object): { content: { S: string } } {
  return { content: { S: JSON.stringify(value) } };
}

function count(number: number): { count: { N: string } } {
  return { count: { N: String(number) } };
}

function toEntry(item: Item): ScheduleEntry {
  const { spec, ...entry } = JSON.parse(item.content?.S ?? '{}');
  if (spec === undefined) return entry;
  try {
    return { ...entry, spec: parseSpec(spec) };
  } catch (thrown) {
    // Another version wrote it, or the machine has no such time zone. It must not hold up all the others.
    return { ...entry, unreadable: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function get({ call, tableName }: Table, key: Key): Promise<Item | undefined> {
  return (await call('dynamodb', 'GetItem', { TableName: tableName, Key: key, ConsistentRead: true })).Item;
}

/** Writes an item over one whose count is `before`, or where there is none. */
async function put(table: Table, item: Item & Key, before: number | undefined): Promise<boolean> {
  const condition =
    before === undefined
      ? { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } }
      : {
          ConditionExpression: '#count = :before',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':before': { N: String(before) } },
        };
  try {
    await table.call('dynamodb', 'PutItem', {
      TableName: table.tableName,
      Item: item,
      ...condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    // A write that was refused by itself: its first answer was lost, and the call was made again.
    return error.Item?.content?.S === item.content?.S && error.Item?.count?.N === item.count?.N;
  }
}

async function removeEntry({ call, tableName }: Table, name: string, revision: number): Promise<boolean> {
  try {
    await call('dynamodb', 'DeleteItem', {
      TableName: tableName,
      Key: keyOf(ENTRIES, name),
      ConditionExpression: 'attribute_not_exists(#pk) OR #count = :revision',
      ExpressionAttributeNames: { '#pk': 'pk', '#count': 'count' },
      ExpressionAttributeValues: { ':revision': { N: String(revision) } },
    });
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/** A page of entries: names with the prefix, from behind `after` on. */
async function list(
  { call, tableName }: Table,
  { prefix = '', after, limit }: ScheduleQuery,
): Promise<readonly ScheduleEntry[]> {
  const entries: ScheduleEntry[] = [];
  let start = after === undefined || after < prefix ? undefined : keyOf(ENTRIES, after);
  // No name with this prefix stands behind it.
  if (after !== undefined && after > prefix && !after.startsWith(prefix)) return [];
  for (let queries = 0; queries < QUERIES_MAX && entries.length < limit; queries++) {
    const answer = await call('dynamodb', 'Query', {
      TableName: tableName,
      ConsistentRead: true,
      Limit: limit - entries.length,
      KeyConditionExpression: prefix === '' ? '#pk = :pk' : '#pk = :pk AND begins_with(#sk, :prefix)',
      ExpressionAttributeNames: { '#pk': 'pk', ...(prefix === '' ? {} : { '#sk': 'sk' }) },
      ExpressionAttributeValues: {
        ':pk': { S: ENTRIES },
        ...(prefix === '' ? {} : { ':prefix': { S: prefix } }),
      },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    entries.push(...(answer.Items ?? []).map(toEntry));
    const last = answer.LastEvaluatedKey?.sk?.S;
    if (last === undefined) break;
    start = keyOf(ENTRIES, last);
  }
  return entries;
}

async function states(
  { call, tableName }: Table,
  names: readonly string[],
): Promise<ReadonlyMap<string, ScheduleState>> {
  const found = new Map<string, ScheduleState>();
  let keys: Record<string, AttributeValue>[] = [...new Set(names)].map(stateKey);
  for (let reads = 0; keys.length > 0 && reads < READS_MAX; reads++) {
    const answer = await call('dynamodb', 'BatchGetItem', {
      RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } },
    });
    for (const item of answer.Responses?.[tableName] ?? []) {
      const name = item.pk?.S?.slice('schedule#state#'.length) ?? '';
      found.set(name, parseState(JSON.parse(item.content?.S ?? '{}')));
    }
    keys = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  // A state that is taken for new would be written anew, and refused; so what was not read is an error.
  const text = `DynamoDB left ${keys.length} records of schedules unread; try again`;
  if (keys.length > 0) throw new CeleriacError('ITEMS_NOT_READ', text);
  return found;
}
