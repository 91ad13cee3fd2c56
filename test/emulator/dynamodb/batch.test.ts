/** Batches and transactions that are carried out. */
import { describe, expect, test } from 'vitest';
import { type Attributes, createWorld, N, S } from './world.ts';

const key = (a: string) => ({ a: S(a) });

describe('a batch', () => {
  test('writes to several tables and reads from them', () => {
    const world = createWorld();
    world.put('hash', { ...key('old') });

    const written = world.call('BatchWriteItem', {
      RequestItems: {
        hash: [{ PutRequest: { Item: { ...key('new'), v: N(1) } } }, { DeleteRequest: { Key: key('old') } }],
        number: [{ PutRequest: { Item: { p: S('p'), n: N(1) } } }],
      },
      ReturnConsumedCapacity: 'TOTAL',
    });
    const read = world.call('BatchGetItem', {
      RequestItems: {
        hash: { Keys: [key('new'), key('old')], ProjectionExpression: 'v' },
        number: { Keys: [{ p: S('p'), n: N('1.0') }] },
      },
    });

    expect(written).toEqual({
      UnprocessedItems: {},
      ConsumedCapacity: [
        { TableName: 'hash', CapacityUnits: 2 },
        { TableName: 'number', CapacityUnits: 1 },
      ],
    });
    expect(read).toEqual({
      Responses: { hash: [{ v: N(1) }], number: [{ p: S('p'), n: N(1) }] },
      UnprocessedKeys: {},
    });
  });

  test('that reads more than 16 MB leaves the rest for the next one', () => {
    const world = createWorld();
    const keys = Array.from({ length: 60 }, (_, index) => key(`k${index}`));
    for (const each of keys) world.put('hash', { ...each, v: S('v'.repeat(300_000)) });

    const first = world.call('BatchGetItem', { RequestItems: { hash: { Keys: keys } } });
    const second = world.call('BatchGetItem', { RequestItems: first.UnprocessedKeys });

    const counts = [first, second].map(({ Responses }) => (Responses as { hash: unknown[] }).hash.length);
    expect(counts).toEqual([56, 4]);
    expect(second.UnprocessedKeys).toEqual({});
  });
});

describe('a transaction', () => {
  const actions = (...TransactItems: object[]) => ({ TransactItems });
  const Put = (a: string, more: Attributes = {}) => ({
    Put: { TableName: 'hash', Item: { ...key(a), ...more } },
  });
  const Check = (a: string, ConditionExpression: string, more: object = {}) => ({
    ConditionCheck: { TableName: 'hash', Key: key(a), ConditionExpression, ...more },
  });

  test('puts, updates, deletes and checks at once', () => {
    const world = createWorld();
    world.put('hash', { ...key('u'), v: N(1) }, key('d'), key('c'));

    const answer = world.call('TransactWriteItems', {
      ...actions(
        Put('p'),
        {
          Update: {
            TableName: 'hash',
            Key: key('u'),
            UpdateExpression: 'ADD v :v',
            ExpressionAttributeValues: { ':v': N(1) },
          },
        },
        { Delete: { TableName: 'hash', Key: key('d') } },
        Check('c', 'attribute_exists(a)'),
      ),
      ReturnConsumedCapacity: 'TOTAL',
    });

    expect(['p', 'u', 'd'].map((a) => world.get('hash', key(a)))).toEqual([
      key('p'),
      { ...key('u'), v: N(2) },
      undefined,
    ]);
    expect(answer.ConsumedCapacity).toEqual([{ TableName: 'hash', CapacityUnits: 8, WriteCapacityUnits: 8 }]);
  });

  test('with a failed condition does nothing and says which action failed', () => {
    const world = createWorld();
    world.put('hash', { ...key('c'), v: N(1) });

    const refusal = world.refusal(
      'TransactWriteItems',
      actions(
        Put('p'),
        Check('c', 'attribute_not_exists(a)', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ),
    );

    expect(refusal.name).toBe('TransactionCanceledException');
    expect(refusal.message).toBe(
      'Transaction cancelled, please refer cancellation reasons for specific ' +
        'reasons [None, ConditionalCheckFailed]',
    );
    expect(refusal.fields.CancellationReasons).toEqual([
      { Code: 'None' },
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: { ...key('c'), v: N(1) },
      },
    ]);
    expect(world.get('hash', key('p'))).toBeUndefined();
  });

  test('is done once under its token, for ten minutes', async () => {
    const world = createWorld();
    const add = {
      ...actions({
        Update: {
          TableName: 'hash',
          Key: key('u'),
          UpdateExpression: 'ADD v :v',
          ExpressionAttributeValues: { ':v': N(1) },
        },
      }),
      ClientRequestToken: 'token',
    };
    world.call('TransactWriteItems', add);
    await world.clock.advance(599_999);
    world.call('TransactWriteItems', add);
    const once = world.get('hash', key('u'));
    await world.clock.advance(1);
    world.call('TransactWriteItems', add);

    expect([once, world.get('hash', key('u'))]).toEqual([
      { ...key('u'), v: N(1) },
      { ...key('u'), v: N(2) },
    ]);
  });

  // ClientRequestToken: the first call returns write units, later ones the read units of reading the items.
  test('that is repeated under its token costs the reading of its items', () => {
    const world = createWorld();
    const input = {
      ...actions(Put('p'), { Put: { TableName: 'hash', Item: { ...key('q'), v: { S: 'x'.repeat(5000) } } } }),
      ...{ ClientRequestToken: 'token', ReturnConsumedCapacity: 'TOTAL' },
    };

    const answers = [world.call('TransactWriteItems', input), world.call('TransactWriteItems', input)];

    expect(answers).toEqual([
      { ConsumedCapacity: [{ TableName: 'hash', CapacityUnits: 12, WriteCapacityUnits: 12 }] },
      { ConsumedCapacity: [{ TableName: 'hash', CapacityUnits: 6, ReadCapacityUnits: 6 }] },
    ]);
  });

  test('under a known token with other actions is refused', () => {
    const world = createWorld();
    world.call('TransactWriteItems', { ...actions(Put('p')), ClientRequestToken: 'token' });

    const refusal = world.refusal('TransactWriteItems', {
      ...actions(Put('q')),
      ClientRequestToken: 'token',
    });

    expect(refusal).toMatchObject({
      name: 'IdempotentParameterMismatchException',
      message: 'The request uses the same client token as a previous, but non-identical request.',
    });
  });

  test('that failed may be tried again under its token', () => {
    const world = createWorld();
    const input = { ...actions(Put('p'), Check('c', 'attribute_exists(a)')), ClientRequestToken: 'token' };
    world.refusal('TransactWriteItems', input);
    world.put('hash', key('c'));

    world.call('TransactWriteItems', input);

    expect(world.get('hash', key('p'))).toEqual(key('p'));
  });

  test('reads items in the order of its gets, absent ones as nothing', () => {
    const world = createWorld();
    world.put('hash', { ...key('x'), v: N(1), w: N(2) });
    const Get = (a: string, more: object = {}) => ({ Get: { TableName: 'hash', Key: key(a), ...more } });

    const answer = world.call('TransactGetItems', {
      ...actions(Get('none'), Get('x', { ProjectionExpression: 'v' })),
      ReturnConsumedCapacity: 'TOTAL',
    });

    expect(answer).toEqual({
      Responses: [{}, { Item: { v: N(1) } }],
      ConsumedCapacity: [{ TableName: 'hash', CapacityUnits: 4, ReadCapacityUnits: 4 }],
    });
  });
});
