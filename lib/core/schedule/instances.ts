/**
 * `maxInstances`: how many runs of a schedule may be under way. Each run that was let go leaves a lease under
 * its fire's id; a lease is over when the run's record says that it has ended, or, where no record says
 * anything (the worker has not got to it, or the record is gone), when its time is.
 */
import { INSTANCE_MS_MAX, WORKFLOW_DEADLINE_MS_MAX } from '../limits.ts';
import { isFinal, type TaskState } from '../task-state.ts';
import type { ScheduledCall } from './spec.ts';

/** A run that was let go. */
export interface Instance {
  readonly id: string;
  /** When its lease is over, unless its record says that it has ended before. */
  readonly until: number;
  /** The same where there is a record that says that it goes on: workflows may take longer. */
  readonly untilEnd?: number;
}

/** The lease of a run that is let go now. */
export function leaseOf(call: ScheduledCall, id: string, now: number): Instance {
  const until = now + INSTANCE_MS_MAX;
  if (call.kind !== 'workflow') return { id, until };
  // At its deadline a workflow is ended, whatever has become of its parts.
  const untilEnd = Math.max(until, now + (call.deadlineMs ?? WORKFLOW_DEADLINE_MS_MAX));
  return { id, until, untilEnd };
}

export type Admission =
  | { readonly kind: 'admitted'; readonly instances: readonly Instance[] }
  | { readonly kind: 'full'; readonly instances: readonly Instance[] };

/** The leases that still hold, given what the records of their runs say. */
export function holding(
  instances: readonly Instance[],
  states: ReadonlyMap<string, TaskState>,
  now: number,
): readonly Instance[] {
  return instances.filter(({ id, until, untilEnd = until }) => {
    const state = states.get(id);
    return state === undefined ? until > now : untilEnd > now && !isFinal(state);
  });
}

/** Whether one more run may go; a run that has its lease already may go again. */
export function admit(
  held: readonly Instance[],
  instance: Instance,
  maxInstances: number | undefined,
): Admission {
  if (maxInstances === undefined) return { kind: 'admitted', instances: [] };
  const others = held.filter(({ id }) => id !== instance.id);
  if (others.length === held.length && held.length >= maxInstances) return { kind: 'full', instances: held };
  return { kind: 'admitted', instances: [...others, instance] };
}
