/**
 * The items of one table: a hash map by key for single items, and for the table and each index a sorted list
 * of key texts for queries and scans. Indexes share the stored items, and are always up to date, also the
 * global ones.
 */
import type { Item } from './attribute-value.ts';
import { itemSize } from './item-size.ts';
import { type KeySchema, keyText } from './key-code.ts';
import { SortedList } from './sorted-list.ts';

export interface Stored {
  readonly key: string;
  readonly item: Item;
  readonly size: number;
}

/** One order of the items: the table's own, or an index's. */
export interface StoredList {
  readonly keys: KeySchema;
  readonly list: SortedList<Cell>;
}

/** Holds the current version of one item for every list it is in. */
export interface Cell {
  stored: Stored;
}

export class ItemStore {
  readonly table: StoredList;
  readonly indexes = new Map<string, StoredList>();
  private readonly cells = new Map<string, Cell>();
  private byteCount = 0;

  constructor(keys: KeySchema, indexes: ReadonlyMap<string, KeySchema>) {
    this.table = { keys, list: new SortedList() };
    for (const [name, schema] of indexes) this.indexes.set(name, { keys: schema, list: new SortedList() });
  }

  get count(): number {
    return this.cells.size;
  }

  get bytes(): number {
    return this.byteCount;
  }

  get(key: string): Stored | undefined {
    return this.cells.get(key)?.stored;
  }

  put(key: string, item: Item, size = itemSize(item)): void {
    const cell = this.cells.get(key);
    const stored = { key, item, size };
    if (cell === undefined) {
      const added = { stored };
      this.cells.set(key, added);
      this.table.list.set(key, added);
      for (const index of this.indexes.values()) insert(index, added);
      this.byteCount += size;
      return;
    }
    const before = cell.stored;
    cell.stored = stored;
    this.byteCount += size - before.size;
    for (const index of this.indexes.values()) move(index, cell, before);
  }

  delete(key: string): void {
    const cell = this.cells.get(key);
    if (cell === undefined) return;
    this.cells.delete(key);
    this.table.list.delete(key);
    for (const index of this.indexes.values()) {
      const text = indexText(index.keys, cell.stored);
      if (text !== undefined) index.list.delete(text);
    }
    this.byteCount -= cell.stored.size;
  }

  /** Adds an index over the items that are there already. */
  addIndex(name: string, keys: KeySchema): void {
    const index: StoredList = { keys, list: new SortedList() };
    for (const cell of this.cells.values()) insert(index, cell);
    this.indexes.set(name, index);
  }

  removeIndex(name: string): void {
    this.indexes.delete(name);
  }

  /** All items, in no order. */
  *all(): Iterable<Stored> {
    for (const cell of this.cells.values()) yield cell.stored;
  }
}

/** Where an item stands in an index; undefined when it lacks a key, or has it in another type. */
export function indexText(keys: KeySchema, stored: Pick<Stored, 'item' | 'key'>): string | undefined {
  const text = keyText(keys, stored.item);
  // Items with equal index keys stand in the order of their table keys.
  return text === undefined ? undefined : text + stored.key;
}

function insert(index: StoredList, cell: Cell): void {
  const text = indexText(index.keys, cell.stored);
  if (text !== undefined) index.list.set(text, cell);
}

function move(index: StoredList, cell: Cell, before: Stored): void {
  if (sameKeys(index.keys, before.item, cell.stored.item)) return;
  const old = indexText(index.keys, before);
  if (old !== undefined) index.list.delete(old);
  insert(index, cell);
}

// Values are never changed in place, so an update that leaves a key alone keeps the very same value.
function sameKeys(keys: KeySchema, before: Item, after: Item): boolean {
  for (const part of keys.hash) if (before.get(part.name) !== after.get(part.name)) return false;
  for (const part of keys.range) if (before.get(part.name) !== after.get(part.name)) return false;
  return true;
}
