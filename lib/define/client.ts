/// <reference lib="esnext.disposable" preserve="true" />
/** What performs calls: the same interface from `connect`, `simulate` and a task's own context. */
import type { Duration } from '../core/duration.ts';
import type { Jsonify } from '../core/json.ts';
import type { TaskState } from '../core/task-state.ts';
import type { Signature } from './signature.ts';
import type { AnyTask, OutputOf } from './task.ts';

export interface GetOptions {
  /** How long to wait; then `get` rejects with a TimeoutError and the task goes on. @default '5m' */
  readonly timeout?: Duration;
  /** Gives up waiting when aborted, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The handle of a sent task. */
export interface AsyncResult<Output> {
  readonly id: string;
  /**
   * Waits for the result.
   * @throws TaskError TASK_FAILED or TASK_REVOKED when the run ended without one (`cause` is the task's
   * error).
   * @throws TimeoutError RESULT_TIMEOUT when it took longer than `timeout`.
   * @throws TaskError RESULT_NOT_KEPT for a task with `result: false`, RESULT_UNKNOWN for an id that is not
   * this app's, RESULT_NOT_READABLE inside a task whose own queue keeps no results.
   */
  get(options?: GetOptions): Promise<Jsonify<Output>>;
  /**
   * Where the run is. PENDING is only said of ids that were this app's own and are within their retention.
   */
  state(): Promise<TaskState | 'UNKNOWN'>;
}

/** What sends and looks up; every method is bound and may be passed around alone. */
export interface Sender {
  /**
   * Sends a task. Resolves when SQS has taken it; sends of one tick share their calls.
   * @throws SendError INVALID_INPUT, INPUT_NOT_JSON, MESSAGE_TOO_LARGE, DELAY_TOO_LONG, SEND_FAILED …
   */
  readonly send: <Output>(signature: Signature<Output>) => Promise<AsyncResult<Output>>;
  /**
   * Sends many; each outcome stands at its signature's place, so one refused message does not hide the
   * others.
   */
  readonly sendMany: <Output>(
    signatures: readonly Signature<Output>[],
  ) => Promise<readonly SendOutcome<Output>[]>;
  /** The handle of a task that was sent before, here or elsewhere. */
  readonly result: <T extends AnyTask>(task: T, id: string) => AsyncResult<OutputOf<T>>;
}

export type SendOutcome<Output> =
  | { readonly status: 'sent'; readonly result: AsyncResult<Output> }
  | { readonly status: 'failed'; readonly error: Error };

/** A connection to an app's broker. */
export interface Client extends Sender, AsyncDisposable {
  /** Waits for sends under way and lets go of everything held. */
  readonly close: () => Promise<void>;
}
