/**
 * Fires that came late: which of them run. The words are APScheduler's. A fire later than `misfireGrace`
 * is a misfire and does not run; of the late fires of one outage `coalesce` keeps the latest, the
 * earliest that is still within its grace, or all. What is late is the caller's to say: a process with a
 * timer of its own knows at once (0 ms), a service that is a minute late by nature must be given more.
 */
import type { Coalesce, ScheduleSpec } from './spec.ts';

export type MisfirePolicy = Pick<ScheduleSpec, 'misfireGraceMs' | 'coalesce'> & {
  /** When a fire is due, where that is not the time of its trigger (jitter). */
  readonly dueOf?: (fire: number) => number;
};

/** What becomes of the fires that are due. */
export interface Settled {
  readonly run: readonly number[];
  /** Later than their grace. */
  readonly missed: readonly number[];
  /** Others of the same outage stand for them. */
  readonly coalesced: readonly number[];
}

/**
 * Decides about all fires that are due, in order of time.
 * @param lateMs fires that came by so much or more too late are late, and coalesced.
 */
export function settle(
  fires: readonly number[],
  now: number,
  policy: MisfirePolicy,
  lateMs: number,
): Settled {
  const { dueOf = (fire) => fire } = policy;
  const late = fires.filter((fire) => isLate(dueOf(fire), now, lateMs));
  const punctual = fires.filter((fire) => !isLate(dueOf(fire), now, lateMs));
  const kept = keep(late, now, policy);
  const candidates = [...kept.candidates, ...punctual];
  return {
    run: candidates.filter((fire) => !isMisfire(dueOf(fire), now, policy)),
    missed: [...kept.missed, ...candidates.filter((fire) => isMisfire(dueOf(fire), now, policy))],
    coalesced: kept.coalesced,
  };
}

/** Whether a fire came late enough to be coalesced. */
export function isLate(fire: number, now: number, lateMs: number): boolean {
  return now - fire >= lateMs;
}

/** Whether a fire comes too late to run at all. */
export function isMisfire(due: number, now: number, { misfireGraceMs }: MisfirePolicy): boolean {
  return misfireGraceMs !== undefined && now - due > misfireGraceMs;
}

function keep(
  late: readonly number[],
  now: number,
  policy: MisfirePolicy,
): {
  readonly candidates: readonly number[];
  readonly missed: readonly number[];
  readonly coalesced: readonly number[];
} {
  switch (policy.coalesce) {
    case 'all':
      return { candidates: late, missed: [], coalesced: [] };
    case 'latest':
      // Only the latest is tried, as in APScheduler: if it is too late, nothing runs.
      return { candidates: late.slice(-1), missed: [], coalesced: late.slice(0, -1) };
    case 'earliest': {
      const { dueOf = (fire) => fire } = policy;
      const missed = late.filter((fire) => isMisfire(dueOf(fire), now, policy));
      const [first, ...others] = late.filter((fire) => !missed.includes(fire));
      return { candidates: first === undefined ? [] : [first], missed, coalesced: others };
    }
  }
}

/** The policies by name, for messages about a wrong one. */
export const COALESCE: readonly Coalesce[] = ['earliest', 'latest', 'all'];
