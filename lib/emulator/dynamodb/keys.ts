/** Keys in requests: which attributes they need, of which types, how long they may be. */
import { type AttributeValue, type Item, parseItem } from './attribute-value.ts';
import { valueSize } from './item-size.ts';
import { type KeyPart, keyParts, keyText } from './key-code.ts';
import { HASH_KEY_BYTES_MAX, RANGE_KEY_BYTES_MAX } from './limits.ts';
import { validation } from './refusals.ts';
import type { Table } from './table.ts';

const INVALID = 'One or more parameter values were invalid: ';
const NOT_VALID = 'One or more parameter values are not valid. ';
const MISMATCH = 'The provided key element does not match the schema';

type IndexParts = readonly (readonly [string, KeyPart])[];

// A table gets a new map whenever its indexes change.
const partsOf = new WeakMap<Table['indexes'], IndexParts>();

/** A key that a request names. */
export interface ItemKey {
  readonly text: string;
  readonly item: Item;
}

/** A parsed key, with the check that AWS makes before anything else: no empty value. */
export function parseKey(table: Table, raw: unknown): Item {
  const item = parseItem(raw);
  refuseEmptyKey(table, item);
  return item;
}

/** The key of exactly the schema's attributes; refused otherwise. */
export function toItemKey(table: Table, item: Item): ItemKey {
  const text = item.size === keyParts(table.keys).length ? keyText(table.keys, item) : undefined;
  if (text === undefined) throw validation(MISMATCH);
  checkSizes(table, item);
  return { text, item };
}

/** The key of an item that is put; refused when a part is missing or has another type. */
export function keyOfItem(table: Table, item: Item, shortMessage = false): string {
  for (const part of keyParts(table.keys)) {
    const value = item.get(part.name);
    if (value?.type === part.type) continue;
    if (shortMessage) throw validation(MISMATCH);
    if (value === undefined) throw validation(`${INVALID}Missing the key ${part.name} in the item`);
    const types = `expected: ${part.type} actual: ${value.type}`;
    throw validation(`${INVALID}Type mismatch for key ${part.name} ${types}`);
  }
  checkSizes(table, item);
  // All parts are there, with their types.
  return keyText(table.keys, item) ?? '';
}

/** Refuses an empty text or binary as a key. */
export function refuseEmptyKey(table: Table, item: Item): void {
  for (const part of keyParts(table.keys)) {
    const kind = emptyKind(item.get(part.name));
    if (kind === undefined) continue;
    const problem = `The AttributeValue for a key attribute cannot contain an empty ${kind} value`;
    throw validation(`${NOT_VALID}${problem}. Key: ${part.name}`);
  }
}

/** Refuses an empty text or binary where an index has a key. */
export function refuseEmptyIndexKeys(table: Table, item: Item): void {
  for (const [index, part] of indexParts(table)) {
    const kind = emptyKind(item.get(part.name));
    if (kind === undefined) continue;
    const problem =
      'A value specified for a secondary index key is not supported. ' +
      `The AttributeValue for a key attribute cannot contain an empty ${kind} value`;
    throw validation(`${NOT_VALID}${problem}. IndexName: ${index}, IndexKey: ${part.name}`);
  }
}

/** Refuses an attribute that is the key of an index and has another type than the index says. */
export function checkIndexTypes(table: Table, item: Item): void {
  for (const [index, part] of indexParts(table)) {
    const value = item.get(part.name);
    if (value === undefined || value.type === part.type) continue;
    throw indexTypeMismatch(part, value, index);
  }
}

/** The refusal of a value of the wrong type for an index. */
export function indexTypeMismatch(part: KeyPart, value: AttributeValue, index: string): Error {
  const types = `Expected: ${part.type} Actual: ${value.type}`;
  return validation(`${INVALID}Type mismatch for Index Key ${part.name} ${types} IndexName: ${index}`);
}

/** All key parts of all indexes, indexes in the order of their names. */
export function indexParts({ indexes }: Table): IndexParts {
  let parts = partsOf.get(indexes);
  if (parts === undefined) {
    const sorted = [...indexes].sort(([a], [b]) => (a < b ? -1 : 1));
    parts = sorted.flatMap(([name, index]) => keyParts(index.keys).map((part) => [name, part] as const));
    partsOf.set(indexes, parts);
  }
  return parts;
}

/** Whether a value is an empty text or binary, and which. */
export function emptyKind(value: AttributeValue | undefined): 'string' | 'binary' | undefined {
  if (value?.type !== 'S' && value?.type !== 'B') return undefined;
  if (value.value.length > 0) return undefined;
  return value.type === 'S' ? 'string' : 'binary';
}

function checkSizes(table: Table, item: Item): void {
  for (const { name } of table.keys.hash) {
    const value = item.get(name);
    if (value === undefined || valueSize(value) <= HASH_KEY_BYTES_MAX) continue;
    throw validation(
      `${INVALID}Size of hashkey has exceeded the maximum size limit of${HASH_KEY_BYTES_MAX} bytes`,
    );
  }
  for (const { name } of table.keys.range) {
    const value = item.get(name);
    if (value === undefined || valueSize(value) <= RANGE_KEY_BYTES_MAX) continue;
    const problem = 'Aggregated size of all range keys has exceeded the size limit of';
    throw validation(`${INVALID}${problem} ${RANGE_KEY_BYTES_MAX} bytes`);
  }
}
