/**
 * Patterns as alternatives of paths. An `$or` forks the alternatives that were read so far, as AWS's matching
 * engine does it, so what is compared with an event has no nesting any more: each path with the leaves of
 * which one has to fit.
 */
import type { Leaf } from './leaf.ts';
import { type Dialect, isObject, readLeaf } from './operators.ts';

/** What one path of an event has to be. */
export interface PathTest {
  /** Names joined by dots; a name with a dot in it is the same as two names, in EventBridge, too. */
  readonly path: string;
  readonly leaves: readonly Leaf[];
}

/** Paths that must all fit, sorted, which is the order in which the engine looks at them. */
export type Clause = readonly PathTest[];

/** EventBridge: how many combinations the `$or`s of a pattern may make. */
export const COMBINATIONS_MAX = 1_000;

/** Names that no field may have inside `$or`, since they could be operators. */
const RESERVED = new Set([
  ...[
    'exactly',
    'prefix',
    'suffix',
    'equals-ignore-case',
    'wildcard',
    'anything-but',
    'numeric',
    'exists',
    'cidr',
  ],
  ...[
    '=',
    '<',
    '<=',
    '>',
    '>=',
    'regex',
    'html',
    'not-wildcard',
    'not-equals-ignore-case',
    'date-after',
    'date-before',
  ],
  ...[
    'date-on-or-after',
    'date-on-or-before',
    'in-date-range',
    'ip-address-in-range',
    'ip-address-not-in-range',
  ],
]);

type Paths = ReadonlyMap<string, readonly Leaf[]>;

/** Reads a pattern that was parsed from JSON; throws what the dialect makes of a refusal. */
export function readClauses(pattern: unknown, dialect: Dialect): readonly Clause[] {
  if (!isObject(pattern)) throw dialect.refuse('Filter is not an object');
  return readObject(pattern, '', [new Map()], false, dialect).map((paths) =>
    [...paths]
      .map(([path, leaves]) => ({ path, leaves }))
      .sort((left, right) => (left.path < right.path ? -1 : 1)),
  );
}

function readObject(
  object: Readonly<Record<string, unknown>>,
  parent: string,
  before: readonly Paths[],
  insideOr: boolean,
  dialect: Dialect,
): readonly Paths[] {
  const entries = Object.entries(object);
  if (entries.length === 0) throw dialect.refuse('Empty objects are not allowed');
  return entries.reduce((alternatives, [name, value]) => {
    if (name === '$or') return readOr(value, parent, alternatives, dialect);
    if (insideOr && RESERVED.has(name)) {
      throw dialect.refuse(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const path = parent === '' ? name : `${parent}.${name}`;
    if (isObject(value)) return readObject(value, path, alternatives, insideOr, dialect);
    if (!Array.isArray(value)) throw dialect.refuse(`"${name}" must be an object or an array`);
    const leaves = readList(value, dialect);
    return alternatives.map((paths) => new Map([...paths, [path, leaves]]));
  }, before);
}

function readOr(
  value: unknown,
  parent: string,
  before: readonly Paths[],
  dialect: Dialect,
): readonly Paths[] {
  if (!Array.isArray(value)) throw dialect.refuse('It must be an Array followed with $or.');
  const branches: readonly unknown[] = value;
  const alternatives = branches.flatMap((branch) => {
    if (!isObject(branch)) throw dialect.refuse('Only JSON object is allowed in array of $or relationship.');
    return readObject(branch, parent, before, true, dialect);
  });
  if (branches.length < 2) throw dialect.refuse('There must have at least 2 Objects in $or relationship.');
  if (alternatives.length > COMBINATIONS_MAX) {
    throw dialect.refuse(
      `$or makes ${alternatives.length} combinations, at most ${COMBINATIONS_MAX} are allowed`,
    );
  }
  return alternatives;
}

function readList(list: readonly unknown[], dialect: Dialect): readonly Leaf[] {
  if (list.length === 0) throw dialect.refuse('Empty arrays are not allowed');
  return list.map((expression) => readLeaf(expression, dialect));
}
