/**
 * How many batches a mapping may have with its function at once. AWS starts with 5 and adds up to 300 a
 * minute while the queue has more than they take, up to the mapping's own limit or 1,250. Here the 300 come
 * in steps of 5 a second from the moment on that the mapping is saturated, and all that was added is given
 * back when it runs dry (AWS does it in steps).
 */
import { SCALING_MAX, SCALING_START, SCALING_STEP, SCALING_STEP_MS } from './limits.ts';

/** The concurrency of one mapping. */
export interface Scaling {
  limit(now: number): number;
  /** All of the limit is in use and more is there. Returns when the limit grows next, if it can. */
  saturated(now: number): number | undefined;
  /** Nothing runs and nothing is there, or the function throttles: back to the start. */
  reset(): void;
}

/** `max` is asked each time, since it can be changed. */
export function createScaling(max: () => number | undefined): Scaling {
  let since: number | undefined;

  function limit(now: number): number {
    const steps = since === undefined ? 0 : Math.floor((now - since) / SCALING_STEP_MS);
    return Math.min(max() ?? SCALING_MAX, SCALING_MAX, SCALING_START + steps * SCALING_STEP);
  }

  return {
    limit,
    saturated(now) {
      since ??= now;
      if (limit(now) >= Math.min(max() ?? SCALING_MAX, SCALING_MAX)) return undefined;
      const steps = Math.floor((now - since) / SCALING_STEP_MS);
      return since + (steps + 1) * SCALING_STEP_MS;
    },
    reset() {
      since = undefined;
    },
  };
}
