/** What every comparator, keyword and function of a condition means, for values of every type. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { B, createWorld, N, S } from './world.ts';

const ITEM = {
  a: S('x'),
  s: S('banana'),
  wide: S('é'),
  n: N('10'),
  neg: N('-1.5'),
  bin: B(1, 2, 3),
  yes: { BOOL: true },
  nil: { NULL: true },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2.5'] },
  bs: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
  l: { L: [S('one'), N('2'), { M: { deep: S('er') } }] },
  m: { M: { k: S('v'), n: N('7'), 'dot.ted': S('d') } },
};

/** Whether a put under this condition is done. */
function isTrue(
  ConditionExpression: string,
  values: Record<string, unknown> = {},
  names: object = {},
): boolean {
  const world = createWorld();
  world.put('hash', ITEM);
  const given = Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values };
  const named = Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names };
  try {
    world.call('PutItem', { TableName: 'hash', Item: ITEM, ConditionExpression, ...given, ...named });
    return true;
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

type Row = readonly [expression: string, value: unknown, expected: boolean];

function table(rows: readonly Row[]): void {
  test.each(rows)('%s with :v = %j is %s', (expression, value, expected) => {
    expect(isTrue(expression, value === undefined ? {} : { ':v': value })).toBe(expected);
  });
}

describe('equality', () => {
  table([
    ['s = :v', S('banana'), true],
    ['s = :v', S('Banana'), false],
    ['n = :v', N('10.00'), true],
    ['n = :v', S('10'), false],
    ['bin = :v', B(1, 2, 3), true],
    ['yes = :v', { BOOL: true }, true],
    ['yes = :v', { BOOL: false }, false],
    ['nil = :v', { NULL: true }, true],
    ['ss = :v', { SS: ['b', 'a'] }, true],
    ['ss = :v', { SS: ['a'] }, false],
    ['ns = :v', { NS: ['2.50', '1'] }, true],
    ['bs = :v', { BS: [Uint8Array.of(2), Uint8Array.of(1)] }, true],
    ['l = :v', ITEM.l, true],
    ['l = :v', { L: [N('2'), S('one')] }, false],
    ['m = :v', { M: { n: N('7'), 'dot.ted': S('d'), k: S('v') } }, true],
    ['m = :v', { M: { k: S('v') } }, false],
    ['absent = :v', S('x'), false],
    ['s <> :v', S('apple'), true],
    ['s <> :v', S('banana'), false],
    ['s <> :v', N('1'), true],
    ['absent <> :v', S('x'), true],
    [':v = s', S('banana'), true],
  ]);
});

describe('order', () => {
  table([
    ['n > :v', N('9'), true],
    ['n > :v', N('10'), false],
    ['n >= :v', N('10'), true],
    ['n < :v', N('10.0001'), true],
    ['n <= :v', N('9.9999'), false],
    ['neg < :v', N('-1'), true],
    ['neg > :v', N('-20'), true],
    ['s > :v', S('apple'), true],
    ['s < :v', S('banan'), false],
    ['s < :v', S('z'), true],
    ['bin > :v', B(1, 2), true],
    ['bin < :v', B(200), true],
    ['n > :v', S('1'), false],
    ['n < :v', S('1'), false],
    ['absent < :v', N('1'), false],
    ['yes > neg', undefined, false],
    ['n between neg and :v', N('10'), true],
    ['n between neg and :v', N('9'), false],
    ['s in (a, :v)', S('banana'), true],
    ['s in (:v)', S('apple'), false],
    ['absent in (:v)', S('apple'), false],
  ]);

  test('of texts is that of their UTF-8 bytes, not of JavaScript', () => {
    const [low, high] = ['\uffee', '\u{1f600}'];

    expect(isTrue(':a < :b', { ':a': S(low), ':b': S(high) })).toBe(true);
  });
});

describe('functions', () => {
  table([
    ['attribute_exists(s)', undefined, true],
    ['attribute_exists(m.k)', undefined, true],
    ['attribute_exists(m.z)', undefined, false],
    ['attribute_exists(l[2].deep)', undefined, true],
    ['attribute_exists(l[3])', undefined, false],
    ['attribute_exists(s.k)', undefined, false],
    ['attribute_not_exists(absent)', undefined, true],
    ['attribute_not_exists(s)', undefined, false],
    ['attribute_type(n, :v)', S('N'), true],
    ['attribute_type(n, :v)', S('S'), false],
    ['attribute_type(l, :v)', S('L'), true],
    ['attribute_type(m, :v)', S('M'), true],
    ['attribute_type(nil, :v)', S('NULL'), true],
    ['attribute_type(absent, :v)', S('S'), false],
    ['begins_with(s, :v)', S('ban'), true],
    ['begins_with(s, :v)', S('an'), false],
    ['begins_with(s, :v)', S(''), true],
    ['begins_with(bin, :v)', B(1, 2), true],
    ['begins_with(bin, :v)', B(2), false],
    ['begins_with(n, s)', undefined, false],
    ['contains(s, :v)', S('nan'), true],
    ['contains(s, :v)', N('1'), false],
    ['contains(bin, :v)', B(2, 3), true],
    ['contains(ss, :v)', S('b'), true],
    ['contains(ss, :v)', S('c'), false],
    ['contains(ns, :v)', N('2.50'), true],
    ['contains(bs, :v)', B(2), true],
    ['contains(l, :v)', N('2.0'), true],
    ['contains(l, :v)', { M: { deep: S('er') } }, true],
    ['contains(l, :v)', S('er'), false],
    ['contains(m, :v)', S('k'), false],
    ['contains(absent, :v)', S('k'), false],
    ['size(s) = :v', N('6'), true],
    ['size(bin) = :v', N('3'), true],
    ['size(ss) = :v', N('2'), true],
    ['size(l) = :v', N('3'), true],
    ['size(m) > :v', N('2'), true],
    ['size(n) > :v', N('0'), false],
    ['size(absent) < :v', N('9'), false],
    ['size(s) between :v and n', N('6'), true],
  ]);
});

describe('logic', () => {
  test.each([
    ['s = s2 or n > neg', true],
    ['s = s2 and n > neg', false],
    ['not s = s2', true],
    ['NOT (n > neg)', false],
    ['n > neg or s = s2 and s = s3', true],
    ['(n > neg or s = s2) and s = s3', false],
    ['not n > neg or n > neg', true],
    ['not not n > neg', true],
    ['n > neg AND neg < n AnD attribute_exists(m)', true],
    ['(n) > (neg)', true],
  ])('%s is %s', (expression, expected) => {
    expect(isTrue(expression)).toBe(expected);
  });

  test('names reach attributes that no expression could name', () => {
    expect(isTrue('#m.#d = :v', { ':v': S('d') }, { '#m': 'm', '#d': 'dot.ted' })).toBe(true);
  });
});

describe('random text', () => {
  const PIECES = [
    'a',
    'n',
    ':v',
    '#n',
    '(',
    ')',
    '[0]',
    '.',
    ',',
    '=',
    '<>',
    '<',
    '+',
    '-',
    ' and ',
    ' or ',
    ' not ',
  ];
  const WORDS = [
    ' between ',
    ' in ',
    'size(',
    'contains(',
    'attribute_exists(',
    'set ',
    'remove ',
    'add ',
    '"',
    '1',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.constantFrom(...PIECES, ...WORDS), { maxLength: 40 }).map((parts) => parts.join('')),
  );

  test.each(['ConditionExpression', 'UpdateExpression', 'ProjectionExpression', 'KeyConditionExpression'])(
    'as %s is either an expression or refused by DynamoDB, never anything else',
    (parameter) => {
      const world = createWorld();
      const placeholders = {
        ExpressionAttributeNames: { '#n': 'n' },
        ExpressionAttributeValues: { ':v': N('1') },
      };
      const read = parameter === 'ProjectionExpression';
      const operation = parameter === 'KeyConditionExpression' ? 'Query' : read ? 'GetItem' : 'UpdateItem';
      const key = operation === 'Query' ? {} : { Key: { a: S('x') } };
      const given = read ? { ExpressionAttributeNames: { '#n': 'n' } } : placeholders;
      fc.assert(
        fc.property(text, (expression) => {
          try {
            world.call(operation, { TableName: 'hash', ...key, ...given, [parameter]: expression });
          } catch (error) {
            if (!(error instanceof ServiceError)) throw error;
            expect(['ValidationException', 'ConditionalCheckFailedException']).toContain(error.name);
          }
        }),
        { numRuns: 1000 },
      );
    },
  );
});
