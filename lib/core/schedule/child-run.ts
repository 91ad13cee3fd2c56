/**
 * What follows on the end of a run in a child of a scheduler (APScheduler's thread and process pools). There
 * is no queue behind it, so what a queue would do with a run that crashed or ran out of time is decided here.
 */
import { type RetryPolicy, retry } from '../retry.ts';

/** How a run ended; `attempt` is the one in which it did. */
export type ChildEnd =
  /** By itself, retries included. */
  | { readonly kind: 'ended' }
  /** It was ended for its hard time limit. */
  | { readonly kind: 'late'; readonly attempt: number; readonly thrown: unknown }
  /** Its child died. */
  | { readonly kind: 'died'; readonly attempt: number }
  /** There was no child. */
  | { readonly kind: 'not-begun' };

/** What a task says about runs that end otherwise than by themselves. */
export interface ChildPolicy {
  readonly retry: RetryPolicy;
  readonly crashed: 'retry' | 'deadLetter';
  /** How many of its runs may crash: its queue's `deadLetter.after`. */
  readonly crashesMax: number;
}

export type AfterChild =
  | { readonly kind: 'over' }
  /** It is given up. */
  | { readonly kind: 'failed' }
  /** It begins again after a while, with so many attempts behind it; undefined: as many as before. */
  | { readonly kind: 'again'; readonly attempt?: number; readonly afterMs: number };

/** A child that cannot start will not start a moment later either. */
const START_PAUSE_MS = 2_000;

/**
 * Decides what follows on the end of a run.
 * @param crashes how often it has crashed, this time included.
 */
export function afterChild(policy: ChildPolicy, end: ChildEnd, crashes: number, chance: number): AfterChild {
  switch (end.kind) {
    case 'ended':
      return { kind: 'over' };
    case 'late': {
      // As for a worker's run that was ended from outside: it has thrown, and has had an attempt.
      const decision = retry(policy.retry, end.thrown, end.attempt, chance);
      if (decision.kind === 'give-up') return { kind: 'failed' };
      return { kind: 'again', attempt: end.attempt, afterMs: decision.afterMs };
    }
    case 'died':
      // A crash is no attempt.
      return policy.crashed === 'retry' && crashes < policy.crashesMax
        ? { kind: 'again', attempt: end.attempt - 1, afterMs: 0 }
        : { kind: 'failed' };
    case 'not-begun':
      // The run has nothing to do with it.
      return { kind: 'again', afterMs: START_PAUSE_MS };
  }
}
