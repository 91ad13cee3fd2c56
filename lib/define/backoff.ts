/** How long a task waits before it is tried again, as users write it. */
import { type Duration, toMilliseconds } from '../core/duration.ts';
import { DELAY_MS_MAX } from '../core/limits.ts';
import type { Backoff } from '../core/retry.ts';

/** How a backoff grows, beside its base. */
export interface BackoffOptions {
  /**
   * The longest wait: at most a year on a standard queue (without `longDelays` SQS's 15 m), 12 h on an
   * ordered one. @default '15m'
   */
  readonly max?: Duration;
  /** Draws each wait between 0 and its length, so that many failures do not return at once. @default false */
  readonly jitter?: boolean;
}

/** The same wait before every attempt; without jitter if not said, and with the limits of `max`. */
export function fixed(wait: Duration, options: Omit<BackoffOptions, 'max'> = {}): Backoff {
  const baseMs = toMilliseconds(wait);
  return Object.freeze({ kind: 'fixed', baseMs, maxMs: baseMs, jitter: options.jitter ?? false });
}

/** `base`, 2 × `base`, 3 × `base` … up to `max`. */
export function linear(base: Duration, options: BackoffOptions = {}): Backoff {
  return Object.freeze({ kind: 'linear', ...common(base, options) });
}

/** `base`, `base` × factor, `base` × factor² … up to `max`. */
export function exponential(
  base: Duration,
  /** By how much each wait is longer than the one before. @default 2 */
  options: BackoffOptions & { readonly factor?: number } = {},
): Backoff {
  return Object.freeze({ kind: 'exponential', ...common(base, options), factor: options.factor ?? 2 });
}

function common(base: Duration, options: BackoffOptions): { baseMs: number; maxMs: number; jitter: boolean } {
  const maxMs = options.max === undefined ? DELAY_MS_MAX : toMilliseconds(options.max);
  return { baseMs: toMilliseconds(base), maxMs, jitter: options.jitter ?? false };
}
