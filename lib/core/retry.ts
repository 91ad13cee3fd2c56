/**
 * Decides what follows when a task has thrown. SQS counts in whole seconds, so delays are rounded up to
 * seconds and are at least one, but for a backoff of 0, which means at once.
 */
import { isDuration, toMilliseconds } from './duration.ts';

/** How the wait grows from attempt to attempt. */
export type Backoff =
  | { readonly kind: 'fixed'; readonly baseMs: number; readonly maxMs: number; readonly jitter: boolean }
  | { readonly kind: 'linear'; readonly baseMs: number; readonly maxMs: number; readonly jitter: boolean }
  | {
      readonly kind: 'exponential';
      readonly baseMs: number;
      readonly factor: number;
      readonly maxMs: number;
      readonly jitter: boolean;
    };

/** Says which errors are meant: an error class, or an error's code or name. */
export type ErrorMatcher = string | (abstract new (...given: never) => Error);

/** When a run that threw is tried again: `retry` of a task or consumer, complete. */
export interface RetryPolicy {
  /** How often the handler is started at most, the first time included. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Retried are only these errors; undefined means all. */
  readonly only?: readonly ErrorMatcher[];
  /** Never retried are these errors. */
  readonly never?: readonly ErrorMatcher[];
}

/** Why a message is given up. */
export type GiveUpReason = 'rejected' | 'attempts-exhausted' | 'not-retryable';

export type Decision =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'give-up'; readonly reason: GiveUpReason };

/**
 * What to do after attempt number `attempt` (the first is 1) threw `thrown`. `chance` in [0, 1) is used by
 * jitter only: full jitter draws the delay from 0 to its nominal length (Celery's `retry_jitter`, AWS's "full
 * jitter").
 */
export function retry(policy: RetryPolicy, thrown: unknown, attempt: number, chance: number): Decision {
  if (matches('RejectError', thrown)) return { kind: 'give-up', reason: 'rejected' };
  const asked = matches('RetryError', thrown);
  if (!asked && !isRetried(policy, thrown)) return { kind: 'give-up', reason: 'not-retryable' };
  if (attempt >= policy.attempts) return { kind: 'give-up', reason: 'attempts-exhausted' };
  const askedMs = asked ? askedDelay(thrown) : undefined;
  return { kind: 'retry', afterMs: askedMs ?? delayMs(policy.backoff, attempt, chance) };
}

/** The wait after attempt number `attempt`, in whole seconds' milliseconds. */
export function delayMs(backoff: Backoff, attempt: number, chance: number): number {
  const nominal = Math.min(backoff.maxMs, nominalMs(backoff, attempt));
  if (nominal === 0) return 0;
  const drawn = backoff.jitter ? chance * nominal : nominal;
  return Math.max(1_000, Math.ceil(drawn / 1_000) * 1_000);
}

function nominalMs(backoff: Backoff, attempt: number): number {
  switch (backoff.kind) {
    case 'fixed':
      return backoff.baseMs;
    case 'linear':
      return backoff.baseMs * attempt;
    case 'exponential':
      return backoff.baseMs * backoff.factor ** (attempt - 1);
  }
}

function isRetried(policy: RetryPolicy, thrown: unknown): boolean {
  if (policy.never?.some((matcher) => matches(matcher, thrown)) === true) return false;
  return policy.only === undefined || policy.only.some((matcher) => matches(matcher, thrown));
}

function matches(matcher: ErrorMatcher, thrown: unknown): boolean {
  if (typeof matcher !== 'string') return thrown instanceof matcher;
  if (typeof thrown !== 'object' || thrown === null) return false;
  return ('code' in thrown && thrown.code === matcher) || ('name' in thrown && thrown.name === matcher);
}

/** RetryError's `after`, read by name so that an error from another copy of this library counts too. */
function askedDelay(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('after' in thrown) || !isDuration(thrown.after))
    return undefined;
  return Math.ceil(toMilliseconds(thrown.after) / 1_000) * 1_000;
}
