/** The states of a run, in Celery's words, and which may follow which. */

/**
 * PENDING: sent, not started. RETRY: an attempt failed, the next one waits. REVOKED: will not run (expired,
 * revoked).
 */
export type TaskState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** How a run can end. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** Why a run ended as REVOKED. */
export type RevokedReason = 'revoked' | 'terminated' | 'expired' | 'once' | 'debounced';

export const TASK_STATES: readonly TaskState[] = [
  'PENDING',
  'STARTED',
  'RETRY',
  'SUCCESS',
  'FAILURE',
  'REVOKED',
];

const FOLLOWING: Readonly<Record<TaskState, readonly TaskState[]>> = {
  PENDING: ['STARTED', 'FAILURE', 'REVOKED'],
  // STARTED follows itself when a worker died and another one takes the message over.
  STARTED: ['STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'],
  RETRY: ['STARTED', 'FAILURE', 'REVOKED'],
  SUCCESS: [],
  FAILURE: [],
  REVOKED: [],
};

/** Whether a run is over. */
export function isFinal(state: TaskState): state is FinalState {
  return FOLLOWING[state].length === 0;
}

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
