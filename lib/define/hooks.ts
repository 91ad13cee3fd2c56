/**
 * Hooks: what is told to you of a run's life (Celery's signals). A hook is told what has happened and changes
 * nothing of it; one that throws is logged. It is told at least once: a duplicate of a message may tell it
 * again.
 */
import type { WireError } from '../errors.ts';

/** What all hooks are told. */
export interface RunEvent {
  readonly task: string;
  /** The message's id. */
  readonly id: string;
  readonly queue: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** What hooks are told of an attempt. */
export interface AttemptEvent extends RunEvent {
  /** Which attempt it is; the first is 1. */
  readonly attempt: number;
}

/** Functions that are told of a run's life; all are optional. */
export interface Hooks {
  /** A message was sent (Celery: after_task_publish), by this client or task. */
  readonly onSend?: (event: RunEvent) => unknown;
  /**
   * An attempt begins (task_prerun). `waitedMs`: since it was sent. It is waited for, so with a `rateLimit`
   * it has to be quick: what it takes is between the slot and the start.
   */
  readonly onStart?: (event: AttemptEvent & { readonly waitedMs: number }) => unknown;
  /** A run has succeeded (task_success). */
  readonly onSuccess?: (event: AttemptEvent & { readonly tookMs: number }) => unknown;
  /** An attempt has failed, another one will be made (task_retry). */
  readonly onRetry?: (
    event: AttemptEvent & { readonly error: WireError; readonly afterSeconds: number },
  ) => unknown;
  /** A run has failed for good (task_failure): `reason` is that of its dead letter. */
  readonly onFailure?: (
    event: AttemptEvent & { readonly error: WireError; readonly reason: string },
  ) => unknown;
  /**
   * A run will not be made, or was told to stop (task_revoked): expired, revoked, terminated, once,
   * debounced. It is told when its message is met; that of a run which would have waited for more than 15
   * minutes, or on an ordered queue, is taken out when it is revoked, and nobody is told.
   */
  readonly onRevoke?: (event: RunEvent & { readonly reason: string }) => unknown;
}
