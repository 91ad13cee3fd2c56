/** How long what a run holds is its own without a sign of life: its claim, its key, its place. */

/** What is held outlives its worker's deadline by this: clocks of machines differ. */
const SPARE_MS = 5_000;
/** It is renewed every 15 s (watch.ts), so it outlasts three beats that do not get through. */
const LEASE_MS = 60_000;

/** When it lapses if it is not renewed. */
export function leaseEnd(deadline: number, now: number): number {
  return Math.min(deadline + SPARE_MS, now + LEASE_MS);
}
