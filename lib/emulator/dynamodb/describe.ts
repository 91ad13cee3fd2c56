/** A table as CreateTable, DescribeTable, UpdateTable and DeleteTable show it. */
import { projectedItem } from './index-view.ts';
import type { Fields } from './input.ts';
import { itemSize } from './item-size.ts';
import type { KeySchema } from './key-code.ts';
import type { Table } from './table.ts';
import type { IndexDefinition, Throughput } from './table-definition.ts';

export type TableStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';

/** TableDescription, with the given status. */
export function describeTable(table: Table, status: TableStatus): Record<string, unknown> {
  const { settings, stream } = table;
  const indexes = [...table.indexes.values()];
  const local = indexes.filter((index) => index.kind === 'local').map((index) => describeIndex(table, index));
  const global = indexes
    .filter((index) => index.kind === 'global')
    .map((index) => describeIndex(table, index));
  return {
    AttributeDefinitions: [...table.attributes].map(([name, type]) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    TableName: table.name,
    KeySchema: describeKeys(table.keys),
    TableStatus: status,
    CreationDateTime: new Date(table.createdAt),
    ProvisionedThroughput: describeThroughput(settings.throughput),
    TableSizeBytes: table.items.bytes,
    ItemCount: table.items.count,
    TableArn: table.arn,
    TableId: table.id,
    ...describeBilling(table),
    ...present('LocalSecondaryIndexes', local.length === 0 ? undefined : local),
    ...present('GlobalSecondaryIndexes', global.length === 0 ? undefined : global),
    ...(stream === undefined
      ? {}
      : {
          StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view },
          LatestStreamLabel: stream.label,
          LatestStreamArn: stream.arn,
        }),
    ...present('SSEDescription', settings.encryption),
    ...present('TableClassSummary', settings.tableClass && { TableClass: settings.tableClass }),
    ...present('OnDemandThroughput', settings.onDemandThroughput),
    ...present('WarmThroughput', settings.warmThroughput && { ...settings.warmThroughput, Status: 'ACTIVE' }),
    DeletionProtectionEnabled: settings.deletionProtection,
  };
}

function describeBilling({ settings }: Table): Record<string, unknown> {
  if (settings.billingModeSince === undefined) return {};
  const since = { LastUpdateToPayPerRequestDateTime: new Date(settings.billingModeSince) };
  return { BillingModeSummary: { BillingMode: settings.billingMode, ...since } };
}

function describeIndex(table: Table, index: IndexDefinition): Record<string, unknown> {
  const { type, attributes } = index.projection;
  const { count, bytes } = measure(table, index);
  const description = {
    IndexName: index.name,
    KeySchema: describeKeys(index.keys),
    Projection: {
      ProjectionType: type,
      ...(type === 'INCLUDE' ? { NonKeyAttributes: [...attributes] } : {}),
    },
    IndexSizeBytes: bytes,
    ItemCount: count,
    IndexArn: `${table.arn}/index/${index.name}`,
  };
  if (index.kind === 'local') return description;
  return {
    ...description,
    IndexStatus: 'ACTIVE',
    ProvisionedThroughput: describeThroughput(index.throughput),
    ...present('OnDemandThroughput', index.onDemandThroughput),
    ...present('WarmThroughput', index.warmThroughput && { ...index.warmThroughput, Status: 'ACTIVE' }),
  };
}

// Counted when somebody asks, so that writes do not pay for it.
function measure(table: Table, index: IndexDefinition): { readonly count: number; readonly bytes: number } {
  const list = table.items.indexes.get(index.name)?.list;
  let bytes = 0;
  list?.walk('', '\uffff', true, ({ stored }) => {
    bytes += itemSize(projectedItem(table.keys, index, stored.item));
    return true;
  });
  return { count: list?.size ?? 0, bytes };
}

function describeKeys({ hash, range }: KeySchema): readonly Fields[] {
  return [
    ...hash.map((part) => ({ AttributeName: part.name, KeyType: 'HASH' })),
    ...range.map((part) => ({ AttributeName: part.name, KeyType: 'RANGE' })),
  ];
}

function describeThroughput({ read, write }: Throughput): Fields {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: read, WriteCapacityUnits: write };
}

function present(name: string, value: unknown): Record<string, unknown> {
  return value === undefined || value === '' ? {} : { [name]: value };
}
