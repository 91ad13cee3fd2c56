import { expect, test } from 'vitest';
import { groupError, inputOf, joinResults } from '../../../lib/core/workflow/outcome.ts';
import { fromWireError } from '../../../lib/errors.ts';
import { task } from './plans.ts';

test('a signature ignores the result before it', () => {
  expect(inputOf({ ...task('a'), input: 1 }, { other: 2 })).toBe(1);
});

test('a step takes the result before it, also one that is nothing', () => {
  expect(inputOf({ ...task('a'), takes: true }, [1, 2])).toEqual([1, 2]);
  expect(inputOf({ ...task('a'), takes: true }, undefined)).toBeUndefined();
});

test('what is fixed is joined with the result before it, and wins', () => {
  const node = { ...task('ship'), takes: true, fixed: { carrier: 'dhl' } };

  expect(inputOf(node, { orderId: 'o1', carrier: 'posten' })).toEqual({ orderId: 'o1', carrier: 'dhl' });
  expect(inputOf(node, null)).toEqual({ carrier: 'dhl' });
});

test.each([
  [[], []],
  [
    ['1', undefined, '{"a":[]}'],
    [1, null, { a: [] }],
  ],
])('the results %j are the list %j', (results, list) => {
  expect(JSON.parse(joinResults(results))).toEqual(list);
});

test('the failure of a group says which member it was, and brings its error along', () => {
  const error = { code: 'BOOM', name: 'Error', message: 'no card' };

  const told = groupError({ id: 'id-1', path: '0.3', task: 'charge', ended: { state: 'FAILURE', error } });

  const thrown = fromWireError(told);
  expect(thrown).toMatchObject({ code: 'GROUP_MEMBER_FAILED', name: 'TaskError', cause: { code: 'BOOM' } });
  expect(thrown.message).toBe(
    "member 0.3 of the group, task 'charge' (id-1), did not succeed: Error: no card",
  );
});

test('a member that was revoked says so', () => {
  const told = groupError({ id: 'i', path: '1', task: 'a', ended: { state: 'REVOKED', reason: 'expired' } });

  expect(told.message).toBe("member 1 of the group, task 'a' (i), did not succeed: expired");
  expect(told.cause).toBeUndefined();
});
