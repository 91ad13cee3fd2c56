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

/** How far a process has come with a schedule. */
export interface Reached {
  /** Every fire up to here was taken. */
  readonly handledAt: number;
  /** Fires behind that were taken, too: with jitter one may be due before another of an earlier time. */
  readonly ahead: readonly number[];
}

/** The fires that are due, in order of time, and how far whoever takes them has come. */
export interface DueFires extends Reached {
  readonly fires: readonly number[];
}

/** The fires that nobody has taken and that are due; more than a look takes wait for the next one. */
export function dueFires(
  space: IdSpace,
  { name, spec }: EffectiveSchedule,
  reached: Reached,
  now: number,
): DueFires {
  const known = new Set(reached.ahead);
  const fires: number[] = [];
  const ahead: number[] = [];
  let { handledAt } = reached;
  let isWaiting = false;
  const take = (at: number): void => {
    if (isWaiting) ahead.push(at);
    else handledAt = at;
  };
  for (let at = nextFire(spec, handledAt + 1); at !== undefined && at <= now; at = nextFire(spec, at + 1)) {
    if (!known.has(at)) {
      if (dueTime(space, name, spec, at) > now) {
        isWaiting = true;
        // Without jitter none overtakes another.
        if (spec.jitterMs === 0) break;
        continue;
      }
      fires.push(at);
    }
    take(at);
    // They stand in one item of 400 KB; what comes behind them is late until the first one is taken.
    if (ahead.length >= FIRES_PER_TICK_MAX) break;
    if (fires.length < FIRES_PER_TICK_MAX) continue;
    const latest = spec.coalesce === 'latest' && spec.jitterMs === 0 ? lastFire(spec, at, now) : undefined;
    if (latest === undefined || latest === at) break;
    fires.push(latest);
    take(latest);
    break;
  }
  const left = reached.ahead.filter((at) => at > Math.max(handledAt, ahead.at(-1) ?? 0));
  return { fires, handledAt, ahead: [...ahead, ...left] };
}

/** When the first fire that nobody has taken is due; infinite where there is none. */
export function nextDue(
  space: IdSpace,
  { name, spec }: EffectiveSchedule,
  { handledAt, ahead }: Reached,
): number {
  const known = new Set(ahead);
  let soonest = Number.POSITIVE_INFINITY;
  for (
    let at = nextFire(spec, handledAt + 1), count = 0;
    at !== undefined && at < soonest && count < FIRES_PER_TICK_MAX;
    at = nextFire(spec, at + 1), count++
  ) {
    if (known.has(at)) continue;
    soonest = Math.min(soonest, dueTime(space, name, spec, at));
    if (spec.jitterMs === 0) break;
  }
  return soonest;
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
