/** What can be wrong with the operands of a condition before any item is looked at. */
import { ATTRIBUTE_TYPES, type AttributeType, bytesToText } from '../attribute-value.ts';
import { orderValues } from '../comparison.ts';
import type { Scope } from './scope.ts';
import { type Comparator, type Operand, samePath, showPath } from './syntax.ts';

const ARITY: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const ORDERED: ReadonlySet<string> = new Set(['S', 'N', 'B']);
const SIZELESS: ReadonlySet<string> = new Set(['N', 'BOOL', 'NULL']);

/** Checks both sides of a comparison. */
export function checkComparison(scope: Scope, operator: Comparator, left: Operand, right: Operand): void {
  if (operator !== '=' && operator !== '<>') {
    for (const operand of [left, right]) checkOrdered(scope, operator, operand);
  }
  checkDistinct(scope, operator, [left, right]);
}

/** Checks the bounds of BETWEEN, also against each other where both are values. */
export function checkBetween(scope: Scope, operand: Operand, low: Operand, high: Operand): void {
  for (const each of [operand, low, high]) checkOrdered(scope, 'BETWEEN', each);
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const from = scope.value(low.name);
  const to = scope.value(high.name);
  if (from === undefined || to === undefined) return;
  const order = orderValues(from, to);
  if (order !== undefined && order <= 0) return;
  const rule =
    order === undefined
      ? 'same data type for lower and upper bounds'
      : 'upper bound to be greater than or equal to lower bound';
  const bounds = `lower bound operand: ${show(scope, low)}, upper bound operand: ${show(scope, high)}`;
  scope.note('operands', `The BETWEEN operator requires ${rule}; ${bounds}`);
}

/** Checks number and types of a function's operands. */
export function checkFunction(scope: Scope, name: string, args: readonly Operand[]): void {
  const arity = ARITY[name];
  if (arity === undefined) return;
  if (args.length !== arity) {
    scope.noteOperandCount(name, args.length);
    return;
  }
  const [first, second] = args;
  if (first === undefined) return;
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    if (first.kind !== 'path') scope.notePathExpected(name);
  } else if (name === 'size') {
    const type = typeOf(scope, first);
    if (type !== undefined && SIZELESS.has(type)) scope.noteOperandType(name, type);
  } else if (name === 'begins_with') {
    for (const operand of args) {
      const type = typeOf(scope, operand);
      if (type !== undefined && type !== 'S' && type !== 'B') scope.noteOperandType(name, type);
    }
  } else if (name === 'attribute_type' && second !== undefined) checkTypeName(scope, second);
  checkDistinct(scope, name, args);
}

function checkTypeName(scope: Scope, operand: Operand): void {
  const value = operand.kind === 'value' ? scope.value(operand.name) : undefined;
  if (operand.kind === 'value' && value === undefined) return;
  if (value?.type !== 'S') {
    scope.noteOperandType('attribute_type', typeOf(scope, operand) ?? `{${ATTRIBUTE_TYPES.join(',')}}`);
    return;
  }
  if (ATTRIBUTE_TYPES.some((type) => type === value.value)) return;
  const problem = 'Invalid attribute type name found';
  scope.note('operands', `${problem}; type: ${value.value}, valid types: {${ATTRIBUTE_TYPES.join(',')}}`);
}

function checkOrdered(scope: Scope, operator: string, operand: Operand): void {
  const type = typeOf(scope, operand);
  if (type !== undefined && !ORDERED.has(type)) scope.noteOperandType(operator, type);
}

function checkDistinct(scope: Scope, operator: string, operands: readonly Operand[]): void {
  const [first, ...rest] = operands;
  if (first?.kind !== 'path') return;
  if (!rest.some((other) => other.kind === 'path' && samePath(first.path, other.path))) return;
  const problem =
    'The first operand must be distinct from the remaining operands for this operator or function';
  scope.note('path', `${problem}; operator: ${operator}, first operand: ${showPath(first.path)}`);
}

function typeOf(scope: Scope, operand: Operand): AttributeType | undefined {
  if (operand.kind === 'size') return 'N';
  return operand.kind === 'value' ? scope.value(operand.name)?.type : undefined;
}

function show(scope: Scope, operand: Operand): string {
  const value = operand.kind === 'value' ? scope.value(operand.name) : undefined;
  if (value === undefined) return '';
  const content = value.type === 'B' ? bytesToText(value.value) : String(value.value);
  return `AttributeValue: {${value.type}:${content}}`;
}
