/**
 * The port Workflows over DynamoDB, in the table of runs. Each page of a plan and each counter is an item
 * in a partition of its own: one partition takes 1,000 writes a second, and 10,000 members end at about the
 * same time. It needs no operation beside those of runs, so no bundle and no role grows by it.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { RECORD_MS } from '../core/limits.ts';
import { shardOf, type Tally } from '../core/workflow/tally.ts';
import { CeleriacError } from '../errors.ts';
import type { Workflows } from '../runtime/workflow-ports.ts';
import type { Call } from './call.ts';
import { readItems } from './read-items.ts';
import type { Item } from './run-item.ts';
import { createUpdates } from './updates.ts';
import { createWorkflowRoots } from './workflow-roots.ts';

/** Asked again for a page that DynamoDB left unread (a throttle), at most this often. */
const READS_MAX = 8;

export function createWorkflows(call: Call, tableName: string): Workflows {
  const place = { call, tableName };
  return {
    async create(workflowId, { root, others }, now) {
      // The root comes last: a plan that has one is whole.
      for (const [name, text] of others) await put(place, pageKey(workflowId, name), text, now);
      return put(place, rootKey(workflowId), root, now);
    },
    root: (workflowId) => get(place, rootKey(workflowId)),
    async page(workflowId, name) {
      const text = await get(place, pageKey(workflowId, name));
      if (text !== undefined) return text;
      throw new CeleriacError('PLAN_LOST', `workflow '${workflowId}' has no page '${name}' any more`);
    },
    countMember: (workflowId, path, index, isDone, now, failedPath) =>
      count(place, shardKey(workflowId, path, shardOf(index)), { index, isDone, failedPath }, now),
    countShard: (workflowId, path, shard, isDone, now) =>
      count(place, shardKey(workflowId, path, 'all'), { index: shard, isDone }, now),
    async tally(workflowId, path, shard) {
      const [item] = await readItems(call, tableName, [shardKey(workflowId, path, shard)]);
      return toTally(item ?? {});
    },
    addMember: (workflowId, path, member, now) =>
      addMember(place, shardKey(workflowId, path, member.top), member, now),
    countAdded: (workflowId, path, { place: index, top, failedPath }, now) =>
      count(
        place,
        shardKey(workflowId, path, top),
        { index, isDone: failedPath === undefined, failedPath },
        now,
      ),
    ...createWorkflowRoots(call, tableName),
  };
}

interface Place {
  readonly call: Call;
  readonly tableName: string;
}

type Key = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };

/** What the root page is called; others are called by their content. */
const ROOT = 'root';

function key(workflowId: string, kind: 'plan' | 'tally', name: string): Key {
  return { pk: { S: `flow#${workflowId}#${name}` }, sk: { S: kind } };
}

/** Where the root page of a plan lies. */
export function rootKey(workflowId: string): Key {
  return pageKey(workflowId, ROOT);
}

/** Where a page of a plan lies. */
export function pageKey(workflowId: string, name: string): Key {
  return key(workflowId, 'plan', name);
}

/** Where the members of a shard of the group at `path` are counted, or its shards. */
export function shardKey(workflowId: string, path: string, shard: number | 'all'): Key {
  return key(workflowId, 'tally', `${path}/${shard}`);
}

/** Writes a page unless it is there; resolves to the one that is there now. */
async function put({ call, tableName }: Place, Key: Key, text: string, now: number): Promise<string> {
  const answer = await call('dynamodb', 'UpdateItem', {
    TableName: tableName,
    Key,
    UpdateExpression: 'SET #page = if_not_exists(#page, :page), #expiresAt = :expiresAt',
    ExpressionAttributeNames: { '#page': 'page', '#expiresAt': 'expiresAt' },
    ExpressionAttributeValues: { ':page': { S: text }, ':expiresAt': expiry(now) },
    ReturnValues: 'UPDATED_NEW',
  });
  return answer.Attributes?.page?.S ?? text;
}

async function get({ call, tableName }: Place, Key: Key): Promise<string | undefined> {
  for (let reads = 0; reads < READS_MAX; reads++) {
    const answer = await call('dynamodb', 'BatchGetItem', {
      RequestItems: { [tableName]: { Keys: [Key], ConsistentRead: true } },
    });
    const [item] = answer.Responses?.[tableName] ?? [];
    if (item !== undefined) return item.page?.S;
    if ((answer.UnprocessedKeys?.[tableName]?.Keys ?? []).length === 0) return undefined;
  }
  throw new CeleriacError('PLAN_NOT_READ', `DynamoDB left '${Key.pk.S}' unread ${READS_MAX} times`);
}

/** Adds one to the set of those that ended so, and tells both sets. Adding it again changes nothing. */
async function count(
  place: Place,
  Key: Key,
  ended: { readonly index: number; readonly isDone: boolean; readonly failedPath?: string | undefined },
  now: number,
): Promise<Tally> {
  const { index, isDone, failedPath } = ended;
  const named = failedPath === undefined ? '' : ', #failedPaths :failedPath';
  const answer = await place.call('dynamodb', 'UpdateItem', {
    TableName: place.tableName,
    Key,
    UpdateExpression: `ADD #ended :index${named} SET #expiresAt = :expiresAt`,
    ExpressionAttributeNames: {
      ...{ '#ended': isDone ? 'done' : 'failed', '#expiresAt': 'expiresAt' },
      ...(failedPath === undefined ? {} : { '#failedPaths': 'failedPaths' }),
    },
    ExpressionAttributeValues: {
      ...{ ':index': { NS: [String(index)] }, ':expiresAt': expiry(now) },
      // DynamoDB takes no empty text in a set.
      ...(failedPath === undefined ? {} : { ':failedPath': { SS: [`.${failedPath}`] } }),
    },
    ReturnValues: 'ALL_NEW',
  });
  return toTally(answer.Attributes ?? {});
}

/** Appends a member to the list of those that were added; resolves to its place there. */
async function addMember(
  { call, tableName }: Place,
  Key: Key,
  { id, by }: { readonly id: string; readonly by: number },
  now: number,
): Promise<number | undefined> {
  const values = {
    ...{ ':none': { L: [] }, ':one': { L: [{ S: id }] }, ':id': { S: id } },
    ...{ ':by': { N: String(by) }, ':byOne': { L: [{ N: String(by) }] }, ':expiresAt': expiry(now) },
  };
  const set = [
    '#added = list_append(if_not_exists(#added, :none), :one)',
    '#addedBy = list_append(if_not_exists(#addedBy, :none), :byOne), #expiresAt = :expiresAt',
  ];
  const written = await createUpdates(call, tableName)(
    Key,
    { set, values },
    'NOT contains(#added, :id) AND NOT contains(#done, :by) AND NOT contains(#failed, :by)',
  );
  const place = (toTally(written.item).added ?? []).indexOf(id);
  return place < 0 ? undefined : place;
}

/** Reads a counter's item. */
export function toTally({ done, failed, failedPaths, added, addedBy }: Item): Tally {
  return {
    done: toSet(done),
    failed: toSet(failed),
    ...(added?.L === undefined ? {} : { added: added.L.map(({ S = '' }) => S) }),
    ...(addedBy?.L === undefined ? {} : { addedBy: addedBy.L.map(({ N }) => Number(N)) }),
    ...(failedPaths?.SS === undefined ? {} : { failedPaths: failedPaths.SS.map((path) => path.slice(1)) }),
  };
}

function toSet(value: AttributeValue | undefined): ReadonlySet<number> {
  return new Set((value?.NS ?? []).map(Number));
}

function expiry(now: number): { N: string } {
  return { N: String(Math.ceil((now + RECORD_MS) / 1_000)) };
}
