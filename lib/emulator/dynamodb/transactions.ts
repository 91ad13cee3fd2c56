/**
 * TransactWriteItems and TransactGetItems: all or nothing. Calls are carried out one after the other, so
 * there are never conflicts; a failed condition or an invalid action cancels the whole with one reason for
 * each action.
 */
import { createHash } from 'node:crypto';
import { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';
import { fromItem } from './attribute-value.ts';
import {
  addCost,
  type Cost,
  constrainCapacity,
  consumedCapacity,
  noCost,
  readUnits,
  wantsCapacity,
  writeCost,
} from './capacity.ts';
import type { Context } from './context.ts';
import {
  asRecord,
  Constraints,
  type Fields,
  members,
  optionalList,
  optionalRecord,
  optionalText,
  refuseUnknown,
} from './input.ts';
import { collectionMetricsOf } from './item-collections.ts';
import { type PreparedGet, prepareGet } from './item-operations.ts';
import { TRANSACTION_ACTIONS_MAX, TRANSACTION_BYTES_MAX, TRANSACTION_TOKEN_MS } from './limits.ts';
import { isRefusal, validation } from './refusals.ts';
import type { Table } from './table.ts';
import { apply, type Plan, prepare, type WriteKind } from './writes.ts';

// Transactions read or write everything twice: once to prepare and once to commit.
const CAPACITY_FACTOR = 2;
const WRITE_MEMBERS = members(
  'TransactItems',
  'ReturnConsumedCapacity',
  'ReturnItemCollectionMetrics',
  'ClientRequestToken',
);
const GET_MEMBERS = members('TransactItems', 'ReturnConsumedCapacity');
const GET_ACTION_MEMBERS = members('TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames');
const EXPRESSION_MEMBERS = ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const;
const ACTION_MEMBERS = members(
  'TableName',
  'Key',
  'Item',
  'UpdateExpression',
  'ConditionExpression',
  'ReturnValuesOnConditionCheckFailure',
  ...EXPRESSION_MEMBERS,
);
const KINDS = ['ConditionCheck', 'Put', 'Delete', 'Update'] as const;
const REQUIRED: Readonly<Record<WriteKind, readonly string[]>> = {
  ConditionCheck: ['key', 'tableName', 'conditionExpression'],
  Put: ['item', 'tableName'],
  Delete: ['key', 'tableName'],
  Update: ['key', 'tableName', 'updateExpression'],
};

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

const NO_REASON: Reason = { Code: 'None' };

export function transactWriteItems(context: Context, input: Fields): Output {
  refuseUnknown('TransactWriteItems', input, WRITE_MEMBERS);
  const actions = readWriteActions(input);
  const token = optionalText(input, 'ClientRequestToken');
  const fingerprint = token === undefined ? '' : fingerprintOf(input);
  if (token !== undefined && isRepeated(context, token, fingerprint)) {
    context.trace('TransactWriteItems', undefined, { repeated: true });
    return repeatCapacity(context, input, actions);
  }
  const prepared = actions.map(({ kind, request }) => prepare(context, kind, request));
  refuseDuplicates(prepared.map((each) => ({ table: each.table, key: each.key() })));
  const plans = decide(prepared, (each) => each.plan());
  refuseTooBig(plans.reduce((sum, plan) => sum + plan.size, 0));
  const capacity = writeCapacity(input, plans);
  for (const plan of plans) apply(plan);
  if (token !== undefined) context.region.tokens.set(token, { at: context.clock.now(), fingerprint });
  for (const table of new Set(plans.map((plan) => plan.table))) {
    context.trace('TransactWriteItems', table.name, {
      actions: plans.filter((plan) => plan.table === table).length,
    });
  }
  return { ...capacity, ...collectionMetricsOf(input, plans) };
}

export function transactGetItems(context: Context, input: Fields): Output {
  refuseUnknown('TransactGetItems', input, GET_MEMBERS);
  const gets = readGets(input).map((request) => prepareGet(context, request));
  const keys = decide(gets, (each) => each.key());
  refuseDuplicates(gets.map(({ table }, index) => ({ table, key: keys[index] })));
  const found = gets.map((each) => each.get());
  refuseTooBig(found.reduce((sum, { size }) => sum + size, 0));
  for (const table of new Set(gets.map((each) => each.table))) {
    context.trace('TransactGetItems', table.name, {
      gets: gets.filter((each) => each.table === table).length,
    });
  }
  const responses = found.map(({ item }) => (item === undefined ? {} : { Item: fromItem(item) }));
  return { Responses: responses, ...readCapacity(input, gets, found) };
}

interface Action {
  readonly kind: WriteKind;
  readonly request: Fields;
}

function readWriteActions(input: Fields): readonly Action[] {
  const list = optionalList(input, 'TransactItems');
  const constraints = constrainTransaction(input, list);
  constraints.oneOf('returnItemCollectionMetrics', input.ReturnItemCollectionMetrics, ['SIZE', 'NONE']);
  constraints.length('clientRequestToken', optionalText(input, 'ClientRequestToken'), 1, 36);
  const actions = (list ?? []).map((element, index) => {
    const item = asRecord(element, 'TransactItems');
    const kinds = KINDS.filter((kind) => optionalRecord(item, kind) !== undefined);
    for (const kind of kinds) constrainAction(constraints, kind, optionalRecord(item, kind) ?? {}, index);
    return { kinds, item };
  });
  constraints.check();
  return actions.map(({ kinds, item }) => {
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const request = optionalRecord(item, kind) ?? {};
    refuseUnknown('TransactWriteItems', request, ACTION_MEMBERS);
    return { kind, request };
  });
}

function constrainAction(constraints: Constraints, kind: WriteKind, request: Fields, index: number): void {
  const at = `transactItems.${index + 1}.member.${lowerFirst(kind)}`;
  for (const member of REQUIRED[kind]) {
    constraints.required(`${at}.${member}`, request[member.charAt(0).toUpperCase() + member.slice(1)]);
  }
  const onFailure = 'ReturnValuesOnConditionCheckFailure';
  constraints.oneOf(`${at}.${lowerFirst(onFailure)}`, request[onFailure], ['ALL_OLD', 'NONE']);
}

function readGets(input: Fields): readonly Fields[] {
  const list = optionalList(input, 'TransactItems');
  const constraints = constrainTransaction(input, list);
  const gets = (list ?? []).map((element, index) => {
    const get = optionalRecord(asRecord(element, 'TransactItems'), 'Get');
    const at = `transactItems.${index + 1}.member.get`;
    constraints.required(at, get);
    if (get === undefined) return {};
    constraints.required(`${at}.key`, get.Key);
    constraints.required(`${at}.tableName`, get.TableName);
    refuseUnknown('TransactGetItems', get, GET_ACTION_MEMBERS);
    return get;
  });
  constraints.check();
  return gets;
}

function constrainTransaction(input: Fields, list: readonly unknown[] | undefined): Constraints {
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constraints.required('transactItems', list);
  constraints.length('transactItems', list, 1, TRANSACTION_ACTIONS_MAX);
  return constraints;
}

function refuseDuplicates(
  targets: readonly { readonly table: Table; readonly key: string | undefined }[],
): void {
  const seen = new Set<string>();
  for (const { table, key } of targets) {
    if (key === undefined) continue;
    const target = `${table.name}\n${key}`;
    if (seen.has(target)) {
      throw validation('Transaction request cannot include multiple operations on one item');
    }
    seen.add(target);
  }
}

/** Decides every action; if any is refused, cancels with the reasons of all. */
function decide<T, R>(actions: readonly T[], decideOne: (action: T) => R): readonly R[] {
  const results: R[] = [];
  const reasons = actions.map((action) => {
    try {
      results.push(decideOne(action));
      return NO_REASON;
    } catch (error) {
      return toReason(error);
    }
  });
  if (reasons.every((reason) => reason === NO_REASON)) return results;
  const codes = reasons.map((reason) => reason.Code).join(', ');
  const message = 'Transaction cancelled, please refer cancellation reasons for specific reasons';
  throw new ServiceError('TransactionCanceledException', `${message} [${codes}]`, {
    fields: { CancellationReasons: reasons },
  });
}

function toReason(error: unknown): Reason {
  if (isRefusal(error, 'ConditionalCheckFailedException')) {
    const item = error.fields.Item;
    const reason = { Code: 'ConditionalCheckFailed', Message: error.message };
    return item === undefined ? reason : { ...reason, Item: item };
  }
  if (isRefusal(error, 'ValidationException')) return { Code: 'ValidationError', Message: error.message };
  throw error;
}

function refuseTooBig(bytes: number): void {
  if (bytes > TRANSACTION_BYTES_MAX) {
    throw validation('Collective size of items in the transaction exceeds the limit of 4 MB');
  }
}

function isRepeated(context: Context, token: string, fingerprint: string): boolean {
  const { tokens } = context.region;
  const oldest = context.clock.now() - TRANSACTION_TOKEN_MS;
  // Tokens stand in the order of their time, so the old ones are in front.
  for (const [each, { at }] of tokens) {
    if (at > oldest) break;
    tokens.delete(each);
  }
  const known = tokens.get(token);
  if (known === undefined) return false;
  if (known.fingerprint === fingerprint) return true;
  throw new ServiceError(
    'IdempotentParameterMismatchException',
    'The request uses the same client token as a previous, but non-identical request.',
  );
}

function fingerprintOf(input: Fields): string {
  const text = JSON.stringify(input.TransactItems, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return createHash('sha256').update(text).digest('base64');
}

function writeCapacity(input: Fields, plans: readonly Plan[]): Output {
  if (!wantsCapacity(input)) return {};
  const costs = new Map<Table, Cost>();
  for (const plan of plans) {
    const cost = costs.get(plan.table) ?? noCost('write');
    costs.set(plan.table, cost);
    addCost(cost, writeCost(plan.table, plan), CAPACITY_FACTOR);
  }
  return { ConsumedCapacity: [...costs].map(([table, cost]) => consumedCapacity(input, table, cost, true)) };
}

/**
 * "Subsequent TransactWriteItems calls with the same client token return the number of read capacity units
 * consumed in reading the item" (ClientRequestToken).
 */
function repeatCapacity(context: Context, input: Fields, actions: readonly Action[]): Output {
  if (!wantsCapacity(input)) return {};
  const prepared = actions.map(({ kind, request }) => prepare(context, kind, request));
  const found = prepared.map(({ table, key }) => ({ size: table.items.get(key() ?? '')?.size ?? 0 }));
  return readCapacity(input, prepared, found);
}

function readCapacity(
  input: Fields,
  gets: readonly Pick<PreparedGet, 'table'>[],
  found: readonly { readonly size: number }[],
): Output {
  if (!wantsCapacity(input)) return {};
  const costs = new Map<Table, Cost>();
  for (const [index, { table }] of gets.entries()) {
    const cost = costs.get(table) ?? noCost('read');
    costs.set(table, cost);
    cost.table += CAPACITY_FACTOR * readUnits(found[index]?.size ?? 0, true);
  }
  return { ConsumedCapacity: [...costs].map(([table, cost]) => consumedCapacity(input, table, cost, true)) };
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
