/** PartiQL: statements that put, change, delete and find items, and those that are refused. */
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { type Attributes, createWorld, N, S, type World } from './world.ts';

const key = (a: string) => ({ a: S(a) });

function execute(world: World, Statement: string, more: Attributes = {}): Attributes {
  return world.call('ExecuteStatement', { Statement, ...more });
}

describe('INSERT', () => {
  test('puts a new item of literals and parameters', () => {
    const world = createWorld();

    const answer = execute(
      world,
      `INSERT INTO "hash" VALUE {'a': ?, 'text': 'it''s', 'n': -1.50, 'yes': TRUE, 'nil': NULL, ` +
        `'l': [1, ?], 's': <<'x', 'y'>>, 'm': {'k': {}}}`,
      { Parameters: [S('x'), { B: Uint8Array.of(1) }] },
    );

    expect(answer).toEqual({ Items: [] });
    expect(world.get('hash', key('x'))).toEqual({
      a: S('x'),
      text: S("it's"),
      n: N('-1.5'),
      yes: { BOOL: true },
      nil: { NULL: true },
      l: { L: [N(1), { B: Uint8Array.of(1) }] },
      s: { SS: ['x', 'y'] },
      m: { M: { k: { M: {} } } },
    });
  });

  test('does not replace an item', () => {
    const world = createWorld();
    world.put('hash', { ...key('x'), v: N(1) });

    const refusal = world.refusal('ExecuteStatement', { Statement: `INSERT INTO hash VALUE {'a': 'x'}` });

    expect(refusal).toMatchObject({
      name: 'DuplicateItemException',
      message: 'Duplicate primary key exists in table',
    });
    expect(world.get('hash', key('x'))).toEqual({ ...key('x'), v: N(1) });
  });
});

describe('UPDATE', () => {
  const ITEM = { ...key('x'), n: N(1), m: { M: { k: S('v') } }, l: { L: [] }, ss: { SS: ['p'] } };

  test.each<readonly [string, Attributes]>([
    ['SET n = 5', { n: N(5) }],
    ["SET n = n + 2 SET m.k = 'w'", { n: N(3), m: { M: { k: S('w') } } }],
    ['SET n=n-2', { n: N(-1) }],
    ['SET l = list_append(l, [1])', { l: { L: [N(1)] } }],
    ["SET ss = set_add(ss, <<'q'>>)", { ss: { SS: ['p', 'q'] } }],
    ["SET ss = set_delete(ss, <<'p'>>)", { ss: undefined }],
    ['SET "dot.ted" = true REMOVE n, m.k', { 'dot.ted': { BOOL: true }, n: undefined, m: { M: {} } }],
  ])('%s', (clauses, changes) => {
    const world = createWorld();
    world.put('hash', ITEM);

    execute(world, `UPDATE "hash" ${clauses} WHERE a = 'x'`);

    const expected = Object.entries({ ...ITEM, ...changes }).filter(([, value]) => value !== undefined);
    expect(world.get('hash', key('x'))).toEqual(Object.fromEntries(expected));
  });

  test('is done only while the rest of its condition holds', () => {
    const world = createWorld();
    world.put('hash', ITEM);
    const Statement = `UPDATE hash SET n = 9 WHERE a = ? AND n < ? AND m.k IS NOT MISSING`;

    execute(world, Statement, { Parameters: [S('x'), N(2)] });
    const refusal = world.refusal('ExecuteStatement', {
      Statement,
      Parameters: [S('x'), N(2)],
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });

    expect(refusal).toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      fields: { Item: { ...ITEM, n: N(9) } },
    });
  });

  test('changes no item that is not there', () => {
    const world = createWorld();

    const refusal = world.refusal('ExecuteStatement', {
      Statement: `UPDATE hash SET n = 9 WHERE a = 'none'`,
    });

    expect(refusal.name).toBe('ConditionalCheckFailedException');
    expect(world.get('hash', key('none'))).toBeUndefined();
  });

  test.each([
    ['ALL OLD', ITEM],
    ['ALL NEW', { ...ITEM, n: N(5) }],
    ['MODIFIED OLD', { n: N(1) }],
    ['MODIFIED NEW', { n: N(5) }],
  ])('gives back %s', (returning, item) => {
    const world = createWorld();
    world.put('hash', ITEM);

    expect(execute(world, `UPDATE hash SET n = 5 WHERE a = 'x' RETURNING ${returning} *`)).toEqual({
      Items: [item],
    });
  });
});

describe('DELETE', () => {
  test('deletes an item, or nothing', () => {
    const world = createWorld();
    world.put('hash', { ...key('x'), v: N(1) });

    const first = execute(world, `DELETE FROM hash WHERE a = 'x' AND v = 1 RETURNING ALL OLD *`);
    const second = execute(world, `DELETE FROM hash WHERE a = 'x'`);

    expect([first, second]).toEqual([{ Items: [{ ...key('x'), v: N(1) }] }, { Items: [] }]);
    expect(world.get('hash', key('x'))).toBeUndefined();
  });
});

describe('SELECT', () => {
  function createItems() {
    const world = createWorld();
    for (const n of [1, 2, 3, 4])
      world.put('number', { p: S('p'), n: N(n), even: { BOOL: n % 2 === 0 }, m: { M: { k: N(-n) } } });
    world.put('number', { p: S('q'), n: N(1) });
    const numbers = (statement: string, more: Attributes = {}) =>
      (execute(world, statement, more).Items as { n: { N: string } }[]).map(({ n }) => Number(n.N));
    return { world, numbers };
  }

  test.each([
    [`WHERE p = 'p'`, [1, 2, 3, 4]],
    [`WHERE p = 'p' AND n = 2`, [2]],
    [`WHERE p = 'p' AND n > 2`, [3, 4]],
    [`WHERE p = 'p' AND n BETWEEN 2 AND 3`, [2, 3]],
    [`WHERE p = 'p' AND even = TRUE`, [2, 4]],
    [`WHERE p = 'p' AND (n = 1 OR n = 4) ORDER BY n DESC`, [4, 1]],
    [`WHERE p = 'p' AND m.k < -3`, [4]],
    [`WHERE p = 'p' AND NOT even = TRUE`, [1, 3]],
    [`WHERE p = 'p' AND n IN [1, 3]`, [1, 3]],
    [`WHERE p = 'q' AND even IS MISSING`, [1]],
    [`WHERE p = 'p' AND p = 'q'`, []],
    [`WHERE p = 'none'`, []],
  ])('%s', (where, expected) => {
    const { numbers } = createItems();

    expect(numbers(`SELECT * FROM number ${where}`)).toEqual(expected);
  });

  test('without a key reads the whole table', () => {
    const { numbers } = createItems();

    expect(numbers('SELECT * FROM "number" WHERE n = 1')).toEqual([1, 1]);
    expect(numbers('SELECT * FROM number')).toHaveLength(5);
  });

  test('names attributes by the last part of their path', () => {
    const { world } = createItems();

    const answer = execute(world, `SELECT n, m.k FROM number WHERE p = ? AND n = ?`, {
      Parameters: [S('p'), N(2)],
    });

    expect(answer).toEqual({ Items: [{ n: N(2), k: N(-2) }] });
  });

  test('goes on with its token', () => {
    const { world } = createItems();
    const input = { Statement: `SELECT * FROM number WHERE p = 'p'`, Limit: 3 };

    const first = world.call('ExecuteStatement', input);
    const second = world.call('ExecuteStatement', { ...input, NextToken: first.NextToken });

    expect([first.Items, second.Items].map((items) => (items as unknown[]).length)).toEqual([3, 1]);
    expect(second.NextToken).toBeUndefined();
  });

  test('reads an index', () => {
    const world = createWorld();
    world.put(
      'range',
      { a: S('1'), b: S('x'), c: S('one'), d: S('d'), e: S('e') },
      { a: S('2'), b: S('x'), c: S('two') },
    );

    const answer = execute(world, `SELECT a, e FROM "range"."globalsome" WHERE c = 'one'`);

    expect(answer).toEqual({ Items: [{ a: S('1'), e: S('e') }] });
  });
});

describe('a batch of statements', () => {
  test('carries out each on its own and says which failed', () => {
    const world = createWorld();
    world.put('hash', { ...key('x'), v: N(1) });

    const batch = (...Statements: readonly object[]) =>
      world.call('BatchExecuteStatement', { Statements }).Responses;
    const reads = batch(
      { Statement: `SELECT * FROM hash WHERE a = ?`, Parameters: [S('x')] },
      { Statement: `SELECT * FROM none WHERE a = 'x'` },
      { Statement: `SLECT` },
      { Statement: `SELECT * FROM hash WHERE v = 1` },
    );
    const writes = batch(
      { Statement: `INSERT INTO hash VALUE {'a': 'x'}` },
      { Statement: `UPDATE hash SET v = 2 WHERE a = 'x' AND v = 5` },
      { Statement: `DELETE FROM hash WHERE a = 'x' RETURNING ALL OLD *` },
    );

    const failed = (Code: string, Message: string) => ({ Error: { Code, Message } });
    expect(reads).toEqual([
      { TableName: 'hash', Item: { ...key('x'), v: N(1) } },
      failed('ResourceNotFound', 'Requested resource not found'),
      failed(
        'ValidationError',
        "Statement wasn't well formed, can't be processed: Expected data manipulation",
      ),
      failed(
        'ValidationError',
        'Select statements within BatchExecuteStatement must specify the primary key in the where clause.',
      ),
    ]);
    expect(writes).toEqual([
      failed('DuplicateItem', 'Duplicate primary key exists in table'),
      failed('ConditionalCheckFailed', 'The conditional request failed'),
      { TableName: 'hash', Item: { ...key('x'), v: N(1) } },
    ]);
  });

  test('only reads or only writes', () => {
    const world = createWorld();

    const refusal = world.refusal('BatchExecuteStatement', {
      Statements: [
        { Statement: `SELECT * FROM hash WHERE a = 'x'` },
        { Statement: `INSERT INTO hash VALUE {'a': 'x'}` },
      ],
    });

    expect(refusal.name).toBe('ValidationException');
    expect(refusal.message).toContain('either read statements or write statements');
    expect(world.get('hash', key('x'))).toBeUndefined();
  });

  test('of nothing is refused', () => {
    const refusal = createWorld().refusal('BatchExecuteStatement', { Statements: [] });

    expect(refusal).toBeInstanceOf(ServiceError);
    expect(refusal.message).toBe(
      "1 validation error detected: Value '[]' at 'statements' failed to satisfy constraint: " +
        'Member must have length greater than or equal to 1',
    );
  });
});
