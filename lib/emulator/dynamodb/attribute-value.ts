/**
 * Attribute values inside the emulator: checked once on the way in, never changed afterwards, copied on the
 * way out, so that no caller can reach into a stored item. Items are Maps: an attribute may be called
 * `__proto__`.
 */
import { parseNumber } from './decimal.ts';
import { NESTING_MAX } from './limits.ts';
import { serialization, validation } from './refusals.ts';

export type ScalarType = 'S' | 'N' | 'B';

export type AttributeValue =
  | { readonly type: 'S' | 'N'; readonly value: string }
  | { readonly type: 'B'; readonly value: Uint8Array }
  | { readonly type: 'BOOL'; readonly value: boolean }
  | { readonly type: 'NULL'; readonly value: true }
  | { readonly type: 'SS' | 'NS'; readonly value: readonly string[] }
  | { readonly type: 'BS'; readonly value: readonly Uint8Array[] }
  | { readonly type: 'L'; readonly value: readonly AttributeValue[] }
  | { readonly type: 'M'; readonly value: Item };

export type AttributeType = AttributeValue['type'];

/** Attributes by name: an item, a key, or the value of a map attribute. */
export type Item = ReadonlyMap<string, AttributeValue>;

export const ATTRIBUTE_TYPES = ['B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'N', 'NS', 'S', 'M'] as const;

const WRONG = 'One or more parameter values were invalid: ';
const EMPTY = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
const SEVERAL =
  'Supplied AttributeValue has more than one datatypes set, ' +
  'must contain exactly one of the supported datatypes';
const NESTED =
  'Nesting Levels have exceeded supported limits: ' +
  'Attributes in the item have nested levels beyond supported limit';

/** Reads a value in the SDK's shape, `{ S: 'x' }`. */
export function parseValue(raw: unknown, depth = 1): AttributeValue {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw serialization('Expected structure');
  if (depth > NESTING_MAX) throw validation(NESTED);
  let parsed: AttributeValue | undefined;
  let several = false;
  for (const type of ATTRIBUTE_TYPES) {
    // A value that is no array and no null is a record of unknown members.
    const content = (raw as Readonly<Record<string, unknown>>)[type];
    if (content === undefined || content === null) continue;
    if (parsed !== undefined) several = true;
    parsed = parseTyped(type, content, depth);
  }
  if (parsed === undefined) throw validation(EMPTY);
  if (several) throw validation(SEVERAL);
  return parsed;
}

/** Reads attributes in the SDK's shape. */
export function parseItem(raw: unknown, depth = 1): Map<string, AttributeValue> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw serialization('Expected map');
  const item = new Map<string, AttributeValue>();
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) item.set(name, parseValue(value, depth));
  }
  return item;
}

/** A value in the SDK's shape, sharing nothing with the stored one. */
function fromValue(value: AttributeValue): Record<string, unknown> {
  switch (value.type) {
    case 'S':
    case 'N':
    case 'BOOL':
    case 'NULL':
      return { [value.type]: value.value };
    case 'B':
      return { B: Uint8Array.from(value.value) };
    case 'SS':
    case 'NS':
      return { [value.type]: [...value.value] };
    case 'BS':
      return { BS: value.value.map((bytes) => Uint8Array.from(bytes)) };
    case 'L':
      return { L: value.value.map(fromValue) };
    case 'M':
      return { M: fromItem(value.value) };
  }
}

/** Attributes in the SDK's shape. */
export function fromItem(item: Item): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of item) {
    if (name === '__proto__') {
      const own = { value: fromValue(value), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(out, name, own);
    } else out[name] = fromValue(value);
  }
  return out;
}

/** Bytes as text with one character a byte: compares, and serves as a key, like the bytes. */
export function bytesToText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function parseTyped(type: AttributeType, content: unknown, depth: number): AttributeValue {
  switch (type) {
    case 'S':
      return { type, value: text(content) };
    case 'N':
      return { type, value: parseNumber(text(content)) };
    case 'B':
      return { type, value: bytes(content) };
    case 'BOOL':
      if (typeof content !== 'boolean')
        throw serialization(`${describe(content)} can not be converted to an Boolean`);
      return { type, value: content };
    case 'NULL':
      if (typeof content !== 'boolean')
        throw serialization(`${describe(content)} can not be converted to an Boolean`);
      // Recorded by others against AWS; PutItem and UpdateItem are said to put '1 validation error
      // detected: ' before it.
      if (!content) throw validation(`${WRONG}Null attribute value types must have the value of true`);
      return { type, value: true };
    case 'SS':
      return { type, value: stringSet(list(content).map(text)) };
    case 'NS':
      return { type, value: numberSet(list(content).map(text)) };
    case 'BS':
      return { type, value: binarySet(list(content).map(bytes)) };
    case 'L':
      return { type, value: list(content).map((member) => parseValue(member, depth + 1)) };
    case 'M':
      return { type, value: parseItem(content, depth + 1) };
  }
}

function stringSet(members: readonly string[]): readonly string[] {
  if (members.length === 0) throw validation(`${WRONG}An string set  may not be empty`);
  if (new Set(members).size < members.length) {
    throw validation(`${WRONG}Input collection [${members.join(', ')}] contains duplicates.`);
  }
  return members;
}

function numberSet(members: readonly string[]): readonly string[] {
  if (members.length === 0) throw validation(`${WRONG}An number set  may not be empty`);
  const numbers = members.map(parseNumber);
  if (new Set(numbers).size < numbers.length) throw validation('Input collection contains duplicates');
  return numbers;
}

function binarySet(members: readonly Uint8Array[]): readonly Uint8Array[] {
  if (members.length === 0) throw validation(`${WRONG}Binary sets should not be empty`);
  if (new Set(members.map(bytesToText)).size < members.length) {
    const shown = members.map((member) => Buffer.from(member).toString('base64')).join(', ');
    throw validation(`${WRONG}Input collection [${shown}]of type BS contains duplicates.`);
  }
  return members;
}

function text(content: unknown): string {
  if (typeof content !== 'string')
    throw serialization(`${describe(content)} can not be converted to an String`);
  return content;
}

function bytes(content: unknown): Uint8Array {
  if (!(content instanceof Uint8Array))
    throw serialization(`${describe(content)} can not be converted to a Blob`);
  return Uint8Array.from(content);
}

function list(content: unknown): readonly unknown[] {
  if (!Array.isArray(content)) throw serialization('Expected list or null');
  return content;
}

function describe(content: unknown): string {
  if (typeof content === 'number') return Number.isInteger(content) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  if (typeof content === 'string') return 'STRING_VALUE';
  if (typeof content === 'boolean') return content ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return Array.isArray(content) ? 'Start of list' : 'Start of structure or map';
}
