/**
 * What schedules ask of the world: the record of schedules, and timers of the service. They stand beside
 * ports.ts, which is as long as a file may be.
 */
import type { Pause, ScheduleEntry } from '../core/schedule/entry.ts';
import type { ScheduleState } from '../core/schedule/state.ts';
import type { Watermark } from '../core/schedule/tick.ts';

/** A stretch of a list of schedules, in order of name. */
export interface ScheduleQuery {
  readonly prefix?: string;
  /** Only names behind this one. */
  readonly after?: string;
  /** At most 1,000. */
  readonly limit: number;
}

/**
 * The records of schedules (APScheduler's job store). Every change names the state that it changes, so of two
 * that meet one is refused and looks again.
 */
export interface ScheduleStore {
  read(name: string): Promise<ScheduleEntry | undefined>;
  /** Fewer than `limit` only at the end. */
  list(query: ScheduleQuery): Promise<readonly ScheduleEntry[]>;
  /**
   * Writes an entry if its record has this revision, or with undefined if there is none; false: it is
   * otherwise.
   */
  put(entry: ScheduleEntry, before: number | undefined): Promise<boolean>;
  /** Deletes an entry of this revision, and what is known of its fires; false: it has another revision. */
  remove(name: string, revision: number): Promise<boolean>;
  /** What is known of schedules' fires; names without any are missing in the answer. At most 100 names. */
  states(names: readonly string[]): Promise<ReadonlyMap<string, ScheduleState>>;
  /** Writes a state if the one there has this version; 0: there is none. */
  putState(name: string, state: ScheduleState, before: number): Promise<boolean>;
  /** How far ticks have come; undefined before the first. */
  watermark(): Promise<Watermark | undefined>;
  /** Moves the watermark, if it still is where the tick found it. */
  advance(to: Watermark, from: Watermark | undefined): Promise<boolean>;
  /** The pause of all schedules. */
  pause(): Promise<Pause | undefined>;
  putPause(pause: Pause): Promise<void>;
}

/** A timer of the service: what it brings into the queue of `later`, and when. */
export interface RecurringTimer {
  readonly expression: string;
  readonly timezone?: string;
  /** ISO strings in UTC. */
  readonly start?: string;
  readonly end?: string;
  /** Its static input, with the service's word for the scheduled time in it. */
  readonly input: string;
}

/** Timers of the service, which bring their input into the queue of `later` at least once. */
export interface Timers {
  /** Makes the timer of a schedule, or makes it another. */
  put(name: string, timer: RecurringTimer): Promise<void>;
  /** Deletes it; one that is not there is deleted already. */
  remove(name: string): Promise<void>;
  /**
   * Makes a timer that fires once at a whole minute, up to a minute late, and is gone then; one of this name
   * that is there already is the same.
   */
  once(name: string, at: number, input: string): Promise<void>;
  /** Deletes a one-shot; one that is not there has fired. */
  cancel(name: string): Promise<void>;
}

/** What a process needs to work with schedules besides queues and records. */
export interface Scheduling {
  /** undefined in an app without schedules, whose `later` delays messages only. */
  readonly store: ScheduleStore | undefined;
  readonly timers: Timers;
}
