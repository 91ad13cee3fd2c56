/** Which writes share a call, and what becomes of those that the call does not carry out. */
import { expect, test } from 'vitest';
import type { Call } from '../../lib/aws/call.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { change, createStatements, insertion, type Statement } from '../../lib/aws/statements.ts';
import { LEASE, standard } from '../conformance/runs-world.ts';

const statement = (key: string, text = 'x'): Statement => ({ key, text, parameters: [{ S: text }] });

interface Answer {
  readonly Error?: { readonly Code: string };
}

/** DynamoDB as these tests need it: answers by statement, and how many statements each call had. */
function createWorld(answer: (index: number) => Answer = () => ({})) {
  const sizes: number[] = [];
  const single: string[] = [];
  const call = async (_service: string, operation: string, input: object): Promise<object> => {
    if (operation === 'UpdateItem') single.push(JSON.stringify(input));
    if (operation !== 'BatchExecuteStatement') return { Attributes: {} };
    const { Statements } = input as { readonly Statements: readonly object[] };
    sizes.push(Statements.length);
    return { Responses: Statements.map((_, index) => answer(index)) };
  };
  // The stub answers the two operations that are called here.
  return { sizes, single, call: call as unknown as Call };
}

test('writes of one moment share calls of at most 25 statements', async () => {
  const { sizes, call } = createWorld();
  const execute = createStatements(call);

  const done = await Promise.all(
    Array.from({ length: 60 }, (_, index) => execute(statement(`run#${index}`))),
  );

  expect(done.every((one) => one)).toBe(true);
  expect(sizes).toEqual([25, 25, 10]);
});

test('one that is alone, large, or of an item that the call writes already goes by itself', async () => {
  const { sizes, call } = createWorld();
  const execute = createStatements(call);

  const alone = await execute(statement('run#1'));
  const large = statement('run#4', 'x'.repeat(20_000));
  const some = [statement('run#1'), statement('run#2'), statement('run#2'), large];

  expect(alone).toBe(false);
  expect(await Promise.all(some.map(execute))).toEqual([true, true, false, false]);
  expect(sizes).toEqual([2]);
});

test('what a statement answers counts for it alone', async () => {
  const codes = ['', 'ConditionalCheckFailed', 'ThrottlingError', 'DuplicateItem'];
  const world = createWorld((index) => (codes[index] ? { Error: { Code: codes[index] } } : {}));
  const execute = createStatements(world.call);
  const all = ['run#1', 'run#2', 'run#3', 'run#4'].map((key) => statement(key));

  expect(await Promise.all(all.map(execute))).toEqual([true, false, false, false]);
  expect(await Promise.all(all.map(execute))).toEqual([true, false, false, false]);
  expect(world.sizes).toEqual([4, 4]);
});

test.each(['AccessDenied', 'ValidationError'])('after %s no other is tried in this process', async (Code) => {
  const { sizes, call } = createWorld(() => ({ Error: { Code } }));
  const execute = createStatements(call);
  const all = ['run#1', 'run#2'].map((key) => statement(key));

  await Promise.all(all.map(execute));
  const again = await Promise.all(all.map(execute));

  expect(again).toEqual([false, false]);
  expect(sizes).toEqual([2]);
});

test('a call that fails as a whole leaves every write to be made by itself', async () => {
  let single = 0;
  const failing = async (_service: string, operation: string): Promise<object> => {
    if (operation === 'BatchExecuteStatement') throw Object.assign(new Error('no'), { name: 'TimeoutError' });
    single += 1;
    return { Attributes: {} };
  };
  // As above.
  const runs = createRuns(failing as unknown as Call, 'runs');
  const claim = (id: string) => runs.claim({ ...standard, id, first: true }, `owner of ${id}`, LEASE);

  const outcomes = await Promise.all([claim('a'), claim('b'), claim('c')]);

  expect(outcomes.map(({ kind }) => kind)).toEqual(['claimed', 'claimed', 'claimed']);
  expect(single).toBe(3);
});

test('statements name every attribute in quotes and every value by a parameter', () => {
  const key = { pk: { S: 'run#1' }, sk: { S: 'run' } };
  const update = { set: ['#state = :ended, #ends = :one'], remove: ['#owner'], values: {} };
  const values = { ':ended': { S: 'SUCCESS' }, ':one': { N: '1' } };

  const put = insertion('runs', key, { state: { S: 'STARTED' } });
  const changed = change('runs', key, { ...update, values }, { owner: { S: 'w1' } });

  expect(put).toEqual({
    key: 'run#1',
    text: `INSERT INTO "runs" VALUE {'pk': ?, 'sk': ?, 'state': ?}`,
    parameters: [{ S: 'run#1' }, { S: 'run' }, { S: 'STARTED' }],
  });
  expect(changed).toEqual({
    key: 'run#1',
    text:
      'UPDATE "runs" SET "state" = ?, "ends" = ? REMOVE "owner" ' +
      'WHERE "pk" = ? AND "sk" = ? AND "owner" = ?',
    parameters: [{ S: 'SUCCESS' }, { N: '1' }, { S: 'run#1' }, { S: 'run' }, { S: 'w1' }],
  });
});
