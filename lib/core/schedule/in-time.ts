/**
 * Which of a schedule's last fires were taken in time. A fire that comes late is one of an outage only if the
 * fires behind it are late, too: where those were in time, its own delivery had died, and nothing stands for
 * it. The record keeps no list of fires, but where their unbroken row began, and the few that are missing.
 */
import { nextFire, type ScheduleSpec } from './spec.ts';
import type { ScheduleState } from './state.ts';

/** Of the fires from a time to the last one that was taken, all were in time but some. */
export interface InTime {
  readonly since: number;
  /** Those that came late, or not yet; ascending. */
  readonly late: readonly number[];
}

type Known = Pick<ScheduleState, 'last' | 'inTime'>;

/** So many are kept: more than come back late one by one, fewer than would make a record costly. */
const LATE_MAX = 20;

/** What is known when one more fire was taken. */
export function withTaken(
  { last, inTime }: Known,
  spec: ScheduleSpec,
  scheduledAt: number,
  isLate: boolean,
): InTime {
  const own = isLate ? [scheduledAt] : [];
  if (last === undefined || inTime === undefined) return { since: scheduledAt, late: own };
  const { since, late } = inTime;
  // One of before: what was in time stays so, whatever becomes of its doubles.
  if (scheduledAt <= last.scheduledAt)
    return isLate ? inTime : { since, late: late.filter((at) => at !== scheduledAt) };
  const all = [...late];
  let at = nextFire(spec, last.scheduledAt + 1);
  for (let count = 0; at !== undefined && at < scheduledAt; count++, at = nextFire(spec, at + 1)) {
    if (count === LATE_MAX) return { since: scheduledAt, late: own };
    all.push(at);
  }
  all.push(...own);
  const forgotten = all.slice(0, -LATE_MAX).at(-1);
  return {
    since: forgotten === undefined ? since : Math.max(since, forgotten + 1),
    late: all.slice(-LATE_MAX),
  };
}

/** Whether a fire is known to have been taken in time. */
export function wasInTime({ last, inTime }: Known, scheduledAt: number): boolean {
  if (last === undefined || inTime === undefined) return false;
  return scheduledAt >= inTime.since && scheduledAt <= last.scheduledAt && !inTime.late.includes(scheduledAt);
}
