/** What a running task is given beside its input. */
import type { Duration } from '../core/duration.ts';
import type { Sender } from './client.ts';
import type { Signature as AnySignature } from './signature.ts';

/** Writes structured log lines (JSON, one a line) that carry the task's name, id and attempt. */
export interface TaskLog {
  readonly info: (message: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}

/**
 * The context of one attempt; its `send` counts hops, so that tasks which call each other for ever are
 * stopped.
 */
export interface Context extends Sender {
  /**
   * The message's id: the same in every attempt, so it serves as idempotency key for effects of the task's
   * own.
   */
  readonly id: string;
  /** Which attempt this is; the first is 1. */
  readonly attempt: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Aborted shortly before the worker's time is over, at the task's soft time limit, when the run is revoked
   * with `terminate`, and by a soft stop of a worker on a machine.
   */
  readonly signal: AbortSignal;
  /** When the worker's time is over. */
  readonly deadline: Date;
  /**
   * Says how far the run is, for `result.progress()`; `state` is one of the task's own, none that all runs
   * have, which `result.state()` shows while it runs (Celery's update_state). At most one write a second is
   * made, the last one in any case. Without a record (`result: false`) nothing is kept.
   * @throws CeleriacError PROGRESS_INVALID
   */
  readonly progress: (value: unknown, options?: { readonly state?: string }) => void;
  /**
   * Puts a task or workflow in this run's place: nothing of the task comes after it, and the run's result is
   * that of what has replaced it, wherever it is waited for (Celery's replace). It works by throwing: do not
   * catch it. The run is then to be seen as RETRY until it has ended; hooks are told of the end of what has
   * replaced it, not of its own, and its key of `once` and its place are free from now. A signature that
   * `send` would refuse is a failure of the task.
   * @throws CeleriacError REPLACE_NOT_KEPT, as the run's error, for a task with `result: false`
   */
  readonly replace: <Output>(signature: AnySignature<Output>) => Output;
  /**
   * Adds a member to the group or chord that this run is a member of, or a step of a member: its result comes
   * after those of the others (Celery's add_to_chord). What was added, or has replaced a member, adds to the
   * same one. The n-th call of each attempt adds the same member; what an attempt has added stays a member,
   * whatever becomes of the run.
   * @throws CeleriacError NOT_IN_GROUP, GROUP_OVER, NO_WORKFLOWS; SendError as `send`
   */
  readonly addToChord: (signature: AnySignature) => Promise<void>;
  readonly log: TaskLog;
  /** The time, on the clock that the worker runs by: virtual in a simulation. */
  readonly now: () => Date;
  /** Waits on that clock; rejects when the signal is aborted. */
  readonly sleep: (duration: Duration) => Promise<void>;
}
