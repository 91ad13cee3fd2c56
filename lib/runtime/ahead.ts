/**
 * How many messages a worker receives ahead of a slot for them, so that one call brings many. Where that is
 * not fixed, it is as many as have a slot within half a second, by how long runs take of late: a queue of
 * tasks that take hours is shared out one by one.
 */
import { BATCH_ENTRIES_MAX } from '../core/limits.ts';

export interface Ahead {
  /** How many, for so many slots. */
  count(slots: number): number;
  /** Says how long a run took. */
  ran(ms: number): void;
  /** Says that something has waited for too long: what earlier runs took holds no more. */
  late(): void;
}

const AHEAD_MS = 500;
/** How much of what is known of earlier runs a new one replaces. */
const WEIGHT = 0.2;

/** `prefetch` fixes it. */
export function createAhead(prefetch: number | undefined): Ahead {
  let meanMs: number | undefined;
  return {
    count(slots) {
      if (prefetch !== undefined) return prefetch;
      if (meanMs === undefined) return 0;
      return Math.min(BATCH_ENTRIES_MAX, Math.floor((AHEAD_MS * slots) / Math.max(1, meanMs)));
    },
    ran(ms) {
      meanMs = meanMs === undefined ? ms : meanMs + WEIGHT * (ms - meanMs);
    },
    late() {
      meanMs = undefined;
    },
  };
}
