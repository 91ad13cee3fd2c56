/**
 * Whose calls the parts of a plan are, so that an app finds the tasks of the workflows that its schedules
 * send. As with signatures, a task is no member of the data: a plan that is stored holds its name only.
 */
import { nodesOf } from '../core/workflow/path.ts';
import type { Plan, TaskPlan } from '../core/workflow/plan.ts';
import type { AnyTask } from './task.ts';

const called = new WeakMap<Plan, AnyTask>();

/** Remembers whose call a part is; of one without a task there is nothing to remember. */
export function callOf(plan: TaskPlan, task: AnyTask | undefined): TaskPlan {
  if (task !== undefined) called.set(plan, task);
  return plan;
}

/** A part with more members; it is still the call of the same task. */
export function partWith(plan: Plan, more: Pick<Plan, 'links' | 'errorLinks'>): Plan {
  const next = { ...plan, ...more };
  const task = called.get(plan);
  if (task !== undefined) called.set(next, task);
  return next;
}

/** The tasks that a workflow calls, each once; not those of a plan that was read or written by hand. */
export function tasksIn(plan: Plan): readonly AnyTask[] {
  return [...new Set([...nodesOf(plan)].flatMap(([, node]) => called.get(node) ?? []))];
}
