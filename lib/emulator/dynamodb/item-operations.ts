/** PutItem, GetItem, UpdateItem and DeleteItem: one item, one answer. */
import type { Output } from '../service.ts';
import { fromItem, type Item, parseItem } from './attribute-value.ts';
import {
  constrainCapacity,
  consumedCapacity,
  noCost,
  readUnits,
  wantsCapacity,
  writeCost,
} from './capacity.ts';
import { type Context, constrainTableName, findTable } from './context.ts';
import { Expressions } from './expression/expressions.ts';
import { projectItem } from './expression/projection.ts';
import { Constraints, type Fields, flag, members, optionalText, refuseUnknown } from './input.ts';
import { collectionMetrics } from './item-collections.ts';
import { refuseEmptyKey, toItemKey } from './keys.ts';
import { refuseLegacy } from './legacy.ts';
import { validation } from './refusals.ts';
import type { Table } from './table.ts';
import { apply, type Plan, prepare, type WriteKind } from './writes.ts';

const WRITE_MEMBERS = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
  'Expected',
  'ConditionalOperator',
] as const;
const PUT_MEMBERS = members(...WRITE_MEMBERS, 'Item');
const DELETE_MEMBERS = members(...WRITE_MEMBERS, 'Key');
const UPDATE_MEMBERS = members(...WRITE_MEMBERS, 'Key', 'UpdateExpression', 'AttributeUpdates');
const GET_MEMBERS = members(
  'TableName',
  'Key',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ReturnConsumedCapacity',
  'AttributesToGet',
);
const RETURN_VALUES = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] as const;

export function putItem(context: Context, input: Fields): Output {
  refuseUnknown('PutItem', input, PUT_MEMBERS);
  constrainWrite(input, 'item', input.Item);
  return write(context, 'PutItem', 'Put', input);
}

export function updateItem(context: Context, input: Fields): Output {
  refuseUnknown('UpdateItem', input, UPDATE_MEMBERS);
  constrainWrite(input, 'key', input.Key);
  return write(context, 'UpdateItem', 'Update', input);
}

export function deleteItem(context: Context, input: Fields): Output {
  refuseUnknown('DeleteItem', input, DELETE_MEMBERS);
  constrainWrite(input, 'key', input.Key);
  return write(context, 'DeleteItem', 'Delete', input);
}

export function getItem(context: Context, input: Fields): Output {
  refuseUnknown('GetItem', input, GET_MEMBERS);
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constrainTableName(constraints, input);
  constraints.required('key', input.Key);
  constraints.check();
  const read = prepareGet(context, input);
  const { item, size } = read.get();
  const capacity = readCapacity(input, read.table, size);
  context.trace('GetItem', read.table.name, { found: item !== undefined });
  return {
    ...(item === undefined ? {} : { Item: fromItem(item) }),
    ...(capacity === undefined ? {} : { ConsumedCapacity: capacity }),
  };
}

/** A checked request to read one item; `get` looks the item up and cuts it to its projection. */
export interface PreparedGet {
  readonly table: Table;
  readonly key: () => string;
  get(): { readonly item: Item | undefined; readonly size: number };
}

/** Checks a request to read one item, alone or in a transaction. */
export function prepareGet(context: Context, input: Fields): PreparedGet {
  refuseLegacy(input, ['AttributesToGet'], ['ProjectionExpression']);
  const raw = parseItem(input.Key);
  const expressions = new Expressions(input, context.expressions, ['ProjectionExpression']);
  const text = optionalText(input, 'ProjectionExpression');
  const paths = text === undefined ? undefined : expressions.projection(text);
  expressions.finish();
  const table = findTable(context, optionalText(input, 'TableName') ?? '');
  refuseEmptyKey(table, raw);
  return {
    table,
    key: () => toItemKey(table, raw).text,
    get: () => {
      const stored = table.items.get(toItemKey(table, raw).text);
      if (stored === undefined) return { item: undefined, size: 0 };
      return { item: paths === undefined ? stored.item : projectItem(stored.item, paths), size: stored.size };
    },
  };
}

function constrainWrite(input: Fields, member: 'item' | 'key', value: unknown): void {
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constrainTableName(constraints, input);
  constraints.oneOf('returnItemCollectionMetrics', input.ReturnItemCollectionMetrics, ['SIZE', 'NONE']);
  constraints.oneOf('returnValues', input.ReturnValues, RETURN_VALUES);
  const onFailure = 'ReturnValuesOnConditionCheckFailure';
  constraints.oneOf('returnValuesOnConditionCheckFailure', input[onFailure], ['ALL_OLD', 'NONE']);
  constraints.required(member, value);
  constraints.check();
}

function write(context: Context, operation: string, kind: WriteKind, input: Fields): Output {
  const wanted = optionalText(input, 'ReturnValues') ?? 'NONE';
  if (kind !== 'Update' && wanted !== 'NONE' && wanted !== 'ALL_OLD') {
    throw validation('ReturnValues can only be ALL_OLD or NONE');
  }
  const plan = prepare(context, kind, input).plan();
  const { table, key, before, after } = plan;
  const cost = wantsCapacity(input) ? writeCost(table, { key, before, after }) : undefined;
  apply(plan);
  context.trace(operation, table.name, { key: plan.key.length, existed: before !== undefined });
  const attributes = returned(plan, wanted);
  const metrics = collectionMetrics(input, plan);
  const capacity = cost === undefined ? undefined : consumedCapacity(input, table, cost);
  return {
    ...(attributes === undefined || attributes.size === 0 ? {} : { Attributes: fromItem(attributes) }),
    ...(capacity === undefined ? {} : { ConsumedCapacity: capacity }),
    ...(metrics === undefined ? {} : { ItemCollectionMetrics: metrics }),
  };
}

function returned({ before, after, paths }: Plan, wanted: string): Item | undefined {
  switch (wanted) {
    case 'ALL_OLD':
      return before;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return before === undefined ? undefined : projectItem(before, paths);
    case 'UPDATED_NEW':
      return after === undefined ? undefined : projectItem(after, paths);
    default:
      return undefined;
  }
}

function readCapacity(input: Fields, table: Table, size: number): Fields | undefined {
  if (!wantsCapacity(input)) return undefined;
  const cost = noCost('read');
  cost.table = readUnits(size, flag(input, 'ConsistentRead'));
  return consumedCapacity(input, table, cost);
}
