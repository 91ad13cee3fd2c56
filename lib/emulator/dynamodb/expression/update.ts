/**
 * Carries out an update expression on an item. All values are computed from the item as it was before, then
 * written; items are never changed in place, so that whoever holds the old one keeps it.
 */
import { type AttributeValue, bytesToText, type Item } from '../attribute-value.ts';
import { addNumbers, subtractNumbers } from '../decimal.ts';
import { validation } from '../refusals.ts';
import { valueAt } from './path.ts';
import type { Path, Update, UpdateOperand } from './syntax.ts';

type Values = ReadonlyMap<string, AttributeValue>;
/** Undefined removes what is at the path. */
type Write = { readonly path: Path; readonly value: AttributeValue | undefined };

const WRONG_PATH = 'The document path provided in the update expression is invalid for update';
const WRONG_TYPE = 'An operand in the update expression has an incorrect data type';
const ABSENT = 'The provided expression refers to an attribute that does not exist in the item';

/** The item after the update. */
export function applyUpdate(update: Update, item: Item, values: Values): Item {
  const writes: Write[] = [];
  for (const { path, value } of update.set) writes.push({ path, value: evaluate(value, item, values) });
  for (const { path, value } of update.add)
    writes.push({ path, value: added(item, path, required(values, value)) });
  for (const { path, value } of update.delete) {
    const had = existing(item, path);
    if (had !== undefined) writes.push({ path, value: without(had, required(values, value)) });
  }
  for (const path of update.remove) writes.push({ path, value: undefined });
  const result = new Map(item);
  for (const write of inOrder(writes)) writeInto(result, write);
  return result;
}

/**
 * Elements beyond the end of a list are appended in the order of their indexes; elements are removed from
 * behind and after everything else, so that no removal moves what another write means.
 */
function inOrder(writes: readonly Write[]): readonly Write[] {
  if (writes.every(({ path }) => path.length === 1)) return writes;
  const removesElement = ({ path, value }: Write) => value === undefined && typeof path.at(-1) === 'number';
  const others = writes.filter((write) => !removesElement(write));
  const removals = writes.filter(removesElement);
  others.sort((a, b) => comparePaths(a.path, b.path));
  removals.sort((a, b) => comparePaths(b.path, a.path));
  return [...others, ...removals];
}

function comparePaths(a: Path, b: Path): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    const x = a[depth];
    const y = b[depth];
    if (x === y) continue;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    return String(x) < String(y) ? -1 : 1;
  }
  return a.length - b.length;
}

function evaluate(operand: UpdateOperand, item: Item, values: Values): AttributeValue {
  switch (operand.kind) {
    case 'value':
      return required(values, operand.name);
    case 'path': {
      const value = valueAt(item, operand.path);
      if (value === undefined) throw validation(ABSENT);
      return value;
    }
    case 'if_not_exists':
      return valueAt(item, operand.path) ?? evaluate(operand.fallback, item, values);
    case 'list_append': {
      const left = evaluate(operand.left, item, values);
      const right = evaluate(operand.right, item, values);
      if (left.type !== 'L' || right.type !== 'L') throw validation(WRONG_TYPE);
      return { type: 'L', value: [...left.value, ...right.value] };
    }
    case 'sum': {
      const left = evaluate(operand.left, item, values);
      const right = evaluate(operand.right, item, values);
      if (left.type !== 'N' || right.type !== 'N') throw validation(WRONG_TYPE);
      const compute = operand.operator === '+' ? addNumbers : subtractNumbers;
      return { type: 'N', value: compute(left.value, right.value) };
    }
  }
}

function added(item: Item, path: Path, value: AttributeValue): AttributeValue {
  const had = existing(item, path);
  if (had === undefined) return value;
  if (had.type === 'N' && value.type === 'N') return { type: 'N', value: addNumbers(had.value, value.value) };
  if ((had.type === 'SS' || had.type === 'NS') && value.type === had.type) {
    return { type: had.type, value: [...new Set([...had.value, ...value.value])] };
  }
  if (had.type === 'BS' && value.type === 'BS') {
    const known = new Set(had.value.map(bytesToText));
    return {
      type: 'BS',
      value: [...had.value, ...value.value.filter((each) => !known.has(bytesToText(each)))],
    };
  }
  throw validation(WRONG_TYPE);
}

/** A set without some members; undefined when none is left, since a set cannot be empty. */
function without(had: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  if ((had.type === 'SS' || had.type === 'NS') && value.type === had.type) {
    const gone = new Set(value.value);
    const left = had.value.filter((member) => !gone.has(member));
    return left.length === 0 ? undefined : { type: had.type, value: left };
  }
  if (had.type === 'BS' && value.type === 'BS') {
    const gone = new Set(value.value.map(bytesToText));
    const left = had.value.filter((member) => !gone.has(bytesToText(member)));
    return left.length === 0 ? undefined : { type: 'BS', value: left };
  }
  throw validation(WRONG_TYPE);
}

/** The value at a path that is going to be written; its parent has to be there. */
function existing(item: Item, path: Path): AttributeValue | undefined {
  if (path.length > 1) {
    const parent = valueAt(item, path.slice(0, -1));
    const wanted = typeof path.at(-1) === 'number' ? 'L' : 'M';
    if (parent?.type !== wanted) throw validation(WRONG_PATH);
  }
  return valueAt(item, path);
}

function writeInto(item: Map<string, AttributeValue>, { path, value }: Write): void {
  const [first] = path;
  if (typeof first !== 'string') throw validation(WRONG_PATH);
  if (path.length > 1) item.set(first, rewritten(item.get(first), path, 1, value));
  else if (value === undefined) item.delete(first);
  else item.set(first, value);
}

/** A copy of a document in which the value at the rest of a path is another one. */
function rewritten(
  document: AttributeValue | undefined,
  path: Path,
  depth: number,
  value: AttributeValue | undefined,
): AttributeValue {
  const element = path[depth];
  const last = depth === path.length - 1;
  if (typeof element === 'number' && document?.type === 'L') {
    const list = [...document.value];
    const inner = list[element];
    if (!last) list[element] = rewritten(inner, path, depth + 1, value);
    else if (value === undefined) list.splice(element, 1);
    // An index beyond the end appends.
    else if (element >= list.length) list.push(value);
    else list[element] = value;
    return { type: 'L', value: list };
  }
  if (typeof element === 'string' && document?.type === 'M') {
    const map = new Map(document.value);
    if (!last) map.set(element, rewritten(map.get(element), path, depth + 1, value));
    else if (value === undefined) map.delete(element);
    else map.set(element, value);
    return { type: 'M', value: map };
  }
  throw validation(WRONG_PATH);
}

function required(values: Values, name: string): AttributeValue {
  const value = values.get(name);
  // The parser has refused every value that is not defined.
  if (value === undefined) throw new TypeError(`the value ${name} is not defined`);
  return value;
}
