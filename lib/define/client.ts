/// <reference lib="esnext.disposable" preserve="true" />
/** What performs calls: the same interface from `connect`, `simulate` and a task's own context. */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import type { Duration } from '../core/duration.ts';
import type { Jsonify } from '../core/json.ts';
import type { Headers } from '../core/routing/headers.ts';
import type { ExchangeType } from '../core/routing/route.ts';
import type { LimitsClient, RevokeOptions, RevokeOutcome, RunState, TaskProgress } from './control.ts';
import type { AnyExchange, ComputedKey, Exchange, KeysOf, MessageAt } from './exchange.ts';
import type { Queue } from './queue.ts';
import type { Schedules } from './schedules-client.ts';
import type { TaskSignature as Signature } from './signature.ts';
import type { AnyTask, OutputOf } from './task.ts';
import type { Send, WorkflowClient } from './workflow-client.ts';

/** How long `get` waits. */
export interface GetOptions {
  /** How long to wait; then `get` rejects with a TimeoutError and the task goes on. @default '5m' */
  readonly timeout?: Duration;
  /** Gives up waiting when aborted, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The handle of a sent task. */
export interface AsyncResult<Output> {
  readonly id: string;
  /**
   * Waits for the result.
   * @throws TaskError TASK_FAILED or TASK_REVOKED when the run ended without one (`cause` is the task's
   * error).
   * @throws TaskError RESULT_EXPIRED, RESULT_FORGOTTEN for a result that is not kept any more.
   * @throws TimeoutError RESULT_TIMEOUT when it took longer than `timeout`.
   * @throws TaskError RESULT_NOT_KEPT for a task with `result: false`, RESULT_UNKNOWN for an id that is not
   * this app's, RESULT_NOT_READABLE inside a task whose own queue keeps no results.
   */
  get(options?: GetOptions): Promise<Jsonify<Output>>;
  /**
   * Where the run is. PENDING is only said of ids that were this app's own and are within their retention.
   */
  state(): Promise<RunState>;
  /**
   * How far the run says it is (`context.progress`); undefined when it has said nothing. With a Standard
   * Schema the answer is checked and has its type.
   * @throws TaskError PROGRESS_INVALID when the schema does not take it; RESULT_NOT_KEPT and the like as
   * `get`.
   */
  progress<S extends Schema>(schema: S): Promise<Schema.InferOutput<S> | undefined>;
  progress(): Promise<TaskProgress | undefined>;
  /**
   * Revokes the run: it will not start, or no other attempt be made; with `terminate` a running one is told
   * to stop. @throws TaskError as `Client.revoke`.
   */
  revoke(options?: RevokeOptions): Promise<RevokeOutcome>;
  /**
   * Drops result, error and progress of a run that is over, wherever they lie; that it was is remembered. A
   * result in the bucket is lost to whatever else has it: the workflow whose last step it is of, the run that
   * was replaced by it.
   * @throws TaskError RUN_NOT_OVER; RESULT_NOT_KEPT and the like as `get`.
   */
  forget(): Promise<void>;
}

/** Options of a workflow's send. */
export interface WorkflowOptions {
  /** Its id, one of `newId()`; a workflow that is sent again under the same id is not begun again. */
  readonly id?: string;
  /**
   * How long it may take; then it fails (WORKFLOW_OVERDUE), whatever of it is under way. At most 14 days.
   * A part that waits for 7 days or more before it runs needs one (DELAY_TOO_LONG).
   * @default '7d'
   */
  readonly deadline?: Duration;
}

/** How long `call` waits. */
export interface CallOptions {
  /** How long to wait for the reply; the task goes on after it. At most 14 days. @default '30s' */
  readonly timeout?: Duration;
  /** Gives up waiting when aborted, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a publisher says of a message: AMQP's properties, and where it may go. */
export interface PublishOptions {
  /** For headers exchanges, and the consumer's to read. CC and BCC are lists of further routing keys. */
  readonly headers?: Headers;
  /**
   * Rejects with an UnroutableError when no queue would receive the message; without it such a message is
   * dropped, as in AMQP. @default false
   */
  readonly mandatory?: boolean;
  /**
   * The message's id, where you publish the same message again after a NackError or a crash: a consumer with
   * `once` and a task with a result drop the second copy. @default a new one
   */
  readonly messageId?: string;
  readonly correlationId?: string;
  /** The queue that waits for a reply: what its consumer or task returns is sent there. */
  readonly replyTo?: string;
  /**
   * Publishes it this much later, at most a year, to the second: it is routed then (RabbitMQ's delayed
   * message exchange). Resolves when it waits; `mandatory` and full queues are looked at now. What falls due
   * in the same second comes in any order, on an ordered exchange too.
   */
  readonly delay?: Duration;
  /** Publishes it at this time, instead of `delay`; a time that is past means at once. */
  readonly at?: Date;
  /** If nobody has started on it by then, it is dropped or dead-lettered (AMQP's expiration). */
  readonly expires?: Duration;
  /** 0–255; a queue with `priorities` takes what is above its highest as the highest. @default 0 */
  readonly priority?: number;
  readonly timestamp?: Date;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** The message group, instead of the one that `ordered` gives. On ordered exchanges and queues only. */
  readonly group?: string;
}

/** A confirmed message. */
export interface Confirmed {
  /** Its id, which every copy of it has. */
  readonly messageId: string;
}

/** One message of `publishMany`. */
export interface Publication<Messages, Type extends ExchangeType> {
  readonly key: KeysOf<Messages, Type> | ComputedKey;
  readonly message: Messages[keyof Messages];
  readonly options?: PublishOptions;
}

/** What became of one message of `publishMany`. */
export type PublishOutcome =
  | { readonly status: 'confirmed'; readonly messageId: string }
  | { readonly status: 'failed'; readonly error: Error };

/** Publishes to an exchange under a routing key, or to a queue (the default exchange). */
export interface Publish {
  <Messages, Type extends ExchangeType, const Key extends KeysOf<Messages, Type> | ComputedKey>(
    exchange: Exchange<Messages, Type>,
    key: Key,
    message: MessageAt<Messages, Type, Key>,
    options?: PublishOptions,
  ): Promise<Confirmed>;
  (queue: Queue, message: unknown, options?: PublishOptions): Promise<Confirmed>;
}

/** What is replayed: of which time, and to whom. */
export interface ReplayOptions {
  /** Messages published from then on … */
  readonly from: Date;
  /** … until then. @default now */
  readonly to?: Date;
  /** Which queue gets them again; it must be bound to the exchange. @default all that are */
  readonly queue?: Queue;
}

/** What sends and looks up; every method is bound and may be passed around alone. */
export interface Sender {
  /**
   * Sends a task, or a workflow: its plan is stored, and one message starts it. Resolves when SQS has taken
   * that; sends of one tick share their calls.
   * @throws SendError INVALID_INPUT, INPUT_NOT_JSON, MESSAGE_TOO_LARGE, DELAY_TOO_LONG, SEND_FAILED …; of a
   * workflow RESULT_NOT_KEPT, NOTHING_TO_TAKE, EMPTY_CHAIN, TOO_LARGE, DEADLINE_OUT_OF_RANGE, EACH_NOT_KEYED,
   * INVALID_ID, NO_WORKFLOWS; CeleriacError PLAN_TOO_LARGE
   */
  readonly send: Send;
  /** A new id, for a workflow that is to be known before it is sent (`send(workflow, { id })`). */
  readonly newId: () => string;
  /**
   * Sends many; each outcome stands at its signature's place, so one refused message does not hide the
   * others.
   */
  readonly sendMany: <Output>(
    signatures: readonly Signature<Output>[],
  ) => Promise<readonly SendOutcome<Output>[]>;
  /**
   * Sends a task and waits for its reply (RPC). Outside Lambda over a reply queue of this client's own, which
   * is made at the first call; inside a task by the run's record.
   * @throws the task's error: one of ours as the same class, another with its name, code and message.
   * @throws TimeoutError CALL_TIMEOUT when it took longer than `timeout`; a late reply is dropped.
   * @throws TaskError TASK_REVOKED when it did not run (expired); inside a task RESULT_NOT_KEPT for one with
   * `result: false`, RESULT_NOT_READABLE in a worker without records.
   * @throws CeleriacError RESULT_TOO_LARGE for a reply over 960 KiB, REPLY_QUEUE_FAILED when the reply queue
   * cannot be made or read, REPLY_QUEUE_LOST when somebody deleted it; SendError as `send`, and
   * TIMEOUT_TOO_LONG.
   */
  readonly call: <Output>(signature: Signature<Output>, options?: CallOptions) => Promise<Jsonify<Output>>;
  /**
   * Publishes a message. Resolves when the service has stored it for every queue (a publisher confirm);
   * publishes of one tick share their calls.
   * @throws NackError NACKED, QUEUE_FULL; UnroutableError UNROUTABLE; SendError INVALID_MESSAGE,
   * MESSAGE_NOT_JSON, MESSAGE_TOO_LARGE, UNKNOWN_EXCHANGE …; CeleriacError EXCHANGE_INTERNAL,
   * ROUTING_KEY_TOO_LONG, CC_NOT_A_LIST.
   */
  readonly publish: Publish;
  /** Publishes many to one exchange; each outcome stands at its message's place. */
  readonly publishMany: <Messages, Type extends ExchangeType>(
    exchange: Exchange<Messages, Type>,
    publications: readonly Publication<Messages, Type>[],
  ) => Promise<readonly PublishOutcome[]>;
  /**
   * The handle of a run: of a task that was sent before, here or elsewhere, by its id; of a task that takes a
   * published message, by what `publish` resolved to.
   */
  readonly result: <T extends AnyTask>(task: T, of: string | Confirmed) => AsyncResult<OutputOf<T>>;
}

/** What became of one signature of `sendMany`. */
export type SendOutcome<Output> =
  | { readonly status: 'sent'; readonly result: AsyncResult<Output> }
  | { readonly status: 'failed'; readonly error: Error };

/** A connection to an app's broker. */
export interface Client extends Sender, WorkflowClient, AsyncDisposable {
  /** Waits until every send and publish under way was confirmed or refused; never rejects. */
  readonly flush: () => Promise<void>;
  /**
   * Brings archived messages of an exchange to its queues once more, under their old ids: consumers with
   * `once` and tasks with results drop what they have had; where records are kept, so do others what was
   * published with a `messageId`, with a delay, or by a schedule. Resolves when the replay has started.
   * @throws SendError REPLAY_NOT_ARCHIVED, REPLAY_NOT_BOUND, REPLAY_REFUSED
   */
  readonly replay: (exchange: AnyExchange, options: ReplayOptions) => Promise<{ readonly replayId: string }>;
  /**
   * Revokes runs of a task by their ids; each outcome stands at its id's place.
   * @throws TaskError REVOKE_NOT_KEPT for a task without a record (`result`, or `revocable: true`),
   * RESULT_UNKNOWN for an id that is not this app's.
   */
  readonly revoke: (
    task: AnyTask,
    ids: readonly string[],
    options?: RevokeOptions,
  ) => Promise<readonly RevokeOutcome[]>;
  /**
   * Revokes all runs that were sent until now with this value of a header, of all tasks that name the header
   * in `revocable`. Workers learn of it within 5 s.
   * @throws CeleriacError REVOKE_HEADER_UNKNOWN when no task names it.
   */
  readonly revokeBy: (header: string, value: string, options?: RevokeOptions) => Promise<void>;
  /**
   * Runs a failed or revoked run once more, under its own id and all attempts anew; with `input`, with that
   * alone (of a part of a workflow that is mapped over a list, the list). What was revoked by header before,
   * or debounced by a later call, does not keep it from running. Its dead letter stays where it is, and does
   * not run if it is redriven. A workflow that has ended stays as it has.
   * @throws TaskError RETRY_NOT_FAILED, RETRY_OTHER_TASK, RETRY_NOT_KEPT when its record has no input;
   * SendError as `send`.
   */
  readonly retry: <T extends AnyTask>(
    task: T,
    id: string,
    options?: { readonly input?: unknown },
  ) => Promise<AsyncResult<OutputOf<T>>>;
  /** The limits of tasks, which can be changed while the app runs (Celery's control.rate_limit). */
  readonly limits: LimitsClient;
  /**
   * Schedules, which can be added, changed and looked at while the app runs.
   * @throws CeleriacError NO_SCHEDULES in an app without schedules and without runtimeSchedules: true.
   */
  readonly schedules: Schedules;
  /**
   * Fails the workflows whose deadline has passed, at most 1,000 a call, and starts their error links;
   * resolves to their ids. The app does it by itself once an hour; an app with `longDelays: false` and
   * without schedules has nothing that could, and has this called by a schedule: nothing else ends a workflow
   * whose messages were lost, or whose client died before it began.
   */
  readonly sweepWorkflows: () => Promise<readonly string[]>;
  /**
   * How many replies have come, since it was made, after their calls had been given up (timeout, abort). They
   * are dropped; each leaves a line in the log.
   */
  readonly lateReplies: () => number;
  /**
   * Waits for sends under way and lets go of everything held, the reply queue included; calls that still wait
   * reject with CeleriacError CLIENT_CLOSED. A process that ends without it may linger for 20 s, and leaves
   * its reply queue to `celeriac sweep`.
   */
  readonly close: () => Promise<void>;
}
