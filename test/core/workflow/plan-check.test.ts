import { expect, test } from 'vitest';
import { PLAN_DEPTH_MAX } from '../../../lib/core/limits.ts';
import type { Plan } from '../../../lib/core/workflow/plan.ts';
import { type PlanProblem, planProblem } from '../../../lib/core/workflow/plan-check.ts';
import { task } from './plans.ts';

const TASKS: Readonly<Record<string, { readonly result: boolean }>> = {
  a: { result: true },
  b: { result: true },
  quiet: { result: false },
};

function check(plan: Plan): PlanProblem | undefined {
  return planProblem(plan, (name) => TASKS[name]);
}

const taking = (name: string): Plan => ({ ...task(name), takes: true });

test.each<[string, Plan]>([
  ['one task', task('a')],
  ['a chain whose later steps take', { kind: 'chain', steps: [task('a'), taking('b')] }],
  ['an empty group', { kind: 'group', members: [] }],
  ['a chord of nothing', { kind: 'chain', steps: [{ kind: 'group', members: [] }, taking('a')] }],
  [
    'a group in the middle, all of whose members take',
    { kind: 'chain', steps: [task('a'), { kind: 'group', members: [taking('a'), taking('b')] }] },
  ],
])('%s can be carried out', (_, plan) => {
  expect(check(plan)).toBeUndefined();
});

test.each<[string, Plan, Partial<PlanProblem>]>([
  [
    'an unknown task',
    { kind: 'group', members: [task('a'), task('z')] },
    { code: 'UNKNOWN_TASK', path: '1' },
  ],
  [
    'a task without result',
    { kind: 'chain', steps: [task('quiet')] },
    { code: 'RESULT_NOT_KEPT', path: '0' },
  ],
  [
    'a link without result, which could run twice',
    { ...task('a'), links: [{ ...task('quiet'), takes: true }] },
    { code: 'RESULT_NOT_KEPT', path: 'l0' },
  ],
  ['a chain of nothing', { kind: 'group', members: [{ kind: 'chain', steps: [] }] }, { code: 'EMPTY_CHAIN' }],
  [
    'a first step that takes',
    { kind: 'chain', steps: [{ kind: 'group', members: [task('a'), taking('b')] }] },
    { code: 'NOTHING_TO_TAKE', path: '0.1' },
  ],
  ['an unknown link', { ...task('a'), errorLinks: [task('z')] }, { code: 'UNKNOWN_TASK', path: 'e0' }],
])('%s is refused', (_, plan, problem) => {
  expect(check(plan)).toMatchObject(problem);
});

test('a workflow may be nested so deep and no deeper', () => {
  const nested = (depth: number): Plan =>
    depth === 0 ? task('a') : { kind: 'chain', steps: [nested(depth - 1)] };

  expect(check(nested(PLAN_DEPTH_MAX))).toBeUndefined();
  expect(check(nested(PLAN_DEPTH_MAX + 1))).toMatchObject({ code: 'TOO_LARGE' });
});

test('a problem says where it is and what to do', () => {
  expect(check({ kind: 'chain', steps: [task('quiet')] })?.message).toBe(
    "the workflow's part 0 calls 'quiet', which keeps no result (result: false); what follows in the " +
      'workflow reads it, and only a record lets it run once, so remove that option',
  );
});
