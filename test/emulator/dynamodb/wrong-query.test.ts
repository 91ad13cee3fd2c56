/** Queries and scans that AWS refuses. */
import { describe } from 'vitest';
import { S } from './world.ts';
import { oneError, type Source, testWrongInput, type WrongInput } from './wrong-input.ts';

const VALUES = { ':a': S('a'), ':b': S('b'), ':n': { N: '1' } };

/** A query with just the values that its expressions name. */
function query(KeyConditionExpression: string, more: object = {}, TableName = 'range') {
  const text = JSON.stringify([KeyConditionExpression, more]);
  const used = Object.entries(VALUES).filter(([name]) => text.includes(name));
  const values = used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) };
  return { TableName, KeyConditionExpression, ...values, ...more };
}

const INVALID = 'One or more parameter values were invalid: ';
const START = 'The provided starting key is invalid';
const MISMATCH = 'The provided key element does not match the schema';
const UNSUPPORTED = 'Query key condition not supported';
const condition = (rule: string) => `Invalid condition in KeyConditionExpression: ${rule}`;
const operator = (name: string) => `Invalid operator used in KeyConditionExpression: ${name}`;
const missed = (name: string) => `Query condition missed key schema element: ${name}`;

function rows(
  cases: readonly (readonly [
    expression: string,
    message: string,
    source: Source,
    more?: object,
    table?: string,
  ])[],
): readonly WrongInput[] {
  return cases.map(([expression, message, source, more, table]) => ({
    title: `${expression}${more === undefined ? '' : ` ${JSON.stringify(more)}`}`,
    operation: 'Query',
    input: query(expression, more, table),
    message,
    source,
  }));
}

describe('a key condition', () => {
  testWrongInput(
    rows([
      ['', 'Invalid KeyConditionExpression: The expression can not be empty;', 'conformance'],
      ['b = :a', missed('a'), 'conformance'],
      ['z = :a', missed('a'), 'conformance'],
      ['a = :a and c = :b', missed('b'), 'dynalite'],
      ['a = :a and b = :b', missed('c'), 'dynalite', { IndexName: 'local' }],
      ['a = :a', missed('c'), 'dynalite', { IndexName: 'global' }],
      ['a > :a', UNSUPPORTED, 'dynalite', {}, 'hash'],
      ['begins_with(a, :a)', UNSUPPORTED, 'dynalite', {}, 'hash'],
      ['a between :a and :b', UNSUPPORTED, 'dynalite', {}, 'hash'],
      ['a = :a and b = :a', UNSUPPORTED, 'dynalite', {}, 'hash'],
      ['c = :a and b = :a', UNSUPPORTED, 'dynalite', { IndexName: 'global' }],
      ['a = :a and b = :b and c = :a', 'Conditions can be of length 1 or 2 only', 'dynalite'],
      ['a = :a or b = :b', operator('OR'), 'dynalite'],
      ['not a = :a', operator('NOT'), 'dynalite'],
      ['a in (:a)', operator('IN'), 'dynalite'],
      ['a <> :a', operator('<>'), 'dynalite'],
      ['attribute_exists(a)', operator('attribute_exists'), 'dynalite'],
      ['contains(a, :a)', operator('contains'), 'dynalite'],
      ['a > size(b)', 'KeyConditionExpressions cannot contain nested operations', 'dynalite'],
      ['a = b', condition('Multiple attribute names used in one condition'), 'dynalite'],
      ['a.d > :a', 'KeyConditionExpressions cannot have conditions on nested attributes', 'dynalite'],
      [
        'a = :a AND b.c = :b',
        'KeyConditionExpressions cannot have conditions on nested attributes',
        'conformance',
      ],
      [':b > :a AND a = :b', condition('No key attribute specified'), 'dynalite'],
      [
        ':a between :a and :b',
        condition('BETWEEN operator must have the key attribute as its first operand'),
        'dynalite',
      ],
      ['b > :a AND b < :b', 'KeyConditionExpressions must only contain one condition per key', 'dynalite'],
      ['a = :n', `${INVALID}Condition parameter type does not match schema type`, 'dynalite', {}, 'hash'],
      [
        'a = :e',
        'One or more parameter values are not valid. The AttributeValue for ' +
          'a key attribute cannot contain an ' +
          'empty string value. Key: a',
        'docs',
        { ExpressionAttributeValues: { ':e': S('') } },
      ],
    ]),
  );
});

describe('a query', () => {
  const of = (more: object, expression = 'a = :a') => ({
    operation: 'Query',
    input: query(expression, more),
  });
  testWrongInput([
    {
      title: 'without a key condition',
      operation: 'Query',
      input: { TableName: 'range' },
      message:
        'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
      source: 'docs',
    },
    {
      title: 'for 0 items',
      ...of({ Limit: 0 }),
      message: oneError("'0'", 'limit', 'have value greater than or equal to 1'),
      source: 'dynalite',
    },
    {
      title: 'with an unknown Select',
      ...of({ Select: 'INVALID_VALUE' }),
      message: oneError(
        "'INVALID_VALUE'",
        'select',
        'satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]',
      ),
      source: 'conformance',
    },
    {
      title: 'of no such index',
      ...of({ IndexName: 'whatever' }),
      message: 'The table does not have the specified index: whatever',
      source: 'dynalite',
    },
    {
      title: 'of a global index, consistently',
      ...of({ IndexName: 'global', ConsistentRead: true }, 'c = :a'),
      message: 'Consistent reads are not supported on global secondary indexes',
      source: 'conformance',
    },
    {
      title: 'for all attributes of an index that lacks some',
      ...of({ IndexName: 'globalsome', Select: 'ALL_ATTRIBUTES' }, 'c = :a'),
      message:
        `${INVALID}Select type ALL_ATTRIBUTES is not supported for global ` +
        'secondary index globalsome because its ' +
        'projection type is not ALL',
      source: 'dynalite',
    },
    {
      title: 'for an attribute that the index lacks',
      ...of({ IndexName: 'globalsome', ProjectionExpression: 'f' }, 'c = :a'),
      message: `${INVALID}Global secondary index globalsome does not project [f]`,
      source: 'conformance',
    },
    {
      title: 'for projected attributes of the table',
      ...of({ Select: 'ALL_PROJECTED_ATTRIBUTES' }),
      message: `${INVALID}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
      source: 'conformance',
    },
    {
      title: 'for all attributes and a projection',
      ...of({ Select: 'ALL_ATTRIBUTES', ProjectionExpression: 'b' }),
      message: 'Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES',
      source: 'conformance',
    },
    {
      title: 'for specific attributes without a projection',
      ...of({ Select: 'SPECIFIC_ATTRIBUTES' }),
      message:
        `${INVALID}Must specify the AttributesToGet or ProjectionExpression when ` +
        'choosing to get SPECIFIC_ATTRIBUTES',
      source: 'docs',
    },
    {
      title: 'with a filter on a key',
      ...of({ FilterExpression: 'b > :b' }),
      message: 'Filter Expression can only contain non-primary key attributes: Primary key attribute: b',
      source: 'docs',
    },
    {
      title: 'with KeyConditions',
      operation: 'Query',
      input: { TableName: 'range', KeyConditions: {} },
      code: 'NotImplementedException',
      status: 501,
      message: 'the legacy parameter KeyConditions is not served by the emulated DynamoDB',
      source: 'emulator',
    },
  ]);
});

describe('a starting key', () => {
  const of = (ExclusiveStartKey: object, expression = 'a = :b', more: object = {}) => ({
    operation: 'Query',
    input: query(expression, { ExclusiveStartKey, ...more }),
  });
  const local = { IndexName: 'local' };
  testWrongInput([
    {
      title: 'without a type',
      ...of({ a: {} }),
      message:
        `${START}: Supplied AttributeValue is empty, must contain ` +
        'exactly one of the supported datatypes',
      source: 'dynalite',
    },
    {
      title: 'of another partition',
      ...of({ a: S('a'), b: S('a') }),
      message: 'The provided starting key is outside query boundaries based on provided conditions',
      source: 'dynalite',
    },
    {
      title: 'outside of the range',
      ...of({ a: S('a'), b: S('a') }, 'a = :b and b > :b'),
      message: 'The provided starting key does not match the range key predicate',
      source: 'dynalite',
    },
    {
      title: 'of an index, incomplete',
      ...of({ a: S('a'), c: S('a') }, 'a = :a', local),
      message: START,
      source: 'dynalite',
    },
    {
      title: 'of an index, of another type',
      ...of({ a: S('a'), b: S('a'), c: { N: '1' } }, 'a = :a', local),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'of an index, with a table key of another type',
      ...of({ a: S('a'), b: { N: '1' }, c: S('a') }, 'a = :a', local),
      message: `${START}: ${MISMATCH}`,
      source: 'dynalite',
    },
    {
      title: 'of a scan, incomplete',
      operation: 'Scan',
      input: { TableName: 'range', ExclusiveStartKey: { a: S('a') } },
      message: `${START}: ${MISMATCH}`,
      source: 'dynalite',
    },
  ]);
});

describe('a scan', () => {
  const of = (more: object) => ({ operation: 'Scan', input: { TableName: 'hash', ...more } });
  const required = (one: string, other: string) =>
    `The ${one} parameter is required but was not present in the request when ${other} is present`;
  testWrongInput([
    {
      title: 'of a segment of unknown number',
      ...of({ Segment: 0 }),
      message: required('TotalSegments', 'Segment parameter'),
      source: 'conformance',
    },
    {
      title: 'of no segment',
      ...of({ TotalSegments: 4 }),
      message: required('Segment', 'parameter TotalSegments'),
      source: 'conformance',
    },
    {
      title: 'of a segment beyond the last',
      ...of({ Segment: 5, TotalSegments: 5 }),
      message:
        'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        'Segment: 5 is not less than TotalSegments: 5',
      source: 'conformance',
    },
    {
      title: 'of a million segments and one',
      ...of({ Segment: 0, TotalSegments: 1_000_001 }),
      message: oneError("'1000001'", 'totalSegments', 'have value less than or equal to 1000000'),
      source: 'docs',
    },
    {
      title: 'of no such table',
      operation: 'Scan',
      input: { TableName: 'none' },
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
      source: 'conformance',
    },
    {
      title: 'with ScanFilter',
      ...of({ ScanFilter: {} }),
      code: 'NotImplementedException',
      status: 501,
      message: 'the legacy parameter ScanFilter is not served by the emulated DynamoDB',
      source: 'emulator',
    },
  ]);
});
