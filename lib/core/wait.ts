/**
 * How long a message waits that may not start yet, and why; a wait is no attempt and has no end of its own.
 */
import { DELAY_MS_MAX } from './limits.ts';

/** Why a message was put off without an attempt, and what it has reserved meanwhile. */
export interface Wait {
  readonly for: 'rate' | 'concurrency' | 'once';
  /** When its turn is, as far as is known. */
  readonly at: number;
  /** How often it has waited for this. */
  readonly count: number;
  /** Of which change of its task's limits the turn is. */
  readonly epoch?: number;
  /** Whether it may have lost its key to a worker that failed, and is not dropped for whoever has it now. */
  readonly owed?: boolean;
}

/** A message comes back so long before its slot: SQS is late by up to a second, and a late slot is lost. */
const LEAD_MS = 1_000;
/** A message that waits for a place looks once a minute whether there is one sooner than was thought. */
const LOOK_SECONDS_MAX = 60;
const AFTER_TURN_SECONDS_MAX = 15;
/** Who waits for a key asks at growing intervals: nothing says when it is free. */
const ONCE_SECONDS_MAX = 15;

/** For so many seconds a message with a slot at `at` is delayed; SQS delays at most 15 minutes. */
export function secondsToSlot(at: number, now: number): number {
  const seconds = Math.floor((at - now - LEAD_MS) / 1_000);
  return Math.max(1, Math.min(DELAY_MS_MAX / 1_000, seconds));
}

/** The same for a free place whose turn is an estimate. */
export function secondsToTurn(at: number, now: number): number {
  return Math.max(1, Math.min(LOOK_SECONDS_MAX, Math.ceil((at - now) / 1_000)));
}

/** How long one waits whose turn has come in vain: shortly at first, and not in step with others. */
export function secondsAfterTurn(count: number, chance: number): number {
  return 1 + Math.floor(chance * Math.min(AFTER_TURN_SECONDS_MAX, count));
}

/** How long one waits for a key that is held at the latest until then. */
export function secondsToKey(untilMs: number, now: number, count: number, chance: number): number {
  const longest = Math.min(ONCE_SECONDS_MAX, 2 ** Math.min(count, 10));
  const left = Math.ceil((untilMs - now) / 1_000);
  return Math.max(1, Math.min(left, 1 + Math.floor(chance * longest)));
}
