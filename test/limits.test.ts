/** The limits that definitions are checked against are those that the emulator enforces. */
import { expect, test } from 'vitest';
import { defineApp, defineExchange, defineQueue, defineTask, topology } from '#lib';
import { createEmulator } from '#lib/emulator';
import * as own from '../lib/core/limits.ts';
import {
  BUS_RULES_MAX,
  EVENT_PATTERN_LENGTH_MAX,
  WILDCARD_RULES_MAX,
} from '../lib/core/routing/event-pattern.ts';
import { blobsBucketName } from '../lib/define/resource-name.ts';
import * as dynamodb from '../lib/emulator/dynamodb/limits.ts';
import * as eventbridge from '../lib/emulator/eventbridge/limits.ts';
import * as lambda from '../lib/emulator/lambda/limits.ts';
import * as scheduler from '../lib/emulator/scheduler/limits.ts';
import * as sns from '../lib/emulator/sns/limits.ts';
import * as sqs from '../lib/emulator/sqs/limits.ts';

/** Our limit, and the emulator's in our unit. */
const LIMITS: Readonly<Record<string, number>> = {
  QUEUE_NAME_LENGTH_MAX: longest(sqs.QUEUE_NAME),
  DELAY_MS_MAX: sqs.DELAY_SECONDS_MAX * 1_000,
  VISIBILITY_MS_MAX: sqs.VISIBILITY_SECONDS_MAX * 1_000,
  BATCH_ENTRIES_MAX: sqs.BATCH_ENTRIES_MAX,
  BATCH_BYTES_MAX: sqs.MESSAGE_BYTES_MAX,
  // All the entries together are less than this.
  EVENTS_BYTES_MAX: eventbridge.ENTRIES_BYTES_MAX - 1,
  RECEIVES_MAX: sqs.RECEIVE_COUNT_MAX,
  GROUP_LENGTH_MAX: longest(sqs.TOKEN),
  FUNCTION_TIMEOUT_MS_MAX: lambda.TIMEOUT_MAX_S * 1_000,
  FUNCTION_MEMORY_MB_MIN: lambda.MEMORY_MIN_MB,
  FUNCTION_MEMORY_MB_MAX: lambda.MEMORY_MAX_MB,
  WORKER_BATCH_MAX: lambda.BATCH_SIZE_MAX,
  WORKER_BATCH_ORDERED_MAX: lambda.BATCH_SIZE_MAX_FIFO,
  WORKER_WINDOW_MS_MAX: lambda.WINDOW_MAX_S * 1_000,
  WORKER_CONCURRENCY_MIN: lambda.MAPPING_CONCURRENCY_MIN,
  WORKER_CONCURRENCY_MAX: lambda.MAPPING_CONCURRENCY_MAX,
  TOPIC_FILTER_POLICIES_MAX: sns.FILTER_POLICIES_MAX,
  ORDERED_TOPIC_SUBSCRIPTIONS_MAX: sns.FIFO_SUBSCRIPTIONS_MAX,
  TOPIC_BYTES_DEFAULT: sns.MESSAGE_BYTES_DEFAULT,
  TOPIC_BYTES_MAX: sns.MESSAGE_BYTES_MAX,
  LARGE_TOPIC_SUBSCRIPTIONS_MAX: sns.LARGE_TOPIC_SUBSCRIPTIONS_MAX,
  RULE_RETRY_SECONDS_MAX: eventbridge.EVENT_AGE_MAX_S,
  RULE_RETRIES_MAX: eventbridge.RETRY_ATTEMPTS_MAX,
  TIMER_RETRY_SECONDS_MAX: scheduler.EVENT_AGE_MAX_S,
  TIMER_RETRIES_MAX: scheduler.RETRY_ATTEMPTS_MAX,
};

/** Limits that no emulated service has, each with its reason. */
const OURS: Readonly<Record<string, string>> = {
  APP_NAME_LENGTH_MAX: 'a part of names',
  STAGE_NAME_LENGTH_MAX: 'a part of names',
  NAME_LENGTH_MAX: 'a part of names',
  RETENTION_MS: 'compared below: the emulator states it in its table of attributes',
  MESSAGE_BYTES_MAX: 'our own, below the limit of SQS',
  COPY_BYTES_MAX: 'our own, below the limit of SQS',
  RECEIVES_SPARE: 'our own',
  HOPS_MAX: 'our own',
  DEFERRED_MS_MAX: 'our own',
  TIMER_PRECISION_MS: 'how late a service may be, which a test of delays plays through',
  LATE_MS: 'our own',
  LOOKAHEAD_MS: 'our own',
  FIRES_PER_TICK_MAX: 'our own',
  JITTER_MS_MAX: 'our own',
  FIRE_PERIOD_MS_MIN: 'our own',
  INSTANCES_MAX: 'our own',
  INSTANCE_MS_MAX: 'our own',
  TIMER_INPUT_BYTES_MAX: 'our own, below the limit of EventBridge Scheduler',
  SCHEDULES_SORTED_MAX: 'our own',
  SCHEDULE_BYTES_MAX: 'our own, below the limit of DynamoDB',
  LATER_RECEIVES_MAX: 'our own',
  WAIT_MS_MAX: 'our own',
  HISTORY_ENTRIES_MAX: 'our own',
  STACK_LENGTH_MAX: 'our own',
  RESULT_BYTES_MAX: 'our own, below the limit of DynamoDB',
  PLAN_PAGE_BYTES_MAX: 'our own, below the limit of DynamoDB',
  WORKFLOW_INPUT_BYTES_MAX: 'our own',
  WORKFLOW_DEADLINE_MS_MAX: 'our own',
  PLAN_NODES_MAX: 'our own',
  PLAN_DEPTH_MAX: 'our own',
  TREE_PARTS_MAX: 'our own',
  TREE_NODES_MAX: 'our own',
  VISIBILITY_PER_TIMEOUT: 'advice, which no service enforces',
  RECORD_MS: 'our own',
  ARCHIVE_DAYS_MAX: 'our own, below the limit of EventBridge',
  ARCHIVE_NAME_LENGTH_MAX: 'compared below: the emulator states it where it reads the name',
  BUCKET_NAME_LENGTH_MAX: 'compared below: the emulator states it where it reads the name',
  PRIORITY_LEVELS_MIN: 'our own',
  PRIORITY_LEVELS_MAX: 'our own; the levels are the sources of one dead-letter queue, compared below',
  PRIORITY_MAX: "AMQP's",
  BLOB_DAYS: 'our own',
  SLOTS_MAX: 'our own',
  QUEUE_POLICY_SOURCES_MAX: 'our own, below the bytes of a policy of SQS',
};

test('every limit is compared with the emulator, or has a reason not to be', () => {
  expect([...Object.keys(LIMITS), ...Object.keys(OURS)].sort()).toEqual(Object.keys(own).sort());
});

test.each(Object.entries(LIMITS))('%s is what the emulator enforces', (name, value) => {
  expect(new Map<string, unknown>(Object.entries(own)).get(name)).toBe(value);
});

test('our own limits leave room below those of the services', () => {
  // The ids and tokens that are written beside a result, names and values, stay far below this.
  const besides = 20_000;

  expect(own.MESSAGE_BYTES_MAX).toBeLessThan(own.COPY_BYTES_MAX);
  expect(own.COPY_BYTES_MAX).toBeLessThan(sqs.MESSAGE_BYTES_MAX);
  expect(own.RESULT_BYTES_MAX + own.STACK_LENGTH_MAX + besides).toBeLessThan(dynamodb.ITEM_BYTES_MAX);
  expect(own.PLAN_PAGE_BYTES_MAX + besides).toBeLessThan(dynamodb.ITEM_BYTES_MAX);
  expect(own.SCHEDULE_BYTES_MAX + besides).toBeLessThan(dynamodb.ITEM_BYTES_MAX);
  expect(own.BATCH_ENTRIES_MAX).toBe(lambda.SQS_BATCH_MAX);
});

test('the limits of filters stand beside the filters, and are what the emulator enforces', () => {
  expect(EVENT_PATTERN_LENGTH_MAX).toBe(eventbridge.PATTERN_MAX);
  expect(WILDCARD_RULES_MAX).toBe(eventbridge.WILDCARD_RULES_MAX);
  expect(BUS_RULES_MAX).toBe(eventbridge.RULES_MAX);
});

test('all levels of a queue may be sources of one dead-letter queue', () => {
  expect(own.PRIORITY_LEVELS_MAX).toBeLessThanOrEqual(sqs.REDRIVE_SOURCES_MAX);
});

test('large payloads outlive the messages that name them', () => {
  expect(own.BLOB_DAYS * 86_400_000).toBeGreaterThanOrEqual(own.RECORD_MS);
});

test('names of archives and buckets are as long as the services allow', async () => {
  const emulator = createEmulator();
  await emulator.call('eventbridge', 'CreateEventBus', { Name: 'bus' });
  const EventSourceArn = 'arn:aws:events:us-east-1:000000000000:event-bus/bus';
  const archive = (length: number) =>
    emulator.call('eventbridge', 'CreateArchive', { ArchiveName: 'a'.repeat(length), EventSourceArn });
  const bucket = (length: number) => emulator.call('s3', 'CreateBucket', { Bucket: 'b'.repeat(length) });

  await expect(archive(own.ARCHIVE_NAME_LENGTH_MAX)).resolves.toBeDefined();
  await expect(archive(own.ARCHIVE_NAME_LENGTH_MAX + 1)).rejects.toThrow();
  await expect(bucket(own.BUCKET_NAME_LENGTH_MAX)).resolves.toBeDefined();
  await expect(bucket(own.BUCKET_NAME_LENGTH_MAX + 1)).rejects.toThrow();
});

test('messages are kept as long as SQS keeps any', async () => {
  const emulator = createEmulator();
  const create = (seconds: number) =>
    emulator.call('sqs', 'CreateQueue', {
      QueueName: `kept-${seconds}`,
      Attributes: { MessageRetentionPeriod: String(seconds) },
    });

  await expect(create(own.RETENTION_MS / 1_000)).resolves.toBeDefined();
  await expect(create(own.RETENTION_MS / 1_000 + 1)).rejects.toMatchObject({
    name: 'InvalidAttributeValue',
    message: expect.stringContaining('MessageRetentionPeriod'),
  });
});

test('the longest names that definitions allow are names that SQS allows', () => {
  const queue = defineQueue('q'.repeat(own.NAME_LENGTH_MAX), { ordered: true });
  const task = defineTask('t', { queue, run: () => 1 });
  const app = defineApp('a'.repeat(own.APP_NAME_LENGTH_MAX), { tasks: [task] });

  const { queues } = topology(app, { stage: 's'.repeat(own.STAGE_NAME_LENGTH_MAX) });

  for (const { queueName, deadLetterQueueName } of queues.filter(({ fifo }) => fifo)) {
    expect(queueName).toMatch(sqs.FIFO_QUEUE_NAME);
    expect(deadLetterQueueName).toMatch(sqs.FIFO_QUEUE_NAME);
  }
});

test('so are those of levels, topics and the bucket, with the longest Region', () => {
  const queue = defineQueue('q'.repeat(own.NAME_LENGTH_MAX), { priorities: 10, largePayloads: 's3' });
  const exchange = defineExchange('e'.repeat(own.NAME_LENGTH_MAX), { type: 'fanout', ordered: true });
  const app = defineApp('a'.repeat(own.APP_NAME_LENGTH_MAX), { queues: [queue], exchanges: [exchange] });
  const stage = 's'.repeat(own.STAGE_NAME_LENGTH_MAX);

  const { queues, exchanges } = topology(app, { stage });
  const bucket = blobsBucketName(app.name, stage, '000000000000', 'r'.repeat(16));

  for (const { queueName } of queues) expect(queueName).toMatch(sqs.QUEUE_NAME);
  expect(exchanges.topics[0]?.topicName).toMatch(sns.FIFO_TOPIC_NAME);
  expect(bucket.length).toBeLessThanOrEqual(own.BUCKET_NAME_LENGTH_MAX);
});

/** The longest text that a pattern of the form ^[…]{1,n}$ takes. */
function longest(pattern: RegExp): number {
  return Number(/\{1,(\d+)\}\$$/.exec(pattern.source)?.[1]);
}
