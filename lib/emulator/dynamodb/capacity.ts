/** Capacity units, by AWS's rules: what each operation costs, and how ReturnConsumedCapacity shows it. */
import type { Item } from './attribute-value.ts';
import { equalItems } from './comparison.ts';
import { projectedItem } from './index-view.ts';
import { type Constraints, type Fields, optionalText } from './input.ts';
import { itemSize } from './item-size.ts';
import { indexText } from './item-store.ts';
import type { Table } from './table.ts';

/** Units by table and index. */
export interface Cost {
  readonly kind: 'read' | 'write';
  table: number;
  readonly indexes: Map<string, number>;
}

export interface Written {
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** Collects what is wrong with ReturnConsumedCapacity. */
export function constrainCapacity(constraints: Constraints, input: Fields): void {
  constraints.oneOf('returnConsumedCapacity', input.ReturnConsumedCapacity, ['INDEXES', 'TOTAL', 'NONE']);
}

/** Whether a request wants to know what it costs. */
export function wantsCapacity(input: Fields): boolean {
  const mode = optionalText(input, 'ReturnConsumedCapacity');
  return mode === 'TOTAL' || mode === 'INDEXES';
}

export function noCost(kind: Cost['kind']): Cost {
  return { kind, table: 0, indexes: new Map() };
}

/** What a write costs on the table and on each index whose copy of the item changes. */
export function writeCost(table: Table, { key, before, after }: Written): Cost {
  const cost = noCost('write');
  cost.table = Math.max(writeUnits(before), writeUnits(after), 1);
  for (const [name, index] of table.indexes) {
    const oldText = before && indexText(index.keys, { item: before, key });
    const newText = after && indexText(index.keys, { item: after, key });
    const old = before && oldText !== undefined ? projectedItem(table.keys, index, before) : undefined;
    const now = after && newText !== undefined ? projectedItem(table.keys, index, after) : undefined;
    if (old !== undefined && now !== undefined && oldText === newText) {
      if (!equalItems(old, now)) add(cost, name, Math.max(writeUnits(old), writeUnits(now)));
    } else add(cost, name, writeUnits(old) + writeUnits(now));
  }
  return cost;
}

/** What reading so many bytes costs. */
export function readUnits(bytes: number, consistent: boolean): number {
  const units = Math.max(Math.ceil(bytes / READ_UNIT_BYTES), 1);
  return consistent ? units : units / 2;
}

export function addCost(sum: Cost, cost: Cost, factor = 1): void {
  sum.table += cost.table * factor;
  for (const [name, units] of cost.indexes) add(sum, name, units * factor);
}

/** ConsumedCapacity as a request asked for it, or undefined when it did not. */
export function consumedCapacity(
  input: Fields,
  table: Table,
  cost: Cost,
  inTransaction = false,
): Fields | undefined {
  const mode = optionalText(input, 'ReturnConsumedCapacity');
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const total = cost.table + [...cost.indexes.values()].reduce((sum, units) => sum + units, 0);
  const name = cost.kind === 'read' ? 'ReadCapacityUnits' : 'WriteCapacityUnits';
  const units = (value: number) => ({ CapacityUnits: value, ...(inTransaction ? { [name]: value } : {}) });
  const answer = { TableName: table.name, ...units(total) };
  if (mode === 'TOTAL') return answer;
  const byKind = (kind: string) => {
    const entries = [...cost.indexes].filter(([index]) => table.indexes.get(index)?.kind === kind);
    return entries.length === 0
      ? undefined
      : Object.fromEntries(entries.map(([index, value]) => [index, units(value)]));
  };
  const local = byKind('local');
  const global = byKind('global');
  return {
    ...answer,
    Table: units(cost.table),
    ...(local === undefined ? {} : { LocalSecondaryIndexes: local }),
    ...(global === undefined ? {} : { GlobalSecondaryIndexes: global }),
  };
}

function writeUnits(item: Item | undefined): number {
  return item === undefined ? 0 : Math.ceil(itemSize(item) / WRITE_UNIT_BYTES);
}

function add(cost: Cost, index: string, units: number): void {
  if (units > 0) cost.indexes.set(index, (cost.indexes.get(index) ?? 0) + units);
}
