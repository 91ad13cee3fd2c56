/** Looks every second at how much of a worker is in use, and changes its concurrency by that. */
import { type Autoscale, nextConcurrency } from '../core/autoscale.ts';
import type { Clock } from './ports.ts';

export interface Scaled {
  readonly limit: number;
  readonly running: number;
  readonly busy: boolean;
}

const LOOK_MS = 1_000;
/** What was not needed for so long is given up (Celery's autoscaler keeps it as long). */
const KEPT_LOOKS = 30;

/** Returns a function that ends it. */
export function startAutoscaler(
  clock: Pick<Clock, 'alarm'>,
  range: Autoscale,
  measure: () => Scaled,
  resize: (limit: number) => void,
): () => void {
  let seen: number[] = [];
  const look = (): void => {
    cancel = clock.alarm(LOOK_MS, look);
    const now = measure();
    seen = [...seen, now.running].slice(-KEPT_LOOKS);
    const peak = seen.length < KEPT_LOOKS ? undefined : Math.max(...seen);
    const next = nextConcurrency(range, { ...now, peak });
    if (next === now.limit) return;
    seen = [];
    resize(next);
  };
  let cancel = clock.alarm(LOOK_MS, look);
  return () => cancel();
}
