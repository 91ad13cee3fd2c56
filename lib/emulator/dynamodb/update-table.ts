/**
 * UpdateTable: throughput and billing, global indexes, the stream, protection. Every change holds at once.
 */
import type { Output } from '../service.ts';
import { type Context, constrainTableName, findTable } from './context.ts';
import {
  BILLING_MODES,
  checkProjected,
  constrainAttributes,
  readEncryption,
  readStreamView,
  TABLE_CLASSES,
} from './create-table.ts';
import { describeTable } from './describe.ts';
import {
  Constraints,
  type Fields,
  flag,
  members,
  optionalFlag,
  optionalList,
  optionalRecord,
  optionalText,
  refuseUnknown,
} from './input.ts';
import { keyParts } from './key-code.ts';
import { GLOBAL_INDEXES_MAX, INDEX_KEY_ELEMENTS_MAX } from './limits.ts';
import { limitExceeded, notFound, validation } from './refusals.ts';
import { STREAM_VIEWS } from './stream.ts';
import type { Table } from './table.ts';
import {
  constrainIndex,
  constrainThroughput,
  INVALID,
  type IndexDefinition,
  readAttributes,
  readIndex,
  readThroughput,
  records,
} from './table-definition.ts';

const CHANGES = [
  'ProvisionedThroughput',
  'BillingMode',
  'GlobalSecondaryIndexUpdates',
  'StreamSpecification',
  'SSESpecification',
  'TableClass',
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'WarmThroughput',
] as const;
const MEMBERS = members('TableName', 'AttributeDefinitions', ...CHANGES);

export function updateTable(context: Context, input: Fields): Output {
  refuseUnknown('UpdateTable', input, MEMBERS);
  constrain(input);
  const name = optionalText(input, 'TableName') ?? '';
  if (CHANGES.every((change) => input[change] === undefined)) {
    const changes = 'ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates';
    throw validation(`At least one of ${changes} or SSESpecification or ReplicaUpdates is required`);
  }
  const table = findTable(context, name, `Requested resource not found: Table: ${name} not found`);
  // First everything that can be refused, then the changes.
  const changes = [
    billingChange(context, table, input),
    streamChange(table, input),
    indexChange(table, input),
    settingsChange(context, table, input),
  ];
  for (const change of changes) change();
  context.trace('UpdateTable', table.name);
  return { TableDescription: describeTable(table, 'UPDATING') };
}

type Change = () => void;

function constrain(input: Fields): void {
  const constraints = new Constraints();
  constrainTableName(constraints, input);
  constrainAttributes(constraints, input);
  constraints.oneOf('billingMode', input.BillingMode, BILLING_MODES);
  constraints.oneOf('tableClass', input.TableClass, TABLE_CLASSES);
  const stream = optionalRecord(input, 'StreamSpecification');
  constraints.oneOf('streamSpecification.streamViewType', stream?.StreamViewType, STREAM_VIEWS);
  constrainThroughput(constraints, optionalRecord(input, 'ProvisionedThroughput'), 'provisionedThroughput');
  for (const [index, update] of records(input, 'GlobalSecondaryIndexUpdates').entries()) {
    const at = `globalSecondaryIndexUpdates.${index + 1}.member`;
    const create = optionalRecord(update, 'Create');
    if (create !== undefined) constrainIndex(constraints, create, `${at}.create`, INDEX_KEY_ELEMENTS_MAX);
    for (const kind of ['Update', 'Delete'] as const) {
      const change = optionalRecord(update, kind);
      if (change !== undefined)
        constraints.required(`${at}.${kind.toLowerCase()}.indexName`, change.IndexName);
    }
  }
  constraints.check();
}

function billingChange(context: Context, table: Table, input: Fields): Change {
  const mode = BILLING_MODES.find((each) => each === input.BillingMode);
  const raw = optionalRecord(input, 'ProvisionedThroughput');
  const next = mode ?? table.settings.billingMode;
  if (next === 'PAY_PER_REQUEST' && raw !== undefined) {
    const problem =
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST';
    throw validation(`${INVALID}${problem}`);
  }
  const switched = mode !== undefined && mode !== table.settings.billingMode;
  if (switched && next === 'PROVISIONED' && raw === undefined) {
    throw validation(`${INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED`);
  }
  const throughput = raw === undefined ? undefined : readThroughput(raw);
  if (!switched && throughput !== undefined) refuseSameThroughput(table, throughput);
  return () => {
    if (throughput !== undefined) table.settings.throughput = throughput;
    if (!switched) return;
    table.settings.billingMode = next;
    if (next === 'PAY_PER_REQUEST') {
      table.settings.throughput = { read: 0, write: 0 };
      table.settings.billingModeSince = context.clock.now();
    }
  };
}

function refuseSameThroughput(table: Table, next: { readonly read: number; readonly write: number }): void {
  const { read, write } = table.settings.throughput;
  if (read !== next.read || write !== next.write) return;
  const line = (name: string, value: number) =>
    `Current ${name} provisioned for the table: ${value}. Requested ${name}: ${value}.`;
  const problem =
    'The provisioned throughput for the table will not change. The requested value equals the current value.';
  throw validation(
    `${problem} ${line('ReadCapacityUnits', read)} ${line('WriteCapacityUnits', write)} ` +
      'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
  );
}

function streamChange(table: Table, input: Fields): Change {
  const specification = optionalRecord(input, 'StreamSpecification');
  if (specification === undefined) return () => {};
  const view = readStreamView(specification);
  const enabled = flag(specification, 'StreamEnabled');
  if (enabled && table.stream !== undefined) {
    throw validation(`Table already has an enabled stream: TableName: ${table.name}`);
  }
  if (!enabled && table.stream === undefined) {
    throw validation(`Table has no stream to disable: TableName: ${table.name}`);
  }
  return () => {
    if (view === undefined) table.stream = undefined;
    else table.startStream(view);
  };
}

function indexChange(table: Table, input: Fields): Change {
  const updates = records(input, 'GlobalSecondaryIndexUpdates');
  if (optionalList(input, 'GlobalSecondaryIndexUpdates') === undefined) return () => {};
  if (updates.length === 0) throw validation(`${INVALID}GlobalSecondaryIndexUpdates is empty`);
  const online = updates.filter((update) => update.Create !== undefined || update.Delete !== undefined);
  if (online.length > 1) {
    const problem = 'Only 1 online index can be created or deleted simultaneously per table';
    throw limitExceeded(`Subscriber limit exceeded: ${problem}`);
  }
  const changes = updates.map((update) => oneIndexChange(table, input, update));
  return () => {
    for (const change of changes) change();
    dropUnusedAttributes(table);
  };
}

function oneIndexChange(table: Table, input: Fields, update: Fields): Change {
  const kinds = ['Create', 'Update', 'Delete'].filter((kind) => update[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const problem =
      'Only one of Create, Update or Delete may be specified in each GlobalSecondaryIndexUpdate';
    throw validation(`${INVALID}${problem}`);
  }
  const raw = optionalRecord(update, kind) ?? {};
  const name = optionalText(raw, 'IndexName') ?? '';
  const existing = table.indexes.get(name);
  if (kind === 'Create') return creation(table, input, raw, existing);
  if (existing?.kind !== 'global') throw notFound();
  if (kind === 'Delete') {
    return () => {
      table.indexes = new Map([...table.indexes].filter(([each]) => each !== name));
      table.items.removeIndex(name);
    };
  }
  const throughput = optionalRecord(raw, 'ProvisionedThroughput');
  const changed: IndexDefinition = {
    ...existing,
    throughput: throughput === undefined ? existing.throughput : readThroughput(throughput),
    onDemandThroughput: optionalRecord(raw, 'OnDemandThroughput') ?? existing.onDemandThroughput,
    warmThroughput: optionalRecord(raw, 'WarmThroughput') ?? existing.warmThroughput,
  };
  return () => {
    table.indexes = new Map([...table.indexes, [name, changed]]);
  };
}

function creation(table: Table, input: Fields, raw: Fields, existing: IndexDefinition | undefined): Change {
  if (existing !== undefined) throw validation('Attempting to create an index which already exists');
  const attributes = new Map([...table.attributes, ...readAttributes(input)]);
  const index = readIndex(raw, 'global', attributes, table.settings.billingMode);
  const globals = [...table.indexes.values()].filter((each) => each.kind === 'global');
  if (globals.length >= GLOBAL_INDEXES_MAX) {
    throw validation(
      `${INVALID}GlobalSecondaryIndex count exceeds the per-table limit of ${GLOBAL_INDEXES_MAX}`,
    );
  }
  checkProjected([...table.indexes.values(), index]);
  return () => {
    table.attributes = attributes;
    table.indexes = new Map([...table.indexes, [index.name, index]]);
    table.items.addIndex(index.name, index.keys);
  };
}

// Attribute definitions that no key uses any more go with the index that used them.
function dropUnusedAttributes(table: Table): void {
  const used = new Set(keyParts(table.keys).map((part) => part.name));
  for (const index of table.indexes.values()) for (const part of keyParts(index.keys)) used.add(part.name);
  table.attributes = new Map([...table.attributes].filter(([name]) => used.has(name)));
}

function settingsChange(context: Context, table: Table, input: Fields): Change {
  const encryption = readEncryption(context, optionalRecord(input, 'SSESpecification'));
  const protection = optionalFlag(input, 'DeletionProtectionEnabled');
  return () => {
    const { settings } = table;
    if (input.SSESpecification !== undefined) settings.encryption = encryption;
    if (protection !== undefined) settings.deletionProtection = protection;
    settings.tableClass = optionalText(input, 'TableClass') ?? settings.tableClass;
    settings.onDemandThroughput = optionalRecord(input, 'OnDemandThroughput') ?? settings.onDemandThroughput;
    settings.warmThroughput = optionalRecord(input, 'WarmThroughput') ?? settings.warmThroughput;
  };
}
