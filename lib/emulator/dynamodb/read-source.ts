/**
 * What Query and Scan have in common: the list they walk, the page they fill, and the attributes they give
 * back.
 */

import { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';
import { type AttributeValue, fromItem, type Item, parseItem } from './attribute-value.ts';
import { consumedCapacity, noCost, readUnits, wantsCapacity } from './capacity.ts';
import type { Context } from './context.ts';
import { holds } from './expression/evaluate.ts';
import type { Expressions } from './expression/expressions.ts';
import { pick, projectItem } from './expression/projection.ts';
import type { Condition, Path } from './expression/syntax.ts';
import { projectedNames } from './index-view.ts';
import { type Fields, flag, optionalNumber, optionalRecord, optionalText } from './input.ts';
import { itemSize } from './item-size.ts';
import { indexText, type StoredList } from './item-store.ts';
import { type KeyPart, keyParts, keyText } from './key-code.ts';
import { PAGE_BYTES_MAX } from './limits.ts';
import { isRefusal, validation } from './refusals.ts';
import type { Table } from './table.ts';
import type { IndexDefinition } from './table-definition.ts';

/** The table or the index that is read. */
export interface Source {
  readonly table: Table;
  readonly index: IndexDefinition | undefined;
  readonly list: StoredList;
}

/** The stretch of the list to walk, and which way. */
export interface Walk {
  readonly low: string;
  readonly high: string;
  readonly forward: boolean;
}

/** What to do with each item. */
export interface Selection {
  readonly filter: Condition | undefined;
  readonly values: ReadonlyMap<string, AttributeValue>;
  /** Cuts an item down to what is wanted of it; undefined leaves it whole. */
  readonly project: ((item: Item) => Item) | undefined;
  readonly countOnly: boolean;
  /** Names that an index holds, when items are given back as the index has them. */
  readonly names: readonly string[] | undefined;
  /** A local index that lacks wanted attributes fetches items from the table. */
  readonly fetches: boolean;
}

const INVALID_START = 'The provided starting key is invalid';
const MISMATCH = 'The provided key element does not match the schema';

/** The list that a request reads; refuses unknown indexes and consistent reads of global ones. */
export function openSource(table: Table, input: Fields): Source {
  const name = optionalText(input, 'IndexName');
  if (name === undefined) return { table, index: undefined, list: table.items.table };
  const index = table.indexes.get(name);
  const list = table.items.indexes.get(name);
  if (index === undefined || list === undefined) {
    throw validation(`The table does not have the specified index: ${name}`);
  }
  if (index.kind === 'global' && flag(input, 'ConsistentRead')) {
    throw validation('Consistent reads are not supported on global secondary indexes');
  }
  return { table, index, list };
}

/** Reads Select, the filter and the projection of a request against its source. */
export function toSelection(
  input: Fields,
  { table, index }: Source,
  expressions: Expressions,
  filter: Condition | undefined,
  paths: readonly Path[] | undefined,
): Selection {
  const select = optionalText(input, 'Select');
  const names = index === undefined ? undefined : projectedNames(table.keys, index);
  const held = names === undefined ? undefined : new Set<unknown>(names);
  const outside = held === undefined ? [] : (paths ?? []).filter(([name]) => !held.has(name)).map(String);
  const global = index?.kind === 'global';
  if (global && select === 'ALL_ATTRIBUTES' && names !== undefined) {
    const what = `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name}`;
    throw validation(
      `One or more parameter values were invalid: ${what} because its projection type is not ALL`,
    );
  }
  if (global && outside.length > 0) {
    const what = `Global secondary index ${index.name} does not project [${outside.join(', ')}]`;
    throw validation(`One or more parameter values were invalid: ${what}`);
  }
  const fetches = names !== undefined && (select === 'ALL_ATTRIBUTES' || outside.length > 0);
  return {
    filter,
    values: expressions.values,
    project: paths === undefined ? undefined : (item) => projectItem(item, paths),
    countOnly: select === 'COUNT',
    names: fetches ? undefined : names,
    fetches,
  };
}

/** Refuses combinations of Select with a projection or an index that make no sense. */
export function checkSelect(input: Fields): void {
  const select = optionalText(input, 'Select');
  const projects = optionalText(input, 'ProjectionExpression') !== undefined;
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && optionalText(input, 'IndexName') === undefined) {
    const what = 'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName';
    throw validation(`One or more parameter values were invalid: ${what}`);
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && !projects) {
    const what =
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES';
    throw validation(`One or more parameter values were invalid: ${what}`);
  }
  if (projects && select !== undefined && select !== 'SPECIFIC_ATTRIBUTES') {
    const what = select === 'COUNT' ? 'only the Count' : select;
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${what}`);
  }
}

/** Reads ExclusiveStartKey without looking at any table. */
export function parseStartKey(input: Fields): Item | undefined {
  const raw = optionalRecord(input, 'ExclusiveStartKey');
  if (raw === undefined) return undefined;
  try {
    return parseItem(raw);
  } catch (error) {
    if (!isRefusal(error, 'ValidationException') || !/datatypes|may not|should not/.test(error.message))
      throw error;
    throw new ServiceError(error.name, `${INVALID_START}: ${error.message}`);
  }
}

/** Where a starting key stands in its list; refused unless it is a whole key of it. */
export function startText({ table, index, list }: Source, start: Item): string {
  const own = index === undefined ? keyParts(table.keys) : keyParts(index.keys);
  const names = new Set([...own, ...keyParts(table.keys)].map((part) => part.name));
  const complete = start.size === names.size && [...names].every((name) => start.has(name));
  if (!complete) throw validation(index === undefined ? `${INVALID_START}: ${MISMATCH}` : INVALID_START);
  if (!fits(start, own)) throw validation(index === undefined ? `${INVALID_START}: ${MISMATCH}` : MISMATCH);
  const key = keyText(table.keys, start);
  if (key === undefined) throw validation(`${INVALID_START}: ${MISMATCH}`);
  return index === undefined ? key : (indexText(list.keys, { item: start, key }) ?? key);
}

/** Walks the list and answers with one page. */
export function readPage(
  context: Context,
  operation: string,
  input: Fields,
  source: Source,
  walk: Walk,
  selection: Selection,
): Output {
  const limit = optionalNumber(input, 'Limit') ?? Number.POSITIVE_INFINITY;
  const items: Item[] = [];
  let [count, scanned, bytes, fetched] = [0, 0, 0, 0];
  let last: Item | undefined;
  let more = false;
  source.list.list.walk(walk.low, walk.high, walk.forward, ({ stored }) => {
    const shown = selection.names === undefined ? stored.item : pick(stored.item, selection.names);
    const size = shown === stored.item ? stored.size : itemSize(shown);
    scanned += 1;
    bytes += size;
    if (selection.fetches) fetched += readUnits(stored.size, flag(input, 'ConsistentRead'));
    last = stored.item;
    if (selection.filter === undefined || holds(selection.filter, shown, selection.values)) {
      count += 1;
      if (!selection.countOnly) items.push(selection.project?.(shown) ?? shown);
    }
    // The item that goes beyond the size of a page is its last one.
    more = scanned >= limit || bytes > PAGE_BYTES_MAX;
    return !more;
  });
  context.trace(operation, source.table.name, { index: source.index?.name, count, scanned });
  const capacity = pageCapacity(input, source, bytes, fetched);
  return {
    ...(selection.countOnly ? {} : { Items: items.map(fromItem) }),
    Count: count,
    ScannedCount: scanned,
    ...(more && last !== undefined ? { LastEvaluatedKey: fromItem(positionOf(source, last)) } : {}),
    ...(capacity === undefined ? {} : { ConsumedCapacity: capacity }),
  };
}

function positionOf({ table, index }: Source, item: Item): Item {
  const parts =
    index === undefined ? keyParts(table.keys) : [...keyParts(index.keys), ...keyParts(table.keys)];
  return pick(item, [...new Set(parts.map((part) => part.name))]);
}

function pageCapacity(
  input: Fields,
  { table, index }: Source,
  bytes: number,
  fetched: number,
): Fields | undefined {
  if (!wantsCapacity(input)) return undefined;
  const cost = noCost('read');
  const units = readUnits(bytes, flag(input, 'ConsistentRead'));
  if (index === undefined) cost.table = units;
  else {
    cost.indexes.set(index.name, units);
    cost.table = fetched;
  }
  return consumedCapacity(input, table, cost);
}

function fits(item: Item, parts: readonly KeyPart[]): boolean {
  return parts.every((part) => item.get(part.name)?.type === part.type);
}
