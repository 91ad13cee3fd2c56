/**
 * Reads members of an operation's input, with the errors that AWS gives for a missing, wrong or impossible
 * one.
 */
import type { Input } from '../service.ts';
import { constraintBroken, notServed, wrongRevision, wrongType } from './errors.ts';

/** A string, if it is there. */
export function optionalText(input: Input, member: string): string | undefined {
  const value = input[member] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrongType(member, 'a string');
  return value;
}

/** A string that has to be there. */
export function requiredText(input: Input, member: string): string {
  const value = optionalText(input, member);
  if (value === undefined) throw constraintBroken(undefined, path(member), 'Member must not be null');
  return value;
}

/** A string out of a few. */
export function optionalChoice<const Choice extends string>(
  input: Input,
  member: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = optionalText(input, member);
  if (value === undefined) return undefined;
  const choice = choices.find((each) => each === value);
  if (choice === undefined) {
    throw constraintBroken(
      value,
      path(member),
      `Member must satisfy enum value set: [${choices.join(', ')}]`,
    );
  }
  return choice;
}

/** A whole number within its range, if it is there. */
export function optionalInteger(input: Input, member: string, min: number, max: number): number | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(member, 'an integer');
  if (value < min) {
    throw constraintBroken(value, path(member), `Member must have value greater than or equal to ${min}`);
  }
  if (value > max) {
    throw constraintBroken(value, path(member), `Member must have value less than or equal to ${max}`);
  }
  return value;
}

/** A boolean, if it is there. */
export function optionalFlag(input: Input, member: string): boolean | undefined {
  const value = input[member] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') throw wrongType(member, 'a boolean');
  return value;
}

/** A blob, if it is there. */
export function optionalBytes(input: Input, member: string): Uint8Array | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined || value instanceof Uint8Array) return value;
  // In-process callers may write the JSON of a payload as text; on the wire it is always bytes.
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  throw wrongType(member, 'a blob');
}

/** A structure or a map, if it is there. */
export function optionalStructure(input: Input, member: string): Input | undefined {
  const value = input[member] ?? undefined;
  if (value === undefined) return undefined;
  if (!isStructure(value)) throw wrongType(member, 'a structure');
  return value;
}

/** A list, if it is there. */
export function optionalList(input: Input, member: string): readonly unknown[] | undefined {
  const value = input[member] ?? undefined;
  if (value !== undefined && !Array.isArray(value)) throw wrongType(member, 'a list');
  return value;
}

/** A list of strings, if it is there. */
export function optionalTexts(input: Input, member: string): readonly string[] | undefined {
  return optionalList(input, member)?.map((each) => {
    if (typeof each !== 'string') throw wrongType(member, 'a list of strings');
    return each;
  });
}

/** A map of strings, if it is there. */
export function optionalTextMap(input: Input, member: string): Readonly<Record<string, string>> | undefined {
  const structure = optionalStructure(input, member);
  if (structure === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(structure).map(([name, value]) => {
      if (typeof value !== 'string') throw wrongType(`${member}.${name}`, 'a string');
      return [name, value];
    }),
  );
}

/** Refuses members that would change what happens and that are not served. Empty ones ask for nothing. */
export function refuseMembers(operation: string, input: Input, members: readonly string[]): void {
  for (const member of members) {
    const value = input[member] ?? undefined;
    const asks =
      value !== undefined &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0) &&
      !(isStructure(value) && Object.keys(value).length === 0);
    if (asks) throw notServed(`${member} of ${operation}`);
  }
}

/** Says whether a value is an object with members: neither list nor blob. */
export function isStructure(value: unknown): value is Input {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function path(member: string): string {
  return member.slice(0, 1).toLowerCase() + member.slice(1);
}

/** Refuses a change of what somebody else has changed meanwhile. */
export function checkRevision({ revision }: { readonly revision: string }, input: Input): void {
  const expected = optionalText(input, 'RevisionId');
  if (expected !== undefined && expected !== revision) throw wrongRevision();
}
