/**
 * A call of a task, described as data (Celery's signature): it serves sending, delaying, scheduling and
 * workflows alike.
 */
import type { Duration } from '../core/duration.ts';
import type { GroupPlan, Plan } from '../core/workflow/plan.ts';
import type { AnyTask } from './task.ts';
import type { TimeLimit } from './task-limits.ts';

/** Options of one send, beside the task's own. */
export interface SendOptions {
  /**
   * Runs it this much later, at most a year; for what is further away add a schedule. To the second, also
   * beyond the 15 minutes of SQS, and on an ordered queue, where it takes its place when its time has come.
   * With an input that goes to the app's bucket at most 15 days.
   */
  readonly delay?: Duration;
  /** Runs it at this time, instead of `delay` and within its limits; a time that is past means at once. */
  readonly at?: Date;
  /**
   * If an attempt has not started by then, be it a retry, the task is dropped as REVOKED with the reason
   * 'expired', as in Celery. A dead letter does not expire: whoever redrives it wants it to run.
   */
  readonly expires?: Duration;
  /**
   * 0–255: more is sooner, in a queue with `priorities`; what is above its highest counts as the highest, and
   * other queues have one level, as in RabbitMQ. @default 0
   */
  readonly priority?: number;
  /** The message group, instead of the one its queue's `ordered` gives. On an ordered queue only. */
  readonly group?: string;
  /**
   * How long its run may take, instead of the task's own `timeLimit`; a limit that is left out is the task's.
   * At most the visibility of its queue; beyond 15 m, which no function runs, at most 12 h.
   */
  readonly timeLimit?: TimeLimit;
  /** Runs it without looking at the key of its task's `once`, beside whoever has it. @default false */
  readonly force?: boolean;
  /**
   * Keeps no result of this run, only how it ended; `get` then resolves to undefined. Parts of workflows keep
   * theirs all the same, which what follows them takes. @default false
   */
  readonly ignoreResult?: boolean;
  /** Your own notes on a message: read in the task's context and by tools, never by Celeriac. */
  readonly headers?: Readonly<Record<string, string>>;
}

declare const OUTPUT: unique symbol;

/** A described call of a task whose run returns `Output`. Nothing happens until a client performs it. */
export interface TaskSignature<out Output = unknown> {
  readonly kind: 'signature';
  readonly task: string;
  readonly input: unknown;
  readonly options: SendOptions;
  /** Holds the type of the result; there is no such value at run time. */
  readonly [OUTPUT]?: () => Output;
}

// The task is no member of the data that a signature is: a message, a record or a plan holds its name only.
const called = new WeakMap<TaskSignature, AnyTask>();

/** Remembers whose call a signature describes, so that an app finds the tasks that its schedules send. */
export function rememberTask(signature: TaskSignature, task: AnyTask): void {
  called.set(signature, task);
}

/** The task whose call this is; undefined for a signature that was not made by one, but read or written. */
export function taskOf(signature: TaskSignature): AnyTask | undefined {
  return called.get(signature);
}
/** A described workflow: many calls, and what follows from what. */
export interface WorkflowSignature<out Output = unknown> {
  readonly kind: 'workflow';
  readonly plan: Plan;
  /** Holds the type of the result; there is no such value at run time. */
  readonly [OUTPUT]?: () => Output;
}

/** A workflow that is a group by itself: its handle tells of the members too. */
export interface GroupSignature<out Output extends readonly unknown[] = readonly unknown[]>
  extends WorkflowSignature<Output> {
  readonly plan: GroupPlan;
}

/** What a client performs: the call of a task, or a workflow of them. */
export type Signature<Output = unknown> = TaskSignature<Output> | WorkflowSignature<Output>;

/** Any signature. */
export type AnySignature = Signature<unknown>;
