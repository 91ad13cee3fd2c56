/** What a client may ask and do about runs that are under way, and about the limits of their tasks. */
import type { Json } from '../core/json.ts';
import type { TaskState } from '../core/task-state.ts';
import type { AnyTask } from './task.ts';

/** A run's state; while it is STARTED, one of its own that it has given to `context.progress`. */
export type RunState = TaskState | 'UNKNOWN' | (string & {});

/** How far a run is, where its task says so in these words; it may say others. */
export interface TaskProgress {
  readonly done?: number;
  readonly total?: number;
  readonly [detail: string]: Json | undefined;
}

/** How a run is revoked. */
export interface RevokeOptions {
  /**
   * Whether an attempt that runs is told to stop: its signal is aborted at its next heartbeat, within 15 s. A
   * task that does not look at its signal runs to its end. @default false
   */
  readonly terminate?: boolean;
}

/**
 * revoked: it will not run. running: an attempt is under way, which is told to stop where asked; no other
 * will be made. over: it had ended before.
 */
export type RevokeOutcome = 'revoked' | 'running' | 'over';

/** A task's limits while the app runs. */
export interface Limits {
  /** As the task's `rateLimit`; null: as defined. */
  readonly rateLimit?: string | number | null;
  /**
   * As the task's `concurrency`, also of each key where that is by key; null: as defined. Runs that began
   * when it was higher go on and count, so others may have to wait for them.
   */
  readonly concurrency?: number | null;
}

/** `client.limits`: what tasks may do at most, changed while the app runs. */
export interface LimitsClient {
  /**
   * Changes the limits of a task for all workers, within 5 s and until they are set again; a deploy does not
   * undo it. What is left out becomes as defined. A rate that stays the same is kept over the change; one
   * that changes begins anew, with a start at once.
   * @throws CeleriacError LIMIT_NOT_DEFINED for a limit that the task was defined without (define it as
   * `rateLimit: 0`, or as a high `concurrency`, to set it later), RATE_INVALID, CONCURRENCY_OUT_OF_RANGE.
   */
  readonly set: (task: AnyTask, limits: Limits) => Promise<void>;
  /** The limits that hold now. */
  readonly get: (task: AnyTask) => Promise<Limits>;
}
