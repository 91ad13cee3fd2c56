/** What indexes hold and give back, and what projections cut out of items. */
import { describe, expect, test } from 'vitest';
import { type Attributes, createWorld, N, S } from './world.ts';

function createItems() {
  const world = createWorld();
  for (const [index, word] of ['', 'a', 'b'].entries()) {
    world.put('range', {
      a: S('h'),
      b: S(`w${word}`),
      i: N(index),
      c: S('one'),
      d: S(`w${word}`),
      e: N(0),
      f: S('f'),
    });
  }
  const query = (more: object) => world.call('Query', { TableName: 'range', ...more });
  return { world, query };
}

describe('an index', () => {
  const byC = { KeyConditionExpression: 'c = :c', ExpressionAttributeValues: { ':c': S('one') } };

  test('holds only items that have its keys, and follows their changes', () => {
    const world = createWorld();
    world.put(
      'range',
      { a: S('1'), b: S('x'), c: S('one') },
      { a: S('2'), b: S('x') },
      { a: S('3'), b: S('x'), c: S('two') },
    );
    const names = () => world.call('Query', { TableName: 'range', IndexName: 'global', ...byC }).Count;
    const change = (a: string, UpdateExpression: string) =>
      world.call('UpdateItem', {
        TableName: 'range',
        Key: { a: S(a), b: S('x') },
        UpdateExpression,
        ...(UpdateExpression.includes(':c') ? { ExpressionAttributeValues: { ':c': S('one') } } : {}),
      });

    const counts = [names()];
    change('2', 'SET c = :c');
    counts.push(names());
    change('3', 'SET c = :c');
    counts.push(names());
    change('1', 'REMOVE c');
    counts.push(names());
    world.call('DeleteItem', { TableName: 'range', Key: { a: S('2'), b: S('x') } });
    counts.push(names());

    expect(counts).toEqual([1, 2, 3, 2, 1]);
  });

  test.each([
    ['global', ['a', 'b', 'c', 'd', 'e', 'f', 'i']],
    ['globalsome', ['a', 'b', 'c', 'd', 'e']],
  ])('%s gives back what it projects', (IndexName, names) => {
    const { query } = createItems();

    const { Items } = query({ IndexName, ...byC, Limit: 1 }) as { Items: Attributes[] };

    expect(Object.keys(Items[0] ?? {}).sort()).toEqual(names);
  });

  test('that is local fetches from the table what it does not project', () => {
    const { query } = createItems();
    const keys = {
      IndexName: 'localkeys',
      KeyConditionExpression: 'a = :a',
      ExpressionAttributeValues: { ':a': S('h') },
    };

    const [own] = query({ ...keys, Limit: 1 }).Items as Attributes[];
    const [fetched] = query({ ...keys, Limit: 1, Select: 'ALL_ATTRIBUTES' }).Items as Attributes[];
    const projected = query({
      ...keys,
      Limit: 1,
      ProjectionExpression: 'f',
      ReturnConsumedCapacity: 'INDEXES',
    });

    expect(Object.keys(own ?? {}).sort()).toEqual(['a', 'b', 'd']);
    expect(Object.keys(fetched ?? {})).toHaveLength(7);
    expect(projected.Items).toEqual([{ f: S('f') }]);
    expect(projected.ConsumedCapacity).toEqual({
      TableName: 'range',
      CapacityUnits: 1,
      Table: { CapacityUnits: 0.5 },
      LocalSecondaryIndexes: { localkeys: { CapacityUnits: 0.5 } },
    });
  });

  test('pages through items with equal keys', () => {
    const world = createWorld();
    for (let index = 0; index < 7; index += 1)
      world.put('range', { a: S(`${index}`), b: S('x'), c: S('one') });

    const seen: unknown[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const more = ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey };
      const page = world.call('Query', {
        TableName: 'range',
        IndexName: 'global',
        ...byC,
        Limit: 2,
        ...more,
      });
      seen.push(...(page.Items as Attributes[]).map((item) => (item.a as { S: string }).S));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);

    expect(seen.sort()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  test('may have several attributes as its key, all with equality but the last sort key', () => {
    const world = createWorld();
    const names = ['h1', 'h2', 'r1', 'r2'];
    world.call('CreateTable', {
      TableName: 'wide',
      AttributeDefinitions: ['p', ...names].map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === 'r1' ? 'N' : 'S',
      })),
      KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [
        {
          IndexName: 'many',
          KeySchema: names.map((AttributeName) => ({
            AttributeName,
            KeyType: AttributeName.startsWith('h') ? 'HASH' : 'RANGE',
          })),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    for (const [p, h1, h2, r1, r2] of [
      ['1', 'x', 'y', '1', 'a'],
      ['2', 'x', 'y', '1', 'b'],
      ['3', 'x', 'y', '2', 'a'],
      ['4', 'x', 'z', '1', 'a'],
    ] as const) {
      world.put('wide', { p: S(p), h1: S(h1), h2: S(h2), r1: N(r1), r2: S(r2) });
    }
    const find = (condition: string, values: Attributes) =>
      world.call('Query', {
        TableName: 'wide',
        IndexName: 'many',
        KeyConditionExpression: `h1 = :x AND h2 = :y${condition}`,
        ExpressionAttributeValues: { ':x': S('x'), ':y': S('y'), ...values },
      });
    const found = (answer: Attributes) => (answer.Items as { p: { S: string } }[]).map(({ p }) => p.S);

    expect(found(find('', {}))).toEqual(['1', '2', '3']);
    expect(found(find(' AND r1 = :one', { ':one': N(1) }))).toEqual(['1', '2']);
    expect(found(find(' AND r1 = :one AND r2 > :a', { ':one': N(1), ':a': S('a') }))).toEqual(['2']);
    expect(found(find(' AND r1 > :one', { ':one': N(1) }))).toEqual(['3']);
  });
});

describe('a projection', () => {
  const ITEM = {
    a: S('x'),
    m: { M: { k: S('v'), z: N(1) } },
    l: { L: [S('0'), { M: { q: S('q'), r: N(2) } }, S('2')] },
    t: S('t'),
  };

  test.each([
    ['a, t', { a: S('x'), t: S('t') }],
    ['m.k', { m: { M: { k: S('v') } } }],
    ['m.k, m.z, t', { m: { M: { k: S('v'), z: N(1) } }, t: S('t') }],
    ['l[2], l[0]', { l: { L: [S('0'), S('2')] } }],
    ['l[1].q', { l: { L: [{ M: { q: S('q') } }] } }],
    ['absent, m.absent, l[9], t.x', {}],
  ])('%s', (ProjectionExpression, expected) => {
    const world = createWorld();
    world.put('hash', ITEM);

    const { Item } = world.call('GetItem', { TableName: 'hash', Key: { a: S('x') }, ProjectionExpression });

    expect(Item).toEqual(expected);
  });
});
