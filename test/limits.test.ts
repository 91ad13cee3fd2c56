/**
 * The limits that definitions are checked against are those that the emulator enforces, stated twice on
 * purpose; and what the documentation calls a default is the default.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  defineApp,
  defineQueue,
  defineTask,
  exponential,
  QUEUE_DEFAULTS,
  RETRY_DEFAULTS,
  SCHEDULE_DEFAULTS,
  topology,
  WORKER_DEFAULTS,
} from '#lib';
import { createEmulator } from '#lib/emulator';
import { START_DEFAULT } from '#lib/testing';
import * as own from '../lib/core/limits.ts';
import { DEFAULT_QUEUE } from '../lib/define/task.ts';
import { DEFAULT_STAGE } from '../lib/define/topology.ts';
import * as dynamodb from '../lib/emulator/dynamodb/limits.ts';
import * as lambda from '../lib/emulator/lambda/limits.ts';
import * as sqs from '../lib/emulator/sqs/limits.ts';
import { GET_TIMEOUT_DEFAULT } from '../lib/runtime/result.ts';
import { LIMIT_DEFAULT } from '../lib/runtime/schedule-list.ts';
import { LOOK_MS } from '../lib/runtime/scheduler.ts';

const ROOT = join(import.meta.dirname, '..');

/** Our limit, and the emulator's in our unit. */
const LIMITS: Readonly<Record<string, number>> = {
  QUEUE_NAME_LENGTH_MAX: longest(sqs.QUEUE_NAME),
  DELAY_MS_MAX: sqs.DELAY_SECONDS_MAX * 1_000,
  VISIBILITY_MS_MAX: sqs.VISIBILITY_SECONDS_MAX * 1_000,
  BATCH_ENTRIES_MAX: sqs.BATCH_ENTRIES_MAX,
  BATCH_BYTES_MAX: sqs.MESSAGE_BYTES_MAX,
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
};

/** Limits that no emulated service has, each with its reason. */
const OURS: Readonly<Record<string, string>> = {
  APP_NAME_LENGTH_MAX: 'a part of names',
  STAGE_NAME_LENGTH_MAX: 'a part of names',
  NAME_LENGTH_MAX: 'a part of names',
  RETENTION_MS: 'compared below: the emulator states it in its table of attributes',
  MESSAGE_BYTES_MAX: 'our own, below the limit of SQS',
  COPY_BYTES_MAX: 'our own, below the limit of SQS',
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
  HISTORY_ENTRIES_MAX: 'our own',
  STACK_LENGTH_MAX: 'our own',
  RESULT_BYTES_MAX: 'our own, below the limit of DynamoDB',
  VISIBILITY_PER_TIMEOUT: 'advice, which no service enforces',
  RECORD_MS: 'our own',
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
  expect(own.BATCH_ENTRIES_MAX).toBe(lambda.SQS_BATCH_MAX);
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

  for (const { queueName, deadLetterQueueName } of queues) {
    expect(queueName).toMatch(sqs.FIFO_QUEUE_NAME);
    expect(deadLetterQueueName).toMatch(sqs.FIFO_QUEUE_NAME);
  }
});

/** What `@default` of each option says, and the value it has when nobody sets it. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'QueueOptions.visibility': QUEUE_DEFAULTS.visibility,
  'QueueOptions.after': QUEUE_DEFAULTS.deadLetterAfter,
  'QueueOptions.ordered': defineQueue('q').ordered,
  'RetryOptions.attempts': RETRY_DEFAULTS.attempts,
  'RetryOptions.backoff': RETRY_DEFAULTS.backoff,
  'AppOptions.runtimeSchedules': defineApp('a', {}).runtimeSchedules,
  'ScheduleTiming.misfireGrace': 'however late',
  'ScheduleTiming.coalesce': SCHEDULE_DEFAULTS.coalesce,
  'ScheduleTiming.maxInstances': 'any number',
  'ScheduleTiming.jitter': 'none',
  'ScheduleTiming.paused': SCHEDULE_DEFAULTS.paused,
  'ListSchedulesOptions.order': 'name',
  'ListSchedulesOptions.limit': LIMIT_DEFAULT,
  'SchedulerOptions.lookMs': LOOK_MS,
  'BackoffOptions.max': `${exponential('1s').maxMs / 60_000}m`,
  'BackoffOptions.jitter': exponential('1s').jitter,
  'exponential.factor': factorOf(exponential('1s')),
  'CommonOptions.queue': DEFAULT_QUEUE.name,
  'CommonOptions.result': defineTask('t', { run: () => 1 }).result,
  'CommonOptions.crashed': defineTask('t', { run: () => 1 }).crashed,
  'WorkerOptions.memory': WORKER_DEFAULTS.memory,
  'WorkerOptions.batch': WORKER_DEFAULTS.batch,
  'WorkerOptions.window': WORKER_DEFAULTS.window,
  'WorkerOptions.timeout': 'all of that',
  'TopologyOptions.stage': DEFAULT_STAGE,
  'GetOptions.timeout': GET_TIMEOUT_DEFAULT,
  'SimulateOptions.start': START_DEFAULT,
  'SimulateOptions.seed': 1,
  'ConnectOptions.stage': DEFAULT_STAGE,
};

test('every default that the documentation states is one of these', () => {
  expect(Object.keys(documented()).sort()).toEqual(Object.keys(DEFAULTS).sort());
});

test.each(Object.entries(DEFAULTS))('the documentation states the default of %s', (name, value) => {
  expect(documented()[name]).toEqual(value);
});

/** `@default` texts of the folders that users read, by interface and member, as values. */
function documented(): Readonly<Record<string, unknown>> {
  const folders = ['lib/define', 'lib/runtime', 'lib/aws', 'lib/testing', 'lib/core'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  );
  return Object.fromEntries(files.flatMap(defaultsIn));
}

function defaultsIn(text: string): [string, unknown][] {
  const found = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*?)@default((?:(?!\*\/)[\s\S])*)\*\/\s*(.*)/g);
  return [...found].map((match) => {
    const before = text.slice(0, match.index);
    const owner = [...before.matchAll(/^(?:export )?(?:interface|function) (\w+)/gm)].at(-1)?.[1];
    const member = /(?:readonly )?(\w+)\??:\s/.exec((match[3] ?? '').replace(/^.*readonly /, ''))?.[1];
    return [`${owner}.${member}`, toValue((match[2] ?? '').replace(/\s*\n\s*\* ?/g, ' ').trim())];
  });
}

/** The value that a documented default stands for. */
function toValue(text: string): unknown {
  if (/^exponential\(.*\)$/.test(text)) {
    const [, base, max] = /^exponential\('(\w+)', \{ max: '(\w+)', jitter: true \}\)$/.exec(text) ?? [];
    // The pattern has just found two durations.
    return exponential(base as '2s', { max: max as '5m', jitter: true });
  }
  const quoted = [...text.matchAll(/'([^']*)'/g)].at(-1)?.[1];
  if (quoted !== undefined) return quoted;
  return /^(true|false|\d+)$/.test(text) ? JSON.parse(text) : text;
}

/** The longest text that a pattern of the form ^[…]{1,n}$ takes. */
function longest(pattern: RegExp): number {
  return Number(/\{1,(\d+)\}\$$/.exec(pattern.source)?.[1]);
}

function factorOf(backoff: ReturnType<typeof exponential>): number | undefined {
  return backoff.kind === 'exponential' ? backoff.factor : undefined;
}
