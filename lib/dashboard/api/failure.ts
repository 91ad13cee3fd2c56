/** How an error is answered: a status by its kind, and a body of the same shape as the error. */
import type { CeleriacError, ErrorCode } from '../../errors.ts';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly value?: unknown;
  readonly allowed?: unknown;
  readonly hint?: string;
}

export interface FailureAnswer {
  readonly status: 400 | 401 | 403 | 404 | 409 | 422 | 500 | 504;
  readonly body: Failure;
}

/** What is there, but in a state in which this cannot be done. */
const CONFLICTS: ReadonlySet<string> = new Set<ErrorCode>([
  'ONCE_TAKEN',
  'RUN_NOT_OVER',
  'SCHEDULE_EXISTS',
  'SCHEDULE_CHANGED',
  'SCHEDULE_UNREADABLE',
  'RECORD_BUSY',
  'CLAIM_LOST',
  'QUEUE_FULL',
  'RETRY_NOT_FAILED',
  'RETRY_NOT_KEPT',
  'REVOKE_NOT_KEPT',
  'RESULT_NOT_KEPT',
  'RESULT_FORGOTTEN',
  'RUN_NOT_KEPT',
  'NO_STATE',
  'PURGE_IN_PROGRESS',
  'PEEK_COUNTS',
]);
/** What was asked for went well, but the task did not. */
const TASK_ENDS: ReadonlySet<string> = new Set<ErrorCode>(['TASK_FAILED', 'TASK_REVOKED']);
/** What AWS refused or lost: nothing that the caller could ask differently. */
const FAILURES: ReadonlySet<string> = new Set<ErrorCode>([
  'SEND_FAILED',
  'NACKED',
  'REPLY_QUEUE_FAILED',
  'REPLY_QUEUE_LOST',
  'PAYLOAD_LOST',
  'PLAN_LOST',
  'CLIENT_CLOSED',
]);
const HINTS: Readonly<Record<string, string>> = {
  READ_ONLY: 'this desk is read only: start it without --read-only, or deploy it without readOnly',
  CSRF: "send the header 'x-celeriac: 1' with every POST",
  UNAUTHORIZED: 'log in first',
  INTERNAL: 'the log of the dashboard says more',
} satisfies Partial<Record<ErrorCode, string>>;

const VALUE_LENGTH_MAX = 1_000;

export function toFailure(error: unknown): FailureAnswer {
  const message = error instanceof Error ? error.message : String(error);
  if (!isOurs(error))
    return { status: 500, body: withHint({ code: 'INTERNAL' satisfies ErrorCode, message }) };
  const { code, value, allowed } = error;
  return {
    status: statusOf(error),
    body: withHint({
      code,
      message,
      ...(value === undefined ? {} : { value: short(value) }),
      ...(allowed === undefined ? {} : { allowed: short(allowed) }),
    }),
  };
}

/** By name and code, never by class: a user's app may bring a copy of the library of its own. */
function isOurs(error: unknown): error is CeleriacError {
  return error instanceof Error && OURS.has(error.name) && 'code' in error && typeof error.code === 'string';
}

const OURS: ReadonlySet<string> = new Set([
  'CeleriacError',
  'DefinitionError',
  'SendError',
  'NackError',
  'UnroutableError',
  'TaskError',
  'TimeoutError',
]);

function statusOf({ code, name }: CeleriacError): FailureAnswer['status'] {
  if (code === 'UNAUTHORIZED') return 401;
  if (code === 'READ_ONLY' || code === 'CSRF' || code === 'FORBIDDEN') return 403;
  if (code.includes('NOT_FOUND') || code.startsWith('UNKNOWN_') || code === 'RESULT_UNKNOWN') return 404;
  if (CONFLICTS.has(code)) return 409;
  if (TASK_ENDS.has(code)) return 422;
  if (FAILURES.has(code)) return 500;
  return name === 'TimeoutError' ? 504 : 400;
}

function withHint(failure: Failure): Failure {
  const hint = HINTS[failure.code];
  return hint === undefined ? failure : { ...failure, hint };
}

/** An input of a megabyte is not sent back; what is no JSON becomes text. */
function short(value: unknown): unknown {
  try {
    const written = JSON.stringify(value);
    if (written === undefined) return String(value);
    return written.length <= VALUE_LENGTH_MAX ? value : `${written.slice(0, VALUE_LENGTH_MAX)}…`;
  } catch {
    return String(value);
  }
}
