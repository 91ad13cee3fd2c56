import { expect, test } from 'vitest';
import { describePlan, firstTasks } from '../../../lib/core/workflow/describe-plan.ts';
import type { Plan } from '../../../lib/core/workflow/plan.ts';
import { task } from './plans.ts';

const chain = (...steps: Plan[]): Plan => ({ kind: 'chain', steps });
const group = (...members: Plan[]): Plan => ({ kind: 'group', members });
const each = (count: number): Plan => ({ ...task('a'), each: true, input: Array(count).fill(1) });
const many = (count: number, of: (index: number) => Plan): Plan[] =>
  Array.from({ length: count }, (_, index) => of(index));
const nested = (depth: number): Plan => (depth === 0 ? task('a') : chain(task('b'), nested(depth - 1)));

test.each<[Plan, string]>([
  [task('a'), 'a'],
  [chain(task('a'), task('b')), 'a → b'],
  [chain(group(...many(40, () => task('a'))), task('b')), '40 × a → b'],
  [group(task('a'), task('b')), 'a + b'],
  [chain(group(task('a'), task('b')), task('c')), '(a + b) → c'],
  [group(...many(8, (index) => task(`t${index}`))), 't0 + t1 + t2 + t3 + t4 + 3 more'],
  [group(...many(8, (index) => task(index < 7 ? 'a' : 'b'))), 'a + a + a + a + a + 3 more'],
  [chain(...many(8, (index) => task(`t${index}`))), 't0 → t1 → t2 → t3 → t4 → …'],
  [each(3), '3 × a'],
  [group(each(100), each(100)), '2 × 100 × a'],
  [group(...many(6, (index) => each(index < 5 ? 9 : 2))), `${'9 × a + '.repeat(5)}1 more`],
  [chain(group(), task('a')), 'nothing → a'],
  [nested(6), 'b → (b → (b → (b → …)))'],
])('%j is said in one line', (plan, text) => {
  expect(describePlan(plan)).toBe(text);
});

test('a workflow begins with the first step of a chain and all members of a group', () => {
  const plan = group(chain(task('a'), task('b')), chain(group(task('c'), task('d')), task('e')));

  expect(firstTasks(plan)).toEqual(['a', 'c', 'd']);
});
