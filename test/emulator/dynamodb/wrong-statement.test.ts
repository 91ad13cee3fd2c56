/** PartiQL statements that are refused, and never anything worse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { createWorld, S } from './world.ts';

describe('a statement', () => {
  const MALFORMED = "Statement wasn't well formed, can't be processed: ";
  const INVALID = 'One or more parameter values were invalid: ';
  // Recorded from AWS by github.com/nubo-db/dynamodb-conformance, but for the details behind "processed: ".
  test.each([
    ['SLECT * FROM hash', `${MALFORMED}Expected data manipulation`],
    ['SELECT * FROM "hash', `${MALFORMED}Unexpected character "`],
    ['SELECT * FROM hash WHERE', `${MALFORMED}Expected identifier, got <EOF>`],
    ['SELECT * FROM hash WHERE a', `${MALFORMED}Expected comparison, got <EOF>`],
    ['SELECT * FROM "" WHERE a = 1', 'Path component cannot be an empty string'],
    ['SELECT * FROM "range"."global"."x"', 'A path may contain at most 2 components in the FROM clause'],
    ['SELECT * FROM "range"."none" WHERE a = 1', 'The table does not have the specified index'],
    [
      `SELECT a FROM "range"."globalsome" WHERE c = 'y' AND f = 'z'`,
      `${INVALID}Secondary index globalsome does not project one or more filter attributes: [f]`,
    ],
    [
      `SELECT f FROM "range"."globalsome" WHERE c = 'y'`,
      `${INVALID}Global secondary index globalsome does not project [f]`,
    ],
    [
      'UPDATE hash SET v = 1 WHERE v = 2',
      'Where clause does not contain a mandatory equality on all key attributes',
    ],
    [
      `UPDATE hash SET a = 'y' WHERE a = 'x'`,
      `${INVALID}Cannot update attribute a. This attribute is part of the key`,
    ],
    [
      `DELETE FROM hash WHERE a = 'x' RETURNING MODIFIED OLD *`,
      'Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL ' +
        'OLD * is allowed in DELETE statements.',
    ],
    ['SELECT * FROM hash WHERE a = ?', "Number of parameters in request and statement don't match."],
  ])('%s is refused', (Statement, message) => {
    const refusal = createWorld().refusal('ExecuteStatement', { Statement });

    expect(refusal).toMatchObject({ name: 'ValidationException', message });
  });

  // "A hash key or a sort key used to order returned results" (PartiQL select statements); words are a guess.
  test.each([
    ['', 'ValidationException', 'Must have WHERE clause in the statement when using ORDER BY clause.'],
    [
      `WHERE f = 'x'`,
      'ValidationException',
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    ],
    [
      `WHERE a IN ['x', 'y']`,
      'NotImplementedException',
      'ORDER BY without an equality on the hash key is not served by the emulated DynamoDB',
    ],
  ])('%s cannot be ordered', (where, name, message) => {
    const Statement = `SELECT * FROM "range" ${where} ORDER BY b DESC`;

    const refusal = createWorld().refusal('ExecuteStatement', { Statement });

    expect(refusal).toMatchObject({ name, message });
  });

  test('that orders a truth is refused', () => {
    const refusal = createWorld().refusal('ExecuteStatement', {
      Statement: `SELECT * FROM hash WHERE a = 'x' AND v < ?`,
      Parameters: [{ BOOL: true }],
    });

    expect(refusal.message).toBe(
      'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
    );
  });

  test('of random pieces is carried out or refused by DynamoDB', () => {
    const pieces = [
      'SELECT ',
      '*',
      ' FROM hash ',
      ' WHERE ',
      'a',
      '=',
      "'x'",
      '(',
      ')',
      ' AND ',
      ' NOT ',
      '?',
      '[',
      '{',
      "'a':",
    ];
    const more = [
      'UPDATE hash ',
      ' SET ',
      ' REMOVE ',
      'INSERT INTO hash VALUE ',
      'DELETE ',
      '<<',
      '>>',
      '1',
      ',',
      '"',
      'size(',
    ];
    const text = fc
      .array(fc.constantFrom(...pieces, ...more), { maxLength: 30 })
      .map((parts) => parts.join(''));
    const deep = fc
      .constantFrom('[', '(', '{', 'size(', ' NOT ')
      .map((piece) => `SELECT * FROM hash WHERE a = ${piece.repeat(1000)}`);
    const world = createWorld();
    fc.assert(
      fc.property(
        fc.oneof({ weight: 20, arbitrary: text }, deep, fc.string({ unit: 'binary' })),
        (Statement) => {
          try {
            world.call('ExecuteStatement', {
              Statement,
              ...(Statement.includes('?') ? { Parameters: [S('x')] } : {}),
            });
          } catch (error) {
            if (!(error instanceof ServiceError)) throw error;
            expect(error.status).toBe(400);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('on no table is refused', () => {
    const refusal = createWorld().refusal('ExecuteStatement', {
      Statement: `SELECT * FROM none WHERE a = 'x'`,
    });

    expect(refusal).toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found',
    });
  });

  test('on a global index cannot be consistent', () => {
    const refusal = createWorld().refusal('ExecuteStatement', {
      Statement: `SELECT * FROM "range"."global" WHERE c = 'x'`,
      ConsistentRead: true,
    });

    expect(refusal.message).toBe('Strongly consistent read is not supported on Global Secondary Indexes');
  });

  test('in a transaction is not served', () => {
    const refusal = createWorld().refusal('ExecuteTransaction', {});

    expect(refusal.message).toBe('the operation ExecuteTransaction is not served by the emulated DynamoDB');
  });
});
