/** How many tasks a worker runs at once, when that follows what waits. */

/** Between which two numbers of messages at once a worker chooses; both are whole, 1–1,000. */
export interface Autoscale {
  readonly min: number;
  readonly max: number;
}

export interface Load {
  /** How many may run now. */
  readonly limit: number;
  readonly running: number;
  /** Whether the last look at a queue brought as much as was asked for: more may wait there. */
  readonly busy: boolean;
  /** The most that ran at once of late; undefined while that is not known for long enough. */
  readonly peak: number | undefined;
}

/** Grows by half while all is taken and more waits; shrinks to what was needed of late. */
export function nextConcurrency({ min, max }: Autoscale, { limit, running, busy, peak }: Load): number {
  if (running >= limit && busy) return Math.min(max, limit + Math.max(1, Math.floor(limit / 2)));
  if (peak !== undefined && peak < limit) return Math.max(min, peak);
  return Math.max(min, Math.min(max, limit));
}
