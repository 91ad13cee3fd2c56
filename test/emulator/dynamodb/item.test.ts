/** Single items: what a write gives back, what a failed condition tells, what it costs. */
import { describe, expect, test } from 'vitest';
import { type Attributes, createWorld, N, S } from './world.ts';

const KEY = { a: S('x') };
const ITEM = { ...KEY, v: N(1) };

describe('a write', () => {
  test('gives back the old item when asked and there is one', () => {
    const world = createWorld();
    const put = () => world.call('PutItem', { TableName: 'hash', Item: ITEM, ReturnValues: 'ALL_OLD' });
    const remove = () => world.call('DeleteItem', { TableName: 'hash', Key: KEY, ReturnValues: 'ALL_OLD' });

    expect([put(), put(), remove(), remove()]).toEqual([{}, { Attributes: ITEM }, { Attributes: ITEM }, {}]);
  });

  test.each([
    ['PutItem', { Item: ITEM }],
    ['UpdateItem', { Key: KEY, UpdateExpression: 'REMOVE v' }],
    ['DeleteItem', { Key: KEY }],
  ])('%s whose condition fails tells the item that is there when asked', (operation, input) => {
    const world = createWorld();
    world.put('hash', ITEM);
    const failing = { TableName: 'hash', ...input, ConditionExpression: 'attribute_not_exists(a)' };

    const plain = world.refusal(operation, failing);
    const telling = world.refusal(operation, { ...failing, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });

    expect(plain).toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      fields: {},
    });
    expect(telling.fields).toEqual({ Item: ITEM });
    expect(world.get('hash', KEY)).toEqual(ITEM);
  });

  test('whose condition fails for want of an item tells none', () => {
    const world = createWorld();

    const refusal = world.refusal('DeleteItem', {
      TableName: 'hash',
      Key: KEY,
      ConditionExpression: 'attribute_exists(a)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });

    expect(refusal.fields).toEqual({});
  });

  test('keeps every type, empty texts and null, and an attribute called __proto__', () => {
    const world = createWorld();
    const item: Attributes = {
      ...KEY,
      empty: S(''),
      bytes: { B: new Uint8Array() },
      list: { L: [{ BOOL: false }, { M: {} }, { L: [] }] },
      set: { NS: ['-56.789'] },
    };
    Object.defineProperty(item, '__proto__', { value: S('kept'), enumerable: true });
    world.put('hash', { ...item, nil: { NULL: true }, ['__proto__']: S('kept') });

    const stored = world.get('hash', KEY);

    expect(stored).toMatchObject({
      empty: S(''),
      bytes: item.bytes,
      list: item.list,
      set: item.set,
      nil: { NULL: true },
    });
    expect(Object.getOwnPropertyDescriptor(stored, '__proto__')?.value).toEqual(S('kept'));
  });

  test('reaches a table by its ARN, and only in its own account and region', () => {
    const world = createWorld();
    const TableName = 'arn:aws:dynamodb:eu-west-1:111122223333:table/hash';
    world.call('PutItem', { TableName, Item: ITEM });

    const elsewhere = world.refusal(
      'GetItem',
      { TableName: 'hash', Key: KEY },
      {
        account: '111122223333',
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:4566',
      },
    );

    expect(world.get('hash', KEY)).toEqual(ITEM);
    expect(elsewhere).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  test('is told to the trace', async () => {
    const world = createWorld();
    await world.clock.advance(1000);

    world.put('hash', ITEM);

    expect(world.trace).toEqual([
      expect.objectContaining({
        at: world.clock.now(),
        service: 'dynamodb',
        operation: 'PutItem',
        table: 'hash',
      }),
    ]);
  });
});

describe('consumed capacity', () => {
  const put = (Item: object) => ({
    TableName: 'range',
    Item: { a: S('x'), b: S('y'), ...Item },
    ReturnConsumedCapacity: 'INDEXES',
  });
  const units = (table: number, global: Attributes = {}, local: Attributes = {}) => {
    const of = (indexes: Attributes) =>
      Object.fromEntries(Object.entries(indexes).map(([name, CapacityUnits]) => [name, { CapacityUnits }]));
    const all = [...Object.values(global), ...Object.values(local)] as number[];
    return {
      TableName: 'range',
      CapacityUnits: all.reduce((sum, each) => sum + each, table),
      Table: { CapacityUnits: table },
      ...(Object.keys(global).length === 0 ? {} : { GlobalSecondaryIndexes: of(global) }),
      ...(Object.keys(local).length === 0 ? {} : { LocalSecondaryIndexes: of(local) }),
    };
  };

  test('of a put counts the indexes that take the item, and nothing for the same item again', () => {
    const world = createWorld();
    const item = { c: S('one'), d: S('two'), e: S('three') };

    const sparse = world.call('PutItem', put({}));
    const first = world.call('PutItem', put(item));
    const again = world.call('PutItem', put(item));

    expect(sparse.ConsumedCapacity).toEqual(units(1));
    expect(first.ConsumedCapacity).toEqual(
      units(1, { global: 1, globalsome: 1 }, { local: 1, localkeys: 1 }),
    );
    expect(again.ConsumedCapacity).toEqual(units(1));
  });

  test.each([
    ['SET f = :v', units(1, { global: 1 }, { local: 1 })],
    ['SET e = :v', units(1, { global: 1, globalsome: 1 }, { local: 1 })],
    ['SET c = :v', units(1, { global: 2, globalsome: 2 }, { local: 2 })],
    ['SET d = :v', units(1, { global: 1, globalsome: 2 }, { local: 1, localkeys: 2 })],
  ])('of the update %s counts what each index has to write', (UpdateExpression, expected) => {
    const world = createWorld();
    world.call('PutItem', put({ c: S('one'), d: S('two'), e: S('three') }));

    const answer = world.call('UpdateItem', {
      TableName: 'range',
      Key: { a: S('x'), b: S('y') },
      UpdateExpression,
      ExpressionAttributeValues: { ':v': S('new') },
      ReturnConsumedCapacity: 'INDEXES',
    });

    expect(answer.ConsumedCapacity).toEqual(expected);
  });

  test.each([
    ['a small item', 1, {}, 0.5],
    ['a small item, consistently', 1, { ConsistentRead: true }, 1],
    ['4 KB and a byte', 4096, {}, 1],
    ['no item', 0, { Key: { a: S('none') } }, 0.5],
  ])('of reading %s', (_, size, more, CapacityUnits) => {
    const world = createWorld();
    world.put('hash', { ...KEY, v: S('v'.repeat(size)) });

    const answer = world.call('GetItem', {
      TableName: 'hash',
      Key: KEY,
      ReturnConsumedCapacity: 'TOTAL',
      ...more,
    });

    expect(answer.ConsumedCapacity).toEqual({ TableName: 'hash', CapacityUnits });
  });

  test.each([
    ['1 KB', 1024 - 3, 1],
    ['1 KB and a byte', 1024 - 2, 2],
    ['400 KB', 400 * 1024 - 3, 400],
  ])('of writing %s', (_, size, CapacityUnits) => {
    const world = createWorld();
    const Item = { ...KEY, v: S('v'.repeat(size)) };

    const answer = world.call('PutItem', { TableName: 'hash', Item, ReturnConsumedCapacity: 'TOTAL' });

    expect(answer.ConsumedCapacity).toEqual({ TableName: 'hash', CapacityUnits });
  });
});

describe('the size of an item', () => {
  // Captured from AWS by github.com/nubo-db/dynamodb-conformance, but for the documents: those are the
  // developer guide's.
  test.each<readonly [string, object, number]>([
    ['1', N('1'), 2],
    ['123456', N('123456'), 4],
    ['3.14159', N('3.14159'), 5],
    ['-1', N('-1'), 3],
    ['1E125', N('1E125'), 2],
    ['0.001', N('0.001'), 2],
    ['100.5', N('100.5'), 4],
    ['true', { BOOL: true }, 1],
    ['null', { NULL: true }, 1],
    ['é', S('é'), 2],
    ['an empty list', { L: [] }, 3],
    ['a list of one text', { L: [S('ab')] }, 6],
    ['a map of one text', { M: { k: S('ab') } }, 7],
    ['a set', { SS: ['a', 'bc'] }, 3],
  ])('counts %s', (_, value, bytes) => {
    const world = createWorld();
    world.put('hash', { ...KEY, v: value });

    const { Table } = world.call('DescribeTable', { TableName: 'hash' }) as {
      Table: { TableSizeBytes: number };
    };

    // Both names and the key are a byte each.
    expect(Table.TableSizeBytes - 3).toBe(bytes);
  });
});

test('collection metrics come with writes to a table with local indexes', () => {
  const world = createWorld();
  const ask = { ReturnItemCollectionMetrics: 'SIZE' };

  const answer = world.call('PutItem', { TableName: 'range', Item: { a: S('x'), b: S('y') }, ...ask });
  const none = world.call('PutItem', { TableName: 'hash', Item: ITEM, ...ask });

  expect(answer.ItemCollectionMetrics).toEqual({
    ItemCollectionKey: { a: S('x') },
    SizeEstimateRangeGB: [0, 1],
  });
  expect(none).toEqual({});
});
