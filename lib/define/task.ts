/**
 * Tasks as users declare them. A task is callable: calling it describes a call (a signature), a client
 * performs it. Callers write the schema's input type, `run` gets its output type; the result travels as JSON.
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { fromMilliseconds } from '../core/duration.ts';
import type { Jsonify } from '../core/json.ts';
import { RECEIVES_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { ErrorMatcher, RetryPolicy } from '../core/retry.ts';
import type { Problem } from '../errors.ts';
import { exponential } from './backoff.ts';
import type { Context } from './context.ts';
import type { Hooks } from './hooks.ts';
import { nameProblems } from './name.ts';
import { fromOnce, type Once, type OnceOption, onceProblems, toOnce } from './once.ts';
import { defineQueue, type Queue } from './queue.ts';
import type { RedactOptions } from './redact.ts';
import { rememberTask, type SendOptions, type TaskSignature } from './signature.ts';
import {
  fromTaskLimits,
  type LimitOptions,
  limitProblems,
  type TaskLimits,
  toTaskLimits,
} from './task-limits.ts';
import { fixedStep, type Step } from './workflow.ts';

/** Set by the bundler to `false` in a worker: what it serves was checked when the stack was synthesized. */
declare const CELERIAC_CHECKS: boolean | undefined;

/** When a run that threw is tried again. */
export interface RetryOptions {
  /** How often the handler is started at most, the first time included. 1 = never again. @default 3 */
  readonly attempts?: number;
  /** How long to wait in between. @default exponential('2s', { max: '5m', jitter: true }) */
  readonly backoff?: RetryPolicy['backoff'];
  /** Retries only these errors: classes, or an error's code or name. */
  readonly only?: readonly ErrorMatcher[];
  /** Never retries these errors. */
  readonly never?: readonly ErrorMatcher[];
}

interface CommonOptions<Input = never> extends LimitOptions<Input>, RedactOptions {
  /** Where its messages wait. @default a queue named 'default' */
  readonly queue?: Queue;
  readonly retry?: RetryOptions;
  /**
   * Whether a run leaves a record with its state and result; `false` saves its two DynamoDB writes. One is
   * kept all the same for `once`, `rateLimit`, `concurrency` and `revocable`. @default true
   */
  readonly result?: boolean;
  /**
   * What a crash of the worker during the run means: 'retry' runs it again (at least once), 'deadLetter' does
   * not (at most once). @default 'retry'
   */
  readonly crashed?: 'retry' | 'deadLetter';
  /** Names this task had before: messages sent under them still run. */
  readonly aliases?: readonly string[];
  /**
   * One run at a time for the same input, or the same key (Celery Once). The key is kept in DynamoDB: a run
   * with `once` costs two writes more. Not on an ordered queue. @default no exclusion
   */
  readonly once?: OnceOption<Input>;
  /** Told of what happens to its runs. */
  readonly hooks?: Hooks;
}

/** A task whose input is checked by a schema. */
export interface SchemaTaskOptions<S extends Schema, Output>
  extends CommonOptions<NoInfer<Schema.InferOutput<S>>> {
  /** Any Standard Schema (zod, valibot, arktype): checked at send, parsed once by the worker. */
  readonly input: S;
  run(input: Schema.InferOutput<S>, context: Context): Output | Promise<Output>;
}

/** A task that takes what its `run` says, unchecked. */
export interface TaskOptions<Input, Output> extends CommonOptions<NoInfer<Input>> {
  readonly input?: undefined;
  run(input: Input, context: Context): Output | Promise<Output>;
}

/** A task without its handler, for those who only send it. */
export interface ContractOptions<S extends Schema> extends CommonOptions<NoInfer<Schema.InferOutput<S>>> {
  readonly input: S;
}

/** What a call takes: the input, or nothing where the input may be undefined; options come second. */
type CallArguments<Sent> = undefined extends Sent
  ? [input?: Sent, options?: SendOptions]
  : [input: Sent, options?: SendOptions];

declare const RECEIVED: unique symbol;
declare const SENT: unique symbol;

/** A task: callers send `Sent`, its run receives `Received` and returns `Output`. */
export interface Task<Sent, Received, Output> {
  (...call: CallArguments<Sent>): TaskSignature<Output>;
  readonly kind: 'task';
  readonly name: string;
  readonly queue: Queue;
  readonly input: Schema | undefined;
  readonly retry: RetryPolicy;
  readonly result: boolean;
  readonly crashed: 'retry' | 'deadLetter';
  readonly aliases: readonly string[];
  readonly once: Once | undefined;
  readonly limits: TaskLimits;
  readonly hooks: Hooks | undefined;
  readonly redact: RedactOptions['redact'];
  /** The handler; undefined for a contract, which can be sent but not run. */
  readonly run: Handler | undefined;
  readonly problems: readonly Problem[];
  /**
   * The task as a step of a workflow, with a part of its input fixed; the rest comes from the step before.
   * For inputs that are objects.
   */
  with<const Fixed extends Partial<Sent>>(
    fixed: Sent extends object ? Fixed : never,
    options?: SendOptions,
  ): Step<Omit<Sent, keyof Fixed>, Jsonify<Output>>;
  /** Holds the type that `run` receives; there is no such value at run time. */
  readonly [RECEIVED]?: () => Received;
  /** Holds the type that callers send, for bindings; there is no such value at run time. */
  readonly [SENT]?: (input: Sent) => void;
}

/** Any task that takes this message as its input. */
export interface TaskFor<Message> {
  readonly kind: 'task';
  readonly name: string;
  readonly [SENT]?: (input: Message) => void;
}

/** A handler as the worker calls it: what it receives has been parsed by the task's schema. */
export type Handler = (input: never, context: Context) => unknown;

/** Any task, whatever its types. */
export type AnyTask = Task<never, unknown, unknown>;

/** What a task returns, before it has travelled as JSON. */
export type OutputOf<T> = T extends Task<never, unknown, infer Output> ? Output : never;

/** The retry policy of a task that says nothing. */
export const RETRY_DEFAULTS: RetryPolicy = Object.freeze({
  attempts: 3,
  backoff: exponential('2s', { max: '5m', jitter: true }),
});

/** The queue of tasks that name none. */
export const DEFAULT_QUEUE: Queue = defineQueue('default');

/**
 * Declares a task. Without `run` it is a contract: a producer can send it without bundling its handler;
 * `implement` makes it whole. What is wrong with it is reported by `defineApp`, together with everything
 * else.
 */
export function defineTask<S extends Schema, Output>(
  name: string,
  options: SchemaTaskOptions<S, Output>,
): Task<Schema.InferInput<S>, Schema.InferOutput<S>, Awaited<Output>>;
export function defineTask<Output, Input = unknown>(
  name: string,
  options: TaskOptions<Input, Output>,
): Task<Input, Input, Awaited<Output>>;
export function defineTask<S extends Schema>(
  name: string,
  options: ContractOptions<S>,
): Task<Schema.InferInput<S>, Schema.InferOutput<S>, unknown>;
export function defineTask(
  name: string,
  options: CommonOptions & { readonly input?: Schema | undefined; readonly run?: unknown },
): AnyTask {
  const { input, run, queue = DEFAULT_QUEUE, result = true, crashed = 'retry', aliases = [] } = options;
  const policy: RetryPolicy = { ...RETRY_DEFAULTS, ...options.retry };
  const once = toOnce(options.once);
  const limits = toTaskLimits(options);
  const problems = Object.freeze(
    typeof CELERIAC_CHECKS === 'undefined' || CELERIAC_CHECKS
      ? [
          ...nameProblems('tasks', 'task', name),
          ...retryProblems(`tasks.${name}`, `task '${name}'`, policy, queue),
          ...onceProblems(name, once, queue),
          ...limitProblems(name, limits, queue),
        ]
      : [],
  );
  const call = (given?: unknown, send: SendOptions = {}): TaskSignature => {
    const options = Object.freeze({ ...send });
    const signature: TaskSignature = Object.freeze({ kind: 'signature', task: name, input: given, options });
    rememberTask(signature, task);
    return signature;
  };
  const members = {
    kind: 'task',
    name,
    queue,
    input,
    retry: Object.freeze(policy),
    result,
    crashed,
    aliases,
    once,
    limits,
    hooks: options.hooks,
    redact: options.redact,
    run,
    problems,
    with: (fixed: object, send: SendOptions = {}) => fixedStep(task, fixed, send),
  };
  // A function's own `name` is read-only, so the members are defined rather than assigned; together they make
  // a Task.
  const task = Object.freeze(Object.defineProperties(call, descriptors(members))) as unknown as AnyTask;
  return task;
}

/** A contract made whole: the same task, with its handler. */
export function implement<Sent, Received, Output>(
  contract: Task<Sent, Received, unknown>,
  run: (input: Received, context: Context) => Output | Promise<Output>,
): Task<Sent, Received, Awaited<Output>> {
  const { name, input } = contract;
  // Which types it has does not matter to its options.
  const options = { ...optionsOf(contract as unknown as AnyTask), input, run };
  // The handler receives what the contract's schema gives, which is what `Received` says.
  const whole = defineTask(name, options as unknown as TaskOptions<Sent, Output>);
  // The same schema and the same handler: the types are those of the contract.
  return whole as unknown as Task<Sent, Received, Awaited<Output>>;
}

/** The same task in another queue. */
export function inQueue(task: AnyTask, queue: Queue): AnyTask {
  const { input, run } = task;
  // The members are the ones that `defineTask` has made, of whatever types.
  const options = { ...optionsOf(task), queue, ...(input === undefined ? {} : { input }), run };
  return defineTask(task.name, options as unknown as TaskOptions<never, unknown>);
}

/** The options that make this task again, but for its handler and its schema. */
function optionsOf(task: AnyTask): CommonOptions {
  const { queue, retry, result, crashed, aliases, once, limits, hooks, redact } = task;
  const told = { ...(hooks === undefined ? {} : { hooks }), ...(redact === undefined ? {} : { redact }) };
  const kept = { ...fromOnce(once), ...fromTaskLimits(limits), ...told };
  return { queue, retry, result, crashed, aliases, ...kept };
}

/**
 * Whether runs of a task leave a record: for results, for at-most-once, to count attempts on an ordered
 * queue, and for what lets one run at a time, or can take it back.
 */
export function keepsRecord(task: AnyTask): boolean {
  return task.result || task.queue.ordered || task.crashed === 'deadLetter' || isGuarded(task);
}

/**
 * Whether copies of a message must not run beside each other, since something is counted: two of one message
 * would be two runs in one slot, or under one key.
 */
function isGuarded({ once, limits }: AnyTask): boolean {
  return once !== undefined || limits.rate !== undefined || limits.slots !== undefined || limits.revocable;
}

function descriptors(members: Readonly<Record<string, unknown>>): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, { value, enumerable: true }]),
  );
}

/** What is wrong with a retry policy on a queue; `owner` is a task or a consumer. */
export function retryProblems(path: string, owner: string, policy: RetryPolicy, queue: Queue): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(policy.attempts) || policy.attempts < 1) {
    const message =
      `${owner}: retry.attempts is ${policy.attempts}; give a whole number of at ` + 'least 1 (1 = no retry)';
    problems.push({ code: 'ATTEMPTS_OUT_OF_RANGE', path: `${path}.retry.attempts`, message });
  }
  const longestMs = policy.backoff.maxMs;
  if (queue.ordered && longestMs > VISIBILITY_MS_MAX) {
    const message =
      `${owner}: its backoff holds a message up to '${fromMilliseconds(longestMs)}', ` +
      `an ordered queue can hold one at most '12h'; set max: '12h'`;
    problems.push({ code: 'HOLD_TOO_LONG', path: `${path}.retry.backoff`, message });
  }
  if (queue.ordered && policy.attempts > ORDERED_ATTEMPTS_MAX) {
    const message =
      `${owner}: retry.attempts is ${policy.attempts}, an ordered queue allows ` +
      `${ORDERED_ATTEMPTS_MAX} (SQS counts every receive up to 1000)`;
    problems.push({ code: 'ATTEMPTS_OUT_OF_RANGE', path: `${path}.retry.attempts`, message });
  }
  return problems;
}

/**
 * Every attempt on an ordered queue is a receive; some are left for crashes and for waiting behind the head
 * of a group.
 */
const ORDERED_ATTEMPTS_MAX = RECEIVES_MAX / 10;
