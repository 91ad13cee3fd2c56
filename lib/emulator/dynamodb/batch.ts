/**
 * BatchGetItem and BatchWriteItem: many items of several tables, each on its own; a mistake refuses the whole
 * batch.
 */
import type { Output } from '../service.ts';
import { fromItem } from './attribute-value.ts';
import {
  addCost,
  type Cost,
  constrainCapacity,
  consumedCapacity,
  noCost,
  readUnits,
  writeCost,
} from './capacity.ts';
import { type Context, findTable } from './context.ts';
import { Expressions } from './expression/expressions.ts';
import { projectItem } from './expression/projection.ts';
import {
  asRecord,
  Constraints,
  type Fields,
  flag,
  members,
  optionalList,
  optionalRecord,
  optionalText,
  refuseUnknown,
} from './input.ts';
import { collectionMetricsOf } from './item-collections.ts';
import { parseKey, toItemKey } from './keys.ts';
import { refuseLegacy } from './legacy.ts';
import { BATCH_BYTES_MAX, BATCH_GETS_MAX, BATCH_WRITES_MAX } from './limits.ts';
import { validation } from './refusals.ts';
import type { Table } from './table.ts';
import { apply, type Plan, planDelete, planPut } from './writes.ts';

const GET_MEMBERS = members('RequestItems', 'ReturnConsumedCapacity');
const WRITE_MEMBERS = members('RequestItems', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics');
const KEYS_MEMBERS = members(
  'Keys',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'AttributesToGet',
);
const DUPLICATES = 'Provided list of item keys contains duplicates';

interface TableGets {
  readonly name: string;
  readonly table: Table;
  readonly request: Fields;
  readonly keys: readonly { readonly raw: unknown; readonly text: string }[];
  readonly paths: ReturnType<Expressions['projection']> | undefined;
}

export function batchGetItem(context: Context, input: Fields): Output {
  refuseUnknown('BatchGetItem', input, GET_MEMBERS);
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  const requests = requestItems('BatchGetItem', input, constraints);
  for (const [name, raw] of requests) {
    const keys = optionalList(asRecord(raw, name), 'Keys');
    constraints.required(`requestItems.${name}.member.keys`, keys);
    constraints.length(`requestItems.${name}.member.keys`, keys, 1, BATCH_GETS_MAX);
  }
  constraints.check();
  const total = requests.reduce(
    (sum, [name, raw]) => sum + (optionalList(asRecord(raw, name), 'Keys')?.length ?? 0),
    0,
  );
  if (total > BATCH_GETS_MAX) throw validation('Too many items requested for the BatchGetItem call');
  const gets = requests.map(([name, raw]) => prepareGets(context, name, asRecord(raw, name)));
  return carryOutGets(context, input, gets);
}

function prepareGets(context: Context, name: string, request: Fields): TableGets {
  refuseUnknown('BatchGetItem', request, KEYS_MEMBERS);
  refuseLegacy(request, ['AttributesToGet'], ['ProjectionExpression']);
  const expressions = new Expressions(request, context.expressions, ['ProjectionExpression']);
  const projection = optionalText(request, 'ProjectionExpression');
  const paths = projection === undefined ? undefined : expressions.projection(projection);
  expressions.finish();
  const table = findTable(context, name);
  const keys = (optionalList(request, 'Keys') ?? []).map((raw) => {
    return { raw, text: toItemKey(table, parseKey(table, raw)).text };
  });
  if (new Set(keys.map(({ text }) => text)).size < keys.length) throw validation(DUPLICATES);
  return { name, table, request, keys, paths };
}

function carryOutGets(context: Context, input: Fields, gets: readonly TableGets[]): Output {
  const responses: Record<string, unknown[]> = {};
  const unprocessed: Record<string, unknown> = {};
  const capacity: unknown[] = [];
  let bytes = 0;
  for (const { name, table, request, keys, paths } of gets) {
    const found: unknown[] = [];
    const left: unknown[] = [];
    const cost = noCost('read');
    for (const { raw, text } of keys) {
      // What does not fit into the answer is for the next request.
      if (bytes > BATCH_BYTES_MAX) {
        left.push(raw);
        continue;
      }
      const stored = table.items.get(text);
      bytes += stored?.size ?? 0;
      cost.table += readUnits(stored?.size ?? 0, flag(request, 'ConsistentRead'));
      if (stored === undefined) continue;
      found.push(fromItem(paths === undefined ? stored.item : projectItem(stored.item, paths)));
    }
    responses[name] = found;
    if (left.length > 0) unprocessed[name] = { ...request, Keys: left };
    context.trace('BatchGetItem', table.name, { found: found.length, unprocessed: left.length });
    capacity.push(consumedCapacity(input, table, cost));
  }
  return { Responses: responses, UnprocessedKeys: unprocessed, ...listed('ConsumedCapacity', capacity) };
}

export function batchWriteItem(context: Context, input: Fields): Output {
  refuseUnknown('BatchWriteItem', input, WRITE_MEMBERS);
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constraints.oneOf('returnItemCollectionMetrics', input.ReturnItemCollectionMetrics, ['SIZE', 'NONE']);
  const requests = requestItems('BatchWriteItem', input, constraints);
  const lengths = requests.map(([name]) => optionalList(Object.fromEntries(requests), name)?.length ?? 0);
  if (lengths.some((length) => length < 1 || length > BATCH_WRITES_MAX)) {
    const most = `Member must have length less than or equal to ${BATCH_WRITES_MAX}`;
    const rule = `[${most}, Member must have length greater than or equal to 1]`;
    constraints.add('requestItems', input.RequestItems, `Map value must satisfy constraint: ${rule}`);
  }
  constraints.check();
  if (lengths.reduce((sum, length) => sum + length, 0) > BATCH_WRITES_MAX) {
    throw validation('Too many items requested for the BatchWriteItem call');
  }
  const plans = requests.flatMap(([name, raw]) => planWrites(context, name, raw));
  for (const plan of plans) apply(plan);
  return {
    UnprocessedItems: {},
    ...collectionMetricsOf(input, plans),
    ...writeCapacity(context, input, plans),
  };
}

function planWrites(context: Context, name: string, raw: unknown): readonly Plan[] {
  const list = optionalList({ [name]: raw }, name) ?? [];
  const requests = list.map((element) => asRecord(element, name));
  for (const request of requests) checkWriteRequest(request);
  const table = findTable(context, name);
  const plans = requests.map((request) => {
    const put = optionalRecord(request, 'PutRequest');
    if (put !== undefined) return planPut(table, put.Item);
    return planDelete(table, optionalRecord(request, 'DeleteRequest')?.Key);
  });
  if (new Set(plans.map(({ key }) => key)).size < plans.length) throw validation(DUPLICATES);
  return plans;
}

function checkWriteRequest(request: Fields): void {
  const put = optionalRecord(request, 'PutRequest');
  const remove = optionalRecord(request, 'DeleteRequest');
  const what = 'must contain exactly one of the supported datatypes';
  if (put !== undefined && remove !== undefined) {
    throw validation(`Supplied AttributeValue has more than one datatypes set, ${what}`);
  }
  if (put === undefined && remove === undefined) {
    throw validation(`Supplied AttributeValue is empty, ${what}`);
  }
  const constraints = new Constraints();
  if (put !== undefined) constraints.required('requestItems.member.putRequest.item', put.Item);
  if (remove !== undefined) constraints.required('requestItems.member.deleteRequest.key', remove.Key);
  constraints.check();
}

function writeCapacity(context: Context, input: Fields, plans: readonly Plan[]): Output {
  const costs = new Map<Table, { cost: Cost; count: number }>();
  for (const plan of plans) {
    const entry = costs.get(plan.table) ?? { cost: noCost('write'), count: 0 };
    costs.set(plan.table, entry);
    entry.count += 1;
    addCost(entry.cost, writeCost(plan.table, plan));
  }
  const capacity: unknown[] = [];
  for (const [table, { cost, count }] of costs) {
    context.trace('BatchWriteItem', table.name, { written: count });
    capacity.push(consumedCapacity(input, table, cost));
  }
  return listed('ConsumedCapacity', capacity);
}

function requestItems(
  operation: string,
  input: Fields,
  constraints: Constraints,
): readonly [string, unknown][] {
  const requests = optionalRecord(input, 'RequestItems');
  constraints.required('requestItems', requests);
  if (requests === undefined) return [];
  const entries = Object.entries(requests);
  if (entries.length === 0) throw validation(`The requestItems parameter is required for ${operation}`);
  return entries;
}

function listed(name: string, values: readonly unknown[]): Output {
  const present = values.filter((value) => value !== undefined);
  return present.length === 0 ? {} : { [name]: present };
}
