/**
 * Which state of a run may follow which. The library holds to it by the conditions of its writes; the
 * simulations hold each record to it.
 */
import type { TaskState } from '../../lib/core/task-state.ts';

const FOLLOWING: Readonly<Record<TaskState, readonly TaskState[]>> = {
  PENDING: ['STARTED', 'FAILURE', 'REVOKED'],
  // STARTED follows itself when a worker died and another one takes the message over.
  STARTED: ['STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'],
  RETRY: ['STARTED', 'FAILURE', 'REVOKED'],
  SUCCESS: [],
  FAILURE: [],
  REVOKED: [],
};

/**
 * Whether a run may go from one state to another. A redriven dead letter is a new generation of its run: what
 * was final in the generation before may start again.
 */
export function mayBecome(
  from: TaskState,
  to: TaskState,
  generations: { readonly from: number; readonly to: number },
): boolean {
  if (generations.to < generations.from) return false;
  if (generations.to > generations.from) return FOLLOWING.PENDING.includes(to);
  return FOLLOWING[from].includes(to);
}
