/** What the states of a run mean, why one was revoked, why a workflow failed, why a message was given up. */
import { DEFERRED_MS_MAX } from '../core/limits.ts';
import type { DeadReason } from '../core/message.ts';
import type { RevokedReason, TaskState } from '../core/task-state.ts';
import type { CodeText } from './entry.ts';

/** The reasons that stand in a dead letter, and in the record of a run that has failed. */
export const DEAD_REASONS: Readonly<Record<DeadReason, CodeText>> = {
  rejected: {
    means: 'The task or consumer threw RejectError.',
    remedy: 'Look at the error; redrive it when its reason is gone.',
  },
  'attempts-exhausted': {
    means: 'Every attempt that `retry.attempts` allows has failed; the history has each with its error.',
    remedy: 'Mend the cause, then redrive it.',
  },
  'not-retryable': {
    means:
      'The error is not one that is tried again (`retry.only`, `retry.never`), or asked for too long a wait.',
    remedy: 'Mend the cause, then redrive it, perhaps with another input.',
  },
  'invalid-input': {
    means: 'The schema of the task refused the input, or a key function threw for it (KEY_FAILED).',
    remedy: 'Redrive it with another input, or deploy a schema that takes this one first.',
  },
  'invalid-result': {
    means: 'What the task returned is no JSON (RESULT_NOT_JSON) or too large (RESULT_TOO_LARGE). It has run.',
    remedy: 'Mend what it returns; redrive it only if it may run twice.',
  },
  crashed: {
    means: "Its workers died or ran out of time `deadLetter.after` times; once with crashed: 'deadLetter'.",
    remedy: 'Look for memory, time-outs and process.exit in the logs of the worker; then redrive it.',
  },
  expired: {
    means:
      'It waited longer than `expires`. Kept only where the queue asks for it (`deadLetter.expired`, `to`).',
    remedy: 'Redrive it if it is still wanted: its own `expires` does not hold again.',
  },
  'unknown-task': {
    means: `No worker of the queue has known its task for ${DEFERRED_MS_MAX / 3_600_000} hours.`,
    remedy: 'Deploy a worker that has the task, or name it in `aliases` of another one; then redrive it.',
  },
  'unknown-exchange': {
    means: `No worker of the queue has known its exchange for ${DEFERRED_MS_MAX / 3_600_000} hours.`,
    remedy: 'Deploy an app that has the exchange, then redrive it.',
  },
  unroutable: {
    means: `For ${DEFERRED_MS_MAX / 3_600_000} hours nobody in the queue has been bound for its routing key.`,
    remedy: 'Bind a task or consumer for the key, deploy, then redrive it.',
  },
  'payload-lost': {
    means: 'Its input is not where the message says: the bucket has no such object, or a part no result.',
    remedy: 'Redrive it with an input, or send the task again.',
  },
  'unknown-version': {
    means: 'Its envelope is of a newer version than the worker knows.',
    remedy: 'Deploy the worker, then redrive it.',
  },
  malformed: {
    means: 'It is no envelope of Celeriac, and the queue has no consumer for messages of others.',
    remedy: 'Define a consumer for the queue, or mend the sender (docs/envelope.schema.json).',
  },
  'worker-error': {
    means: `Celeriac itself, or AWS below it, failed with it for ${DEFERRED_MS_MAX / 3_600_000} hours.`,
    remedy: 'Look at the error; redrive it when AWS works again.',
  },
};

/** Why a run ended as REVOKED. */
export const REVOKED_REASONS: Readonly<Record<RevokedReason, CodeText>> = {
  revoked: {
    means: 'It was revoked before it began: by id, with its workflow, or by a header.',
    remedy: 'Send it again, or `retry` it, if it should run after all.',
  },
  terminated: {
    means: 'It was revoked with `terminate` while it ran, and its signal was aborted.',
    remedy: 'What it has done is done; `retry` runs it again.',
  },
  expired: {
    means:
      'Its next attempt, perhaps its first, had not begun when its `expires` or that of its queue was over.',
    remedy: 'Give it longer, or more workers.',
  },
  once: {
    means: "Another run had its key when it was to begin (`once` with taken: 'reject' or 'return').",
    remedy: "Nothing; with taken: 'wait' it would wait for the key.",
  },
  debounced: {
    means: "A later call of the same key has taken its place (`once` with keep: 'last').",
    remedy: 'Nothing.',
  },
};

/** Why a workflow failed that is not the reason of one of its parts. */
export const WORKFLOW_REASONS = {
  overdue: {
    means: 'It had not ended by its `deadline` (WORKFLOW_OVERDUE).',
    remedy: 'Look at its parts, or give it longer.',
  },
} as const satisfies Readonly<Record<string, CodeText>>;

/** The states of a run, in Celery's words. */
export const RUN_STATES: Readonly<Record<TaskState, string>> = {
  PENDING: 'Sent, not started; it may wait for its time, a limit, a key, its group, or a worker.',
  STARTED: 'An attempt runs. While it runs, `context.progress` may show a state of its own.',
  RETRY: 'An attempt has failed, was interrupted, or was replaced; the next one, or its replacement, waits.',
  SUCCESS: 'It has returned. Final.',
  FAILURE:
    'It was given up; its reason is one of the dead letters below. Final, until it is retried or redriven.',
  REVOKED: 'It did not run, or was stopped; see below for the reasons. Final, until it is retried.',
};
