/**
 * What a desk answers with: rows of lists, details and trees. All values are JSON; times are milliseconds
 * since 1970.
 */
import type { Json } from '../core/json.ts';
import type { TaskState } from '../core/task-state.ts';

/** A page of a list: `next` goes into the query's `after`; undefined at the end. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: string;
}

/** A run in a list. What is redacted or was dropped is missing. */
export interface RunRow {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: TaskState;
  /** The state that the task itself has set (`context.progress(…, { state })`). */
  readonly customState?: string;
  readonly sentAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** From start to end, milliseconds. */
  readonly runtime?: number;
  readonly retries: number;
  /** The error's first line. */
  readonly error?: string;
  readonly progress?: Json;
}

/** What a run or an attempt failed with. */
export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** One attempt, as the envelope's history and the record tell. */
export interface AttemptRow {
  readonly attempt: number;
  readonly at: number;
  readonly outcome: string;
  readonly error?: RunError;
}

/** All that is known of one run. */
export interface RunDetail extends RunRow {
  /** The input as JSON text, redacted; undefined where it is not kept any more. */
  readonly input?: string;
  readonly result?: string;
  readonly errorDetail?: RunError;
  readonly reason?: string;
  readonly attempts: readonly AttemptRow[];
  readonly headers?: Readonly<Record<string, Json>>;
  /** The dead letter of this run, where there is one. */
  readonly deadLetter?: string;
  /** The workflow that it is a step of, and where in it. */
  readonly workflow?: { readonly id: string; readonly path: string };
  readonly waiting?: Waiting;
  /** Where its log lines are (CloudWatch Logs Insights), undefined on the emulator. */
  readonly logsUrl?: string;
}

/** Why a message or a run does not run now. */
export interface Waiting {
  readonly kind:
    | 'delayed'
    | 'rate'
    | 'concurrency'
    | 'once'
    | 'retry'
    | 'group'
    | 'paused'
    | 'no-worker'
    | 'queued'
    | 'unknown-task';
  /** A sentence: 'retry 2 of 4 at 12:04:05, after TypeError: …'. */
  readonly sentence: string;
  readonly until?: number;
  /** The limit's, key's or group's name, or the run that holds it. */
  readonly by?: string;
}

/** Which runs a page has. */
export interface RunsQuery {
  readonly state?: TaskState;
  readonly task?: string;
  readonly queue?: string;
  readonly from?: number;
  readonly to?: number;
  /**
   * Flower's search language: terms joined by AND, `OR`, parentheses, `"phrase"`, `name:`, `state:`,
   * `queue:`, `id:`, `input:`, `result:`, `error:`; a bare term of 3 or more characters is looked for in all
   * of them.
   */
  readonly search?: string;
  readonly sort?: 'sentAt' | '-sentAt';
  readonly after?: string;
  /** @default 50, at most 500 */
  readonly limit?: number;
}

/** A queue, its dead letters' queue or one of Celeriac's own; numbers are SQS's approximations. */
export interface QueueRow {
  readonly name: string;
  readonly kind: 'queue' | 'dead-letter' | 'internal';
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Age of the oldest message in seconds, where it is known. */
  readonly oldest?: number;
  readonly ordered: boolean;
  readonly paused: boolean;
  /** What receives from it: functions, long-running workers. */
  readonly consumers: readonly string[];
  readonly tasks: readonly string[];
  readonly deadLetters?: string;
}

/** A message that was looked at and stays where it is. */
export interface MessageRow {
  readonly messageId: string;
  readonly id?: string;
  readonly task?: string;
  readonly sentAt?: number;
  readonly receives: number;
  readonly group?: string;
  readonly body: string;
  readonly waiting?: Waiting;
}

/** A dead letter, with what became of it. */
export interface DeadLetterRow extends MessageRow {
  /** The queue it came from. */
  readonly queue: string;
  readonly reason: string;
  readonly deadAt?: number;
  readonly error?: RunError;
  readonly attempts: readonly AttemptRow[];
}

/** Which dead letters are looked at. */
export interface DeadLettersQuery {
  /** The queue whose dead letters are looked at; all where it is missing. */
  readonly queue?: string;
  readonly reason?: string;
  readonly task?: string;
  readonly search?: string;
  readonly limit?: number;
}

/** Which dead letters are sent again, and where. */
export interface Redrive {
  readonly queue: string;
  /** Ids as in DeadLetterRow.id or messageId; missing: all that match the filter. */
  readonly ids?: readonly string[];
  readonly filter?: Omit<DeadLettersQuery, 'queue' | 'limit'>;
  /** Another queue of the app. @default where each came from */
  readonly to?: string;
  /**
   * For one letter: another input, as JSON text; 'null' for none. '[redacted]' in its own place keeps the
   * secret there.
   */
  readonly input?: string;
  /** Only says what would be sent. */
  readonly preview?: boolean;
}

/** How many dead letters matched, and how many were sent; both numbers are of a preview, too. */
export interface RedriveAnswer {
  readonly matched: number;
  readonly sent: number;
  readonly rows: readonly DeadLetterRow[];
}

/** An exchange with what is bound to it. */
export interface ExchangeRow {
  readonly name: string;
  readonly type: 'fanout' | 'direct' | 'topic' | 'headers';
  readonly carrier: string;
  readonly ordered: boolean;
  readonly internal: boolean;
  readonly alternate?: string;
  readonly bindings: readonly {
    readonly pattern?: string;
    readonly match?: string;
    readonly args?: Readonly<Record<string, Json>>;
    readonly to: { readonly kind: 'task' | 'queue' | 'exchange' | 'consumer'; readonly name: string };
  }[];
}

/** Where a message would go, and why. */
export interface RouteAnswer {
  readonly routed: boolean;
  readonly to: readonly {
    readonly kind: 'task' | 'queue' | 'consumer';
    readonly name: string;
    readonly queue: string;
    /** 'orders --order.*.created--> charge' */
    readonly because: string;
  }[];
  /** The alternate exchange it took. */
  readonly alternate?: string;
}

/** A schedule as it is now. */
export interface ScheduleRow {
  readonly name: string;
  readonly trigger: string;
  readonly sentence: string;
  readonly source: 'template' | 'runtime';
  readonly placement: 'native' | 'ticked';
  readonly paused: boolean;
  readonly action: string;
  /** The next twelve, or as many as there are. */
  readonly next: readonly number[];
  readonly last?: number;
  readonly lastOutcome?: string;
  readonly misses: number;
}

/** A worker: a function of Lambda, or a process on a machine. */
export interface WorkerRow {
  readonly name: string;
  readonly kind: 'function' | 'process';
  readonly online: boolean;
  readonly queues: readonly string[];
  readonly concurrency?: number;
  readonly active?: number;
  readonly processed?: number;
  readonly errors?: number;
  /** Mean duration, milliseconds. */
  readonly duration?: number;
  readonly lastBeat?: number;
  readonly pool?: string;
  readonly tasks?: readonly { readonly id: string; readonly task: string; readonly startedAt: number }[];
}

/** The limits of a task that has some. */
export interface LimitRow {
  readonly task: string;
  readonly rateLimit?: string;
  readonly concurrency?: string;
  /** What was set at run time. */
  readonly changed: boolean;
}

/** An app at a glance. */
export interface Overview {
  readonly app: string;
  readonly stage: string;
  readonly now: number;
  readonly readOnly: boolean;
  /** false: no task keeps records, so there are no runs to show. */
  readonly keepsRuns: boolean;
  readonly states: Readonly<Partial<Record<TaskState, number>>>;
  /** Per minute over the last hour: started, succeeded, failed, retried; mean wait and runtime in ms. */
  readonly series: readonly {
    readonly at: number;
    readonly sent: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly retried: number;
    readonly wait?: number;
    readonly runtime?: number;
  }[];
  readonly queues: readonly QueueRow[];
  readonly deadLetters: number;
}

/** A node of a workflow; a group's members by page. */
export interface WorkflowNode {
  readonly path: string;
  readonly kind: 'task' | 'chain' | 'group' | 'chord';
  readonly task?: string;
  readonly id: string;
  readonly state: TaskState;
  readonly total?: number;
  readonly done?: number;
  readonly failed?: number;
  readonly children: readonly WorkflowNode[];
}

/** A task as it is defined. */
export interface TaskRow {
  readonly name: string;
  readonly queue: string;
  readonly result: boolean;
  readonly attempts: number;
  readonly once: boolean;
  readonly limits?: LimitRow;
}
