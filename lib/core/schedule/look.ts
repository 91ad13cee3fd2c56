/**
 * A look of a scheduler that has a clock of its own: which fires are due, and what becomes of them. It
 * knows at once when a fire is due, so all that are due by now are coalesced, as APScheduler does.
 */
import type { IdSpace } from '../id.ts';
import { FIRES_PER_TICK_MAX } from '../limits.ts';
import { type EffectiveSchedule, fireIdOf, isPausedAt, type Pause } from './entry.ts';
import { dueTime } from './fire.ts';
import { admit, type Instance, leaseOf } from './instances.ts';
import { settle } from './misfire.ts';
import { lastFire, nextFire } from './spec.ts';
import { type FireOutcome, type ScheduleState, withOutcome } from './state.ts';

export interface LookRequest {
  readonly space: IdSpace;
  readonly schedule: EffectiveSchedule;
  readonly state: ScheduleState;
  /** The fires that are due, in order of time. */
  readonly due: readonly number[];
  /** The runs that are under way. */
  readonly held: readonly Instance[];
  /** The pause of all schedules. */
  readonly pause: Pause | undefined;
  readonly now: number;
}

export interface Look {
  /** The fires to perform. */
  readonly fires: readonly number[];
  readonly dropped: readonly { readonly at: number; readonly outcome: FireOutcome }[];
  /** The state with all of these in it. */
  readonly state: ScheduleState;
}

/** The fires after `from` that are due; more than a look takes wait for the next one. */
export function dueFires(
  space: IdSpace,
  { name, spec }: EffectiveSchedule,
  from: number,
  now: number,
): readonly number[] {
  const fires: number[] = [];
  for (let at = nextFire(spec, from + 1); at !== undefined && at <= now; at = nextFire(spec, at + 1)) {
    if (dueTime(space, name, spec, at) > now) break;
    if (fires.push(at) < FIRES_PER_TICK_MAX) continue;
    const latest = spec.coalesce === 'latest' && spec.jitterMs === 0 ? lastFire(spec, at, now) : undefined;
    return latest === undefined || latest === at ? fires : [...fires, latest];
  }
  return fires;
}

/** When the first fire after `from` is due; infinite where there is none. */
export function nextDue(space: IdSpace, { name, spec }: EffectiveSchedule, from: number): number {
  const at = nextFire(spec, from + 1);
  return at === undefined ? Number.POSITIVE_INFINITY : dueTime(space, name, spec, at);
}

/** Decides about all fires that are due. */
export function decideLook({ space, schedule, state, due, held, pause, now }: LookRequest): Look {
  const { name, spec } = schedule;
  const isPaused = (at: number): boolean => [schedule.pause, pause].some((one) => isPausedAt(one, at));
  const active = isPaused(now) ? [] : due.filter((at) => !isPaused(at));
  const dueOf = (at: number): number => dueTime(space, name, spec, at);
  const settled = settle(active, now, { ...spec, dueOf }, 0);
  const fires: number[] = [];
  const full: number[] = [];
  let instances = held;
  for (const at of settled.run) {
    const instance = leaseOf(spec.call, fireIdOf(space, schedule, at), now);
    const admission = admit(instances, instance, spec.maxInstances);
    instances = admission.instances;
    (admission.kind === 'admitted' ? fires : full).push(at);
  }
  const isActive = new Set(active);
  const dropped = [
    ...due.filter((at) => !isActive.has(at)).map((at) => ({ at, outcome: 'paused' as const })),
    ...settled.coalesced.map((at) => ({ at, outcome: 'coalesced' as const })),
    ...settled.missed.map((at) => ({ at, outcome: 'misfire' as const })),
    ...full.map((at) => ({ at, outcome: 'max-instances' as const })),
  ];
  const sent = fires.map((at) => ({ at, outcome: 'sent' as const, id: fireIdOf(space, schedule, at) }));
  let next: ScheduleState = { ...state, instances };
  for (const { at, ...rest } of [...dropped, ...sent])
    next = withOutcome(next, { scheduledAt: at, at: now, ...rest });
  return { fires, dropped, state: next };
}
