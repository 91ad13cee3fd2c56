/**
 * Writes of single items, in three steps that operations and transactions share: `prepare` checks the request
 * itself, `plan` decides against the stored item, `apply` does it. Nothing is changed before every decision
 * is made.
 */
import { type AttributeValue, fromItem, type Item, parseItem } from './attribute-value.ts';
import { type Context, findTable } from './context.ts';
import { holds } from './expression/evaluate.ts';
import { Expressions } from './expression/expressions.ts';
import type { Condition, Path, Update } from './expression/syntax.ts';
import { applyUpdate } from './expression/update.ts';
import { type Fields, optionalText } from './input.ts';
import { itemSize } from './item-size.ts';
import { keyText } from './key-code.ts';
import {
  checkIndexTypes,
  keyOfItem,
  parseKey,
  refuseEmptyIndexKeys,
  refuseEmptyKey,
  toItemKey,
} from './keys.ts';
import { refuseLegacy } from './legacy.ts';
import { ITEM_BYTES_MAX } from './limits.ts';
import { conditionFailed, validation } from './refusals.ts';
import type { Table } from './table.ts';
import { checkUpdatedIndexKeys, checkUpdatePaths } from './update-checks.ts';

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A decided write; `after` undefined deletes. */
export interface Plan {
  readonly table: Table;
  readonly key: string;
  readonly keyItem: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly size: number;
  readonly changes: boolean;
  /** The paths that an update wrote. */
  readonly paths: readonly Path[];
}

/** A checked request that has not looked at the stored item yet. */
export interface Prepared {
  readonly table: Table;
  /** The key's text; undefined when it does not fit the schema, which `plan` then refuses. */
  key(): string | undefined;
  plan(): Plan;
}

const EMPTY: Item = new Map();
const NO_PATHS: readonly Path[] = [];
const TOO_BIG = 'Item size has exceeded the maximum allowed size';
const UPDATE_TOO_BIG = 'Item size to update has exceeded the maximum allowed size';

/** Checks a request to write one item. */
export function prepare(context: Context, kind: WriteKind, input: Fields): Prepared {
  switch (kind) {
    case 'Put':
      return preparePut(context, input);
    case 'Update':
      return prepareUpdate(context, input);
    case 'Delete':
    case 'ConditionCheck':
      return prepareDelete(context, input, kind);
  }
}

/** Carries out a decided write. */
export function apply({ table, key, after, size, changes }: Plan): void {
  if (changes) table.change(key, after, size);
}

function preparePut(context: Context, input: Fields): Prepared {
  refuseLegacy(input, ['Expected', 'ConditionalOperator'], ['ConditionExpression']);
  const item = parseItem(input.Item);
  const size = itemSize(item);
  if (size > ITEM_BYTES_MAX) throw validation(TOO_BIG);
  const check = readCondition(context, input, ['ConditionExpression']);
  check.expressions.finish();
  const table = findTable(context, tableName(input));
  refuseEmptyKey(table, item);
  refuseEmptyIndexKeys(table, item);
  return {
    table,
    key: () => keyText(table.keys, item),
    plan: () => {
      const key = keyOfItem(table, item);
      checkIndexTypes(table, item);
      const before = table.items.get(key)?.item;
      check.verify(before);
      return { table, key, keyItem: item, before, after: item, size, changes: true, paths: NO_PATHS };
    },
  };
}

function prepareUpdate(context: Context, input: Fields): Prepared {
  const parameters = ['UpdateExpression', 'ConditionExpression'];
  refuseLegacy(input, ['AttributeUpdates', 'Expected', 'ConditionalOperator'], parameters);
  const raw = parseItem(input.Key);
  const text = optionalText(input, 'UpdateExpression');
  const check = readCondition(context, input, parameters);
  const parsed = text === undefined ? undefined : check.expressions.update(text);
  check.expressions.finish();
  const table = findTable(context, tableName(input));
  refuseEmptyKey(table, raw);
  if (parsed !== undefined) checkUpdatePaths(table, parsed.update, parsed.paths, check.expressions.values);
  return {
    table,
    key: () => keyText(table.keys, raw),
    plan: () => {
      const { text: key, item: keyItem } = toItemKey(table, raw);
      const stored = table.items.get(key);
      check.verify(stored?.item);
      const before = stored?.item;
      const paths = parsed?.paths ?? NO_PATHS;
      if (before === undefined && parsed !== undefined && onlyTakes(parsed.update)) {
        return { table, key, keyItem, before, after: undefined, size: 0, changes: false, paths };
      }
      const after =
        parsed === undefined
          ? (before ?? keyItem)
          : updated(table, keyItem, before, parsed.update, check.expressions.values);
      const size = itemSize(after);
      if (size > ITEM_BYTES_MAX) throw validation(UPDATE_TOO_BIG);
      return { table, key, keyItem, before, after, size, changes: true, paths };
    },
  };
}

/**
 * An update that only takes away makes no item where there is none, and may name any path then. That one
 * which sets something, too, may not is a guess.
 */
function onlyTakes({ set, add }: Update): boolean {
  return set.length === 0 && add.length === 0;
}

function updated(
  table: Table,
  key: Item,
  before: Item | undefined,
  update: Update,
  values: ReadonlyMap<string, AttributeValue>,
): Item {
  const after = applyUpdate(update, before ?? key, values);
  if (table.indexes.size > 0) checkUpdatedIndexKeys(table, before, after);
  return after;
}

function prepareDelete(context: Context, input: Fields, kind: 'Delete' | 'ConditionCheck'): Prepared {
  refuseLegacy(input, ['Expected', 'ConditionalOperator'], ['ConditionExpression']);
  const raw = parseItem(input.Key);
  const check = readCondition(context, input, ['ConditionExpression']);
  check.expressions.finish();
  const table = findTable(context, tableName(input));
  refuseEmptyKey(table, raw);
  return {
    table,
    key: () => keyText(table.keys, raw),
    plan: () => {
      const { text: key, item: keyItem } = toItemKey(table, raw);
      const before = table.items.get(key)?.item;
      check.verify(before);
      const changes = kind === 'Delete' && before !== undefined;
      const after = kind === 'Delete' ? undefined : before;
      return { table, key, keyItem, before, after, size: 0, changes, paths: NO_PATHS };
    },
  };
}

/** A put without conditions, as batches and statements make it. */
export function planPut(table: Table, raw: unknown, shortMessage = true): Plan {
  const item = parseItem(raw);
  const size = itemSize(item);
  if (size > ITEM_BYTES_MAX) throw validation(TOO_BIG);
  refuseEmptyKey(table, item);
  refuseEmptyIndexKeys(table, item);
  const key = keyOfItem(table, item, shortMessage);
  checkIndexTypes(table, item);
  const before = table.items.get(key)?.item;
  return { table, key, keyItem: item, before, after: item, size, changes: true, paths: NO_PATHS };
}

/** A delete without conditions, as batches and statements make it. */
export function planDelete(table: Table, raw: unknown): Plan {
  const { text: key, item: keyItem } = toItemKey(table, parseKey(table, raw));
  const before = table.items.get(key)?.item;
  const changes = before !== undefined;
  return { table, key, keyItem, before, after: undefined, size: 0, changes, paths: NO_PATHS };
}

/** An update whose condition has been looked at, as statements make it. */
export function planUpdate(
  table: Table,
  rawKey: Item,
  update: Update,
  paths: readonly Path[],
  values: ReadonlyMap<string, AttributeValue>,
): Plan {
  const { text: key, item: keyItem } = toItemKey(table, rawKey);
  const before = table.items.get(key)?.item;
  const after = updated(table, keyItem, before, update, values);
  const size = itemSize(after);
  if (size > ITEM_BYTES_MAX) throw validation(UPDATE_TOO_BIG);
  return { table, key, keyItem, before, after, size, changes: true, paths };
}

interface Check {
  readonly expressions: Expressions;
  verify(item: Item | undefined): void;
}

function readCondition(context: Context, input: Fields, parameters: readonly string[]): Check {
  const expressions = new Expressions(input, context.expressions, parameters);
  const text = optionalText(input, 'ConditionExpression');
  const condition: Condition | undefined =
    text === undefined ? undefined : expressions.condition('ConditionExpression', text);
  const wantsItem = optionalText(input, 'ReturnValuesOnConditionCheckFailure') === 'ALL_OLD';
  const verify = (item: Item | undefined) => {
    if (condition === undefined || holds(condition, item ?? EMPTY, expressions.values)) return;
    throw conditionFailed(wantsItem && item !== undefined ? fromItem(item) : undefined);
  };
  return { expressions, verify };
}

function tableName(input: Fields): string {
  return optionalText(input, 'TableName') ?? '';
}
