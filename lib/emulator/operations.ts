/** What small services have in common: a table of operations, members of inputs, and state by region. */
import { ServiceError } from './error.ts';
import type { Caller, Input, Output, Service } from './service.ts';

/** One operation of a service's API. */
export type Operation = (input: Input, caller: Caller) => Output | Promise<Output>;
export type Operations = Readonly<Record<string, Operation>>;

/** The `call` of a service that serves these operations and refuses every other by its name. */
export function toCall(service: string, operations: Operations): Service['call'] {
  return (operation, input, caller) => {
    const carryOut = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (carryOut === undefined) throw notServed(`${service}: ${operation}`);
    return carryOut(input, caller);
  };
}

/** AWS can do it and this emulator cannot: 501, which no SDK retries. */
export function notServed(what: string): ServiceError {
  const message = `${what} is not served by this emulator`;
  return new ServiceError('NotImplementedException', message, { status: 501, fault: 'receiver' });
}

/** Refuses members that would change what happens. Empty ones ask for nothing. */
export function refuse(operation: string, input: Input, ...members: readonly string[]): void {
  for (const member of members) {
    const value = input[member];
    const asks = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    if (asks) throw notServed(`${operation} with ${member}`);
  }
}

/** A text member, if it is there. */
export function text(input: Input, member: string): string | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrong(member, 'a string');
}

/** A text member that the operation requires: over the wire the schema has checked it. */
export function requiredText(input: Input, member: string): string {
  const value = text(input, member);
  if (value === undefined) throw wrong(member, 'given');
  return value;
}

/** A number, if it is there. */
export function number(input: Input, member: string): number | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || typeof value === 'number') return value;
  throw wrong(member, 'a number');
}

/** A truth value; false when it is not there. */
export function flag(input: Input, member: string): boolean {
  const value = input[member] ?? false;
  if (typeof value === 'boolean') return value;
  throw wrong(member, 'true or false');
}

/** A point in time, if it is there. */
export function time(input: Input, member: string): Date | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || value instanceof Date) return value;
  throw wrong(member, 'a time');
}

/** Bytes, if they are there; callers in this process may give them as text. */
export function bytes(input: Input, member: string): Uint8Array | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  throw wrong(member, 'bytes');
}

/** A structure; one without members when it is not there. */
export function structure(input: Input, member: string): Input {
  const value = input[member] ?? {};
  if (isStructure(value)) return value;
  throw wrong(member, 'a structure');
}

/** A list of structures; an empty one when it is not there. */
export function structures(input: Input, member: string): readonly Input[] {
  return list(input, member).map((each) => {
    if (isStructure(each)) return each;
    throw wrong(member, 'a list of structures');
  });
}

/** A list of texts; an empty one when it is not there. */
export function texts(input: Input, member: string): readonly string[] {
  return list(input, member).map((each) => {
    if (typeof each === 'string') return each;
    throw wrong(member, 'a list of strings');
  });
}

/** A map of texts; an empty one when it is not there. */
export function textMap(input: Input, member: string): Readonly<Record<string, string>> {
  const entries = Object.entries(structure(input, member));
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      throw wrong(`${member}.${name}`, 'a string');
    }),
  );
}

/** Something that each account has in each region. */
export interface PerRegion<T> {
  (place: Place): T;
  /** Those that were made, in the order of their making. */
  all(): Iterable<readonly [Place, T]>;
}

/** Makes something for each account and region when it is first asked for. */
export function perRegion<T>(make: (account: string, region: string) => T): PerRegion<T> {
  const made = new Map<string, readonly [Place, T]>();
  const of = ({ account, region }: Place): T => {
    const key = `${account}/${region}`;
    const known = made.get(key);
    if (known !== undefined) return known[1];
    const fresh = make(account, region);
    made.set(key, [{ account, region }, fresh]);
    return fresh;
  };
  return Object.assign(of, { all: () => made.values() });
}

/** Where something is. */
export type Place = Pick<Caller, 'account' | 'region'>;

/** One page of a list that is read in pages, and the token of the next one: the place where it starts. */
export function page<T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { readonly items: readonly T[]; readonly next?: string } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0 || start > all.length)
    throw new ServiceError('ValidationException', `'${token}' is no token of this list`);
  const end = start + size;
  return { items: all.slice(start, end), ...(end < all.length ? { next: String(end) } : {}) };
}

function list(input: Input, member: string): readonly unknown[] {
  const value = input[member] ?? [];
  if (Array.isArray(value)) return value;
  throw wrong(member, 'a list');
}

function isStructure(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(member: string, expected: string): ServiceError {
  return new ServiceError('ValidationException', `${member} must be ${expected}`);
}
