/**
 * Builds an app's topology on an emulator, as the CDK construct builds it in a template; a test compares the
 * two.
 */
import { blobsBucketName } from '../define/resource-name.ts';
import type { TableResource } from '../define/table-topology.ts';
import type { QueueResource, Topology, WorkerResource } from '../define/topology.ts';
import type { Emulator } from '../emulator/index.ts';
import type { InlineSource } from '../emulator/lambda/lambda.ts';
import { ACCOUNT, REGION } from './place.ts';
import { provisionExchanges, queueArn } from './provision-exchanges.ts';
import { provisionTimers } from './provision-timers.ts';

/** Creates everything of a topology, exchanges and timers last; `source` gives each worker its code. */
export async function provision(
  emulator: Emulator,
  topology: Topology,
  source: (worker: WorkerResource) => InlineSource,
): Promise<void> {
  for (const queue of topology.queues) await createQueues(emulator, queue, topology.queues);
  for (const table of topology.tables) await createTable(emulator, table);
  if (topology.buckets.length > 0) await createBucket(emulator, topology);
  for (const worker of topology.workers) await createWorker(emulator, worker, source(worker));
  await provisionExchanges(emulator, topology);
  await provisionTimers(emulator, topology);
}

/** A queue, and with the lowest level the dead-letter queue that all levels share. */
async function createQueues(
  emulator: Emulator,
  queue: QueueResource,
  all: readonly QueueResource[],
): Promise<void> {
  const fifo = queue.fifo
    ? {
        FifoQueue: 'true',
        ContentBasedDeduplication: 'true',
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      }
    : {};
  const common = {
    ...fifo,
    MessageRetentionPeriod: String(queue.retentionSeconds),
    SqsManagedSseEnabled: 'true',
  };
  if (queue.level === 0) {
    const levels = all.filter(({ name }) => name === queue.name);
    await emulator.call('sqs', 'CreateQueue', {
      QueueName: queue.deadLetterQueueName,
      Attributes: {
        ...common,
        RedriveAllowPolicy: JSON.stringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: levels.map(({ queueName }) => queueArn(queueName)),
        }),
      },
    });
  }
  await emulator.call('sqs', 'CreateQueue', {
    QueueName: queue.queueName,
    Attributes: {
      ...common,
      VisibilityTimeout: String(queue.visibilitySeconds),
      ...(queue.delaySeconds === 0 ? {} : { DelaySeconds: String(queue.delaySeconds) }),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: queueArn(queue.deadLetterQueueName),
        maxReceiveCount: queue.receivesMax,
      }),
    },
  });
}

async function createBucket(emulator: Emulator, topology: Topology): Promise<void> {
  for (const bucket of topology.buckets) {
    const name = blobsBucketName(topology.app, topology.stage, ACCOUNT, REGION);
    await emulator.call('s3', 'CreateBucket', { Bucket: name });
    await emulator.call('s3', 'PutBucketLifecycleConfiguration', {
      Bucket: name,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'Expiry',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            Expiration: { Days: bucket.expiresDays },
          },
        ],
      },
    });
  }
}

async function createTable(emulator: Emulator, table: TableResource): Promise<void> {
  const keys = [table, ...table.indexes];
  const names = [...new Set(keys.flatMap((key) => [key.partitionKey, key.sortKey]))];
  await emulator.call('dynamodb', 'CreateTable', {
    TableName: table.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: toKeySchema(table),
    GlobalSecondaryIndexes: table.indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: toKeySchema(index),
      Projection:
        index.attributes.length > 0
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.attributes] }
          : { ProjectionType: 'KEYS_ONLY' },
    })),
  });
  await emulator.call('dynamodb', 'UpdateTimeToLive', {
    TableName: table.tableName,
    TimeToLiveSpecification: { AttributeName: table.ttlAttribute, Enabled: true },
  });
}

function toKeySchema(key: { readonly partitionKey: string; readonly sortKey: string }): readonly object[] {
  return [
    { AttributeName: key.partitionKey, KeyType: 'HASH' },
    { AttributeName: key.sortKey, KeyType: 'RANGE' },
  ];
}

async function createWorker(emulator: Emulator, worker: WorkerResource, source: InlineSource): Promise<void> {
  const name = `${worker.environment.CELERIAC_APP}-${worker.queue}-worker`;
  emulator.services.lambda.registerInline(name, source);
  await emulator.call('lambda', 'CreateFunction', {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Role: `arn:aws:iam::${ACCOUNT}:role/simulated`,
    Code: {},
    Timeout: worker.timeoutSeconds,
    MemorySize: worker.memoryMb,
    Environment: { Variables: worker.environment },
  });
  await emulator.call('lambda', 'PutFunctionRecursionConfig', { FunctionName: name, RecursiveLoop: 'Allow' });
  for (const level of worker.levels) {
    await emulator.call('lambda', 'CreateEventSourceMapping', {
      EventSourceArn: queueArn(level.queueName),
      FunctionName: name,
      BatchSize: worker.batchSize,
      ...(worker.windowSeconds > 0 ? { MaximumBatchingWindowInSeconds: worker.windowSeconds } : {}),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...(level.concurrency === undefined
        ? {}
        : { ScalingConfig: { MaximumConcurrency: level.concurrency } }),
    });
  }
}
