import { expect, test } from 'vitest';
import { advance, type NodeEnd } from '../../../lib/core/workflow/advance.ts';
import type { Plan } from '../../../lib/core/workflow/plan.ts';
import { task } from './plans.ts';

const SUCCESS: NodeEnd = { state: 'SUCCESS' };
const FAILURE: NodeEnd = { state: 'FAILURE', failedPath: '0' };
const CHAIN: Plan = { kind: 'chain', steps: [task('a'), task('b')] };
const GROUP: Plan = { kind: 'group', members: [task('a'), task('b'), task('c')] };

test('the step after one that has succeeded starts with its result', () => {
  expect(advance('3.0', task('a'), CHAIN, SUCCESS)).toEqual([{ kind: 'start', path: '3.1', inputOf: '3.0' }]);
});

test('a chain ends as its last step does', () => {
  expect(advance('3.1', task('b'), CHAIN, SUCCESS)).toEqual([
    { kind: 'end', path: '3', resultOf: '3.1', end: SUCCESS },
  ]);
});

test.each(['FAILURE', 'REVOKED'] as const)('a step that ends as %s stops its chain', (state) => {
  const end = { state, failedPath: '3.0' };

  expect(advance('3.0', task('a'), CHAIN, end)).toEqual([{ kind: 'end', path: '3', resultOf: '3.0', end }]);
});

test.each([SUCCESS, FAILURE])('a member is counted in its group, however it has ended: $state', (end) => {
  expect(advance('2', task('c'), GROUP, end)).toEqual([{ kind: 'count', path: '', index: 2, members: 3 }]);
});

test('the end of the root is the end of the workflow', () => {
  expect(advance('', task('a'), undefined, SUCCESS)).toEqual([
    { kind: 'finish', resultOf: '', end: SUCCESS },
  ]);
});

test('links follow a success, error links a failure, both last, and nothing follows from theirs', () => {
  const node = { links: [task('x'), task('y')], errorLinks: [task('z')] };

  expect(advance('0', node, CHAIN, SUCCESS)).toEqual([
    { kind: 'start', path: '1', inputOf: '0' },
    { kind: 'link', path: '0.l0', inputOf: '0' },
    { kind: 'link', path: '0.l1', inputOf: '0' },
  ]);
  expect(advance('0', node, CHAIN, FAILURE)).toEqual([
    { kind: 'end', path: '', resultOf: '0', end: FAILURE },
    { kind: 'tell', path: '0.e0', failureOf: '0' },
  ]);
  expect(advance('0.l0', task('x'), task('a'), SUCCESS)).toEqual([]);
  expect(advance('0.e0', task('z'), task('a'), FAILURE)).toEqual([]);
});
