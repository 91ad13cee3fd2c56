/** Parameters that AWS refuses, alone or beside each other, and those that are not served. */
import { describe } from 'vitest';
import { S } from './world.ts';
import { oneError, testWrongInput } from './wrong-input.ts';

const put = (Item: object, more: object = {}, TableName = 'hash') => ({
  TableName,
  Item: { a: S('x'), ...Item },
  ...more,
});
const update = (UpdateExpression: string, more: object = {}, TableName = 'hash') => ({
  TableName,
  Key: TableName === 'hash' ? { a: S('x') } : { a: S('x'), b: S('y') },
  UpdateExpression,
  ...more,
});
const key = (Key: object, TableName = 'hash') => ({ TableName, Key });
const values = (value: object) => ({ ExpressionAttributeValues: { ':v': value } });

const EMPTY_VALUE = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
const ENUM = 'ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW';

describe('parameters', () => {
  const unused = (kind: string, keys: string) =>
    `Value provided in ExpressionAttribute${kind} unused in expressions: keys: {${keys}}`;
  testWrongInput([
    {
      title: 'no table',
      operation: 'PutItem',
      input: { Item: { a: S('x') } },
      message: oneError('null', 'tableName', 'not be null'),
      source: 'conformance',
    },
    {
      title: 'empty table name',
      operation: 'GetItem',
      input: { TableName: '', Key: {} },
      message: oneError("''", 'tableName', 'have length greater than or equal to 1'),
      source: 'conformance',
    },
    {
      title: 'table name of 256 letters',
      operation: 'PutItem',
      input: { TableName: 'a'.repeat(256), Item: {} },
      message: oneError(`'${'a'.repeat(256)}'`, 'tableName', 'have length less than or equal to 255'),
      source: 'conformance',
    },
    {
      title: 'table name with spaces',
      operation: 'PutItem',
      input: { TableName: 'bad table!@#', Item: {} },
      message: oneError("'bad table!@#'", 'tableName', 'satisfy regular expression pattern: [a-zA-Z0-9_.-]+'),
      source: 'conformance',
    },
    {
      title: 'no item',
      operation: 'PutItem',
      input: { TableName: 'hash' },
      message: oneError('null', 'item', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'no key',
      operation: 'UpdateItem',
      input: { TableName: 'hash' },
      message: oneError('null', 'key', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'unknown words',
      operation: 'PutItem',
      input: { TableName: 'abc', Item: {}, ReturnConsumedCapacity: 'hi', ReturnValues: 'hi' },
      message:
        "2 validation errors detected: Value 'hi' at 'returnConsumedCapacity' " +
        'failed to satisfy constraint: Member ' +
        "must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'hi' at " +
        "'returnValues' failed to satisfy " +
        `constraint: Member must satisfy enum value set: [${ENUM}]`,
      source: 'dynalite',
    },
    {
      title: 'no such table',
      operation: 'PutItem',
      input: put({}, {}, 'none'),
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
      source: 'dynalite',
    },
    {
      title: 'new values of a put',
      operation: 'PutItem',
      input: put({}, { ReturnValues: 'ALL_NEW' }),
      message: 'ReturnValues can only be ALL_OLD or NONE',
      source: 'dynalite',
    },
    {
      title: 'names without an expression',
      operation: 'PutItem',
      input: put({}, { ExpressionAttributeNames: { '#a': 'a' } }),
      message: 'ExpressionAttributeNames can only be specified when using expressions',
      source: 'dynalite',
    },
    {
      title: 'values without an expression',
      operation: 'PutItem',
      input: put({}, values(S('unused'))),
      message:
        'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
      source: 'dynalite',
    },
    {
      title: 'values without either expression',
      operation: 'UpdateItem',
      input: { ...key({ a: S('x') }), ...values(S('unused')) },
      message:
        'ExpressionAttributeValues can only be specified when using expressions: ' +
        'UpdateExpression and ConditionExpression are null',
      source: 'dynalite',
    },
    {
      title: 'no names',
      operation: 'UpdateItem',
      input: update('REMOVE b', { ExpressionAttributeNames: {} }),
      message: 'ExpressionAttributeNames must not be empty',
      source: 'dynalite',
    },
    {
      title: 'no values',
      operation: 'UpdateItem',
      input: update('REMOVE b', { ExpressionAttributeValues: {} }),
      message: 'ExpressionAttributeValues must not be empty',
      source: 'dynalite',
    },
    {
      title: 'name without #',
      operation: 'UpdateItem',
      input: update('REMOVE b', { ExpressionAttributeNames: { a: 'a' } }),
      message: 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
      source: 'dynalite',
    },
    {
      title: 'value without :',
      operation: 'UpdateItem',
      input: update('REMOVE b', { ExpressionAttributeValues: { b: S('a') } }),
      message: 'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"',
      source: 'dynalite',
    },
    {
      title: 'value without a type',
      operation: 'UpdateItem',
      input: update('SET b = :v', values({})),
      message: `ExpressionAttributeValues contains invalid value: ${EMPTY_VALUE} for key :v`,
      source: 'dynalite',
    },
    {
      title: 'value that is no number',
      operation: 'UpdateItem',
      input: update('SET b = :v', values({ N: 'b' })),
      message:
        'ExpressionAttributeValues contains invalid value: The parameter cannot be ' +
        'converted to a numeric value: b for key :v',
      source: 'dynalite',
    },
    {
      title: 'unused name',
      operation: 'UpdateItem',
      input: update('REMOVE b', { ExpressionAttributeNames: { '#unused': 'x' } }),
      message: unused('Names', '#unused'),
      source: 'conformance',
    },
    {
      title: 'unused value',
      operation: 'UpdateItem',
      input: update('REMOVE b', values(S('x'))),
      message: unused('Values', ':v'),
      source: 'conformance',
    },
    {
      title: 'Expected beside an expression',
      operation: 'PutItem',
      input: put({}, { Expected: {}, ConditionExpression: 'attribute_not_exists(a)' }),
      message:
        'Can not use both expression and non-expression parameters in the same request: Non-expression ' +
        'parameters: {Expected} Expression parameters: {ConditionExpression}',
      source: 'conformance',
    },
    {
      title: 'Expected alone',
      operation: 'PutItem',
      input: put({}, { Expected: {} }),
      code: 'NotImplementedException',
      status: 501,
      message: 'the legacy parameter Expected is not served by the emulated DynamoDB',
      source: 'emulator',
    },
    {
      title: 'unknown parameter',
      operation: 'GetItem',
      input: { ...key({ a: S('x') }), Hurry: true },
      code: 'NotImplementedException',
      status: 501,
      message: 'the parameter Hurry of GetItem is not served by the emulated DynamoDB',
      source: 'emulator',
    },
    {
      title: 'unknown operation',
      operation: 'SearchVectors',
      input: {},
      code: 'NotImplementedException',
      status: 501,
      message: 'the operation SearchVectors is not served by the emulated DynamoDB',
      source: 'emulator',
    },
  ]);
});
