/** What the emulated EventBridge Scheduler takes and shows besides its API. */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Input, Service } from '../service.ts';

/** One line of what happened, for an inspector; a plain object that is not kept here. */
export interface SchedulerTraceEntry {
  readonly at: number;
  readonly service: 'scheduler';
  /** `complete` is the deletion of a schedule after its last invocation. */
  readonly operation: 'fire' | 'lose' | 'deliver' | 'retry' | 'deadLetter' | 'drop' | 'complete';
  /** The schedule's name. */
  readonly target: string;
  readonly [detail: string]: unknown;
}

/** Faults of the service itself, each asked once for every fire of a schedule. */
export interface SchedulerFaults {
  /** Whether the target is invoked twice: Scheduler promises to invoke it at least once. */
  readonly double?: (schedule: string) => boolean;
  /** Whether the fire is lost. */
  readonly lose?: (schedule: string) => boolean;
  /** How many milliseconds the fire is late, beyond the service's precision. */
  readonly delayMs?: (schedule: string) => number;
}

/** A service as a universal target calls it. */
export interface UniversalService {
  readonly service: Service;
  /** Whether the service has the operation, and it is served. */
  has(operation: string): boolean;
  /** The operation's input from the JSON that a schedule holds. */
  toInput(operation: string, json: unknown): Input;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  /** Where targets that are queues, and dead-letter queues, get their messages. */
  readonly sqs: Service;
  readonly lambda: Service;
  readonly sns: Service;
  readonly eventbridge: Service;
  /**
   * The services that universal targets reach, by their names in a target's ARN. @default none
   */
  readonly universal?: (service: string) => UniversalService | undefined;
  /** Chance in [0, 1): moments within a minute or a window, ids. Seed it to replay. @default Math.random */
  readonly random?: () => number;
  /**
   * A fire that is due at a time invokes its target at a moment by chance within so many milliseconds from
   * then on; 0 is exactly on time. @default 60_000
   */
  readonly precisionMs?: number;
  /** The quota of schedules by account and region. @default 10_000_000 */
  readonly schedulesMax?: number;
  readonly faults?: SchedulerFaults;
  readonly trace?: (entry: SchedulerTraceEntry) => void;
  /** Where schedules note what is to outlive the process. */
  readonly journal?: Journal;
}

/** A schedule, for assertions and dashboards. */
export interface ScheduleSnapshot {
  readonly arn: string;
  readonly name: string;
  readonly group: string;
  readonly expression: string;
  readonly timezone: string;
  readonly enabled: boolean;
  /** The ARN of its target. */
  readonly target: string;
  /** For which time it fires next, in milliseconds; its target may be invoked later within the precision. */
  readonly nextFireAt?: number;
  /** For which time it fired last. */
  readonly lastFireAt?: number;
}

/** The emulated Amazon EventBridge Scheduler of every account and region. */
export interface Scheduler extends Service {
  /** Every schedule of every account and region; reads, changes nothing. */
  snapshot(): readonly ScheduleSnapshot[];
  /** Invocations on their way to a target or a dead-letter queue, those that wait for a retry included. */
  pendingDeliveries(): number;
  /** What of it outlives the process, in the order in which it is taken back. */
  kept(): readonly Kept[];
  /** Ends all schedules, and drops what is on its way. */
  close(): void;
}
