/**
 * `maxInstances`: how many runs of a schedule may be under way. Each run that was let go leaves a lease under
 * its fire's id; a lease is over when the run's record says that it has ended, or, where no record says
 * anything (the worker has not got to it, or the record is gone), when its time is.
 */
import { isFinal, type TaskState } from '../task-state.ts';

/** A run that was let go. */
export interface Instance {
  readonly id: string;
  /** When its lease is over, whatever its record says. */
  readonly until: number;
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
  return instances.filter(({ id, until }) => {
    const state = states.get(id);
    return until > now && (state === undefined || !isFinal(state));
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
