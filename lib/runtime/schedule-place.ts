/**
 * Gives a schedule that was added or changed to whoever fires it: a timer of EventBridge Scheduler, or the
 * ticker; and hands on itself what both may have missed, the fires of the next minutes.
 */
import type { IdSpace } from '../core/id.ts';
import { LOOKAHEAD_MS, TIMER_PRECISION_MS } from '../core/limits.ts';
import {
  type EffectiveSchedule,
  effectiveOf,
  hasSameTimes,
  type Pause,
  type ScheduleEntry,
} from '../core/schedule/entry.ts';
import { dueTime, type Fire, toTimerInput } from '../core/schedule/fire.ts';
import { type Placement, placementOf } from '../core/schedule/placement.ts';
import { nextFire, revisionOf, type ScheduleSpec } from '../core/schedule/spec.ts';
import type { App } from '../define/app.ts';
import { CeleriacError, DefinitionError } from '../errors.ts';
import type { Perform } from './perform.ts';
import type { Chance, Runs } from './ports.ts';
import type { ScheduleStore, Timers } from './schedule-ports.ts';
import { definedIn } from './schedule-view.ts';
import { type HandOn, handOn } from './ticker.ts';

export interface SchedulesPorts extends HandOn {
  readonly store: ScheduleStore;
  /** undefined where no timers can be made: everything is ticked. */
  readonly timers: Timers | undefined;
  /** Whether the app has a ticker. */
  readonly ticker: boolean;
  readonly runs: Runs | undefined;
  readonly perform: Perform;
  readonly chance: Chance;
}

/** What changes of schedules work with. */
export interface Work {
  readonly app: App;
  readonly space: IdSpace;
  readonly ports: SchedulesPorts;
}

/** Ticks that were under way when the record was written, and did not see it, are over by then. */
const UNSEEN_MS = LOOKAHEAD_MS + 60_000;
/** A timer that was just made may miss the very next minutes. */
const TIMER_AHEAD_MS = 120_000;

/** Gives a schedule to whoever fires it, once its record is written. */
export async function place(
  work: Work,
  entry: ScheduleEntry,
  before: ScheduleEntry | undefined,
): Promise<EffectiveSchedule> {
  const { app, ports } = work;
  const { name, spec } = entry;
  const defined = definedIn(app, name);
  const found = effectiveOf(defined, entry);
  if (found === undefined) throw unknown(name);
  // Two changes may have one time; what was only paused is still the same spec, not an equal one.
  const isAwoken = before?.pause !== undefined && isAsleep(before.pause) && !isAsleep(entry.pause);
  if (entry.changedAt === before?.changedAt && spec === before.spec && !isAwoken) return found;
  const now = ports.clock.now();
  if (spec === undefined) return found.ticked ? handed(work, entry, found, now + UNSEEN_MS) : found;
  const placement = placeable(ports, name, spec, now);
  if (placement.kind === 'ticked') {
    const placed = await handed(work, { ...entry, placed: 'ticked' }, found, now + UNSEEN_MS, before);
    // Last: what dies before leaves a timer too many, not one too few.
    if (before?.placed === 'native') await ports.timers?.remove(name);
    return placed;
  }
  const { kind: _, ...timer } = placement;
  await ports.timers?.put(name, { ...timer, input: toTimerInput(name, revisionOf(spec)) });
  // From now on, since the service may have let it wait.
  return handed(work, { ...entry, placed: 'native' }, found, ports.clock.now() + TIMER_AHEAD_MS);
}

/** Paused, and not resumed yet. */
function isAsleep(pause: Pause | undefined): boolean {
  return pause !== undefined && pause.to === undefined;
}

/** Hands on what comes before whoever fires the schedule knows of it, then writes that it is fired. */
async function handed(
  work: Work,
  entry: ScheduleEntry,
  found: EffectiveSchedule,
  until: number,
  before?: ScheduleEntry,
): Promise<EffectiveSchedule> {
  const { app, ports } = work;
  const { name, revision, pause, ticked } = found;
  const asleep = isAsleep(pause);
  if (!asleep) await handAhead(work, found, until, before);
  // Of what sleeps nothing was handed on: when it wakes that is another change.
  if (asleep && ticked && entry.placed === 'ticked') return found;
  const placed: ScheduleEntry = {
    ...entry,
    revision: entry.revision + 1,
    ...(asleep ? {} : { handed: { revision, to: until } }),
  };
  // Somebody who changed it meanwhile places it anew; but its timer may have been overwritten by this one.
  if (!(await ports.store.put(placed, entry.revision)) && placed.placed === 'native')
    await timeAnew(work, name, revision);
  return effectiveOf(definedIn(app, name), placed) ?? found;
}

/** How often the timer is made that another one's change asks for, while there are more changes. */
const TRIES_MAX = 8;

/** Makes the timer of what holds now, where the one of a change that is over has been made last. */
async function timeAnew({ app, ports }: Work, name: string, made: string): Promise<void> {
  let last = made;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const entry = await ports.store.read(name);
    if (entry?.spec === undefined || entry.removed === true) return;
    const found = effectiveOf(definedIn(app, name), entry);
    if (found === undefined || found.revision === last) return;
    const placement = placementOf(found.spec, ports.clock.now());
    // Nobody waits for a timer of what is ticked: the fires of this one are dropped.
    if (placement.kind === 'ticked') return;
    const { kind: _, ...timer } = placement;
    await ports.timers?.put(name, { ...timer, input: toTimerInput(name, found.revision) });
    last = found.revision;
  }
}

/** Who can fire a schedule here; asked before its record is written, too. */
export function placeable(ports: SchedulesPorts, name: string, spec: ScheduleSpec, now: number): Placement {
  const placement = placementOf(spec, now);
  if (placement.kind === 'native' && ports.timers !== undefined) return placement;
  // What fires within the next minutes only, its adder hands on.
  if (ports.ticker || nextFire(spec, now + UNSEEN_MS) === undefined)
    return placement.kind === 'ticked' ? placement : { kind: 'ticked', why: 'the app makes no timers' };
  const why = placement.kind === 'ticked' ? placement.why : 'the app makes no timers';
  const text =
    `schedule '${name}' must be ticked (${why}), and the app has no ticker; set runtimeSchedules: true in ` +
    'defineApp';
  throw new DefinitionError('TICKER_MISSING', text, { value: name });
}

/** Hands on the fires of the next minutes, for which ticks were made before they knew of them. */
async function handAhead(
  { space, ports }: Work,
  found: EffectiveSchedule,
  until: number,
  before: ScheduleEntry | undefined,
): Promise<void> {
  const { name, spec, revision, createdAt, changedAt } = found;
  const fires: Fire[] = [];
  // A date that is past still fires, within its grace (APScheduler).
  const isNewDate = spec.trigger.kind === 'date' && createdAt === changedAt;
  const from = isNewDate ? 0 : ((await timedFrom(ports, found, before)) ?? changedAt ?? ports.clock.now());
  for (let at = nextFire(spec, from); at !== undefined && at <= until; at = nextFire(spec, at + 1)) {
    fires.push({
      schedule: name,
      revision,
      scheduledAt: at,
      dueAt: dueTime(space, name, spec, at),
    });
  }
  await handOn(ports, fires);
}

/**
 * Where the fires begin that go with a timer of run time which is removed: the service is late by up to a
 * minute, so the last one may not have come yet.
 */
async function timedFrom(
  { store }: SchedulesPorts,
  { name, spec, changedAt }: EffectiveSchedule,
  before: ScheduleEntry | undefined,
): Promise<number | undefined> {
  if (changedAt === undefined || before?.placed !== 'native' || isAsleep(before.pause)) return undefined;
  if (before.spec === undefined || !hasSameTimes(before.spec, spec)) return undefined;
  const last = (await store.states([name])).get(name)?.last?.scheduledAt ?? 0;
  return Math.min(changedAt, Math.max(last + 1, changedAt - TIMER_PRECISION_MS));
}

/** There is no schedule of this name. */
export function unknown(name: string): CeleriacError {
  const text = `there is no schedule '${name}'; list them with client.schedules.list()`;
  return new CeleriacError('UNKNOWN_SCHEDULE', text, { value: name });
}
