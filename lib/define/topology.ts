/**
 * From an app to the resources it needs, as finished data: the CDK construct and the simulation only map it,
 * so that both build the same thing.
 */
import { toMilliseconds } from '../core/duration.ts';
import { RECEIVES_MAX, RETENTION_MS } from '../core/limits.ts';
import { type App, report } from './app.ts';
import { type ExchangeResources, exchangeResources } from './exchange-topology.ts';
import { spaceProblems } from './name.ts';
import type { Queue } from './queue.ts';
import { deadLetterQueueName, queueName, runsTableName } from './resource-name.ts';
import { isWorked, needsState } from './work.ts';
import { timeoutMs, WORKER_DEFAULTS, type WorkerOptions, workersProblems } from './worker.ts';

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
  /** The exchanges: topics with subscriptions, and the bus with its rules. */
  readonly exchanges: ExchangeResources;
}

/**
 * The resources of an app in a stage.
 * @throws DefinitionError with every problem of stage and workers, each with its path.
 */
export function topology(app: App, options: TopologyOptions = {}): Topology {
  const stage = options.stage ?? DEFAULT_STAGE;
  report(app.name, [...spaceProblems('stage', stage), ...workersProblems(app, options.workers ?? {})]);
  const worked = app.queues.filter((queue) => isWorked(app, queue));
  return {
    app: app.name,
    stage,
    queues: app.queues.map((queue) => toQueueResource(app.name, stage, queue)),
    workers: worked.map((queue) => toWorkerResource(app, stage, queue, options.workers?.[queue.name] ?? {})),
    // A producer's contracts count too: it reads the results that the workers of another process keep.
    tables: app.queues.some((queue) => needsState(app, queue)) ? [runsTable(app.name, stage)] : [],
    exchanges: exchangeResources(app, stage),
  };
}

/**
 * The runs table. One item a run; later kinds of items share the table under other keys. Two sparse indexes
 * serve the questions "by state" and "by task", both ordered by time and spread over RUN_SHARDS partitions (a
 * partition takes 1,000 writes a second). A queue's runs are those of its tasks, so an index of its own would
 * only cost a third write a change.
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

/**
 * What a list of runs shows; every change of state rewrites the item in this index anyway, since its key
 * changes.
 */
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
    // An ordered queue retries by visibility, so every attempt is a receive, and waiting behind a failed head
    // is one too.
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
