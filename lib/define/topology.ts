/**
 * From an app to the resources it needs, as finished data: the CDK construct and the simulation only map it, so that both
 * build the same thing.
 */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import {
  FUNCTION_MEMORY_MB_MAX,
  FUNCTION_MEMORY_MB_MIN,
  FUNCTION_TIMEOUT_MS_MAX,
  RECEIVES_MAX,
  RETENTION_MS,
  VISIBILITY_PER_TIMEOUT,
  WORKER_BATCH_MAX,
  WORKER_BATCH_ORDERED_MAX,
  WORKER_CONCURRENCY_MAX,
  WORKER_CONCURRENCY_MIN,
  WORKER_WINDOW_MS_MAX,
} from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import { type App, report } from './app.ts';
import { spaceProblems } from './name.ts';
import type { Queue } from './queue.ts';
import { deadLetterQueueName, queueName, runsTableName } from './resource-name.ts';
import { keepsRecord } from './task.ts';

/** How the worker function of a queue is built. */
export interface WorkerOptions {
  /** Memory in MB, 128–10240 (Lambda); processing power grows with it. @default 512 */
  readonly memory?: number;
  /** How many batches run at once at most, 2–1000 (Lambda's MaximumConcurrency); undefined: as many as Lambda gives. */
  readonly concurrency?: number;
  /** How long the function may run, at most 15 m, and a sixth of the queue's visibility less the window. @default all of that */
  readonly timeout?: Duration;
  /** Messages per invocation: 1–10000, 1–10 on an ordered queue; more than 10 need a window. @default 10 */
  readonly batch?: number;
  /** How long Lambda gathers a batch, 0–5 m; not on an ordered queue. @default '0s' */
  readonly window?: Duration;
}

/** The defaults of WorkerOptions. */
export const WORKER_DEFAULTS = { memory: 512, batch: 10, window: '0s' } as const;

export interface TopologyOptions {
  /** Which copy of the app: 'dev', 'prod'. Part of every name. @default 'dev' */
  readonly stage?: string;
  /** By queue name. */
  readonly workers?: Readonly<Record<string, WorkerOptions>>;
}

export const DEFAULT_STAGE = 'dev';

/** A queue and its dead-letter queue. */
export interface QueueResource {
  readonly name: string;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly fifo: boolean;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** SQS's own limit of receives, the net below the worker's own count. */
  readonly receivesMax: number;
}

/** The function that works off a queue, and its event source mapping. */
export interface WorkerResource {
  readonly queue: string;
  readonly queueName: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly concurrency?: number;
  /** Whether the function needs the runs table; without it no DynamoDB client is bundled. */
  readonly state: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** A global secondary index; it holds the keys, and these attributes besides. */
export interface IndexResource {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly attributes: readonly string[];
}

/** A DynamoDB table. */
export interface TableResource {
  readonly name: 'runs';
  readonly tableName: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly ttlAttribute: string;
  readonly indexes: readonly IndexResource[];
}

export interface Topology {
  readonly app: string;
  readonly stage: string;
  readonly queues: readonly QueueResource[];
  readonly workers: readonly WorkerResource[];
  readonly tables: readonly TableResource[];
}

/**
 * The resources of an app in a stage.
 * @throws DefinitionError with every problem of stage and workers, each with its path.
 */
export function topology(app: App, options: TopologyOptions = {}): Topology {
  const stage = options.stage ?? DEFAULT_STAGE;
  report(app.name, [...spaceProblems('stage', stage), ...workersProblems(app, options.workers ?? {})]);
  // A contract alone is worked off by whoever implements it.
  const worked = app.queues.filter((queue) =>
    app.tasks.some((task) => task.queue === queue && task.run !== undefined),
  );
  return {
    app: app.name,
    stage,
    queues: app.queues.map((queue) => toQueueResource(app.name, stage, queue)),
    workers: worked.map((queue) => toWorkerResource(app, stage, queue, options.workers?.[queue.name] ?? {})),
    tables: worked.some((queue) => needsState(app, queue)) ? [runsTable(app.name, stage)] : [],
  };
}

/** Whether tasks of this queue keep records: results, at-most-once runs, and everything on an ordered queue. */
export function needsState(app: App, queue: Queue): boolean {
  return app.tasks.some((task) => task.queue === queue && keepsRecord(task));
}

/**
 * The runs table. One item a run; later kinds of items share the table under other keys. Two sparse indexes serve the
 * questions "by state" and "by task", both ordered by time and spread over RUN_SHARDS partitions (a partition takes 1,000
 * writes a second). A queue's runs are those of its tasks, so an index of its own would only cost a third write a change.
 */
function runsTable(app: string, stage: string): TableResource {
  return {
    name: 'runs',
    tableName: runsTableName(app, stage),
    partitionKey: 'pk',
    sortKey: 'sk',
    ttlAttribute: 'expiresAt',
    indexes: [
      { name: 'byState', partitionKey: 'stateShard', sortKey: 'id', attributes: LISTED },
      // Keys only: they never change, so a run costs this index one write, not one a change of state.
      { name: 'byTask', partitionKey: 'taskShard', sortKey: 'id', attributes: [] },
    ],
  };
}

/** What a list of runs shows; every change of state rewrites the item in this index anyway, since its key changes. */
const LISTED = [
  'task',
  'queue',
  'generation',
  'retries',
  'sentAt',
  'startedAt',
  'endedAt',
  'reason',
] as const;

function toQueueResource(app: string, stage: string, queue: Queue): QueueResource {
  return {
    name: queue.name,
    queueName: queueName(app, stage, queue),
    deadLetterQueueName: deadLetterQueueName(app, stage, queue),
    fifo: queue.ordered,
    visibilitySeconds: Math.ceil(queue.visibilityMs / 1_000),
    retentionSeconds: RETENTION_MS / 1_000,
    // An ordered queue retries by visibility, so every attempt is a receive, and waiting behind a failed head is one too.
    receivesMax: queue.ordered ? RECEIVES_MAX : queue.deadLetterAfter + RECEIVES_SPARE,
  };
}

/** What no worker can start at all, SQS dead-letters by itself after this many more receives. */
const RECEIVES_SPARE = 3;

function toWorkerResource(app: App, stage: string, queue: Queue, options: WorkerOptions): WorkerResource {
  const windowMs = toMilliseconds(options.window ?? WORKER_DEFAULTS.window);
  return {
    queue: queue.name,
    queueName: queueName(app.name, stage, queue),
    timeoutSeconds: Math.floor(timeoutMs(queue, options, windowMs) / 1_000),
    memoryMb: options.memory ?? WORKER_DEFAULTS.memory,
    batchSize: options.batch ?? WORKER_DEFAULTS.batch,
    windowSeconds: windowMs / 1_000,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    state: needsState(app, queue),
    environment: { CELERIAC_APP: app.name, CELERIAC_STAGE: stage },
  };
}

function timeoutMs(queue: Queue, options: WorkerOptions, windowMs: number): number {
  if (options.timeout !== undefined) return toMilliseconds(options.timeout);
  return Math.min(FUNCTION_TIMEOUT_MS_MAX, (queue.visibilityMs - windowMs) / VISIBILITY_PER_TIMEOUT);
}

function workersProblems(app: App, workers: Readonly<Record<string, WorkerOptions>>): Problem[] {
  return Object.entries(workers).flatMap(([name, options]) => {
    const queue = app.queues.find((candidate) => candidate.name === name);
    if (queue !== undefined) return workerProblems(queue, options);
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
  return durations.length > 0 ? problems : [...problems, ...timeProblems(queue, options, path)];
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
    const message = `a batch of ${batch} needs a window of at least '1s' (Lambda); set window: '1s' or batch: 10`;
    problems.push({ code: 'WINDOW_MISSING', path: `${path}.window`, message });
  }
  if (neededMs > queue.visibilityMs) {
    const message = `a timeout of ${limitMs / 1_000} s needs a visibility of at least '${Math.ceil(neededMs / 1_000)}s' (6 × timeout + window), queue '${queue.name}' has ${queue.visibilityMs / 1_000} s; raise the queue's visibility`;
    problems.push({ code: 'VISIBILITY_TOO_SHORT', path: `${path}.timeout`, message });
  }
  return problems;
}

function outside(path: string, value: number, min: number, max: number, what: string): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  const message = `${value} is not possible; give a whole number from ${min} to ${max} ${what}`;
  return [{ code: 'OUT_OF_RANGE', path, message }];
}
