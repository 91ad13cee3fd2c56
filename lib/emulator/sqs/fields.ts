/**
 * Reads members of a request, which is unknown until then, with the casts and the refusals of AWS's JSON
 * protocol.
 */
import { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import { missing } from './refusal.ts';

/** A text member; numbers and booleans are cast as AWS casts them. */
export function text(input: Input, name: string): string | undefined {
  return toText(input[name]);
}

/** A text member that must be there and not be empty. */
export function requiredText(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

export function integer(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string') throw malformed('STRING_VALUE can not be converted to an Integer');
  throw notScalar(value) ?? malformed(`${name} can not be converted to an Integer`);
}

export function list(input: Input, name: string): readonly unknown[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw malformed(`Expected list for ${name}`);
  return value;
}

export function texts(input: Input, name: string): readonly string[] {
  return (list(input, name) ?? []).map((item) => toText(item) ?? '');
}

/** A structure or map; `what` names it in the refusal. */
export function structure(value: unknown, what: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`Expected structure or map for ${what}`);
  }
  // An object that is no array has string keys, and its members stay unknown.
  return value as Input;
}

export function optionalStructure(input: Input, name: string): Input | undefined {
  const value = input[name];
  return value === undefined || value === null ? undefined : structure(value, name);
}

/** A map from text to text; null members count as absent. */
export function textMap(input: Input, name: string): Readonly<Record<string, string>> | undefined {
  const map = optionalStructure(input, name);
  if (map === undefined) return undefined;
  const entries: [string, string][] = [];
  for (const key of Object.keys(map)) {
    const value = text(map, key);
    if (value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

export function malformed(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw notScalar(value) ?? malformed('Expected a string');
}

function notScalar(value: unknown): ServiceError | undefined {
  if (Array.isArray(value)) return malformed('Start of list found where not expected');
  if (typeof value === 'object') return malformed('Start of structure or map found where not expected.');
  return undefined;
}
