/**
 * Header values as JSON, for the envelope: what JSON has is written as it is, what it lacks is wrapped in an
 * object with one member whose name begins with '$'. An object of the user's own whose only member looks like
 * that is wrapped itself, so every value comes back as it was.
 */
import type { Json } from '../json.ts';
import { type Headers, type HeaderValue, isList } from './header-value.ts';

/** Headers as JSON; undefined headers are not there. */
export function toJsonHeaders(headers: Headers): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, toJson(value)]])),
  );
}

/** Headers that have travelled, as they were. */
export function fromJsonHeaders(headers: Readonly<Record<string, Json>>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fromJson(value)]));
}

function toJson(value: HeaderValue): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      return { $bigint: String(value) };
    case 'number':
      // NaN and the infinities would come back as null, and minus zero as zero.
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: numberText(value) };
    case 'object':
      return objectToJson(value);
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function objectToJson(value: Exclude<HeaderValue, string | number | bigint | boolean | undefined>): Json {
  if (value === null) return null;
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? '' : value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (isList(value)) return value.map(toJson);
  const table = toJsonHeaders(value);
  return looksWrapped(table) ? { $table: table } : table;
}

function fromJson(value: Json): HeaderValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromJson);
  const table = fromEntries(value);
  if (!looksWrapped(table)) return fromJsonHeaders(table);
  const [[kind, content] = ['', null]] = Object.entries(table);
  switch (kind) {
    case '$bigint':
      return typeof content === 'string' && /^-?\d+$/.test(content) ? BigInt(content) : undefined;
    case '$number':
      return Number(content);
    case '$date':
      return new Date(typeof content === 'string' ? content : Number.NaN);
    case '$bytes':
      return new Uint8Array(Buffer.from(String(content), 'base64'));
    case '$table':
      return typeof content === 'object' && content !== null && !Array.isArray(content)
        ? fromJsonHeaders(fromEntries(content))
        : undefined;
    default:
      // A newer version's way to wrap something: shown as it stands.
      return fromJsonHeaders(table);
  }
}

function looksWrapped(table: Readonly<Record<string, Json>>): boolean {
  const [first, ...more] = Object.keys(table);
  return first?.startsWith('$') === true && more.length === 0;
}

/** The members of a JSON object that are there. */
function fromEntries(value: object): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
