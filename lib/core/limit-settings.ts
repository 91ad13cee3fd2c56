/** Limits as they are set while the app runs, and what of the ones before still holds. */
import { parseRate } from './rate.ts';

/** What a task may do at most; what is undefined or null is as it was defined. */
export interface LimitsGiven {
  readonly rateLimit?: string | number | null;
  readonly concurrency?: number | null;
}

/** Limits as they were set; what is undefined is as it was defined. */
export interface LimitSettings extends LimitsGiven {
  /** Grows with each change of the rate: a slot that was reserved before a change holds no longer. */
  readonly epoch: number;
  /** How many places there were before there were fewer: runs that began then are in them. */
  readonly before?: Places;
}

/** How many places there were, until when. */
export interface Places {
  readonly places: number;
  readonly at: number;
}

/** SQS hides no message longer, so no run from before is there after that; the rest is for clocks. */
const RUN_MS_MAX = 12 * 3_600_000 + 60_000;

/** Whether runs may be in places that there are no more. */
export function isLowered({ before }: LimitSettings, places: number, now: number): boolean {
  return before !== undefined && before.places > places && now < before.at + RUN_MS_MAX;
}

/** The settings after a change of those before, `defined` as the task is. */
export function changeLimits(
  old: LimitSettings | undefined,
  given: LimitsGiven,
  defined: LimitsGiven,
  now: number,
): LimitSettings {
  const isSame = rateOf(given, defined) === rateOf(old ?? {}, defined);
  const next = { ...given, epoch: (old?.epoch ?? 0) + (isSame ? 0 : 1) };
  const places = placesOf(given, defined);
  const had = placesOf(old ?? {}, defined);
  // Of several changes one after the other the most places count, from the last one on.
  const earlier = old !== undefined && isLowered(old, had, now) ? (old.before?.places ?? 0) : 0;
  const most = Math.max(earlier, had);
  return most > places ? { ...next, before: { places: most, at: now } } : next;
}

/** A rate as one text for all the ways to write it. */
function rateOf(given: LimitsGiven, defined: LimitsGiven): string {
  const rate = parseRate(given.rateLimit ?? defined.rateLimit);
  return rate === undefined ? '' : `${rate.permits}/${rate.periodMs}`;
}

function placesOf(given: LimitsGiven, defined: LimitsGiven): number {
  return given.concurrency ?? defined.concurrency ?? 0;
}
