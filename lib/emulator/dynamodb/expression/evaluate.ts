/**
 * Whether a condition holds for an item. What is absent or of another type makes a comparison false, never an
 * error.
 */
import { type AttributeValue, bytesToText, type Item } from '../attribute-value.ts';
import { equalValues, orderValues } from '../comparison.ts';
import { utf8Size } from '../item-size.ts';
import { valueAt } from './path.ts';
import type { BooleanFunction, Comparator, Condition, Operand } from './syntax.ts';

type Values = ReadonlyMap<string, AttributeValue>;
type MaybeValue = AttributeValue | undefined;

/** Evaluates a condition; an item that does not exist is an empty one. */
export function holds(condition: Condition, item: Item, values: Values): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, item, values));
    case 'or':
      return condition.parts.some((part) => holds(part, item, values));
    case 'not':
      return !holds(condition.part, item, values);
    case 'compare': {
      const left = operandValue(condition.left, item, values);
      return compare(condition.operator, left, operandValue(condition.right, item, values));
    }
    case 'between': {
      const value = operandValue(condition.operand, item, values);
      return (
        compare('>=', value, operandValue(condition.low, item, values)) &&
        compare('<=', value, operandValue(condition.high, item, values))
      );
    }
    case 'in': {
      const value = operandValue(condition.operand, item, values);
      return condition.list.some((member) => compare('=', value, operandValue(member, item, values)));
    }
    case 'function': {
      const args = condition.args.map((argument) => operandValue(argument, item, values));
      return callFunction(condition.name, args[0], args[1]);
    }
  }
}

/** The value of an operand; undefined where the item has none. */
function operandValue(operand: Operand, item: Item, values: Values): MaybeValue {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path);
    case 'value':
      return values.get(operand.name);
    case 'size': {
      const value = operandValue(operand.operand, item, values);
      const size = value === undefined ? undefined : sizeOf(value);
      return size === undefined ? undefined : { type: 'N', value: String(size) };
    }
  }
}

function compare(operator: Comparator, left: MaybeValue, right: MaybeValue): boolean {
  const both = left !== undefined && right !== undefined;
  if (operator === '=') return both && equalValues(left, right);
  // An absent attribute is unequal to everything.
  if (operator === '<>') return !both || !equalValues(left, right);
  const order = both ? orderValues(left, right) : undefined;
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function callFunction(name: BooleanFunction, first: MaybeValue, second: MaybeValue): boolean {
  switch (name) {
    case 'attribute_exists':
      return first !== undefined;
    case 'attribute_not_exists':
      return first === undefined;
    case 'attribute_type':
      return first !== undefined && second?.type === 'S' && first.type === second.value;
    case 'begins_with':
      return first !== undefined && second !== undefined && beginsWith(first, second);
    case 'contains':
      return first !== undefined && second !== undefined && contains(first, second);
  }
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (value.type === 'S' && prefix.type === 'S') return value.value.startsWith(prefix.value);
  if (value.type !== 'B' || prefix.type !== 'B') return false;
  return Buffer.compare(value.value.subarray(0, prefix.value.length), prefix.value) === 0;
}

function contains(value: AttributeValue, member: AttributeValue): boolean {
  if (value.type === 'S') return member.type === 'S' && value.value.includes(member.value);
  if (value.type === 'B')
    return member.type === 'B' && bytesToText(value.value).includes(bytesToText(member.value));
  if (value.type === 'SS') return member.type === 'S' && value.value.includes(member.value);
  if (value.type === 'NS') return member.type === 'N' && value.value.includes(member.value);
  if (value.type === 'BS') {
    return member.type === 'B' && value.value.some((bytes) => Buffer.compare(bytes, member.value) === 0);
  }
  return value.type === 'L' && value.value.some((each) => equalValues(each, member));
}

function sizeOf(value: AttributeValue): number | undefined {
  switch (value.type) {
    case 'S':
      return utf8Size(value.value);
    case 'B':
    case 'SS':
    case 'NS':
    case 'BS':
    case 'L':
      return value.value.length;
    case 'M':
      return value.value.size;
    case 'N':
    case 'BOOL':
    case 'NULL':
      return undefined;
  }
}
