/**
 * What AWS::DynamoDB::Table and GlobalTable have in common: one table, made and changed through DynamoDB's
 * own API.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Output } from '../../service.ts';
import { complete, type Made, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, list, record, required, text, type ValueOf } from '../shape.ts';
import { type TAGS, toTagChange } from '../tags.ts';

export const NO_METRICS = 'the emulator measures nothing';
export const NO_LIMITS = 'the emulator limits no throughput';
export const NO_KEYS = 'nothing is encrypted here';
export const NO_IAM = 'the emulator lets every caller do everything';
export const NO_BACKUPS = 'the emulator keeps no backups';
export const NO_PRICES = 'storage classes differ in price only';

export const THROUGHPUT = record({
  ReadCapacityUnits: required(integer()),
  WriteCapacityUnits: required(integer()),
});
export const KEYS = list(
  record({ AttributeName: required(text()), KeyType: required(text('HASH', 'RANGE')) }),
);
export const ATTRIBUTES = list(
  record({ AttributeName: required(text()), AttributeType: required(text('S', 'N', 'B')) }),
);
const PROJECTION = record({
  NonKeyAttributes: list(text()),
  ProjectionType: text('ALL', 'KEYS_ONLY', 'INCLUDE'),
});
export const LOCAL_INDEXES = list(
  record({ IndexName: required(text()), KeySchema: required(KEYS), Projection: required(PROJECTION) }),
);
export const GLOBAL_INDEXES = list(
  record(
    {
      IndexName: required(text()),
      KeySchema: required(KEYS),
      Projection: required(PROJECTION),
      ProvisionedThroughput: THROUGHPUT,
    },
    {
      ContributorInsightsSpecification: NO_METRICS,
      OnDemandThroughput: NO_LIMITS,
      ReadOnDemandThroughputSettings: NO_LIMITS,
      WarmThroughput: NO_LIMITS,
      WriteOnDemandThroughputSettings: NO_LIMITS,
    },
  ),
);
export const STREAM = record({ StreamViewType: required(text()) }, { ResourcePolicy: NO_IAM });
export const TIME_TO_LIVE = record({ AttributeName: text(), Enabled: required(flag()) });

/** A table as both types describe it. */
export interface TableDefinition {
  readonly AttributeDefinitions: ValueOf<typeof ATTRIBUTES> | undefined;
  readonly BillingMode: string;
  readonly DeletionProtectionEnabled: boolean;
  readonly GlobalSecondaryIndexes: ValueOf<typeof GLOBAL_INDEXES> | undefined;
  readonly KeySchema: ValueOf<typeof KEYS>;
  readonly LocalSecondaryIndexes: ValueOf<typeof LOCAL_INDEXES> | undefined;
  readonly ProvisionedThroughput: ValueOf<typeof THROUGHPUT> | undefined;
  readonly StreamSpecification: ValueOf<typeof STREAM> | undefined;
  readonly TableName: string | undefined;
  readonly Tags: ValueOf<typeof TAGS> | undefined;
  readonly TimeToLiveSpecification: ValueOf<typeof TIME_TO_LIVE> | undefined;
}

const NAME_LENGTH_MAX = 255;

export async function createTable(table: TableDefinition, context: ProviderContext): Promise<Made> {
  const { TimeToLiveSpecification, StreamSpecification, TableName, Tags = [], ...same } = table;
  const name = TableName ?? context.name(NAME_LENGTH_MAX);
  const answer = await context.call('dynamodb', 'CreateTable', {
    ...withoutEmpty(same),
    ...(StreamSpecification === undefined ? {} : { StreamSpecification: toStream(StreamSpecification) }),
    ...(Tags.length === 0 ? {} : { Tags }),
    TableName: name,
  });
  if (TimeToLiveSpecification?.Enabled === true)
    await complete(
      () => setTimeToLive(name, TimeToLiveSpecification, context),
      () => context.call('dynamodb', 'DeleteTable', { TableName: name }),
    );
  return toMade(answer, 'TableDescription', name);
}

/**
 * Makes each difference its own call: DynamoDB takes one change of an index at a time, and a stream is
 * changed by a new one.
 */
export async function updateTable(
  made: Made,
  before: TableDefinition,
  after: TableDefinition,
  context: ProviderContext,
): Promise<Made> {
  const TableName = made.ref;
  const call = (input: Readonly<Record<string, unknown>>): Promise<Output> =>
    context.call('dynamodb', 'UpdateTable', { TableName, ...input });
  if (
    before.BillingMode !== after.BillingMode ||
    differs(before.ProvisionedThroughput, after.ProvisionedThroughput)
  ) {
    const { BillingMode, ProvisionedThroughput } = after;
    await call({ BillingMode, ...(ProvisionedThroughput === undefined ? {} : { ProvisionedThroughput }) });
  }
  if (before.DeletionProtectionEnabled !== after.DeletionProtectionEnabled) {
    await call({ DeletionProtectionEnabled: after.DeletionProtectionEnabled });
  }
  for (const update of toIndexUpdates(before, after)) {
    await call({
      AttributeDefinitions: after.AttributeDefinitions ?? [],
      GlobalSecondaryIndexUpdates: [update],
    });
  }
  if (differs(before.StreamSpecification, after.StreamSpecification)) {
    if (before.StreamSpecification !== undefined)
      await call({ StreamSpecification: { StreamEnabled: false } });
    if (after.StreamSpecification !== undefined)
      await call({ StreamSpecification: toStream(after.StreamSpecification) });
  }
  await updateTimeToLive(TableName, before, after, context);
  await updateTags(made, before, after, context);
  return toMade(await context.call('dynamodb', 'DescribeTable', { TableName }), 'Table', TableName);
}

export async function deleteTable(made: Made, context: ProviderContext): Promise<void> {
  await context.call('dynamodb', 'DeleteTable', { TableName: made.ref });
}

function toIndexUpdates(
  before: TableDefinition,
  after: TableDefinition,
): readonly Readonly<Record<string, unknown>>[] {
  const old = new Map((before.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  const now = new Map((after.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  const removed = [...old.keys()].filter((name) => {
    const next = now.get(name);
    return next === undefined || isOtherIndex(old.get(name), next);
  });
  const added = [...now].filter(([name]) => !old.has(name) || removed.includes(name));
  const changed = [...now].filter(([name, index]) => {
    const same = old.has(name) && !removed.includes(name);
    return same && differs(old.get(name)?.ProvisionedThroughput, index.ProvisionedThroughput);
  });
  return [
    ...removed.map((IndexName) => ({ Delete: { IndexName } })),
    ...added.map(([, index]) => ({ Create: index })),
    ...changed.map(([IndexName, { ProvisionedThroughput }]) => ({
      Update: { IndexName, ProvisionedThroughput },
    })),
  ];
}

type Index = ValueOf<typeof GLOBAL_INDEXES>[number];

function isOtherIndex(before: Index | undefined, after: Index): boolean {
  return differs(before?.KeySchema, after.KeySchema) || differs(before?.Projection, after.Projection);
}

async function updateTimeToLive(
  name: string,
  { TimeToLiveSpecification: before }: TableDefinition,
  { TimeToLiveSpecification: after }: TableDefinition,
  context: ProviderContext,
): Promise<void> {
  const was = before?.Enabled === true;
  const will = after?.Enabled === true;
  if (was === will && before?.AttributeName === after?.AttributeName) return;
  if (was) await setTimeToLive(name, { ...before, Enabled: false }, context);
  if (will) await setTimeToLive(name, after, context);
}

async function setTimeToLive(
  name: string,
  specification: ValueOf<typeof TIME_TO_LIVE>,
  context: ProviderContext,
): Promise<void> {
  const input = { TableName: name, TimeToLiveSpecification: specification };
  await context.call('dynamodb', 'UpdateTimeToLive', input);
}

async function updateTags(
  made: Made,
  before: TableDefinition,
  after: TableDefinition,
  context: ProviderContext,
): Promise<void> {
  const ResourceArn = made.attributes.Arn;
  const { set, unset } = toTagChange(before.Tags, after.Tags);
  if (unset.length > 0) await context.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys: unset });
  const Tags = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await context.call('dynamodb', 'TagResource', { ResourceArn, Tags });
}

function toStream(stream: ValueOf<typeof STREAM>): Readonly<Record<string, unknown>> {
  return { StreamEnabled: true, StreamViewType: stream.StreamViewType };
}

function toMade(answer: Output, member: string, name: string): Made {
  const stream: unknown = Object(answer[member]).LatestStreamArn;
  return {
    physicalId: name,
    ref: name,
    attributes: {
      Arn: readText(answer, member, 'TableArn'),
      TableId: readText(answer, member, 'TableId'),
      ...(typeof stream === 'string' ? { StreamArn: stream } : {}),
    },
  };
}

function withoutEmpty(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function differs(before: unknown, after: unknown): boolean {
  return !isDeepStrictEqual(before, after);
}
