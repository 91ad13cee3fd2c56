/** How the worker function of a queue may be built, and what is wrong with a wish. */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import {
  FUNCTION_MEMORY_MB_MAX,
  FUNCTION_MEMORY_MB_MIN,
  FUNCTION_TIMEOUT_MS_MAX,
  VISIBILITY_PER_TIMEOUT,
  WORKER_BATCH_MAX,
  WORKER_BATCH_ORDERED_MAX,
  WORKER_CONCURRENCY_MAX,
  WORKER_CONCURRENCY_MIN,
  WORKER_WINDOW_MS_MAX,
} from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import type { Queue } from './queue.ts';

/** How the worker function of a queue is built. */
export interface WorkerOptions {
  /** Memory in MB, 128–10240 (Lambda); processing power grows with it. @default 512 */
  readonly memory?: number;
  /**
   * How many batches run at once at most, 2–1000 (Lambda's MaximumConcurrency); undefined: as many as Lambda
   * gives. The levels of a queue with priorities share it: each has 2, and of the rest level k gets k + 1
   * parts; without it every level gets as many as it can use, and priorities show in nothing but the order
   * of a polling worker.
   */
  readonly concurrency?: number;
  /**
   * How long the function may run, at most 15 m, and a sixth of the queue's visibility less the window.
   * @default all of that
   */
  readonly timeout?: Duration;
  /**
   * Messages per invocation: 1–10000, 1–10 on an ordered queue; more than 10 need a window. The `prefetch` of
   * the queue's consumer stands for it where nothing is written here. @default 10
   */
  readonly batch?: number;
  /**
   * How long Lambda gathers a batch, 0–5 m; not on an ordered queue. A consumer's `prefetch` above 10 makes
   * it '1s', the least that Lambda allows then. @default '0s'
   */
  readonly window?: Duration;
}

/** The defaults of WorkerOptions. */
export const WORKER_DEFAULTS = { memory: 512, batch: 10, window: '0s' } as const;

/** What a mapping with a batch above 10 needs at least (Lambda). */
const WINDOW_OF_PREFETCH = '1s';
const BATCH_WITHOUT_WINDOW_MAX = 10;

/** A queue that no function works off, but `runWorker` on a machine does. */
export const ON_MACHINE = 'machine';

/** The workers of an app, by the name of their queue. */
export type WorkersByQueue = Readonly<Record<string, WorkerOptions | typeof ON_MACHINE>>;

/** The options of a queue's worker, with what its consumer asks for. */
export function workerOptions(app: App, queue: Queue, given: WorkersByQueue[string] = {}): WorkerOptions {
  if (given === ON_MACHINE) return {};
  const prefetch = app.consumers.find((consumer) => consumer.queue === queue)?.prefetch;
  if (prefetch === undefined || given.batch !== undefined) return given;
  const gathers = prefetch > BATCH_WITHOUT_WINDOW_MAX && !queue.ordered;
  return { ...(gathers ? { window: WINDOW_OF_PREFETCH } : {}), batch: prefetch, ...given };
}

/** How the levels of a queue share the concurrency of its worker, the lowest level first. */
export function concurrencyShares(concurrency: number, levels: number): readonly number[] {
  const free = concurrency - levels * WORKER_CONCURRENCY_MIN;
  const parts = (levels * (levels + 1)) / 2;
  const shares = Array.from(
    { length: levels },
    (_, level) => WORKER_CONCURRENCY_MIN + Math.floor((free * (level + 1)) / parts),
  );
  const spare = concurrency - shares.reduce((sum, share) => sum + share, 0);
  // What rounding leaves over, always less than one a level, goes to the highest levels.
  return shares.map((share, level) => share + (levels - level <= spare ? 1 : 0));
}

/** How long a worker's function may run. */
export function timeoutMs(queue: Queue, options: WorkerOptions, windowMs: number): number {
  if (options.timeout !== undefined) return toMilliseconds(options.timeout);
  return Math.min(FUNCTION_TIMEOUT_MS_MAX, (queue.visibilityMs - windowMs) / VISIBILITY_PER_TIMEOUT);
}

/** What is wrong with the workers of an app, all of it. */
export function workersProblems(app: App, workers: WorkersByQueue): Problem[] {
  const asked = app.consumers.filter(({ prefetch, queue }) => prefetch !== undefined && queue !== undefined);
  // A consumer's prefetch is an option of a worker that nobody may have written anything about.
  const all = { ...Object.fromEntries(asked.map(({ queue }) => [queue.name, {}])), ...workers };
  return Object.entries(all).flatMap(([name, options]) => {
    const queue = app.queues.find((candidate) => candidate.name === name);
    if (queue !== undefined && options === ON_MACHINE) return [];
    if (queue !== undefined) return workerProblems(queue, workerOptions(app, queue, options));
    const names = app.queues.map((candidate) => `'${candidate.name}'`).join(', ');
    const message = `app '${app.name}' has no queue '${name}'; its queues are ${names}`;
    return [{ code: 'UNKNOWN_QUEUE', path: `workers.${name}`, message }];
  });
}

function workerProblems(queue: Queue, options: WorkerOptions): Problem[] {
  const path = `workers.${queue.name}`;
  const durations = (['timeout', 'window'] as const).filter(
    (name) => options[name] !== undefined && !isDuration(options[name]),
  );
  const problems: Problem[] = durations.map((name) => ({
    code: 'INVALID_DURATION',
    path: `${path}.${name}`,
    message: `${name} is '${options[name]}'; write a duration such as '30s'`,
  }));
  const {
    memory = WORKER_DEFAULTS.memory,
    concurrency = WORKER_CONCURRENCY_MIN,
    batch = WORKER_DEFAULTS.batch,
  } = options;
  const batchMax = queue.ordered ? WORKER_BATCH_ORDERED_MAX : WORKER_BATCH_MAX;
  problems.push(
    ...outside(
      `${path}.memory`,
      memory,
      FUNCTION_MEMORY_MB_MIN,
      FUNCTION_MEMORY_MB_MAX,
      'MB of memory (Lambda)',
    ),
    ...outside(
      `${path}.concurrency`,
      concurrency,
      WORKER_CONCURRENCY_MIN,
      WORKER_CONCURRENCY_MAX,
      'as MaximumConcurrency (Lambda); for one at a time use an ordered queue',
    ),
    ...outside(
      `${path}.batch`,
      batch,
      1,
      batchMax,
      queue.ordered ? 'messages a batch on an ordered queue' : 'messages a batch',
    ),
  );
  problems.push(...levelProblems(queue, options, path));
  return durations.length > 0 ? problems : [...problems, ...timeProblems(queue, options, path)];
}

function levelProblems({ name, priorities }: Queue, { concurrency }: WorkerOptions, path: string): Problem[] {
  const needed = priorities * WORKER_CONCURRENCY_MIN;
  if (priorities === 1 || concurrency === undefined || concurrency >= needed) return [];
  const message =
    `queue '${name}' has ${priorities} priorities, each with a mapping of its own that needs ` +
    `${WORKER_CONCURRENCY_MIN} (Lambda), so ${concurrency} cannot be shared; give at least ${needed}`;
  return [{ code: 'CONCURRENCY_TOO_LOW', path: `${path}.concurrency`, message }];
}

function timeProblems(queue: Queue, options: WorkerOptions, path: string): Problem[] {
  const windowMs = toMilliseconds(options.window ?? WORKER_DEFAULTS.window);
  const batch = options.batch ?? WORKER_DEFAULTS.batch;
  const limitMs = timeoutMs(queue, options, windowMs);
  const neededMs = VISIBILITY_PER_TIMEOUT * limitMs + windowMs;
  const problems: Problem[] = [
    ...outside(
      `${path}.window`,
      windowMs / 1_000,
      0,
      queue.ordered ? 0 : WORKER_WINDOW_MS_MAX / 1_000,
      queue.ordered ? 's: an ordered queue gathers no batches' : 's of window (Lambda)',
    ),
    ...outside(
      `${path}.timeout`,
      Math.floor(limitMs / 1_000),
      1,
      FUNCTION_TIMEOUT_MS_MAX / 1_000,
      's of timeout (Lambda)',
    ),
  ];
  if (batch > 10 && windowMs < 1_000) {
    const message =
      `a batch of ${batch} needs a window of at least '1s' (Lambda); set window: '1s' or ` + 'batch: 10';
    problems.push({ code: 'WINDOW_MISSING', path: `${path}.window`, message });
  }
  if (neededMs > queue.visibilityMs) {
    const message =
      `a timeout of ${limitMs / 1_000} s needs a visibility of at least ` +
      `'${Math.ceil(neededMs / 1_000)}s' (6 × timeout + window), queue '${queue.name}' has ` +
      `${queue.visibilityMs / 1_000} s; raise the queue's visibility`;
    problems.push({ code: 'VISIBILITY_TOO_SHORT', path: `${path}.timeout`, message });
  }
  return problems;
}

function outside(path: string, value: number, min: number, max: number, what: string): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  const message = `${value} is not possible; give a whole number from ${min} to ${max} ${what}`;
  return [{ code: 'OUT_OF_RANGE', path, message }];
}
