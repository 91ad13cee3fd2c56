/** What every clause and function of an update does to an item, and what comes back. */
import { describe, expect, test } from 'vitest';
import { type Attributes, createWorld, N, S } from './world.ts';

const KEY = { a: S('x') };
const ITEM = {
  ...KEY,
  n: N('10'),
  s: S('old'),
  l: { L: [S('0'), S('1'), S('2'), S('3')] },
  m: { M: { k: S('v'), deeper: { M: { n: N('1') } } } },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2'] },
  bs: { BS: [Uint8Array.of(1)] },
};

function update(UpdateExpression: string, values: Attributes = {}, more: object = {}): Attributes {
  const world = createWorld();
  world.put('hash', ITEM);
  const given = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
  const answer = world.call('UpdateItem', {
    TableName: 'hash',
    Key: KEY,
    UpdateExpression,
    ...given,
    ...more,
  });
  return { ...answer, item: world.get('hash', KEY) };
}

describe('an update', () => {
  test.each<readonly [string, Attributes, Attributes]>([
    ['SET s = :v', { ':v': S('new') }, { s: S('new') }],
    ['SET s = n, n = s', {}, { s: N('10'), n: S('old') }],
    ['SET n = n + :v', { ':v': N('0.5') }, { n: N('10.5') }],
    ['SET n = n - :v', { ':v': N('11') }, { n: N('-1') }],
    ['SET n = :v - n', { ':v': N('11') }, { n: N('1') }],
    ['SET x = (n + :v)', { ':v': N('1') }, { x: N('11') }],
    ['SET x = if_not_exists(n, :v)', { ':v': N('1') }, { x: N('10') }],
    ['SET x = if_not_exists(x, :v)', { ':v': N('1') }, { x: N('1') }],
    ['SET x = if_not_exists(x, :v) + :v', { ':v': N('1') }, { x: N('2') }],
    [
      'SET l = list_append(l, :v)',
      { ':v': { L: [S('4')] } },
      { l: { L: [S('0'), S('1'), S('2'), S('3'), S('4')] } },
    ],
    [
      'SET l = list_append(:v, l)',
      { ':v': { L: [S('4')] } },
      { l: { L: [S('4'), S('0'), S('1'), S('2'), S('3')] } },
    ],
    [
      'SET x = list_append(if_not_exists(x, :e), :v)',
      { ':e': { L: [] }, ':v': { L: [S('4')] } },
      { x: { L: [S('4')] } },
    ],
    ['SET l[1] = :v', { ':v': S('new') }, { l: { L: [S('0'), S('new'), S('2'), S('3')] } }],
    [
      'SET l[9] = :v, l[7] = :w',
      { ':v': S('9'), ':w': S('7') },
      { l: { L: [S('0'), S('1'), S('2'), S('3'), S('7'), S('9')] } },
    ],
    ['SET m.k = :v', { ':v': S('new') }, { m: { M: { k: S('new'), deeper: { M: { n: N('1') } } } } }],
    [
      'SET m.deeper.n = m.deeper.n + :v',
      { ':v': N('1') },
      { m: { M: { k: S('v'), deeper: { M: { n: N('2') } } } } },
    ],
    [
      'SET m.z = :v',
      { ':v': S('new') },
      { m: { M: { k: S('v'), deeper: { M: { n: N('1') } }, z: S('new') } } },
    ],
    ['REMOVE s', {}, { s: undefined }],
    ['REMOVE z', {}, {}],
    ['REMOVE l[1]', {}, { l: { L: [S('0'), S('2'), S('3')] } }],
    ['REMOVE l[0], s, l[2]', {}, { s: undefined, l: { L: [S('1'), S('3')] } }],
    ['REMOVE l[9]', {}, {}],
    ['REMOVE m.deeper.n', {}, { m: { M: { k: S('v'), deeper: { M: {} } } } }],
    ['ADD n :v', { ':v': N('-1') }, { n: N('9') }],
    ['ADD x :v', { ':v': N('5') }, { x: N('5') }],
    ['ADD m.deeper.n :v', { ':v': N('5') }, { m: { M: { k: S('v'), deeper: { M: { n: N('6') } } } } }],
    ['ADD ss :v', { ':v': { SS: ['b', 'c'] } }, { ss: { SS: ['a', 'b', 'c'] } }],
    ['ADD ns :v', { ':v': { NS: ['2.0', '3'] } }, { ns: { NS: ['1', '2', '3'] } }],
    [
      'ADD bs :v',
      { ':v': { BS: [Uint8Array.of(1), Uint8Array.of(2)] } },
      { bs: { BS: [Uint8Array.of(1), Uint8Array.of(2)] } },
    ],
    ['ADD x :v', { ':v': { SS: ['n'] } }, { x: { SS: ['n'] } }],
    ['DELETE ss :v', { ':v': { SS: ['a', 'z'] } }, { ss: { SS: ['b'] } }],
    ['DELETE ss :v', { ':v': { SS: ['a', 'b'] } }, { ss: undefined }],
    ['DELETE ns :v', { ':v': { NS: ['1.0'] } }, { ns: { NS: ['2'] } }],
    ['DELETE x :v', { ':v': { SS: ['a'] } }, {}],
    [
      'SET x = :v REMOVE s ADD n :n DELETE ss :s',
      { ':v': S('y'), ':n': N('1'), ':s': { SS: ['a'] } },
      { x: S('y'), s: undefined, n: N('11'), ss: { SS: ['b'] } },
    ],
  ])('%s with %j', (expression, values, changes) => {
    const { item } = update(expression, values);

    const expected = Object.entries({ ...ITEM, ...changes }).filter(([, value]) => value !== undefined);
    expect(item).toEqual(Object.fromEntries(expected));
  });

  test('without an expression creates an item of its key alone', () => {
    const world = createWorld();

    world.call('UpdateItem', { TableName: 'hash', Key: KEY });

    expect(world.get('hash', KEY)).toEqual(KEY);
  });

  test('of an item that is not there starts from its key', () => {
    const world = createWorld();

    world.call('UpdateItem', {
      TableName: 'hash',
      Key: KEY,
      UpdateExpression: 'ADD n :v',
      ExpressionAttributeValues: { ':v': N('3') },
    });

    expect(world.get('hash', KEY)).toEqual({ ...KEY, n: N('3') });
  });

  test.each([
    ['NONE', undefined],
    ['ALL_OLD', ITEM],
    ['UPDATED_OLD', { s: S('old'), m: { M: { k: S('v') } } }],
    ['UPDATED_NEW', { s: S('new'), m: { M: { k: S('new') } } }],
    ['ALL_NEW', { ...ITEM, s: S('new'), m: { M: { k: S('new'), deeper: { M: { n: N('1') } } } } }],
  ])('gives back %s when asked', (ReturnValues, expected) => {
    const { Attributes } = update('SET s = :v, m.k = :v', { ':v': S('new') }, { ReturnValues });

    expect(Attributes).toEqual(expected);
  });

  test('that removes the only attribute it names gives back nothing new', () => {
    expect(update('REMOVE s', {}, { ReturnValues: 'UPDATED_NEW' })).not.toHaveProperty('Attributes');
  });

  // ScyllaDB's tests that also run against AWS: test_update_item_non_existent (test/alternator/test_item.py),
  // test_nested_attribute_remove_from_missing_item (test_update_expression.py).
  test.each([
    ['REMOVE x', {}],
    ['REMOVE x.y, z[0]', {}],
    ['DELETE x :v', { ':v': { SS: ['x'] } }],
    ['REMOVE x.y DELETE z :v', { ':v': { SS: ['x'] } }],
  ])('that only takes away, %s, makes no item and is no error', (UpdateExpression, values) => {
    const world = createWorld();
    const given = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
    const input = { TableName: 'hash', Key: KEY, UpdateExpression, ReturnValues: 'ALL_NEW', ...given };

    const answer = world.call('UpdateItem', input);
    world.call('TransactWriteItems', {
      TransactItems: [{ Update: { TableName: 'hash', Key: KEY, UpdateExpression, ...given } }],
    });

    expect(answer).toEqual({});
    expect(world.get('hash', KEY)).toBeUndefined();
  });

  test('that adds something makes an item, whatever else it takes away', () => {
    const world = createWorld();
    const UpdateExpression = 'SET x = :v REMOVE y';

    world.call('UpdateItem', {
      ...{ TableName: 'hash', Key: KEY, UpdateExpression },
      ExpressionAttributeValues: { ':v': N('1') },
    });

    expect(world.get('hash', KEY)).toEqual({ ...KEY, x: N('1') });
  });

  test('that fails changes nothing', () => {
    const world = createWorld();
    world.put('hash', ITEM);

    const refusal = world.refusal('UpdateItem', {
      TableName: 'hash',
      Key: KEY,
      UpdateExpression: 'SET s = :v, z.z = :v',
      ExpressionAttributeValues: { ':v': S('new') },
    });

    expect(refusal.message).toBe('The document path provided in the update expression is invalid for update');
    expect(world.get('hash', KEY)).toEqual(ITEM);
  });
});
