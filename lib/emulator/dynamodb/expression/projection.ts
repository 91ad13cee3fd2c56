/** Projection expressions: the part of an item that a read gives back. */
import type { AttributeValue, Item } from '../attribute-value.ts';
import { parsePath } from './path.ts';
import { checkPaths } from './path-checks.ts';
import { type Placeholders, Scope } from './scope.ts';
import type { Path } from './syntax.ts';
import { TokenReader } from './tokens.ts';

export interface ParsedProjection {
  readonly paths: readonly Path[];
  readonly usedNames: ReadonlySet<string>;
  readonly usedValues: ReadonlySet<string>;
}

/** The wanted paths as a tree; a leaf is wanted as a whole. */
type Wanted = Map<string | number, Wanted>;

/** Parses a list of paths. */
export function parseProjection(expression: string, placeholders: Placeholders): ParsedProjection {
  const scope = new Scope('ProjectionExpression', expression, placeholders);
  const reader = new TokenReader(expression, 'ProjectionExpression');
  const paths = [parsePath(reader, scope)];
  while (reader.accept(',')) paths.push(parsePath(reader, scope));
  reader.expectEnd();
  checkPaths(scope, paths);
  scope.finish();
  return { paths, usedNames: scope.usedNames, usedValues: scope.usedValues };
}

/** The attributes, and parts of attributes, at the given paths. */
export function projectItem(item: Item, paths: readonly Path[]): Item {
  if (paths.every((path) => path.length === 1))
    return pick(
      item,
      paths.map(([name]) => String(name)),
    );
  const wanted: Wanted = new Map();
  for (const path of paths) {
    let level = wanted;
    for (const element of path) {
      const next: Wanted = level.get(element) ?? new Map();
      level.set(element, next);
      level = next;
    }
  }
  return pickFields(item, wanted) ?? new Map();
}

/** The top-level attributes with the given names. */
export function pick(item: Item, names: readonly string[]): Item {
  const picked = new Map<string, AttributeValue>();
  for (const name of names) {
    const value = item.get(name);
    if (value !== undefined) picked.set(name, value);
  }
  return picked;
}

function pickFields(fields: Item, wanted: Wanted): Item | undefined {
  const picked = new Map<string, AttributeValue>();
  for (const [element, deeper] of wanted) {
    const value = typeof element === 'string' ? fields.get(element) : undefined;
    const part = value === undefined ? undefined : pickValue(value, deeper);
    if (part !== undefined) picked.set(String(element), part);
  }
  return picked.size === 0 ? undefined : picked;
}

function pickValue(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted.size === 0) return value;
  if (value.type === 'M') {
    const fields = pickFields(value.value, wanted);
    return fields === undefined ? undefined : { type: 'M', value: fields };
  }
  if (value.type !== 'L') return undefined;
  // Elements keep their order; those that were not asked for leave no gap.
  const indexes = [...wanted.keys()].filter((element) => typeof element === 'number').sort((a, b) => a - b);
  const picked: AttributeValue[] = [];
  for (const index of indexes) {
    const member = value.value[index];
    const part = member === undefined ? undefined : pickValue(member, wanted.get(index) ?? new Map());
    if (part !== undefined) picked.push(part);
  }
  return picked.length === 0 ? undefined : { type: 'L', value: picked };
}
