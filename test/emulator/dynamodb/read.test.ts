/**
 * What queries, scans and single reads give back: conditions on the sort key, pages, projections, indexes.
 */
import { describe, expect, test } from 'vitest';
import { type Attributes, B, createWorld, N, S } from './world.ts';

const WORDS = ['', 'a', 'aa', 'aaz', 'ab', 'b', '\ud7ff', '\uff61', '\u{10000}'];

function createWords() {
  const world = createWorld();
  for (const [index, word] of WORDS.entries()) {
    world.put('range', {
      a: S('h'),
      b: S(`w${word}`),
      i: N(index),
      c: S('one'),
      d: S(`w${word}`),
      e: N(index % 2),
      f: S('f'),
    });
  }
  const query = (more: object) => world.call('Query', { TableName: 'range', ...more });
  return { world, query };
}

const texts = (answer: Attributes, name = 'b') =>
  (answer.Items as Attributes[]).map((item) => (item[name] as { S: string }).S.slice(1));

describe('a condition on the sort key', () => {
  test.each([
    ['b = :v', 'wab', ['ab']],
    ['b < :v', 'wab', ['', 'a', 'aa', 'aaz']],
    ['b <= :v', 'wab', ['', 'a', 'aa', 'aaz', 'ab']],
    ['b > :v', 'wab', ['b', '\ud7ff', '\uff61', '\u{10000}']],
    ['b >= :v', 'w\uff61', ['\uff61', '\u{10000}']],
    [':v >= b', 'wa', ['', 'a']],
    ['begins_with(b, :v)', 'wa', ['a', 'aa', 'aaz', 'ab']],
    ['begins_with(b, :v)', 'wz', []],
    ['b BETWEEN :v AND :w', 'wab', ['ab', 'b']],
  ])('%s with %s', (condition, value, expected) => {
    const { query } = createWords();

    const answer = query({
      KeyConditionExpression: `a = :a AND ${condition}`,
      ExpressionAttributeValues: {
        ':a': S('h'),
        ':v': S(value),
        ...(condition.includes(':w') ? { ':w': S('wb') } : {}),
      },
    });

    expect(texts(answer)).toEqual(expected);
  });

  test('orders numbers by value and bytes as unsigned', () => {
    const world = createWorld();
    for (const n of ['10', '9', '-1', '-10', '0', '1e-20', '1e20', '-1e20'])
      world.put('number', { p: S('p'), n: N(n) });
    for (const v of [[255], [0], [0, 0], [127], [128, 1], [128]])
      world.put('binary', { p: S('p'), v: B(...v) });

    const read = (TableName: string) =>
      world.call('Query', {
        TableName,
        KeyConditionExpression: 'p = :p',
        ExpressionAttributeValues: { ':p': S('p') },
      });

    expect((read('number').Items as { n: { N: string } }[]).map(({ n }) => Number(n.N))).toEqual([
      -1e20, -10, -1, 0, 1e-20, 9, 10, 1e20,
    ]);
    expect((read('binary').Items as { v: { B: Uint8Array } }[]).map(({ v }) => [...v.B])).toEqual([
      [0],
      [0, 0],
      [127],
      [128],
      [128, 1],
      [255],
    ]);
  });
});

describe('pages', () => {
  const all = { KeyConditionExpression: 'a = :a', ExpressionAttributeValues: { ':a': S('h') } };

  test('of a limit end with a key to go on from, forwards and backwards', () => {
    const { query } = createWords();

    const first = query({ ...all, Limit: 4 });
    const second = query({ ...all, Limit: 4, ExclusiveStartKey: first.LastEvaluatedKey });
    const back = query({ ...all, ScanIndexForward: false, ExclusiveStartKey: second.LastEvaluatedKey });

    expect(texts(first)).toEqual(WORDS.slice(0, 4));
    expect(first.LastEvaluatedKey).toEqual({ a: S('h'), b: S('waaz') });
    expect(texts(second)).toEqual(WORDS.slice(4, 8));
    expect(texts(back)).toEqual(WORDS.slice(0, 7).reverse());
    expect(back.LastEvaluatedKey).toBeUndefined();
  });

  test('go on after an item that was deleted meanwhile', () => {
    const { world, query } = createWords();
    const first = query({ ...all, Limit: 4 });
    world.call('DeleteItem', { TableName: 'range', Key: first.LastEvaluatedKey });

    const second = query({ ...all, ExclusiveStartKey: first.LastEvaluatedKey });

    expect(texts(second)).toEqual(WORDS.slice(4));
  });

  test('have a key also when the limit is met by the last item', () => {
    const { query } = createWords();

    expect(query({ ...all, Limit: WORDS.length })).toHaveProperty('LastEvaluatedKey');
    expect(query({ ...all, Limit: WORDS.length + 1 })).not.toHaveProperty('LastEvaluatedKey');
  });

  test('end with the item that goes beyond 1 MB, before filters', () => {
    const world = createWorld();
    for (let index = 0; index < 6; index += 1) {
      world.put('range', { a: S('h'), b: S(`${index}`), big: S('x'.repeat(300_000)) });
    }

    const filter = { FilterExpression: 'attribute_not_exists(big)' };
    const page = world.call('Query', { TableName: 'range', ...all });
    const filtered = world.call('Query', { TableName: 'range', ...all, ...filter });

    expect(page.Count).toBe(4);
    expect(page.LastEvaluatedKey).toEqual({ a: S('h'), b: S('3') });
    expect(filtered).toMatchObject({ Count: 0, ScannedCount: 4, LastEvaluatedKey: { b: S('3') } });
  });

  test('count limits before the filter, answers after it', () => {
    const { query } = createWords();

    const page = query({
      ...all,
      FilterExpression: 'e = :one',
      ExpressionAttributeValues: { ':a': S('h'), ':one': N(1) },
      Limit: 4,
      Select: 'COUNT',
    });

    expect(page).toEqual({ Count: 2, ScannedCount: 4, LastEvaluatedKey: { a: S('h'), b: S('waaz') } });
  });
});

test('a query on the end of a large partition looks at no item before it', () => {
  const world = createWorld();
  for (let index = 0; index < 20_000; index += 1) world.put('number', { p: S('big'), n: N(index) });
  world.put('number', { p: S('small'), n: N(1) });

  const answer = world.call('Query', {
    TableName: 'number',
    KeyConditionExpression: 'p = :p AND n > :n',
    ExpressionAttributeValues: { ':p': S('big'), ':n': N(19_990) },
  });

  expect(answer).toMatchObject({ Count: 9, ScannedCount: 9 });
});

test('what a caller does to an answer or an input changes nothing that is stored', () => {
  const world = createWorld();
  const bytes = Uint8Array.of(1, 2);
  const item = { a: S('x'), l: { L: [S('one')] }, bin: { B: bytes } };
  world.put('hash', item);
  item.l.L.push(S('two'));
  bytes[0] = 9;
  const first = world.get('hash', { a: S('x') });
  (first.bin as { B: Uint8Array }).B[1] = 9;

  expect(world.get('hash', { a: S('x') })).toEqual({
    a: S('x'),
    l: { L: [S('one')] },
    bin: { B: Uint8Array.of(1, 2) },
  });
});
