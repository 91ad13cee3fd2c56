import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonProblem } from '../../lib/core/json.ts';

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

test.each([
  ['a Map', { a: new Map() }, 'input.a', 'Map'],
  ['a Set', [new Set()], 'input[0]', 'Set'],
  ['a bigint', { a: { b: 1n } }, 'input.a.b', 'bigint'],
  ['a function', { a: () => 1 }, 'input.a', 'function'],
  ['a symbol', Symbol('x'), 'input', 'symbol'],
  ['undefined in a list', [1, undefined], 'input[1]', 'undefined'],
  ['NaN', { a: Number.NaN }, 'input.a', 'NaN'],
  ['bytes', { a: new Uint8Array(1) }, 'input.a', 'Uint8Array'],
  ['a promise', { a: Promise.resolve() }, 'input.a', 'Promise'],
  ['a cycle', cycle, 'input.self', 'a cycle'],
  ['an invalid date', { at: new Date(Number.NaN) }, 'input.at', 'an invalid date'],
])('%s is found with its path', (_, value, path, found) => {
  expect(jsonProblem(value)).toEqual({ path, found });
});

test('what has no problem comes back from JSON as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonProblem(value)).toBeUndefined();
    }),
  );
});

test('dates and undefined members travel', () => {
  expect(jsonProblem({ at: new Date(0), left: undefined })).toBeUndefined();
});

test('the same object twice is no cycle', () => {
  const shared = { a: 1 };

  expect(jsonProblem({ first: shared, second: shared, list: [shared, shared] })).toBeUndefined();
});
