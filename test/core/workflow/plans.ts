/** Plans for tests. */
import fc from 'fast-check';
import type { Plan, TaskPlan } from '../../../lib/core/workflow/plan.ts';

/** A call of a task that takes nothing from before. */
export function task(name: string): TaskPlan {
  return { kind: 'task', task: name, options: {} };
}

/** Plans nested at will. */
export function plans(): fc.Arbitrary<Plan> {
  const { plan } = fc.letrec<{ plan: Plan; inner: Plan }>((tie) => {
    const some = fc.array(tie('plan'), { maxLength: 3 });
    const step = fc.array(tie('plan'), { minLength: 1, maxLength: 3 });
    const links = fc.array(fc.constant(task('link')), { maxLength: 2 });
    const leaf = fc.record({
      kind: fc.constant('task' as const),
      task: fc.constantFrom('a', 'b', 'c'),
      options: fc.constant({}),
      links,
      errorLinks: links,
    });
    return {
      plan: fc.oneof({ depthSize: 'small' }, leaf, tie('inner')),
      inner: fc.oneof(
        fc.record({ kind: fc.constant('chain' as const), steps: step, links }),
        fc.record({ kind: fc.constant('group' as const), members: some, errorLinks: links }),
      ),
    };
  });
  return plan;
}
