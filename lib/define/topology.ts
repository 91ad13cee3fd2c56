/**
 * From an app to the resources it needs, as finished data: the CDK construct and the simulation only map it,
 * so that both build the same thing.
 */
import { toMilliseconds } from '../core/duration.ts';
import {
  BLOB_DAYS,
  BUCKET_NAME_LENGTH_MAX,
  RECEIVES_MAX,
  RECEIVES_SPARE,
  RETENTION_MS,
} from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import { type ExchangeResources, planExchanges } from './exchange-topology.ts';
import { spaceProblems } from './name.ts';
import { report } from './problem.ts';
import type { Queue } from './queue.ts';
import { hasSecrets } from './redact.ts';
import { blobsBucketPrefix, deadLetterQueueName, queueName, queueNames } from './resource-name.ts';
import { type LaterResource, laterOf, laterQueue, laterWorker } from './schedule-topology.ts';
import { runsTable, type TableResource } from './table-topology.ts';
import { functionTimeProblems } from './task-limits.ts';
import {
  isWaitQueue,
  isWorked,
  needsLimits,
  needsMessaging,
  needsState,
  needsTelemetry,
  needsWorkflows,
} from './work.ts';
import {
  concurrencyShares,
  ON_MACHINE,
  timeoutMs,
  WORKER_DEFAULTS,
  type WorkerOptions,
  type WorkersByQueue,
  workerOptions,
  workersProblems,
} from './worker.ts';

/** Which copy of an app is meant, and how its workers are built. */
export interface TopologyOptions {
  /** Which copy of the app: 'dev', 'prod'. Part of every name. @default 'dev' */
  readonly stage?: string;
  /** By queue name; 'machine' where `runWorker` works a queue off, and no function. */
  readonly workers?: WorkersByQueue;
}

export const DEFAULT_STAGE = 'dev';

/** A queue, or one level of a queue with priorities. All levels share the queue's dead-letter queue. */
export interface QueueResource {
  /** The name of the queue in the app. */
  readonly name: string;
  /** The priority of its messages; 0 is the lowest, and the only one of a queue without priorities. */
  readonly level: number;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly fifo: boolean;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** SQS's own limit of receives, the net below the worker's own count. */
  readonly receivesMax: number;
  /** How long each message waits before anybody gets it: that of a wait queue, else 0. */
  readonly delaySeconds: number;
  /** How many messages may wait, in all levels together, before an alarm rings; undefined: any number. */
  readonly maxLength: number | undefined;
}

/** What a worker's bundle holds besides the SQS client, and what its role may do. */
export interface WorkerNeeds {
  /** The runs table; without it no DynamoDB client is bundled. */
  readonly state: boolean;
  /** Workflows: their plans, and what follows from the end of a run. */
  readonly workflows: boolean;
  /** Fires and ticks of schedules, which `later` works off. */
  readonly fires: boolean;
  /** Keys of `once`, limits in number, rate or time, and revoking by header. */
  readonly limits: boolean;
  /** Hooks, traces and metrics. */
  readonly telemetry: boolean;
  /** Routes that give tasks their queues. */
  readonly routes: boolean;
  /** Secrets that are not shown. */
  readonly redact: boolean;
  /**
   * Anything of messaging at all: an exchange, a consumer, a queue without tasks, an option of a queue that
   * is more than a task's. Without it a worker holds nothing that publishes, routes or forwards.
   */
  readonly messaging: boolean;
  /** Topics to publish to. */
  readonly topics: boolean;
  /** The bus to publish to. */
  readonly bus: boolean;
  /** The bucket of large payloads. */
  readonly blobs: boolean;
  /** The lengths of queues that have a limit. */
  readonly depths: boolean;
  /** It is `later`: it works off fires and what waits, and no task. */
  readonly later: boolean;
}

/** A queue that a worker reads. */
export interface LevelResource {
  readonly queueName: string;
  /** Its share of the worker's concurrency. */
  readonly concurrency?: number;
}

/** The function that works off a queue, and its event source mappings: one for each level of priority. */
export interface WorkerResource extends WorkerNeeds {
  readonly queue: string;
  /** The queue's lowest level. */
  readonly queueName: string;
  /** All its levels, the lowest first. */
  readonly levels: readonly LevelResource[];
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The S3 bucket of payloads that are too large for a message. */
export interface BucketResource {
  readonly name: 'blobs';
  /** What its name begins with; account and Region follow. */
  readonly prefix: string;
  /** When its objects are deleted. */
  readonly expiresDays: number;
}

/** All resources of an app, as data: what `Broker` provisions and `simulate` imitates. */
export interface Topology {
  readonly app: string;
  readonly stage: string;
  readonly queues: readonly QueueResource[];
  readonly workers: readonly WorkerResource[];
  readonly tables: readonly TableResource[];
  readonly buckets: readonly BucketResource[];
  /** The exchanges: topics with subscriptions, and the bus with its rules. */
  readonly exchanges: ExchangeResources;
  /** What `later` needs besides its queue and function, which stand among the others. */
  readonly later: LaterResource | undefined;
}

/**
 * The resources of an app in a stage.
 * @throws DefinitionError with every problem of stage, workers and exchanges, each with its path.
 */
export function topology(app: App, options: TopologyOptions = {}): Topology {
  const stage = options.stage ?? DEFAULT_STAGE;
  const exchanges = planExchanges(app, stage);
  const buckets = bucketsOf(app, stage);
  const worked = app.queues.filter(
    (queue) => isWorked(app, queue) && options.workers?.[queue.name] !== ON_MACHINE,
  );
  report(app.name, [
    ...spaceProblems('stage', stage),
    ...workersProblems(app, options.workers ?? {}),
    ...worked.flatMap((queue) => functionTimeProblems(queue, app.tasks)),
    ...exchanges.problems,
    ...buckets.flatMap(bucketProblems),
  ]);
  const needs = {
    messaging: needsMessaging(app),
    workflows: false,
    fires: false,
    limits: needsLimits(app),
    telemetry: needsTelemetry(app),
    routes: app.routed,
    redact: hasSecrets(app),
    topics: exchanges.resources.topics.length > 0,
    bus: exchanges.resources.busName !== undefined,
    blobs: buckets.length > 0,
    depths: app.queues.some((queue) => queue.maxLength !== undefined),
    later: false,
  };
  const later = laterOf(app, stage);
  // A producer's contracts count too: it reads the results that the workers of another process keep.
  const isKept = later?.schedules === true || app.queues.some((queue) => needsState(app, queue));
  const workers = worked.map((queue) => {
    const given = workerOptions(app, queue, options.workers?.[queue.name]);
    return toWorkerResource(app, stage, queue, given, {
      ...needs,
      state: needsState(app, queue),
      workflows: needsWorkflows(app, queue),
    });
  });
  return {
    app: app.name,
    stage,
    queues: [
      ...app.queues.flatMap((queue) => toQueueResources(app, stage, queue)),
      ...(later === undefined ? [] : [laterQueue(later)]),
    ],
    workers: [
      ...workers,
      ...(later === undefined ? [] : [laterWorker(app, stage, later, { ...needs, state: false })]),
    ],
    tables: isKept ? [runsTable(app.name, stage)] : [],
    buckets,
    exchanges: exchanges.resources,
    later,
  };
}

function toQueueResources(app: App, stage: string, queue: Queue): readonly QueueResource[] {
  return queueNames(app.name, stage, queue).map((name, level) => ({
    name: queue.name,
    level,
    queueName: name,
    deadLetterQueueName: deadLetterQueueName(app.name, stage, queue),
    fifo: queue.ordered,
    visibilitySeconds: Math.ceil(queue.visibilityMs / 1_000),
    retentionSeconds: RETENTION_MS / 1_000,
    // An ordered queue retries by visibility, so every attempt is a receive, and waiting behind a failed head
    // is one too.
    receivesMax: queue.ordered ? RECEIVES_MAX : queue.deadLetterAfter + RECEIVES_SPARE,
    delaySeconds: isWaitQueue(app, queue) ? Math.ceil((queue.expiresMs ?? 0) / 1_000) : 0,
    maxLength: queue.maxLength,
  }));
}

function toWorkerResource(
  app: App,
  stage: string,
  queue: Queue,
  options: WorkerOptions,
  needs: WorkerNeeds,
): WorkerResource {
  const windowMs = toMilliseconds(options.window ?? WORKER_DEFAULTS.window);
  const { concurrency } = options;
  const shares = concurrency === undefined ? [] : concurrencyShares(concurrency, queue.priorities);
  return {
    queue: queue.name,
    queueName: queueName(app.name, stage, queue),
    levels: queueNames(app.name, stage, queue).map((name, level) => ({
      queueName: name,
      ...(shares[level] === undefined ? {} : { concurrency: shares[level] }),
    })),
    timeoutSeconds: Math.floor(timeoutMs(queue, options, windowMs) / 1_000),
    memoryMb: options.memory ?? WORKER_DEFAULTS.memory,
    batchSize: options.batch ?? WORKER_DEFAULTS.batch,
    windowSeconds: windowMs / 1_000,
    ...needs,
    environment: { CELERIAC_APP: app.name, CELERIAC_STAGE: stage },
  };
}

function bucketsOf(app: App, stage: string): readonly BucketResource[] {
  if (!app.queues.some((queue) => queue.largePayloads === 's3')) return [];
  return [{ name: 'blobs', prefix: blobsBucketPrefix(app.name, stage), expiresDays: BLOB_DAYS }];
}

/** '-<account>-<region>' of the longest Region that may come. */
const BUCKET_SUFFIX_LENGTH_MAX = '-000000000000-'.length + 16;

function bucketProblems({ prefix }: BucketResource): Problem[] {
  const longest = prefix.length + BUCKET_SUFFIX_LENGTH_MAX;
  if (/^[a-z0-9]/.test(prefix) && longest <= BUCKET_NAME_LENGTH_MAX) return [];
  const message =
    `the bucket of large payloads would be called '${prefix}-<account>-<region>'; S3 allows ` +
    `${BUCKET_NAME_LENGTH_MAX} characters that begin with a letter or digit; rename app or stage`;
  return [{ code: 'INVALID_BUCKET_NAME', path: 'app', message }];
}
