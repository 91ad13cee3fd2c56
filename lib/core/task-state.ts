/** The states of a run, in Celery's words, and why one is over without a result. */

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

/** Whether a run is over. */
export function isFinal(state: TaskState): state is FinalState {
  return state === 'SUCCESS' || state === 'FAILURE' || state === 'REVOKED';
}
