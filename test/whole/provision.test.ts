/** What a simulation builds is what the template loader builds from the synthesized Broker. */
import { describe, expect, test } from 'vitest';
import { type App, defineApp, defineQueue, defineTask, type WorkerOptions } from '#lib';
import { createEmulator, type Emulator } from '#lib/emulator';
import { simulate } from '#lib/testing';
import { flights } from '../../functions/flights.ts';
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
const post = defineApp('post', { tasks: [defineTask('send', { queue: mail, result: false, run })] });

describe.each([
  ['the example', flights, {}, 'dev'],
  ['queues and workers of all kinds', shop, workers, 'prod'],
  ['an app without records', post, {}, 'dev'],
] as const)('for %s', (_name, app: App, given: Workers, stage) => {
  test('a simulation has the same queues, tables, functions and mappings as the stack', async () => {
    const { cdk, folder } = synthesize(app, { workers: given, stage }, { bundled: true });
    cdk.synth();
    await using loaded = createEmulator();
    await loaded.load(folder);
    const sim = simulate(app, { workers: given, stage });
    await sim.settle();

    const [fromTemplate, simulated] = [await describeAll(loaded), await describeAll(sim.emulator)];
    await sim.close();

    expect(fromTemplate.queues.length).toBe(2 * app.queues.length);
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
  };
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

function byName(left: { name?: unknown; AttributeName?: unknown }, right: typeof left): number {
  const [one, other] = [left, right].map(({ name, AttributeName }) => String(name ?? AttributeName));
  return (one ?? '') < (other ?? '') ? -1 : 1;
}
