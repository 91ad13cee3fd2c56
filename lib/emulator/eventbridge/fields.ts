/** Reads members of a request, which is unknown until then, with the checks that AWS's framework makes. */
import type { Input } from '../service.ts';
import { LIST_MAX } from './limits.ts';
import { constraint, invalid } from './refusal.ts';

const NAME = /^[.\-_A-Za-z0-9]+$/;

export function text(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw invalid(`${name} must be a string`);
}

export function requiredText(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined) throw constraint(null, toPath(name), 'not be null');
  return value;
}

/** A name of a rule, an archive, a replay or a target; `at` is its place in a longer request. */
export function readName(input: Input, member: string, max: number, at = toPath(member)): string {
  const value = requiredText(input, member);
  if (value.length < 1) throw constraint(value, at, 'have length greater than or equal to 1');
  if (value.length > max) throw constraint(value, at, `have length less than or equal to ${max}`);
  if (!NAME.test(value))
    throw constraint(value, at, 'satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+');
  return value;
}

export function whole(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(`${name} must be an integer`);
  if (value < min)
    throw constraint(String(value), toPath(name), `have value greater than or equal to ${min}`);
  if (value > max) throw constraint(String(value), toPath(name), `have value less than or equal to ${max}`);
  return value;
}

export function choice(input: Input, name: string, allowed: readonly string[]): string | undefined {
  const value = text(input, name);
  if (value === undefined || allowed.includes(value)) return value;
  throw constraint(value, toPath(name), `satisfy enum value set: [${allowed.join(', ')}]`);
}

export function structure(value: unknown, name: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${name} must be a structure`);
  }
  // An object that is no array has string keys, and its members stay unknown.
  return value as Input;
}

export function optionalStructure(input: Input, name: string): Input | undefined {
  const value = input[name];
  return value === undefined || value === null ? undefined : structure(value, name);
}

export function list(input: Input, name: string): readonly unknown[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value)) throw invalid(`${name} must be a list`);
  return value;
}

export function texts(input: Input, name: string): readonly string[] {
  return list(input, name).map((item) => {
    if (typeof item !== 'string') throw invalid(`${name} must be a list of strings`);
    return item;
  });
}

export function time(input: Input, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
  throw invalid(`${name} must be a time`);
}

/** One page of a list under its name, and the token of the next page: the place where that starts. */
export function pageOf(
  input: Input,
  name: string,
  all: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const token = text(input, 'NextToken') ?? '0';
  const start = /^\d{1,9}$/.test(token) ? Number(token) : Number.NaN;
  if (!(start <= all.length)) throw invalid('The provided NextToken is not valid.');
  const end = start + (whole(input, 'Limit', 1, LIST_MAX) ?? LIST_MAX);
  return { [name]: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}

/** A parsed JSON object; undefined for anything else. */
export function parseObject(json: string): Input | undefined {
  const parsed = parseJson(json);
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? structure(parsed, '') : undefined;
}

/** Parsed JSON; undefined for what is none. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function toPath(member: string): string {
  return `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
}
