/**
 * Key condition expressions: equality on every hash key, and at most one range on the sort keys, in the
 * schema's order.
 */
import type { AttributeValue } from '../attribute-value.ts';
import { AFTER, type KeyPart, type KeySchema, partitionText, partText } from '../key-code.ts';
import { validation } from '../refusals.ts';
import type { Condition, Operand } from './syntax.ts';

/** One condition of a key: an attribute, an operator, and one or two values. */
interface KeyCondition {
  readonly name: string;
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with';
  readonly values: readonly AttributeValue[];
}

/** The stretch [low, high) of key texts that a query reads. */
export interface KeyRange {
  readonly low: string;
  readonly high: string;
  /** The beginning of the partition, to tell a starting key outside of it. */
  readonly partition: string;
}

const UNSUPPORTED = 'Query key condition not supported';
const FLIPPED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const INVALID = 'Invalid condition in KeyConditionExpression: ';

type Values = ReadonlyMap<string, AttributeValue>;

/**
 * Reads a parsed expression as conditions on keys, whatever the table; refuses what no key condition may
 * contain.
 */
export function toKeyConditions(condition: Condition, values: Values): readonly KeyCondition[] {
  const parts = conjuncts(condition);
  const conditions = parts.map((part) => toKeyCondition(part, values));
  const names = new Set<string>();
  for (const { name } of conditions) {
    if (names.has(name)) throw validation('KeyConditionExpressions must only contain one condition per key');
    names.add(name);
  }
  return conditions;
}

/** Where a query has to look; refuses conditions that do not fit the schema. */
export function toKeyRange(conditions: readonly KeyCondition[], schema: KeySchema): KeyRange {
  const partsMax = schema.hash.length + schema.range.length;
  if (conditions.length > Math.max(partsMax, 2)) throw validation('Conditions can be of length 1 or 2 only');
  const byName = new Map(conditions.map((condition) => [condition.name, condition]));
  const hash = new Map<string, AttributeValue>();
  for (const part of schema.hash) {
    const condition = byName.get(part.name);
    if (condition === undefined) throw missing(part, conditions, schema);
    if (condition.operator !== '=') throw validation(UNSUPPORTED);
    const [value] = condition.values;
    if (value !== undefined) hash.set(part.name, typed(part, value));
    byName.delete(part.name);
  }
  const partition = partitionText(schema, hash) ?? '';
  return { partition, ...rangeBounds(partition, schema, byName, conditions.length) };
}

function rangeBounds(
  partition: string,
  schema: KeySchema,
  byName: Map<string, KeyCondition>,
  count: number,
): { low: string; high: string } {
  let prefix = partition;
  for (const part of schema.range) {
    const condition = byName.get(part.name);
    if (condition === undefined) break;
    byName.delete(part.name);
    const [first, second] = condition.values.map((value) => typed(part, value));
    if (first === undefined) break;
    if (condition.operator === '=') prefix += partText(first);
    else if (byName.size > 0) throw validation(UNSUPPORTED);
    else return bounds(prefix, condition.operator, first, second);
  }
  const [left] = byName.keys();
  if (left !== undefined) {
    const expected = schema.range[0]?.name;
    // A condition on something else than the sort key that is there.
    if (count === 2 && expected !== undefined && schema.range.length === 1) throw missedElement(expected);
    throw validation(UNSUPPORTED);
  }
  return { low: prefix, high: prefix + AFTER };
}

function bounds(
  prefix: string,
  operator: Exclude<KeyCondition['operator'], '='>,
  first: AttributeValue,
  second: AttributeValue | undefined,
): { low: string; high: string } {
  const at = prefix + partText(first);
  switch (operator) {
    case '<':
      return { low: prefix, high: at };
    case '<=':
      return { low: prefix, high: at + AFTER };
    case '>':
      return { low: at + AFTER, high: prefix + AFTER };
    case '>=':
      return { low: at, high: prefix + AFTER };
    case 'BETWEEN':
      return { low: at, high: prefix + partText(second ?? first) + AFTER };
    case 'begins_with': {
      const beginning = prefix + partText(first, false);
      return { low: beginning, high: beginning + AFTER };
    }
  }
}

function missing(part: KeyPart, conditions: readonly KeyCondition[], schema: KeySchema): Error {
  // With two conditions that both miss a table without a sort key, DynamoDB blames the condition instead.
  if (conditions.length > 1 && schema.range.length === 0) return validation(UNSUPPORTED);
  return missedElement(part.name);
}

function missedElement(name: string): Error {
  return validation(`Query condition missed key schema element: ${name}`);
}

function typed(part: KeyPart, value: AttributeValue): AttributeValue {
  const wrong = 'One or more parameter values were invalid: ';
  if (value.type !== part.type) {
    throw validation(`${wrong}Condition parameter type does not match schema type`);
  }
  if ((value.type === 'S' || value.type === 'B') && value.value.length === 0) {
    const kind = value.type === 'S' ? 'string' : 'binary';
    const empty = `The AttributeValue for a key attribute cannot contain an empty ${kind} value`;
    throw validation(`One or more parameter values are not valid. ${empty}. Key: ${part.name}`);
  }
  return value;
}

function conjuncts(condition: Condition): readonly Condition[] {
  if (condition.kind !== 'and') return [condition];
  return condition.parts.flatMap(conjuncts);
}

function toKeyCondition(condition: Condition, values: Values): KeyCondition {
  switch (condition.kind) {
    case 'compare': {
      const { operator, left, right } = condition;
      if (operator === '<>') throw invalidOperator('<>');
      if (left.kind === 'value' && right.kind !== 'value') {
        return keyCondition(FLIPPED[operator], right, [left], values, operator);
      }
      return keyCondition(operator, left, [right], values, operator);
    }
    case 'between':
      return keyCondition('BETWEEN', condition.operand, [condition.low, condition.high], values);
    case 'function': {
      const [first, second] = condition.args;
      if (condition.name !== 'begins_with' || first === undefined || second === undefined) {
        throw invalidOperator(condition.name);
      }
      return keyCondition('begins_with', first, [second], values);
    }
    case 'in':
    case 'or':
    case 'not':
      throw invalidOperator(condition.kind.toUpperCase());
    case 'and':
      throw new TypeError('a conjunction was not taken apart');
  }
}

function keyCondition(
  operator: KeyCondition['operator'],
  operand: Operand,
  others: readonly Operand[],
  values: Values,
  written: string = operator,
): KeyCondition {
  if ([operand, ...others].some((each) => each.kind === 'size')) {
    throw validation('KeyConditionExpressions cannot contain nested operations');
  }
  if (operand.kind !== 'path') {
    if (operator !== 'BETWEEN' && operator !== 'begins_with')
      throw validation(`${INVALID}No key attribute specified`);
    throw validation(`${INVALID}${written} operator must have the key attribute as its first operand`);
  }
  if (others.some((each) => each.kind === 'path')) {
    throw validation(`${INVALID}Multiple attribute names used in one condition`);
  }
  const [name, ...deeper] = operand.path;
  if (deeper.length > 0) {
    throw validation('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  const found = others.flatMap((each) => {
    const value = each.kind === 'value' ? values.get(each.name) : undefined;
    return value === undefined ? [] : [value];
  });
  return { name: String(name), operator, values: found };
}

function invalidOperator(operator: string): Error {
  return validation(`Invalid operator used in KeyConditionExpression: ${operator}`);
}
