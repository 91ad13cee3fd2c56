/**
 * A tick: which fires are handed on to `later`. A tick looks at the fires in (watermark, nominal time + 5
 * minutes], and moves the watermark there once `later` has them. Nothing depends on a clock: a tick that
 * comes late, twice or never changes no fire, since the next one begins where the last one ended, and a
 * fire that is handed on twice has the same id.
 */
import type { IdSpace } from '../id.ts';
import { FIRES_PER_TICK_MAX, LATE_MS, LOOKAHEAD_MS } from '../limits.ts';
import { type EffectiveSchedule, firesFromOf, type ScheduleEntry } from './entry.ts';
import { dueTime, type Fire } from './fire.ts';
import { lastFire, nextFire, type ScheduleSpec } from './spec.ts';

/** How far ticks have come. */
export interface Watermark {
  /** Every fire up to here was handed on. */
  readonly at: number;
  /** Names the definitions that were (entry.ts). */
  readonly definitions: string;
  /** By name, how far schedules have come whose records could not be read. */
  readonly unread?: Readonly<Record<string, number>>;
}

export interface TickRequest {
  readonly space: IdSpace;
  /** undefined at the very first tick. */
  readonly watermark: Watermark | undefined;
  /** The time for which the tick was scheduled; never the clock's. */
  readonly nominal: number;
  /** Those that are ticked. */
  readonly schedules: readonly EffectiveSchedule[];
  /** The records that cannot be read: as soon as they can be, ticks go on with them from here. */
  readonly unread?: readonly Pick<ScheduleEntry, 'name' | 'changedAt'>[];
  readonly definitions: string;
}

export interface Tick {
  /** In order of time. */
  readonly fires: readonly Fire[];
  readonly watermark: Watermark;
}

/** Fires that a schedule hands on twice because it changed: ticks that read it before the change are over. */
const UNSETTLED_MS = LOOKAHEAD_MS + 2 * 60_000;

/** Added at run time, and without a fire since a day: nothing of it can be under way. */
export function isOver({ source, spec }: EffectiveSchedule, nominal: number): boolean {
  if (source === 'template') return false;
  return nextFire(spec, nominal - SWEPT_AFTER_MS - spareMs(spec)) === undefined;
}

const SWEPT_AFTER_MS = 86_400_000;

/** Whether a tick hands a schedule's fires on; resuming it makes up for the ticks that did not. */
export function isTicked({ ticked, pause }: EffectiveSchedule): boolean {
  return ticked && (pause === undefined || pause.to !== undefined);
}

/** Decides about a tick. */
export function tick(request: TickRequest): Tick {
  const { space, watermark, nominal, schedules, unread = [], definitions } = request;
  const to = Math.max(nominal + LOOKAHEAD_MS, watermark?.at ?? 0);
  // A first tick has no past. One of another code version looks again at what lies ahead: its definitions may
  // be others, and those that are not hand on what is known already.
  const from = watermark?.at ?? nominal - 1;
  const known = watermark?.definitions === definitions ? from : Math.min(from, nominal - 1);
  const stopped: Record<string, number> = {};
  for (const { name, changedAt } of unread)
    stopped[name] =
      watermark?.unread?.[name] ?? (isSettled(changedAt, from) ? from : Math.min(from, changedAt - 1));
  const found: Fire[] = [];
  let walked = to;
  for (const schedule of schedules) {
    const begin = Math.min(fromOf(schedule, from, known), watermark?.unread?.[schedule.name] ?? from);
    const last = collect(found, space, schedule, begin, to, nominal);
    if (last < known) stopped[schedule.name] = last;
    else walked = Math.min(walked, last);
  }
  found.sort((a, b) => a.scheduledAt - b.scheduledAt);
  // What is made up for from before the watermark is never cut off: the next tick would be no further.
  const ahead = found.filter(({ scheduledAt }) => scheduledAt > known);
  const reached = ahead.length > FIRES_PER_TICK_MAX ? Math.min(cutAt(ahead), walked) : walked;
  const fires = reached === to ? found : found.filter((fire) => fire.scheduledAt <= reached);
  const isRead = Object.keys(stopped).length === 0;
  return { fires, watermark: { at: reached, definitions, ...(isRead ? {} : { unread: stopped }) } };
}

/** Whether ticks that read a record before its change are over. */
function isSettled(changedAt: number, from: number): boolean {
  return changedAt <= from - UNSETTLED_MS;
}

/**
 * Where a schedule's window begins: one that was changed just now is looked at from the change on, unless its
 * change says what it has handed on.
 */
function fromOf(schedule: EffectiveSchedule, from: number, known: number): number {
  const { changedAt } = schedule;
  if (changedAt === undefined || isSettled(changedAt, from)) return known;
  return handedOf(schedule) === undefined ? Math.min(known, changedAt - 1) : known;
}

/** The fires that the last change has handed on. */
function handedOf({ changedAt, entry, revision }: EffectiveSchedule): Stretch | undefined {
  if (changedAt === undefined || entry?.handed?.revision !== revision) return undefined;
  // A client of before this was known has kept what another change had handed on.
  if (entry.handed.to < changedAt) return undefined;
  return { from: changedAt, to: entry.handed.to };
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Collects the fires of a schedule; answers the time up to which it has all of them. */
function collect(
  found: Fire[],
  space: IdSpace,
  schedule: EffectiveSchedule,
  from: number,
  to: number,
  nominal: number,
): number {
  const { name, spec, revision } = schedule;
  // Nearly always there is none, so this stands before everything else.
  const first = nextFire(spec, Math.max(from + 1, firesFromOf(schedule)));
  if (first === undefined || first > to) return to;
  const late = nominal - LATE_MS - spareMs(spec);
  const handed = handedOf(schedule);
  let at: number | undefined = first > late ? first : beginOf(spec, first, late);
  // One more than a tick takes shows that there are more.
  for (let count = 0; at !== undefined && at <= to && count <= FIRES_PER_TICK_MAX; count++) {
    if (handed !== undefined && at >= handed.from && at <= handed.to) {
      at = nextFire(spec, handed.to + 1);
      if (at === undefined || at > to) return to;
    }
    const dueAt = dueTime(space, name, spec, at);
    found.push({ schedule: name, revision, scheduledAt: at, dueAt });
    const last = at;
    at = nextFire(spec, isAlone(spec) && at <= late ? late + 1 : at + 1);
    if (count === FIRES_PER_TICK_MAX) return at === undefined || at > to ? to : last;
  }
  return to;
}

/** By how much a fire may be due later than its time. */
function spareMs({ call, jitterMs }: ScheduleSpec): number {
  return jitterMs + (call.kind === 'send' ? (call.delayMs ?? 0) : 0);
}

/**
 * Where to begin among fires that an outage of the ticker has delayed: those that `later` would drop need not
 * be walked through. It decides again, by the same rules, with the time at which a fire is due.
 */
function beginOf(spec: ScheduleSpec, first: number, late: number): number | undefined {
  if (spec.coalesce === 'latest') return lastFire(spec, first, late);
  const { misfireGraceMs = Number.POSITIVE_INFINITY } = spec;
  return nextFire(spec, Math.max(first, late + LATE_MS - misfireGraceMs));
}

/** Whether the first late fire stands for all others for certain: with a grace it may yet be a misfire. */
function isAlone({ coalesce, misfireGraceMs }: ScheduleSpec): boolean {
  return coalesce === 'earliest' && misfireGraceMs === undefined;
}

/** Where a tick with too many fires ends: no time is cut in two, and at least one time is done. */
function cutAt(fires: readonly Fire[]): number {
  const over = fires[FIRES_PER_TICK_MAX]?.scheduledAt ?? 0;
  const first = fires[0]?.scheduledAt ?? 0;
  return over > first ? Math.max(first, over - 1) : first;
}
