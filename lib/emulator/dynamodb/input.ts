/**
 * Reads members of a request, which are unknown until they are looked at, and collects violated constraints.
 */
import { notServed, serialization, validation } from './refusals.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A text member, or undefined where it is absent. */
export function optionalText(input: Fields, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(name, 'String');
  return value;
}

/** A truth member; absent is false. */
export function flag(input: Fields, name: string): boolean {
  return optionalFlag(input, name) ?? false;
}

/** A truth member, or undefined where it is absent. */
export function optionalFlag(input: Fields, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(name, 'Boolean');
  return value;
}

/** A number member, or undefined where it is absent. */
export function optionalNumber(input: Fields, name: string): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw wrongType(name, 'Integer');
  return value;
}

/** A structure or map member, or undefined where it is absent. */
export function optionalRecord(input: Fields, name: string): Fields | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  return asRecord(value, name);
}

/** A list member, or undefined where it is absent. */
export function optionalList(input: Fields, name: string): readonly unknown[] | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(name, 'List');
  return value;
}

/** A value that has to be a structure. */
export function asRecord(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(name, 'Map');
  // Neither null nor an array: an object whose members are unknown.
  return value as Fields;
}

/** Refuses parameters that AWS may know and this emulator does not, so that none is ignored in silence. */
export function refuseUnknown(operation: string, input: Fields, known: ReadonlySet<string>): void {
  for (const name in input) {
    if (input[name] !== undefined && !known.has(name)) {
      throw notServed(`the parameter ${name} of ${operation}`);
    }
  }
}

function wrongType(name: string, type: string): Error {
  return serialization(`the value of ${name} can not be converted to ${type}`);
}

const PROBLEMS_MAX = 10;

/** Violated constraints of a request's members, reported together as the service's framework does. */
export class Constraints {
  private readonly problems: string[] = [];

  required(path: string, value: unknown): void {
    if (value === undefined || value === null) this.add(path, null, 'Member must not be null');
  }

  oneOf(path: string, value: unknown, allowed: readonly string[]): void {
    if (value === undefined || value === null || allowed.some((each) => each === value)) return;
    this.add(path, value, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
  }

  range(path: string, value: number | undefined, min: number, max = Number.POSITIVE_INFINITY): void {
    if (value === undefined) return;
    if (value < min) this.add(path, value, `Member must have value greater than or equal to ${min}`);
    if (value > max) this.add(path, value, `Member must have value less than or equal to ${max}`);
  }

  length(path: string, value: { readonly length: number } | undefined, min: number, max: number): void {
    if (value === undefined) return;
    if (value.length < min) this.add(path, value, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) this.add(path, value, `Member must have length less than or equal to ${max}`);
  }

  pattern(path: string, value: string | undefined, pattern: string): void {
    if (value === undefined || wholePattern(pattern).test(value)) return;
    this.add(path, value, `Member must satisfy regular expression pattern: ${pattern}`);
  }

  /** Any other constraint. */
  add(path: string, value: unknown, rule: string): void {
    const shown = value === null ? 'null' : `'${show(value)}'`;
    this.problems.push(`Value ${shown} at '${path}' failed to satisfy constraint: ${rule}`);
  }

  check(): void {
    const count = Math.min(this.problems.length, PROBLEMS_MAX);
    if (count === 0) return;
    const found = this.problems.slice(0, count).join('; ');
    throw validation(`${count} validation error${count > 1 ? 's' : ''} detected: ${found}`);
  }
}

const patterns = new Map<string, RegExp>();

function wholePattern(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`);
    patterns.set(pattern, compiled);
  }
  return compiled;
}

/** A value as the service's messages show it. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${fields.map(([name, each]) => `${name}=${show(each)}`).join(', ')}}`;
}

/** The members that an operation takes, for refuseUnknown. */
export function members(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}
