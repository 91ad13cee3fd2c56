/**
 * Events as lists of values by path, and the comparison of one alternative of a pattern with them. Values in
 * a list of objects know which member they come from: fields of different members do not add up to a match
 * ("array consistency").
 */
import type { Clause, PathTest } from './clauses.ts';
import type { Leaf, Primitive } from './leaf.ts';

/** A value, and the members of lists it lies in: list number, index, list number, index, … */
export interface Field {
  readonly value: Primitive;
  readonly places: readonly number[];
}

/** Values by path. A path with no values is there, but empty; a path that is missing is not there. */
export type Fields = ReadonlyMap<string, readonly Field[]>;

const NOWHERE: readonly number[] = [];

/**
 * Reads the values of an event; names that `isUsed` does not know are passed over with all that is in them.
 */
export function readFields(event: object, isUsed: (name: string) => boolean): Fields {
  const fields = new Map<string, Field[]>();
  let lists = 0;
  const readObject = (object: object, path: string, places: readonly number[]) => {
    for (const [name, value] of Object.entries(object)) {
      if (isUsed(name)) readValue(value, path === '' ? name : `${path}.${name}`, places);
    }
  };
  const readValue = (value: unknown, path: string, places: readonly number[]) => {
    if (Array.isArray(value)) readList(value, path, places);
    else if (typeof value === 'object' && value !== null) readObject(value, path, places);
    else if (isPrimitive(value)) addField(fields, path, { value, places });
  };
  const readList = (list: readonly unknown[], path: string, places: readonly number[]) => {
    const number = lists++;
    list.forEach((value, index) => {
      // Plain values of a list have no place in it: two of them may serve two tests at once.
      const isNested = typeof value === 'object' && value !== null;
      readValue(value, path, isNested ? [...places, number, index] : places);
    });
  };
  readObject(event, '', NOWHERE);
  return fields;
}

/** Whether an event fits one alternative of a pattern. */
export function clauseMatches(clause: Clause, fields: Fields, from = 0, places = NOWHERE): boolean {
  const test = clause[from];
  if (test === undefined) return true;
  const found = fields.get(test.path);
  if (isAbsentHere(test, found, places) && clauseMatches(clause, fields, from + 1, places)) return true;
  if (found === undefined) return false;
  if (found.length === 0)
    return (
      test.leaves.some((leaf) => leaf.kind === 'present') && clauseMatches(clause, fields, from + 1, places)
    );
  for (const field of found) {
    if (!test.leaves.some((leaf) => leafMatches(leaf, field.value))) continue;
    const together = field.places === NOWHERE ? places : joined(places, field.places);
    if (together !== undefined && clauseMatches(clause, fields, from + 1, together)) return true;
  }
  return false;
}

/** A field is absent when none of its values goes together with the places taken so far. */
function isAbsentHere(
  test: PathTest,
  found: readonly Field[] | undefined,
  places: readonly number[],
): boolean {
  if (!test.leaves.some((leaf) => leaf.kind === 'absent')) return false;
  if (found === undefined) return true;
  return found.length > 0 && found.every((field) => joined(places, field.places) === undefined);
}

function leafMatches(leaf: Leaf, value: Primitive): boolean {
  return leaf.kind === 'present' || (leaf.kind === 'test' && leaf.matches(value));
}

/** Both places together; undefined when they are different members of one list. */
function joined(left: readonly number[], right: readonly number[]): readonly number[] | undefined {
  if (left.length === 0) return right;
  const together = [...left];
  for (let at = 0; at < right.length; at += 2) {
    const list = right[at] ?? 0;
    const index = right[at + 1] ?? 0;
    const known = placeIn(left, list);
    if (known === undefined) together.push(list, index);
    else if (known !== index) return undefined;
  }
  return together;
}

function placeIn(places: readonly number[], list: number): number | undefined {
  for (let at = 0; at < places.length; at += 2) if (places[at] === list) return places[at + 1];
  return undefined;
}

function isPrimitive(value: unknown): value is Primitive {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  );
}

function addField(fields: Map<string, Field[]>, path: string, field: Field): void {
  const before = fields.get(path);
  if (before === undefined) fields.set(path, [field]);
  else before.push(field);
}
