/** Query: a stretch of one partition, of the table or of an index. */
import type { Output } from '../service.ts';
import type { Item } from './attribute-value.ts';
import { constrainCapacity } from './capacity.ts';
import { type Context, constrainTableName, findTable } from './context.ts';
import { Expressions } from './expression/expressions.ts';
import { type KeyRange, toKeyConditions, toKeyRange } from './expression/key-condition.ts';
import type { Condition, Operand } from './expression/syntax.ts';
import {
  Constraints,
  type Fields,
  members,
  optionalFlag,
  optionalNumber,
  optionalText,
  refuseUnknown,
} from './input.ts';
import { type KeySchema, keyParts, partitionText } from './key-code.ts';
import { refuseLegacy } from './legacy.ts';
import { checkSelect, openSource, parseStartKey, readPage, startText, toSelection } from './read-source.ts';
import { validation } from './refusals.ts';

const EXPRESSIONS = ['ProjectionExpression', 'FilterExpression', 'KeyConditionExpression'] as const;
const LEGACY = ['AttributesToGet', 'QueryFilter', 'ConditionalOperator', 'KeyConditions'] as const;
const MEMBERS = members(
  ...EXPRESSIONS,
  ...LEGACY,
  'TableName',
  'IndexName',
  'Select',
  'Limit',
  'ConsistentRead',
  'ScanIndexForward',
  'ExclusiveStartKey',
  'ReturnConsumedCapacity',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
);
const SELECTS = ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'] as const;

export function query(context: Context, input: Fields): Output {
  refuseUnknown('Query', input, MEMBERS);
  constrainRead(input);
  refuseLegacy(input, LEGACY, EXPRESSIONS);
  const start = parseStartKey(input);
  const expressions = new Expressions(input, context.expressions, EXPRESSIONS);
  const text = optionalText(input, 'KeyConditionExpression');
  if (text === undefined) {
    throw validation(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const condition = expressions.condition('KeyConditionExpression', text);
  const { filter, paths } = readFilter(input, expressions);
  checkSelect(input);
  const conditions = toKeyConditions(condition, expressions.values);
  expressions.finish();
  const source = openSource(findTable(context, optionalText(input, 'TableName') ?? ''), input);
  const selection = toSelection(input, source, expressions, filter, paths);
  const position = start === undefined ? undefined : startText(source, start);
  const keys = source.index?.keys ?? source.table.keys;
  const range = toKeyRange(conditions, keys);
  if (filter !== undefined) refuseKeysInFilter(filter, keys);
  if (start !== undefined && position !== undefined) checkStart(range, keys, start, position);
  const forward = optionalFlag(input, 'ScanIndexForward') ?? true;
  const walk = {
    // The first text after the position.
    low: position !== undefined && forward ? `${position}\u0000` : range.low,
    high: position !== undefined && !forward ? position : range.high,
    forward,
  };
  return readPage(context, 'Query', input, source, walk, selection);
}

/** Collects what is wrong with the members that Query and Scan share. */
export function constrainRead(input: Fields, more: (constraints: Constraints) => void = () => {}): void {
  const constraints = new Constraints();
  constraints.range('limit', optionalNumber(input, 'Limit'), 1);
  constrainCapacity(constraints, input);
  constrainTableName(constraints, input);
  constraints.oneOf('select', input.Select, SELECTS);
  const index = optionalText(input, 'IndexName');
  constraints.pattern('indexName', index, '[a-zA-Z0-9_.-]+');
  constraints.length('indexName', index, 3, 255);
  more(constraints);
  constraints.check();
}

/** Parses the filter and the projection of a request. */
export function readFilter(
  input: Fields,
  expressions: Expressions,
): {
  readonly filter: Condition | undefined;
  readonly paths: ReturnType<Expressions['projection']> | undefined;
} {
  const filter = optionalText(input, 'FilterExpression');
  const projection = optionalText(input, 'ProjectionExpression');
  return {
    filter: filter === undefined ? undefined : expressions.condition('FilterExpression', filter),
    paths: projection === undefined ? undefined : expressions.projection(projection),
  };
}

function checkStart(range: KeyRange, keys: KeySchema, start: Item, position: string): void {
  const own = partitionText(keys, start) ?? '';
  const moved = range.partition + position.slice(own.length);
  if (moved < range.low || moved >= range.high) {
    throw validation('The provided starting key does not match the range key predicate');
  }
  if (own !== range.partition) {
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  }
}

function refuseKeysInFilter(filter: Condition, keys: KeySchema): void {
  const names = new Set(keyParts(keys).map((part) => part.name));
  for (const name of namesIn(filter)) {
    if (!names.has(name)) continue;
    const rule = 'Filter Expression can only contain non-primary key attributes';
    throw validation(`${rule}: Primary key attribute: ${name}`);
  }
}

function* namesIn(condition: Condition): Iterable<string> {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.parts) yield* namesIn(part);
      return;
    case 'not':
      yield* namesIn(condition.part);
      return;
    case 'compare':
      yield* namesOf([condition.left, condition.right]);
      return;
    case 'between':
      yield* namesOf([condition.operand, condition.low, condition.high]);
      return;
    case 'in':
      yield* namesOf([condition.operand, ...condition.list]);
      return;
    case 'function':
      yield* namesOf(condition.args);
      return;
  }
}

function* namesOf(operands: readonly Operand[]): Iterable<string> {
  for (const operand of operands) {
    if (operand.kind === 'size') yield* namesOf([operand.operand]);
    else if (operand.kind === 'path') yield String(operand.path[0]);
  }
}
