/** Batches and transactions that AWS refuses as a whole. */
import { describe, expect, test } from 'vitest';
import { createWorld, S } from './world.ts';
import { oneError, testWrongInput } from './wrong-input.ts';

const EMPTY_VALUE = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
const DUPLICATES = 'Provided list of item keys contains duplicates';
const MISMATCH = 'The provided key element does not match the schema';
const put = (a: unknown) => ({ PutRequest: { Item: { a } } });
const remove = (a: unknown) => ({ DeleteRequest: { Key: { a } } });
const writes = (...requests: object[]) => ({
  operation: 'BatchWriteItem',
  input: { RequestItems: { hash: requests } },
});
const gets = (hash: object) => ({ operation: 'BatchGetItem', input: { RequestItems: { hash } } });

describe('a batch', () => {
  testWrongInput([
    {
      title: 'without requests',
      operation: 'BatchWriteItem',
      input: {},
      message: oneError('null', 'requestItems', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'of nothing',
      operation: 'BatchWriteItem',
      input: { RequestItems: {} },
      message: 'The requestItems parameter is required for BatchWriteItem',
      source: 'conformance',
    },
    {
      title: 'of nothing',
      operation: 'BatchGetItem',
      input: { RequestItems: {} },
      message: 'The requestItems parameter is required for BatchGetItem',
      source: 'conformance',
    },
    {
      title: 'put and delete of one item',
      ...writes(put(S('x')), remove(S('x'))),
      message: DUPLICATES,
      source: 'conformance',
    },
    {
      title: 'one key twice',
      ...gets({ Keys: [{ a: S('x') }, { a: S('x') }] }),
      message: DUPLICATES,
      source: 'conformance',
    },
    { title: 'neither put nor delete', ...writes({}), message: EMPTY_VALUE, source: 'dynalite' },
    {
      title: 'put and delete in one request',
      ...writes({ ...put(S('x')), ...remove(S('x')) }),
      message:
        'Supplied AttributeValue has more than one datatypes set, must contain ' +
        'exactly one of the supported datatypes',
      source: 'dynalite',
    },
    { title: 'key of another type', ...writes(put({ N: '5' })), message: MISMATCH, source: 'conformance' },
    {
      title: 'key that is a list',
      ...writes(put({ L: [S('x')] })),
      message: MISMATCH,
      source: 'conformance',
    },
    {
      title: 'empty key',
      ...writes(put(S(''))),
      message:
        'One or more parameter values are not valid. The AttributeValue for a key attribute ' +
        'cannot contain an empty string value. Key: a',
      source: 'conformance',
    },
    { title: 'value without a type', ...writes(put({})), message: EMPTY_VALUE, source: 'dynalite' },
    {
      title: 'key that does not fit',
      ...gets({ Keys: [{ z: S('x') }] }),
      message: MISMATCH,
      source: 'dynalite',
    },
    {
      title: 'more than 100 keys',
      ...gets({ Keys: Array.from({ length: 101 }, (_, index) => ({ a: S(String(index)) })) }),
      message: oneError(
        `'[${Array.from({ length: 101 }, (_, index) => `{a={S=${index}}}`).join(', ')}]'`,
        'requestItems.hash.member.keys',
        'have length less than or equal to 100',
      ),
      source: 'docs',
    },
    {
      title: 'no such table',
      operation: 'BatchWriteItem',
      input: { RequestItems: { none: [put(S('x'))] } },
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
      source: 'conformance',
    },
    {
      title: 'overlapping paths',
      ...gets({
        Keys: [{ a: S('x') }],
        ProjectionExpression: '#a, #b',
        ExpressionAttributeNames: { '#a': 'v', '#b': 'v' },
      }),
      message:
        'Invalid ProjectionExpression: Two document paths overlap with each other; must remove or ' +
        'rewrite one of these paths; path one: [v], path two: [v]',
      source: 'conformance',
    },
  ]);

  test('of 26 writes is refused with the rule for its values', () => {
    const world = createWorld();
    const requests = Array.from({ length: 26 }, (_, index) => put(S(String(index))));

    const refusal = world.refusal('BatchWriteItem', { RequestItems: { hash: requests } });

    expect(refusal.name).toBe('ValidationException');
    expect(refusal.message).toMatch(
      new RegExp(
        "^1 validation error detected: Value '\\{hash=\\[.+\\]\\}' at " +
          "'requestItems' failed to satisfy constraint: " +
          'Map value must satisfy constraint: \\[Member must have length less than or equal to 25, ' +
          'Member must have length greater than or equal to 1\\]$',
      ),
    );
  });

  test('that is refused writes nothing', () => {
    const world = createWorld();

    world.refusal('BatchWriteItem', { RequestItems: { hash: [put(S('good')), put({ N: '5' })] } });

    expect(world.get('hash', { a: S('good') })).toBeUndefined();
  });
});

describe('a transaction', () => {
  const transact = (...TransactItems: object[]) => ({
    operation: 'TransactWriteItems',
    input: { TransactItems },
  });
  const Put = (a: unknown, more: object = {}) => ({ Put: { TableName: 'hash', Item: { a }, ...more } });
  testWrongInput([
    {
      title: 'without actions',
      operation: 'TransactWriteItems',
      input: {},
      message: oneError('null', 'transactItems', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'of nothing',
      ...transact(),
      message: oneError("'[]'", 'transactItems', 'have length greater than or equal to 1'),
      source: 'conformance',
    },
    {
      title: 'of nothing',
      operation: 'TransactGetItems',
      input: { TransactItems: [] },
      message: oneError("'[]'", 'transactItems', 'have length greater than or equal to 1'),
      source: 'conformance',
    },
    {
      title: 'put without an item',
      ...transact({ Put: { TableName: 'hash' } }),
      message: oneError('null', 'transactItems.1.member.put.item', 'not be null'),
      source: 'dynalite',
    },
    {
      title: 'check without a condition',
      ...transact({ ConditionCheck: { TableName: 'hash', Key: { a: S('x') } } }),
      message: oneError('null', 'transactItems.1.member.conditionCheck.conditionExpression', 'not be null'),
      source: 'docs',
    },
    {
      title: 'two operations on one item',
      ...transact(Put(S('x')), { Delete: { TableName: 'hash', Key: { a: S('x') } } }),
      message: 'Transaction request cannot include multiple operations on one item',
      source: 'conformance',
    },
    {
      title: 'two actions in one',
      ...transact({ ...Put(S('x')), Delete: { TableName: 'hash', Key: { a: S('y') } } }),
      message: 'TransactItems can only contain one of Check, Put, Update or Delete',
      source: 'docs',
    },
    {
      title: 'no such table',
      ...transact({ Put: { TableName: 'none', Item: {} } }),
      code: 'ResourceNotFoundException',
      message: 'Requested resource not found',
      source: 'conformance',
    },
    {
      title: 'empty key',
      ...transact(Put(S(''))),
      message:
        'One or more parameter values are not valid. The AttributeValue for a key attribute ' +
        'cannot contain an empty string value. Key: a',
      source: 'conformance',
    },
    {
      title: 'item of more than 400 KB',
      ...transact(Put(S('x'), { Item: { a: S('x'), v: S('x'.repeat(409_600)) } })),
      message: 'Item size has exceeded the maximum allowed size',
      source: 'conformance',
    },
    {
      title: 'more than 4 MB',
      ...transact(
        ...Array.from({ length: 11 }, (_, index) =>
          Put(S('x'), { Item: { a: S(`k${index}`), v: S('x'.repeat(400_000)) } }),
        ),
      ),
      message: 'Collective size of items in the transaction exceeds the limit of 4 MB',
      source: 'docs',
    },
    {
      title: 'a syntax error',
      ...transact(Put(S('x'), { ConditionExpression: 'a =' })),
      message: 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
      source: 'docs',
    },
    {
      title: 'a token of 37 letters',
      operation: 'TransactWriteItems',
      input: { TransactItems: [Put(S('x'))], ClientRequestToken: 'x'.repeat(37) },
      message: oneError(`'${'x'.repeat(37)}'`, 'clientRequestToken', 'have length less than or equal to 36'),
      source: 'docs',
    },
  ]);

  test('of 101 actions is refused', () => {
    const world = createWorld();
    const { operation, input } = transact(
      ...Array.from({ length: 101 }, (_, index) => Put(S(String(index)))),
    );

    const refusal = world.refusal(operation, input);

    expect(refusal.name).toBe('ValidationException');
    expect(refusal.message).toMatch(
      new RegExp(
        "^1 validation error detected: Value '\\[.+\\]' at 'transactItems' failed to satisfy constraint: " +
          'Member must have length less than or equal to 100$',
      ),
    );
  });

  const KEY_TYPE = 'One or more parameter values were invalid: Type mismatch for key a expected: S actual: N';
  const ABSENT = 'The provided expression refers to an attribute that does not exist in the item';
  const Update = (UpdateExpression: string, Key: object = { a: S('y') }) => ({
    Update: { TableName: 'hash', Key, UpdateExpression },
  });
  test.each([
    ['a key of another type', Put({ N: '5' }), KEY_TYPE],
    ['a key that does not fit', Update('REMOVE v', { z: S('y') }), MISMATCH],
    ['an update of what is not there', Update('SET v = w'), ABSENT],
  ])('is cancelled by %s, with the reason of each action', (_, action, Message) => {
    const world = createWorld();
    const { operation, input } = transact(Put(S('x')), action);

    const refusal = world.refusal(operation, input);

    expect(refusal.name).toBe('TransactionCanceledException');
    expect(refusal.message).toBe(
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]',
    );
    expect(refusal.fields.CancellationReasons).toEqual([
      { Code: 'None' },
      { Code: 'ValidationError', Message },
    ]);
    expect(world.get('hash', { a: S('x') })).toBeUndefined();
  });
});
