/** What a simulation builds is what the template loader builds from the synthesized Broker. */
import { describe, expect, test } from 'vitest';
import {
  type App,
  cron,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  type WorkerOptions,
} from '#lib';
import { createEmulator, type Emulator } from '#lib/emulator';
import { simulate } from '#lib/testing';
import { flights } from '../../functions/flights.ts';
import { mall } from '../infra/mall.ts';
import { synthesize } from '../infra/stack.ts';

type Workers = Readonly<Record<string, WorkerOptions>>;

const run = () => 1;
const mail = defineQueue('mail', { visibility: '10m', deadLetter: { after: 7 } });
const ledger = defineQueue('ledger', { ordered: (input: { account: string }) => input.account });
const brief = defineQueue('brief', { visibility: '6s' });

/** Standard and ordered queues, with and without records and tasks, and workers of all kinds. */
const shop = defineApp('shop', {
  tasks: [
    defineTask('send', { queue: mail, result: false, run }),
    defineTask('book', { queue: ledger, result: false, run }),
    defineTask('look', { queue: brief, run }),
  ],
  queues: [defineQueue('export')],
});
const workers: Workers = {
  mail: { memory: 1024, concurrency: 20, batch: 500, window: '30s', timeout: '40s' },
  ledger: { concurrency: 2, batch: 3 },
};

/** An app that keeps no records at all. */
const send = defineTask('send', { queue: mail, result: false, run });
const post = defineApp('post', { tasks: [send], longDelays: false });

/** Schedules of both kinds. */
const timed = defineApp('timed', {
  schedules: [
    defineSchedule('nightly', { trigger: cron('0 2 * * *', { timezone: 'Europe/Oslo' }), send: send() }),
    defineSchedule('beat', { trigger: every('10s'), send: send() }),
  ],
});

describe.each([
  ['the example', flights, {}, 'dev'],
  ['queues and workers of all kinds', shop, workers, 'prod'],
  ['an app without records', post, {}, 'dev'],
  ['an app with schedules', timed, {}, 'dev'],
  ['exchanges, priorities, waiting and large payloads', mall, { work: { concurrency: 20 } }, 'dev'],
] as const)('for %s', (_name, app: App, given: Workers, stage) => {
  test('a simulation has the same resources as the stack', async () => {
    const { cdk, folder } = synthesize(app, { workers: given, stage }, { bundled: true });
    cdk.synth();
    await using loaded = createEmulator();
    await loaded.load(folder);
    const sim = simulate(app, { workers: given, stage });
    await sim.settle();

    const [fromTemplate, simulated] = [await describeAll(loaded), await describeAll(sim.emulator)];
    await sim.close();

    const own = app.queues.reduce((sum, queue) => sum + queue.priorities, app.queues.length);
    expect(fromTemplate.queues.length).toBe(app.longDelays ? own + 2 : own);
    const sweeps = app.workflows && app.tasks.some(({ result }) => result);
    expect(fromTemplate.timers.length > 0).toBe(app.schedules.length > 0 || sweeps);
    expect(fromTemplate.topics.length > 0).toBe(app.exchanges.length > 0);
    expect(fromTemplate.buses.length > 1).toBe(app.exchanges.length > 0);
    expect(fromTemplate.mappings.length).toBeGreaterThan(0);
    expect(simulated).toEqual(fromTemplate);
  });
});

test('the comparison sees a difference', async () => {
  const [one, other] = [simulate(shop, { workers }), simulate(shop)];
  await Promise.all([one.settle(), other.settle()]);

  const described = [await describeAll(one.emulator), await describeAll(other.emulator)];

  expect(described[0]).not.toEqual(described[1]);
  expect(described[0]?.queues).toEqual(described[1]?.queues);
});

async function describeAll(emulator: Emulator) {
  return {
    queues: queuesOf(emulator),
    tables: await tablesOf(emulator),
    mappings: await mappingsOf(emulator),
    topics: await topicsOf(emulator),
    buses: await busesOf(emulator),
    buckets: await bucketsOf(emulator),
    timers: await timersOf(emulator),
  };
}

/** Timers of all groups but the account's own, but for when they were made. */
async function timersOf(emulator: Emulator) {
  const { Schedules } = (await emulator.call('scheduler', 'ListSchedules', {})) as { Schedules: Shown[] };
  const described = Schedules.map(async ({ Name, GroupName }) => {
    const timer = await emulator.call('scheduler', 'GetSchedule', { Name, GroupName });
    const { CreationDate: _c, LastModificationDate: _l, ActionAfterCompletion: _a, ...rest } = timer;
    return { name: `${GroupName}/${Name}`, ...rest };
  });
  return (await Promise.all(described)).sort(byName);
}

/** Attributes of all queues, without their policy (nobody is authorized in a simulation) and their times. */
function queuesOf(emulator: Emulator) {
  const queues = emulator.services.sqs.snapshot().map(({ name, attributes }) => {
    const { Policy: _p, CreatedTimestamp: _c, LastModifiedTimestamp: _l, ...rest } = attributes;
    return { name, attributes: { ...rest, ...parsed(rest, 'RedrivePolicy', 'RedriveAllowPolicy') } };
  });
  return queues.sort(byName);
}

/** Documents in attributes, by value: their text may order its members differently. */
function parsed(attributes: Readonly<Record<string, string>>, ...names: readonly string[]) {
  const found = names.filter((name) => attributes[name] !== undefined);
  return Object.fromEntries(found.map((name) => [name, JSON.parse(attributes[name] ?? '')]));
}

type Shown = Record<string, unknown>;

async function tablesOf(emulator: Emulator) {
  const { TableNames } = (await emulator.call('dynamodb', 'ListTables', {})) as { TableNames: string[] };
  const described = TableNames.map(async (name) => {
    const { Table } = (await emulator.call('dynamodb', 'DescribeTable', { TableName: name })) as {
      Table: Shown;
    };
    const ttl = await emulator.call('dynamodb', 'DescribeTimeToLive', { TableName: name });
    const {
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes,
      BillingModeSummary,
      StreamSpecification,
    } = Table;
    // What does not depend on when it was made.
    const { BillingMode } = (BillingModeSummary ?? {}) as Shown;
    const indexes = (GlobalSecondaryIndexes ?? []) as Shown[];
    return {
      name,
      keys: KeySchema,
      attributes: (AttributeDefinitions as Shown[]).sort(byName),
      billing: BillingMode,
      stream: StreamSpecification,
      indexes: indexes
        .map(({ IndexName, KeySchema: keys, Projection }) => ({
          name: IndexName,
          keys,
          projection: Projection,
        }))
        .sort(byName),
      ttl: ttl.TimeToLiveDescription,
    };
  });
  return (await Promise.all(described)).sort(byName);
}

/** Mappings with the settings of their functions, whose names are generated in a stack. */
async function mappingsOf(emulator: Emulator) {
  const { EventSourceMappings } = (await emulator.call('lambda', 'ListEventSourceMappings', {})) as {
    EventSourceMappings: Shown[];
  };
  const described = EventSourceMappings.map(async (mapping) => {
    const { FunctionArn, UUID: _id, LastModified: _at, EventSourceMappingArn: _arn, ...rest } = mapping;
    return { name: mapping.EventSourceArn, mapping: rest, function: await functionOf(emulator, FunctionArn) };
  });
  return (await Promise.all(described)).sort(byName);
}

async function functionOf(emulator: Emulator, arn: unknown) {
  const input = { FunctionName: arn };
  const settings = await emulator.call('lambda', 'GetFunctionConfiguration', input);
  const { Runtime, Handler, Timeout, MemorySize, Environment, Architectures, EphemeralStorage } = settings;
  const { RecursiveLoop } = await emulator.call('lambda', 'GetFunctionRecursionConfig', input);
  return {
    Runtime,
    Handler,
    Timeout,
    MemorySize,
    Environment,
    Architectures,
    EphemeralStorage,
    RecursiveLoop,
  };
}

/** Topics with their subscriptions, whose ids are chance. */
async function topicsOf(emulator: Emulator) {
  const { Topics = [] } = (await emulator.call('sns', 'ListTopics', {})) as { Topics?: Shown[] };
  const described = Topics.map(async ({ TopicArn }) => {
    const { Policy: _p, ...attributes } = await attributesOf(emulator, 'GetTopicAttributes', { TopicArn });
    const { Subscriptions } = (await emulator.call('sns', 'ListSubscriptionsByTopic', { TopicArn })) as {
      Subscriptions: Shown[];
    };
    const subscriptions = Subscriptions.map(async ({ SubscriptionArn, Endpoint }) => {
      const found = await attributesOf(emulator, 'GetSubscriptionAttributes', { SubscriptionArn });
      const { SubscriptionArn: _a, ...rest } = found;
      return { name: Endpoint, ...rest, ...parsed(rest, 'FilterPolicy', 'RedrivePolicy') };
    });
    return { name: TopicArn, attributes, subscriptions: (await Promise.all(subscriptions)).sort(byName) };
  });
  return (await Promise.all(described)).sort(byName);
}

async function attributesOf(emulator: Emulator, operation: string, input: Shown) {
  const { Attributes } = (await emulator.call('sns', operation, input)) as {
    Attributes: Record<string, string>;
  };
  return Attributes;
}

/** Buses with their archives and rules, whose names are generated in a stack. */
async function busesOf(emulator: Emulator) {
  const { EventBuses } = (await emulator.call('eventbridge', 'ListEventBuses', {})) as {
    EventBuses: Shown[];
  };
  const { Archives } = (await emulator.call('eventbridge', 'ListArchives', {})) as { Archives: Shown[] };
  const archives = await Promise.all(Archives.map(({ ArchiveName }) => archiveOf(emulator, ArchiveName)));
  const described = EventBuses.map(async ({ Name, Policy }) => {
    const on = { EventBusName: Name };
    const { Rules } = (await emulator.call('eventbridge', 'ListRules', on)) as { Rules: Shown[] };
    const rules = Rules.map(async (rule) => {
      const { Targets } = (await emulator.call('eventbridge', 'ListTargetsByRule', {
        ...on,
        Rule: rule.Name,
      })) as { Targets: Shown[] };
      const { EventPattern, State, Description } = rule;
      return { name: Description, State, pattern: JSON.parse(String(EventPattern)), targets: Targets };
    });
    return { name: Name, Policy, rules: (await Promise.all(rules)).sort(byName), archives };
  });
  return (await Promise.all(described)).sort(byName);
}

async function archiveOf(emulator: Emulator, ArchiveName: unknown) {
  const found = await emulator.call('eventbridge', 'DescribeArchive', { ArchiveName });
  const { EventPattern, EventSourceArn, RetentionDays, Description, State } = found as Shown;
  return { ArchiveName, EventPattern, EventSourceArn, RetentionDays, Description, State };
}

async function bucketsOf(emulator: Emulator) {
  const { Buckets = [] } = (await emulator.call('s3', 'ListBuckets', {})) as { Buckets?: Shown[] };
  const described = Buckets.map(async ({ Name }) => ({
    name: Name,
    lifecycle: await emulator.call('s3', 'GetBucketLifecycleConfiguration', { Bucket: Name }),
  }));
  return Promise.all(described);
}

function byName(left: { name?: unknown; AttributeName?: unknown }, right: typeof left): number {
  const [one, other] = [left, right].map(({ name, AttributeName }) => String(name ?? AttributeName));
  return (one ?? '') < (other ?? '') ? -1 : 1;
}
