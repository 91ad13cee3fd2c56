/**
 * The decision on a fire that arrives in `later`: run, drop, or wait. It depends on the records as they are
 * when the fire is due, so pause, change and removal hold for the very next fire; and on nothing that another
 * delivery of the same fire would see otherwise, so doubles decide alike.
 */
import type { IdSpace } from '../id.ts';
import { LATE_MS } from '../limits.ts';
import { type EffectiveSchedule, fireIdOf, firesFromOf, isPausedAt, type Pause } from './entry.ts';
import { dueTime, type Fire } from './fire.ts';
import { wasInTime } from './in-time.ts';
import { isLate, isMisfire } from './misfire.ts';
import { isFire, nextFire, type ScheduleSpec } from './spec.ts';
import type { DropReason, ScheduleState } from './state.ts';

export type FireDecision =
  | {
      readonly kind: 'run';
      readonly id: string;
      readonly dueAt: number;
      /** With coalesce 'earliest': fires until then are part of the outage that this one stands for. */
      readonly absorbs?: number;
    }
  | { readonly kind: 'wait'; readonly dueAt: number }
  | { readonly kind: 'drop'; readonly why: DropReason };

export interface FireSituation {
  readonly space: IdSpace;
  readonly fire: Fire;
  /** undefined: there is no such schedule. */
  readonly schedule: EffectiveSchedule | undefined;
  readonly state: Pick<ScheduleState, 'absorbed' | 'last' | 'inTime'> &
    Partial<Pick<ScheduleState, 'instances'>>;
  /** The pause of all schedules. */
  readonly pause: Pause | undefined;
  readonly now: number;
  /** How late a fire is coalesced. */
  readonly lateMs?: number;
}

/** Decides about one fire. */
export function decideFire(situation: FireSituation): FireDecision {
  const { space, fire, schedule, pause, now, lateMs = LATE_MS } = situation;
  if (schedule === undefined) return drop('removed');
  const { spec } = schedule;
  const id = fireIdOf(space, schedule, fire.scheduledAt);
  // A change of jitter or delay holds for fires that were handed on before it, too.
  const dueAt =
    fire.dueAt !== undefined && fire.revision === schedule.revision
      ? fire.dueAt
      : dueTime(space, fire.schedule, spec, fire.scheduledAt);
  if (isHandedAnew(fire, schedule)) return drop('superseded');
  // Whoever wrote that may have died before it was sent: what was decided in time is carried out, however
  // late this delivery is, and whatever has been paused or changed since.
  if (isSent(situation, id)) return { kind: 'run', id, dueAt };
  if (isSuperseded(fire, schedule)) return drop('superseded');
  if (dueAt > now) return { kind: 'wait', dueAt };
  if ([schedule.pause, pause].some((one) => isPaused(one, fire.scheduledAt, now))) return drop('paused');
  if (isStoodFor(situation, spec, dueAt, lateMs)) return drop('coalesced');
  if (isMisfire(dueAt, now, spec)) return drop('misfire');
  const absorbs = spec.coalesce === 'earliest' && isLate(dueAt, now, lateMs);
  return { kind: 'run', id, dueAt, ...(absorbs ? { absorbs: now - lateMs } : {}) };
}

/**
 * A fire of before a change that the change brings once more: one that a tick had handed on, or that the
 * timer of the template goes on to fire. It has the same id, but nobody looks at the ids of what is published
 * to other consumers.
 */
function isHandedAnew({ revision, scheduledAt }: Fire, schedule: EffectiveSchedule): boolean {
  const { changedAt, entry } = schedule;
  const handed = entry?.handed;
  if (changedAt === undefined || handed?.revision !== schedule.revision) return false;
  if (revision === schedule.revision || scheduledAt < changedAt) return false;
  // What the code says may become another thing by a deploy, of which fires must not be dropped. A timer that
  // was changed may go on with what it was for some more fires (AWS names no time), and then brings no other.
  const isOneTimer = schedule.source === 'runtime' && entry?.placed === 'native';
  return (entry?.spec !== undefined && !isOneTimer) || scheduledAt <= handed.to;
}

/**
 * A fire of something that the schedule is not any more; one that it would fire just the same still
 * counts.
 */
function isSuperseded(fire: Fire, schedule: EffectiveSchedule): boolean {
  const { spec, createdAt, revision } = schedule;
  if (createdAt !== undefined && fire.scheduledAt < createdAt && spec.trigger.kind !== 'date') return true;
  // What it was before it was another thing, or slept, it is again: its fires of meanwhile are not (with
  // jitter or a delay one may come that was handed on before all of that).
  if (fire.revision === revision && fire.scheduledAt < firesFromOf(schedule)) return true;
  // EventBridge Scheduler fires a template's schedule outside of its start and end, too. That the scheduled
  // time it gives is the nominal one is what its user guide says ("the time you specified"); where nothing
  // hangs on it, it is not relied on.
  const isBounded = 'start' in spec.trigger || 'end' in spec.trigger;
  const isOpen = spec.startMs === undefined && spec.endMs === undefined && !isBounded;
  return (fire.revision !== revision || !isOpen) && !isFire(spec, fire.scheduledAt);
}

/** Paused now, or when the fire was scheduled: a pause that is over does not let its fires go after all. */
function isPaused(pause: Pause | undefined, scheduledAt: number, now: number): boolean {
  return isPausedAt(pause, now) || isPausedAt(pause, scheduledAt);
}

/**
 * With maxInstances a fire keeps its place until its run is known to have ended, so that one of which others
 * have come since is known as well: dropped, it would hold its place for nothing.
 */
function isSent({ state: { last, instances = [] } }: FireSituation, id: string): boolean {
  return (last?.outcome === 'sent' && last.id === id) || instances.some((instance) => instance.id === id);
}

/** Whether another fire stands for this one. */
function isStoodFor(
  { space, fire, state, now }: FireSituation,
  spec: ScheduleSpec,
  dueAt: number,
  lateMs: number,
): boolean {
  const { schedule, scheduledAt } = fire;
  // It has no other fires; those of a namesake before it do not stand for it.
  if (spec.trigger.kind === 'date') return false;
  switch (spec.coalesce) {
    case 'all':
      return false;
    case 'latest': {
      if (!isLate(dueAt, now, lateMs)) return false;
      const next = nextFire(spec, scheduledAt + 1);
      // Where the next fire came in time there was no outage: this one's own delivery has died.
      if (next === undefined || wasInTime(state, next)) return false;
      // That the next fire is late, too, is true for every later delivery as well.
      return isLate(dueTime(space, schedule, spec, next), now, lateMs);
    }
    case 'earliest': {
      const { absorbed } = state;
      return absorbed !== undefined && scheduledAt <= absorbed.until && scheduledAt !== absorbed.by;
    }
  }
}

function drop(why: DropReason): FireDecision {
  return { kind: 'drop', why };
}
