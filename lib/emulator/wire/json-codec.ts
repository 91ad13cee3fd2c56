/**
 * Values between JSON and the shapes of a schema. What a client sends is checked as it is read, with the
 * words that AWS's JSON parser has for each mismatch: https://github.com/architect/dynalite records them
 * from the real service.
 */
import { ServiceError } from '../error.ts';
import type { Member, Shape, Structure } from './schema.ts';
import { readTimestamp, writeTimestamp } from './timestamp.ts';

const NOT_EXPECTED = 'Start of structure or map found where not expected';
const JAVA_TYPES: Readonly<Record<string, string>> = {
  string: 'java.lang.String',
  number: 'java.lang.Integer',
  boolean: 'java.lang.Boolean',
  blob: 'java.nio.ByteBuffer',
  timestamp: 'java.util.Date',
};

/**
 * Reads what JSON.parse gave as the shape; throws a SerializationException where it does not fit. Nulls are
 * dropped.
 */
export function fromJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, toRecord(value, shape));
    case 'list':
      return readList(shape.item, value, shape.sparse);
    case 'map':
      return readMap(shape.value, toRecord(value, shape), shape.sparse);
    case 'document':
      return value;
    case 'blob':
      return readBlob(asText(value, shape.kind, 'ByteBuffer'));
    case 'timestamp': {
      const time = typeof value === 'object' ? undefined : readTimestamp(value);
      if (time === undefined) throw mismatch(value, 'timestamp', 'Date');
      return time;
    }
    case 'string':
      if (shape.casts && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
      return asText(value, shape.kind, 'String');
    case 'number':
      if (typeof value !== 'number') throw mismatch(value, shape.kind, 'Integer');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, shape.kind, 'Boolean');
      return value;
  }
}

/**
 * Makes what JSON.stringify takes; members that the shape does not have, and absent ones, are left out. A
 * value that can go as it is, as most do, is not copied.
 */
export function toJson(shape: Shape, value: unknown): unknown {
  return isJson(shape, value) ? value : write(shape, value);
}

function write(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure': {
      const record = entriesOf(value);
      const written: Record<string, unknown> = {};
      for (const member of shape.members) {
        const each = record[member.name];
        if (each !== undefined && each !== null) written[member.jsonName] = write(member.shape, each);
      }
      return written;
    }
    case 'list':
      return Array.from(isIterable(value) ? value : [], (each) =>
        each === null ? null : write(shape.item.shape, each),
      );
    case 'map': {
      const written: Record<string, unknown> = {};
      for (const [key, each] of Object.entries(entriesOf(value))) {
        if (each === undefined || (each === null && !shape.sparse)) continue;
        setOwn(written, key, each === null ? null : write(shape.value.shape, each));
      }
      return written;
    }
    case 'blob':
      return toBase64(value);
    case 'timestamp':
      if (!(value instanceof Date)) return value;
      // JSON's own form of a time is a number of seconds.
      return shape.format === 'default' || shape.format === 'epoch-seconds'
        ? value.getTime() / 1000
        : writeTimestamp(value, shape.format);
    case 'document':
    case 'string':
    case 'number':
    case 'boolean':
      return value;
  }
}

/** Whether JSON.stringify makes of the value what the shape asks for. */
function isJson(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'structure': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const record = entriesOf(value);
      for (const name in record) {
        const member = shape.byJsonName.get(name);
        if (member === undefined || member.name !== name || !isJson(member.shape, record[name])) return false;
      }
      return true;
    }
    case 'list':
      return Array.isArray(value) && value.every((each) => isJson(shape.item.shape, each));
    case 'map':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      return Object.values(value).every((each) => isJson(shape.value.shape, each));
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'blob':
    case 'timestamp':
    case 'document':
      return false;
  }
}

/** Base64 of a blob, which models give as bytes or as text. */
export function toBase64(value: unknown): string {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  return Buffer.from(String(value)).toString('base64');
}

/** Reads base64 strictly, as AWS does. */
export function readBlob(text: string): Uint8Array {
  if (text.length % 4 !== 0) {
    throw serialization(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (bytes.length !== (text.length / 4) * 3 - padding) {
    throw serialization('Invalid last non-pad Base64 character dectected');
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A record of anything; what is none has no members. */
export function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object's own string keys can be read as a record of unknowns.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Sets a key that a client chose: '__proto__' is a name like any other. */
export function setOwn(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The error for a request that cannot be read as its shape. */
export function serialization(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}

function readStructure(shape: Structure, record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    const value = record[key];
    // Members that the schema does not know are passed over, as AWS does for clients newer than the service.
    const member = value === null ? undefined : shape.byJsonName.get(key);
    if (member !== undefined) read[member.name] = fromJson(member.shape, value);
  }
  return read;
}

function readList(item: Member, value: unknown, sparse: boolean): unknown[] {
  if (!Array.isArray(value)) {
    throw serialization(typeof value === 'object' ? NOT_EXPECTED : 'Unexpected field type');
  }
  const read: unknown[] = [];
  for (const each of value) {
    if (each !== null) read.push(readItem(item, each));
    else if (sparse) read.push(null);
  }
  return read;
}

function readMap(
  item: Member,
  record: Readonly<Record<string, unknown>>,
  sparse: boolean,
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value !== null) setOwn(read, key, readItem(item, value));
    else if (sparse) setOwn(read, key, null);
  }
  return read;
}

function toRecord(value: unknown, shape: Shape): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) throw serialization(`Unrecognized collection type ${javaType(shape)}`);
  if (typeof value !== 'object') throw serialization('Unexpected field type');
  return entriesOf(value);
}

/** An item of a list or a map, of which a wrong scalar is reported in words of its own. */
function readItem(item: Member, value: unknown): unknown {
  if (item.shape.kind === 'structure' && typeof value !== 'object') {
    throw serialization('Unexpected value type in payload');
  }
  return fromJson(item.shape, value);
}

function javaType(shape: Shape): string {
  if (shape.kind === 'structure') return `class ${shape.javaName}`;
  if (shape.kind === 'map')
    return `java.util.Map<java.lang.String, ${javaType(shape.value.shape).replace(/^class /, '')}>`;
  if (shape.kind === 'list') return `java.util.List<${javaType(shape.item.shape).replace(/^class /, '')}>`;
  return `class ${JAVA_TYPES[shape.kind] ?? 'java.lang.Object'}`;
}

function asText(value: unknown, kind: 'string' | 'blob', javaName: string): string {
  if (typeof value !== 'string') throw mismatch(value, kind, javaName);
  return value;
}

function mismatch(value: unknown, kind: string, javaName: string): ServiceError {
  if (Array.isArray(value)) return serialization(`Unrecognized collection type class ${JAVA_TYPES[kind]}`);
  if (typeof value === 'object') return serialization(NOT_EXPECTED);
  if (typeof value === 'string' && kind === 'boolean')
    return serialization('Unexpected token received from parser');
  return serialization(`${tokenOf(value)} cannot be converted to ${javaName}`);
}

function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
