/** `client.schedules`: schedules that are added, changed and looked at while the app runs. */
import type { Placement } from '../core/schedule/placement.ts';
import type { ScheduledCall } from '../core/schedule/spec.ts';
import type { FireOutcome } from '../core/schedule/state.ts';
import type { TaskState } from '../core/task-state.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import type { ScheduleAction, ScheduleOptions, ScheduleTiming } from './schedule.ts';

/** What happens to a schedule of this name that is there already. */
export type ConflictPolicy = 'error' | 'replace' | 'keep';

/** A schedule as it is now. */
export interface ScheduleInfo {
  readonly name: string;
  /** Whether the code declares it, or it was added at run time. */
  readonly source: 'template' | 'runtime';
  /** Whether a schedule of the code was changed at run time. */
  readonly modified: boolean;
  /** The trigger, as data and as a sentence: "every 15 minutes". */
  readonly trigger: Trigger;
  readonly sentence: string;
  readonly call: ScheduledCall;
  readonly paused: boolean;
  /** undefined: it is paused, or never fires again. Without jitter. */
  readonly next: Date | undefined;
  readonly last: LastFireInfo | undefined;
  /** Fires that did not run: later than their grace, or too many runs under way. */
  readonly misses: number;
  /** Fires of an outage for which another one ran. */
  readonly coalesced: number;
  /** Who fires it, and why. */
  readonly placement: Placement;
  readonly misfireGraceMs: number | undefined;
  readonly coalesce: 'earliest' | 'latest' | 'all';
  readonly maxInstances: number | undefined;
  readonly jitterMs: number;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
}

/** The last fire of a schedule. */
export interface LastFireInfo {
  /** The time that its trigger gave. */
  readonly scheduledAt: Date;
  readonly outcome: FireOutcome;
  /** The id of what it sent: `client.result(task, id)`, or `client.workflow(id)`, has the result. */
  readonly id: string | undefined;
  /** Where its run is, for a task that keeps a record and for a workflow; undefined in lists. */
  readonly run: TaskState | undefined;
}

/** Which schedules a page has, and in which order. */
export interface ListSchedulesOptions {
  /** Only names that begin with it. */
  readonly prefix?: string;
  /**
   * 'next' puts the soonest first and those that never fire last; it reads all schedules, at most 10,000.
   * @default 'name'
   */
  readonly order?: 'name' | 'next';
  /** How many a page has, 1–1,000. @default 100 */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

/** A page of schedules. */
export interface SchedulePage {
  readonly schedules: readonly ScheduleInfo[];
  /** Gives the next page as `after`; undefined: there is none. */
  readonly next: string | undefined;
}

/** Changes of a schedule; null takes an option back to its default. */
export type ScheduleChanges = {
  readonly [Name in Exclude<keyof ScheduleTiming, 'trigger' | 'paused' | 'timezone'>]?:
    | ScheduleTiming[Name]
    | null;
} & Pick<ScheduleTiming, 'timezone'> &
  Partial<Pick<ScheduleTiming, 'trigger'>> &
  (
    | ScheduleAction
    | { readonly send?: undefined; readonly deadline?: undefined; readonly publish?: undefined }
  );

/**
 * All methods are bound. A change holds for the next fire, survives restarts, and is written on condition
 * that nobody else changed the schedule meanwhile.
 */
export interface Schedules {
  /**
   * Adds a schedule, which stays until it is removed or never fires again. A date that is past fires at once,
   * within its grace; so one that is added again after it has fired fires again.
   * @throws DefinitionError as `defineSchedule`; SCHEDULE_EXISTS for a name that is taken, unless `conflict`
   * says 'replace' or 'keep'; TICKER_MISSING for one that must be ticked in an app without a ticker;
   * SCHEDULE_TOO_LARGE for one whose call no record holds (380 KB, DynamoDB).
   */
  readonly add: (
    name: string,
    options: ScheduleOptions,
    how?: { readonly conflict?: ConflictPolicy },
  ) => Promise<ScheduleInfo>;
  /**
   * Changes some of a schedule, also of one of the code, which then is what the change says until `reset`,
   * deploys or not.
   * @throws CeleriacError UNKNOWN_SCHEDULE; SCHEDULE_CHANGED when others changed it all the time.
   */
  readonly modify: (name: string, changes: ScheduleChanges) => Promise<ScheduleInfo>;
  /** Gives it another trigger. @throws as `modify` */
  readonly reschedule: (name: string, trigger: Trigger) => Promise<ScheduleInfo>;
  /** It fires no more until it is resumed; what it would have fired is not made up for. */
  readonly pause: (name: string) => Promise<ScheduleInfo>;
  readonly resume: (name: string) => Promise<ScheduleInfo>;
  /**
   * Makes a schedule of the code what the code says, also one that was removed: whatever was changed about it
   * at run time is forgotten.
   * @throws CeleriacError UNKNOWN_SCHEDULE for one that the code does not have
   */
  readonly reset: (name: string) => Promise<ScheduleInfo>;
  /** Removes it, also one of the code; false: there was none. */
  readonly remove: (name: string) => Promise<boolean>;
  /** Removes all whose names begin with `prefix`; resolves to their number. */
  readonly removeAll: (options?: { readonly prefix?: string }) => Promise<number>;
  /** @throws CeleriacError SCHEDULE_UNREADABLE where its record cannot be read: replace or remove it. */
  readonly get: (name: string) => Promise<ScheduleInfo | undefined>;
  /** Leaves out those whose records cannot be read, which the log of the ticker names each minute. */
  readonly list: (options?: ListSchedulesOptions) => Promise<SchedulePage>;
  /**
   * Performs its call now, once more and whatever its state; resolves to the id of the message, or of the
   * workflow.
   */
  readonly runNow: (name: string) => Promise<{ readonly id: string }>;
  /** No schedule of the app fires until `resumeAll`; those paused alone stay so after it. */
  readonly pauseAll: () => Promise<void>;
  readonly resumeAll: () => Promise<void>;
}
