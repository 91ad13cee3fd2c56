/**
 * The records of schedules, and what holds when a definition and a record meet. A template's schedule is
 * never changed through AWS's API, since the next deploy would undo it: pause, modify and remove are
 * records beside the definition, looked at when a fire is due. A schedule that was added at run time is
 * its record alone.
 */
import { createHash } from 'node:crypto';
import { CeleriacError } from '../../errors.ts';
import type { IdSpace } from '../id.ts';
import { fireId } from './fire.ts';
import { placementOf } from './placement.ts';
import { revisionOf, type ScheduleSpec } from './spec.ts';

/** A stretch in which a schedule does not fire; without `to` it still lasts. */
export interface Pause {
  readonly from: number;
  readonly to?: number;
}

/** The record of a schedule: one that was added, or what was changed about one of the template. */
export interface ScheduleEntry {
  readonly name: string;
  readonly source: 'template' | 'runtime';
  /** +1 with every change: the condition of the next one. */
  readonly revision: number;
  /** undefined: as defined. */
  readonly spec?: ScheduleSpec;
  /** Why the spec that is stored cannot be read, `spec` being undefined then; never stored itself. */
  readonly unreadable?: string;
  /** Who fires `spec`: EventBridge Scheduler by a timer of the schedule's name, or the ticker. */
  readonly placed: 'native' | 'ticked';
  readonly pause?: Pause;
  readonly removed?: true;
  readonly createdAt: number;
  /** It was added in place of what the code defines, of which it keeps nothing. */
  readonly replaces?: true;
  /** When it last became something else: ticks that did not know it yet are made up for from then on. */
  readonly changedAt: number;
  /** When it last got other times to fire: those of before are over. */
  readonly firesFrom?: number;
  /** What whoever changed it has handed on; undefined: nothing, or it died before it could say so. */
  readonly handed?: Handed;
}

/** Fires that a change has handed on, so that no tick needs to make up for them. */
export interface Handed {
  /** Names the spec that they are fires of. */
  readonly revision: string;
  /** All fires from the change to here. */
  readonly to: number;
}

/** A schedule of the code. */
export interface DefinedSchedule {
  readonly name: string;
  readonly spec: ScheduleSpec;
  readonly paused: boolean;
}

/** A schedule as it holds now. */
export interface EffectiveSchedule {
  readonly name: string;
  readonly source: 'template' | 'runtime';
  readonly spec: ScheduleSpec;
  /** Names `spec`. */
  readonly revision: string;
  readonly pause: Pause | undefined;
  readonly ticked: boolean;
  /** No fire of before belongs to it; undefined: it was always there. */
  readonly createdAt: number | undefined;
  readonly changedAt: number | undefined;
  readonly entry: ScheduleEntry | undefined;
}

/** Why it cannot be told what holds of a name; undefined: it can. */
export function unreadableOf(
  defined: DefinedSchedule | undefined,
  entry: ScheduleEntry | undefined,
): string | undefined {
  const source = defined === undefined ? 'runtime' : 'template';
  return entry?.source === source && entry.removed !== true ? entry.unreadable : undefined;
}

/**
 * What holds of a name. A definition wins over a schedule that was added under its name before a deploy
 * brought it; a record of a definition that is gone holds nothing.
 * @throws CeleriacError SCHEDULE_UNREADABLE where the record that holds cannot be read: what the code says
 * may be paused or changed by it.
 */
export function effectiveOf(
  defined: DefinedSchedule | undefined,
  entry: ScheduleEntry | undefined,
): EffectiveSchedule | undefined {
  const why = unreadableOf(defined, entry);
  if (why !== undefined) throw unreadable(entry?.name ?? '', why);
  if (defined === undefined) {
    if (entry?.spec === undefined || entry.source === 'template' || entry.removed === true) return undefined;
    return {
      ...common(entry.name, entry.spec, entry),
      source: 'runtime',
      ticked: entry.placed === 'ticked',
      createdAt: entry.createdAt,
    };
  }
  const override = entry?.source === 'template' ? entry : undefined;
  if (override?.removed === true) return undefined;
  const spec = override?.spec ?? defined.spec;
  const pause = override?.pause ?? (defined.paused ? { from: Number.MIN_SAFE_INTEGER } : undefined);
  return {
    ...common(defined.name, spec, override),
    source: 'template',
    pause,
    ticked: override?.spec === undefined ? isTickedAsDefined(defined.spec) : override.placed === 'ticked',
    createdAt: override?.replaces === true ? override.createdAt : undefined,
  };
}

function unreadable(name: string, why: string): CeleriacError {
  const text =
    `schedule '${name}': its record cannot be read (${why}); run the version that wrote it, replace the ` +
    "schedule by client.schedules.add with conflict: 'replace', or remove it";
  return new CeleriacError('SCHEDULE_UNREADABLE', text, { value: name });
}

function common(
  name: string,
  spec: ScheduleSpec,
  entry: ScheduleEntry | undefined,
): Omit<EffectiveSchedule, 'source' | 'ticked' | 'createdAt'> {
  return {
    name,
    spec,
    revision: revision(spec),
    pause: entry?.pause,
    changedAt: entry?.changedAt,
    entry,
  };
}

/**
 * What tells a schedule's fires from those of another one that had its name before: when it was added, for a
 * date that was added at run time. Such a date fires though it is past, so the one that is added after its
 * namesake has fired fires once more, as a new job of APScheduler does. Everything else fires after it was
 * added only, where no namesake's fire can be; and a schedule of the code has no such time, so that no deploy
 * fires it again.
 */
export function epochOf({ spec, createdAt }: EffectiveSchedule): number | undefined {
  return spec.trigger.kind === 'date' ? createdAt : undefined;
}

/**
 * No fire of before belongs to what the schedule is now, though a process may not have come to it yet. A date
 * that is past still fires.
 */
export function firesFromOf({ spec, createdAt, entry }: EffectiveSchedule): number {
  if (spec.trigger.kind === 'date') return Number.NEGATIVE_INFINITY;
  return entry?.firesFrom ?? createdAt ?? Number.NEGATIVE_INFINITY;
}

/** Whether two specs fire at the same times. */
export function hasSameTimes(one: ScheduleSpec, other: ScheduleSpec): boolean {
  const timesOf = ({ trigger, startMs, endMs }: ScheduleSpec): string =>
    JSON.stringify([trigger, startMs, endMs]);
  return timesOf(one) === timesOf(other);
}

/** The id of a fire of a schedule as it holds now. */
export function fireIdOf(space: IdSpace, schedule: EffectiveSchedule, scheduledAt: number): string {
  return fireId(space, schedule.name, scheduledAt, epochOf(schedule));
}

// Specs are frozen data, so what is once found of one stays right; a tick asks it of every schedule.
const placements = new WeakMap<ScheduleSpec, boolean>();

function isTickedAsDefined(spec: ScheduleSpec): boolean {
  const known = placements.get(spec);
  if (known !== undefined) return known;
  const found = placementOf(spec).kind === 'ticked';
  placements.set(spec, found);
  return found;
}

const revisions = new WeakMap<ScheduleSpec, string>();

function revision(spec: ScheduleSpec): string {
  const known = revisions.get(spec);
  if (known !== undefined) return known;
  const made = revisionOf(spec);
  revisions.set(spec, made);
  return made;
}

/** Whether a schedule was, or is, paused at a time. */
export function isPausedAt(pause: Pause | undefined, at: number): boolean {
  return pause !== undefined && at >= pause.from && (pause.to === undefined || at < pause.to);
}

const definitions = new WeakMap<readonly DefinedSchedule[], string>();

/** Names all definitions of a code version, so that a ticker sees when another version runs. */
export function definitionsOf(defined: readonly DefinedSchedule[]): string {
  const known = definitions.get(defined);
  if (known !== undefined) return known;
  const named = nameOf(defined);
  definitions.set(defined, named);
  return named;
}

function nameOf(defined: readonly DefinedSchedule[]): string {
  const names = defined.map(({ name, spec }) => `${name}=${revision(spec)}`).sort();
  // Of one length for any number of them: the watermark is written each minute.
  return createHash('sha256').update(names.join()).digest('hex').slice(0, 16);
}
