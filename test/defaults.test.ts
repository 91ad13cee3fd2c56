/** What the documentation calls a default is the default. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bind,
  defineApp,
  defineExchange,
  defineQueue,
  defineTask,
  exponential,
  QUEUE_DEFAULTS,
  RETRY_DEFAULTS,
  SCHEDULE_DEFAULTS,
  WORKER_DEFAULTS,
} from '#lib';
import { START_DEFAULT } from '#lib/testing';
import { RECORD_MS, RETENTION_MS } from '../lib/core/limits.ts';
import { DEADLINE_DEFAULT } from '../lib/core/workflow/deadline.ts';
import { CONSUMER_DEFAULTS } from '../lib/define/consumer.ts';
import { ONCE_DEFAULTS } from '../lib/define/once.ts';
import { DEFAULT_QUEUE } from '../lib/define/task.ts';
import { toTaskLimits } from '../lib/define/task-limits.ts';
import { DEFAULT_STAGE } from '../lib/define/topology.ts';
import { transportOf } from '../lib/define/transport.ts';
import { GET_TIMEOUT_DEFAULT } from '../lib/runtime/result.ts';
import { CALL_TIMEOUT_DEFAULT } from '../lib/runtime/rpc.ts';
import { LIMIT_DEFAULT } from '../lib/runtime/schedule-list.ts';
import { LOOK_MS } from '../lib/runtime/scheduler.ts';
import { MACHINE_DEFAULTS } from './machine-defaults.ts';

const ROOT = join(import.meta.dirname, '..');

const TOPIC_APP = defineApp('shop', { exchanges: [defineExchange('t', { type: 'topic' })] });

/** What `@default` of each option says, and the value it has when nobody sets it. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...MACHINE_DEFAULTS,
  'WorkflowOptions.deadline': DEADLINE_DEFAULT,
  'ScheduledSend.deadline': DEADLINE_DEFAULT,
  'AppOptions.redactHeaders': 'none',
  'RedactOptions.redact': 'nothing',
  'QueueOptions.visibility': QUEUE_DEFAULTS.visibility,
  'DeadLetterOptions.after': QUEUE_DEFAULTS.deadLetterAfter,
  'DeadLetterOptions.routingKey': 'the key they were published with',
  'DeadLetterOptions.expired': 'true with `to`, false without',
  'QueueOptions.expires': `for ever (${RETENTION_MS / 86_400_000} days, SQS)`,
  'QueueOptions.maxLength': 'no limit',
  'QueueOptions.priorities': QUEUE_DEFAULTS.priorities,
  'QueueOptions.largePayloads': 'refused',
  'ExchangeOptions.internal': defineExchange('e', { type: 'fanout' }).internal,
  'ExchangeOptions.transport': transportOf(TOPIC_APP, { name: 't' }),
  'ExchangeOptions.ordered': defineExchange('e', { type: 'fanout' }).ordered,
  'ExchangeOptions.archive': 'not kept',
  'HeaderBinding.match': bind(defineExchange('h', { type: 'headers' }), { args: {} }, defineQueue('q'))
    .args?.['x-match'],
  'ConsumerOptions.prefetch': WORKER_DEFAULTS.batch,
  'ConsumerOptions.ack': CONSUMER_DEFAULTS.ack,
  'ConsumerOptions.once': CONSUMER_DEFAULTS.once,
  'PublishOptions.mandatory': false,
  'PublishOptions.messageId': 'a new one',
  'PublishOptions.priority': 0,
  'ReplayOptions.to': 'now',
  'ReplayOptions.queue': 'all that are',
  'QueueOptions.ordered': defineQueue('q').ordered,
  'RetryOptions.attempts': RETRY_DEFAULTS.attempts,
  'RetryOptions.backoff': RETRY_DEFAULTS.backoff,
  'AppOptions.routes': DEFAULT_QUEUE.name,
  'AppOptions.longDelays': defineApp('a', {}).longDelays,
  'AppOptions.runtimeSchedules': defineApp('a', {}).runtimeSchedules,
  'ScheduleTiming.misfireGrace': 'however late',
  'ScheduleTiming.coalesce': SCHEDULE_DEFAULTS.coalesce,
  'ScheduleTiming.maxInstances': 'any number',
  'ScheduleTiming.jitter': 'none',
  'ScheduleTiming.paused': SCHEDULE_DEFAULTS.paused,
  'ListSchedulesOptions.order': 'name',
  'ListSchedulesOptions.limit': LIMIT_DEFAULT,
  'SchedulerOptions.lookMs': LOOK_MS,
  'RunSchedulerOptions.lookMs': LOOK_MS,
  'RunSchedulerOptions.store': 'dynamodb',
  'RunSchedulerOptions.executor': 'workers',
  'RunSchedulerOptions.concurrency': "the processors' number",
  'RunSchedulerOptions.child': 'the one of this package',
  'RunSchedulerOptions.log': 'one JSON object a line on stdout and stderr',
  'RunSchedulerOptions.clock': "the machine's",
  'BackoffOptions.max': `${exponential('1s').maxMs / 60_000}m`,
  'BackoffOptions.jitter': exponential('1s').jitter,
  'exponential.factor': factorOf(exponential('1s')),
  'CommonOptions.queue': DEFAULT_QUEUE.name,
  'CommonOptions.result': defineTask('t', { run: () => 1 }).result,
  'CommonOptions.crashed': defineTask('t', { run: () => 1 }).crashed,
  'CommonOptions.once': 'no exclusion',
  'OnceOptions.key': 'the whole input; `() => null` makes the task a singleton',
  'OnceOptions.for': ONCE_DEFAULTS.for,
  'OnceOptions.until': ONCE_DEFAULTS.until,
  'OnceOptions.taken': ONCE_DEFAULTS.taken,
  'LimitOptions.rateLimit': 'no limit',
  'LimitOptions.concurrency': 'no limit',
  'LimitOptions.timeLimit': 'the time that its worker has',
  'LimitOptions.revocable': toTaskLimits({}).revocable,
  'LimitOptions.resultExpires': `as long as the record, ${RECORD_MS / 86_400_000} days`,
  'RevokeOptions.terminate': false,
  'SendOptions.priority': 0,
  'SendOptions.force': false,
  'SendOptions.ignoreResult': false,
  'WorkerOptions.memory': WORKER_DEFAULTS.memory,
  'WorkerOptions.batch': WORKER_DEFAULTS.batch,
  'WorkerOptions.window': WORKER_DEFAULTS.window,
  'WorkerOptions.timeout': 'all of that',
  'TopologyOptions.stage': DEFAULT_STAGE,
  'GetOptions.timeout': GET_TIMEOUT_DEFAULT,
  'CallOptions.timeout': CALL_TIMEOUT_DEFAULT,
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
    const member = /^(?:.*?readonly )?(\w+)\??:\s/.exec(match[3] ?? '')?.[1];
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

function factorOf(backoff: ReturnType<typeof exponential>): number | undefined {
  return backoff.kind === 'exponential' ? backoff.factor : undefined;
}
