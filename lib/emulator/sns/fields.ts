/** Reads members of a request, which is unknown until then. The Query protocol knows text only. */
import type { Input } from '../service.ts';
import { invalid, missing } from './refusal.ts';

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(`${name} Reason: is not a string`);
}

/** A member that must be there; whether it may be empty is the operation's business. */
export function requiredText(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function structure(value: unknown, name: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${name} Reason: is not a structure`);
  }
  // An object that is no array has string keys, and its members stay unknown.
  return value as Input;
}

export function optionalStructure(input: Input, name: string): Input | undefined {
  const value = input[name];
  return value === undefined || value === null ? undefined : structure(value, name);
}

/** A map from text to text, an empty one where there is none; null members count as absent. */
export function textMap(input: Input, name: string): Readonly<Record<string, string>> {
  const map = optionalStructure(input, name) ?? {};
  const entries: [string, string][] = [];
  for (const key of Object.keys(map)) {
    const value = text(map, key);
    if (value !== undefined) entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

export function list(input: Input, name: string): readonly unknown[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(`${name} Reason: is not a list`);
  return value;
}

export function texts(input: Input, name: string): readonly string[] {
  return (list(input, name) ?? []).map((item) => text({ [name]: item }, name) ?? '');
}

/** The members of a JSON object; undefined for anything else. */
export function parseObject(json: string): Input | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? structure(parsed, '')
      : undefined;
  } catch {
    return undefined;
  }
}
