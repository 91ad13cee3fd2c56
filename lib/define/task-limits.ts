/**
 * How much of a task may run: how often, how many at a time, how long; whether it may be revoked, and how
 * long its result is kept.
 */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import { FUNCTION_TIMEOUT_MS_MAX, RECORD_MS, SLOTS_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import { parseRate, type RateLimit } from '../core/rate.ts';
import type { TimeLimits } from '../core/time-limit.ts';
import { DefinitionError, type Problem } from '../errors.ts';
import type { KeyOf } from './once.ts';
import type { Queue } from './queue.ts';

/** A rate by key: each key has the whole of it. */
export interface KeyedRate<Input> {
  readonly limit: RateLimit;
  /** Made of the input as the schema parses it: anything JSON can say. */
  readonly by: KeyOf<Input>;
}

/** A number by key: of each key so many runs at a time. */
export interface KeyedConcurrency<Input> {
  readonly max: number;
  readonly by: KeyOf<Input>;
}

/**
 * How long an attempt may take; soft is before hard. More than 0 and at most the queue's visibility, or
 * beyond 15 m, which no function runs (Lambda), at most 12 h: there a machine has to work the queue.
 */
export interface TimeLimit {
  /** Then `signal` is aborted with a TimeLimitError: the task may clean up, or throw it. */
  readonly soft?: Duration;
  /**
   * Then the run counts as failed by a TimeLimitError, whether it has ended or not. A pool of threads or
   * processes ends what has not; in a function, and in the worker's own process, it is left behind.
   */
  readonly hard?: Duration;
}

/** How much of a task may run, who may revoke it, and how long its result is kept. */
export interface LimitOptions<Input> {
  /**
   * How often it starts at most, over all workers: '10/s', '100/m', '5/h', '1/d'; retries count. Starts are
   * spaced evenly, and a message that has to wait comes back when its slot is due, which is no attempt. 0: no
   * limit, until `client.limits.set` sets one. Not on an ordered queue. @default no limit
   */
  readonly rateLimit?: RateLimit | KeyedRate<Input>;
  /**
   * How many run at a time at most, over all workers, 1–1000. A message that has to wait is no attempt. Not
   * on an ordered queue. @default no limit
   */
  readonly concurrency?: number | KeyedConcurrency<Input>;
  /** How long a run may take. @default the time that its worker has */
  readonly timeLimit?: TimeLimit;
  /**
   * Makes `client.revoke` possible where `result: false` keeps no record; `headers` names those by whose
   * value many runs are revoked at once (`client.revokeBy`), which workers then look up. @default false
   */
  readonly revocable?: boolean | { readonly headers: readonly string[] };
  /**
   * How long a result is kept, at most 29 days: then `get` rejects with RESULT_EXPIRED, and DynamoDB deletes
   * it some time later (its own expiry, within days); a step of a workflow that needs it after that is
   * dead-lettered as payload-lost. That the run has ended is remembered all the same. A shorter time costs
   * one write more for each run. @default as long as the record, 29 days
   */
  readonly resultExpires?: Duration;
}

/** The limits, complete. */
export interface TaskLimits {
  readonly rate:
    | { readonly limit: RateLimit; readonly by: ((input: never) => unknown) | undefined }
    | undefined;
  readonly slots: { readonly max: number; readonly by: ((input: never) => unknown) | undefined } | undefined;
  readonly softMs: number | undefined;
  readonly hardMs: number | undefined;
  readonly revocable: boolean;
  readonly revokedBy: readonly string[];
  readonly resultMs: number | undefined;
}

/** Completes the options. */
export function toTaskLimits(options: LimitOptions<never>): TaskLimits {
  const { rateLimit, concurrency, timeLimit, revocable = false } = options;
  return Object.freeze({
    rate:
      rateLimit === undefined
        ? undefined
        : isKeyed(rateLimit)
          ? rateLimit
          : { limit: rateLimit, by: undefined },
    slots:
      concurrency === undefined
        ? undefined
        : typeof concurrency === 'number'
          ? { max: concurrency, by: undefined }
          : concurrency,
    softMs: toMs(timeLimit?.soft),
    hardMs: toMs(timeLimit?.hard),
    revocable: revocable !== false,
    revokedBy: typeof revocable === 'object' ? revocable.headers : [],
    resultMs: toMs(options.resultExpires),
  });
}

function isKeyed(rate: RateLimit | KeyedRate<never>): rate is KeyedRate<never> {
  return typeof rate === 'object' && rate !== null;
}

function toMs(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  return isDuration(duration) ? toMilliseconds(duration) : Number.NaN;
}

/** The options that make these limits again. */
export function fromTaskLimits(limits: TaskLimits): LimitOptions<never> {
  const { rate, slots, softMs, hardMs, revocable, revokedBy, resultMs } = limits;
  return {
    ...(rate === undefined
      ? {}
      : { rateLimit: rate.by === undefined ? rate.limit : { ...rate, by: rate.by } }),
    ...(slots === undefined
      ? {}
      : { concurrency: slots.by === undefined ? slots.max : { ...slots, by: slots.by } }),
    timeLimit: {
      ...(softMs === undefined ? {} : { soft: `${softMs}ms` }),
      ...(hardMs === undefined ? {} : { hard: `${hardMs}ms` }),
    },
    revocable: revokedBy.length > 0 ? { headers: revokedBy } : revocable,
    ...(resultMs === undefined ? {} : { resultExpires: `${resultMs}ms` }),
  };
}

/** What is wrong with a task's limits. */
export function limitProblems(task: string, limits: TaskLimits, queue: Queue): Problem[] {
  const path = `tasks.${task}`;
  return [
    ...rateProblems(path, task, limits),
    ...slotProblems(path, task, limits),
    ...timeProblems(path, task, limits, queue),
    ...orderProblems(path, task, limits, queue),
    ...resultProblems(path, task, limits),
  ];
}

function rateProblems(path: string, task: string, { rate }: TaskLimits): Problem[] {
  try {
    parseRate(rate?.limit);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return [{ code: error.code, path: `${path}.rateLimit`, message: `task '${task}': ${error.message}` }];
  }
}

function slotProblems(path: string, task: string, { slots }: TaskLimits): Problem[] {
  const max = slots?.max;
  if (max === undefined || (Number.isInteger(max) && max >= 1 && max <= SLOTS_MAX)) return [];
  const message = `task '${task}': concurrency is ${max}; give a whole number from 1 to ${SLOTS_MAX}`;
  return [{ code: 'CONCURRENCY_OUT_OF_RANGE', path: `${path}.concurrency`, message }];
}

function timeProblems(path: string, task: string, limits: TaskLimits, queue: Queue): Problem[] {
  const message = timeLimitProblem(task, limits, queue);
  return message === undefined ? [] : [{ code: TIME_LIMIT_CODE, path: `${path}.timeLimit`, message }];
}

/** Whether each call of a task has a key of its own, which no message of several calls has. */
export function hasKeys({ once, limits }: { readonly once: unknown; readonly limits: TaskLimits }): boolean {
  return once !== undefined || limits.rate?.by !== undefined || limits.slots?.by !== undefined;
}

/** The code of what `timeLimitProblem` finds. */
export const TIME_LIMIT_CODE = 'TIME_LIMIT_OUT_OF_RANGE';

/** What is wrong with how long a run may take, as its task or its send says. */
export function timeLimitProblem(
  task: string,
  { softMs, hardMs }: TimeLimits,
  queue: Queue,
): string | undefined {
  const given = [softMs, hardMs].filter((ms) => ms !== undefined);
  if (given.some((ms) => !(ms > 0 && ms <= VISIBILITY_MS_MAX)))
    return (
      `task '${task}': its timeLimit is not between 0 and '12h' (SQS); write it as ` +
      "{ soft: '30s', hard: '40s' }"
    );
  if (softMs !== undefined && hardMs !== undefined && softMs >= hardMs)
    return `task '${task}': timeLimit.soft is not before timeLimit.hard; give it time to clean up`;
  const longest = Math.max(...given, 0);
  // Whoever runs so long is no function, and keeps its message by heartbeats.
  if (longest <= queue.visibilityMs || longest > FUNCTION_TIMEOUT_MS_MAX) return undefined;
  return (
    `task '${task}': its timeLimit is longer than the visibility of queue '${queue.name}' ` +
    `('${queue.visibilityMs / 1_000}s'), after which another worker gets the message; raise that`
  );
}

/** What is wrong with the time of a queue's tasks where a function works it. */
export function functionTimeProblems(
  queue: Queue,
  tasks: readonly { readonly name: string; readonly queue: Queue; readonly limits: TimeLimits }[],
): Problem[] {
  return tasks
    .filter((task) => task.queue === queue)
    .filter(({ limits: { softMs = 0, hardMs = 0 } }) => Math.max(softMs, hardMs) > FUNCTION_TIMEOUT_MS_MAX)
    .map(({ name }) => ({
      code: TIME_LIMIT_CODE,
      path: `tasks.${name}.timeLimit`,
      message:
        `task '${name}': its timeLimit is longer than the 15 minutes of a function (Lambda); let a machine ` +
        `work its queue: workers: { '${queue.name}': 'machine' }`,
    }));
}

/** A limit as written, in milliseconds; a text that is no duration is NaN, which no limit may be. */
export function toTimeLimits(timeLimit: TimeLimit | undefined): TimeLimits {
  const [softMs, hardMs] = [toMs(timeLimit?.soft), toMs(timeLimit?.hard)];
  return { ...(softMs === undefined ? {} : { softMs }), ...(hardMs === undefined ? {} : { hardMs }) };
}

function resultProblems(path: string, task: string, { resultMs }: TaskLimits): Problem[] {
  if (resultMs === undefined || (resultMs > 0 && resultMs <= RECORD_MS)) return [];
  const message =
    `task '${task}': its resultExpires is not between 0 and '${RECORD_MS / 86_400_000}d', for which its ` +
    "record is kept; write it as '1h'";
  return [{ code: 'RESULT_EXPIRES_OUT_OF_RANGE', path: `${path}.resultExpires`, message }];
}

function orderProblems(path: string, task: string, { rate, slots }: TaskLimits, queue: Queue): Problem[] {
  if (!queue.ordered) return [];
  const named = [
    ...(rate === undefined ? [] : ['rateLimit']),
    ...(slots === undefined ? [] : ['concurrency']),
  ];
  return named.map((name) => ({
    code: 'LIMIT_ON_ORDERED_QUEUE',
    path: `${path}.${name}`,
    message:
      `task '${task}': queue '${queue.name}' is ordered, where a message that has to wait holds up its ` +
      `group and is received again and again, which SQS counts; put the task into another queue, or ` +
      `drop ${name} (a group runs one message at a time as it is)`,
  }));
}
