/** How long what a run holds is its own without a sign of life: its claim, its key, its place. */

/** What is held outlives its worker's deadline by this: clocks of machines differ. */
const SPARE_MS = 5_000;
/** It is renewed at each beat (watch.ts), and outlasts three that do not get through. */
const BEATS = 4;
/**
 * A claim is only in the way of its own message; a key or a place is in the way of others when its worker has
 * died, so it is renewed more often. A short run makes no call for either.
 */
export const BEAT_MS = 15_000;
export const PASS_BEAT_MS = 5_000;

/** When it lapses if it is not renewed. */
export function leaseEnd(deadline: number, now: number, beatMs = BEAT_MS): number {
  return Math.min(deadline + SPARE_MS, now + BEATS * beatMs);
}
