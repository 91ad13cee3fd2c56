/**
 * Waiting longer than a queue can. SQS delays by at most 15 minutes, EventBridge Scheduler fires at whole
 * minutes and up to 60 s late: so a one-shot timer brings the message into the queue of `later` at least 60 s
 * before its time, and DelaySeconds wait for the rest, to the second.
 */
import { DELAY_MS_MAX, TIMER_PRECISION_MS } from '../limits.ts';

/** What to do with something that is due at a time. */
export type Wait =
  | { readonly kind: 'due' }
  /** Send it to the queue of `later` with this delay. */
  | { readonly kind: 'queue'; readonly delaySeconds: number }
  /** Make a timer that fires at this whole minute. */
  | { readonly kind: 'timer'; readonly at: number };

const MINUTE = 60_000;

/** How to wait from now until `dueAt`; never too short, and too long by less than a second. */
export function planWait(dueAt: number, now: number): Wait {
  const restMs = dueAt - now;
  if (restMs <= 0) return { kind: 'due' };
  if (restMs <= DELAY_MS_MAX) return { kind: 'queue', delaySeconds: Math.ceil(restMs / 1_000) };
  return { kind: 'timer', at: Math.floor((dueAt - TIMER_PRECISION_MS) / MINUTE) * MINUTE };
}
