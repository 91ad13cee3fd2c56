/** CreateTable: checks the whole definition in AWS's order. The table can be used at once. */
import type { Output } from '../service.ts';
import type { ScalarType } from './attribute-value.ts';
import { type Context, tableArn, tableNameOf } from './context.ts';
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
import { type KeySchema, keyParts } from './key-code.ts';
import {
  GLOBAL_INDEXES_MAX,
  INDEX_KEY_ELEMENTS_MAX,
  LOCAL_INDEXES_MAX,
  PROJECTED_ATTRIBUTES_MAX,
} from './limits.ts';
import { inUse, validation } from './refusals.ts';
import { STREAM_VIEWS, type StreamView } from './stream.ts';
import { Table, type TableSettings } from './table.ts';
import {
  constrainIndex,
  constrainKeySchema,
  constrainThroughput,
  INVALID,
  type IndexDefinition,
  NAME_PATTERN,
  readAttributes,
  readIndex,
  readTableKeys,
  readThroughput,
  records,
  type TableDefinition,
} from './table-definition.ts';
import { constrainTags, readTags } from './tags.ts';

const MEMBERS = members(
  'AttributeDefinitions',
  'BillingMode',
  'DeletionProtectionEnabled',
  'GlobalSecondaryIndexes',
  'KeySchema',
  'LocalSecondaryIndexes',
  'OnDemandThroughput',
  'ProvisionedThroughput',
  'SSESpecification',
  'StreamSpecification',
  'TableClass',
  'TableName',
  'Tags',
  'WarmThroughput',
);
const KEY_ELEMENTS_MAX = 2;
export const BILLING_MODES = ['PROVISIONED', 'PAY_PER_REQUEST'] as const;
export const TABLE_CLASSES = ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'] as const;

export function createTable(context: Context, input: Fields): Output {
  refuseUnknown('CreateTable', input, MEMBERS);
  const definition = readDefinition(context, input);
  if (context.region.tables.has(definition.name)) throw inUse(`Table already exists: ${definition.name}`);
  const place = { arn: tableArn(context.caller, definition.name), region: context.caller.region };
  const table = new Table(definition, place, context.clock, context.ttlDelayMs);
  context.region.tables.set(table.name, table);
  context.trace('CreateTable', table.name);
  return { TableDescription: describeTable(table, 'CREATING') };
}

function readDefinition(context: Context, input: Fields): TableDefinition {
  constrain(input);
  const settings = readSettings(context, input);
  const attributes = readAttributes(input);
  const keys = readTableKeys(input, attributes);
  const indexes = readIndexes(input, keys, attributes, settings.billingMode);
  refuseUnusedAttributes(attributes, keys, indexes);
  return {
    name: tableNameOf(context, optionalText(input, 'TableName') ?? ''),
    attributes,
    keys,
    indexes,
    settings,
    streamView: readStreamView(optionalRecord(input, 'StreamSpecification')),
    tags: readTags(input),
  };
}

function constrain(input: Fields): void {
  const name = optionalText(input, 'TableName');
  if (name === undefined) {
    throw validation("The parameter 'TableName' is required but was not present in the request");
  }
  const constraints = new Constraints();
  constraints.required('attributeDefinitions', input.AttributeDefinitions);
  constrainAttributes(constraints, input);
  if (!name.startsWith('arn:')) {
    constraints.pattern('tableName', name, NAME_PATTERN);
    constraints.length('tableName', name, 3, 255);
  }
  constraints.oneOf('billingMode', input.BillingMode, BILLING_MODES);
  constrainThroughput(constraints, optionalRecord(input, 'ProvisionedThroughput'), 'provisionedThroughput');
  constrainKeySchema(constraints, input, 'keySchema', KEY_ELEMENTS_MAX);
  for (const [index, raw] of records(input, 'LocalSecondaryIndexes').entries()) {
    constrainIndex(constraints, raw, `localSecondaryIndexes.${index + 1}.member`, KEY_ELEMENTS_MAX);
  }
  for (const [index, raw] of records(input, 'GlobalSecondaryIndexes').entries()) {
    constrainIndex(constraints, raw, `globalSecondaryIndexes.${index + 1}.member`, INDEX_KEY_ELEMENTS_MAX);
  }
  const stream = optionalRecord(input, 'StreamSpecification');
  constraints.oneOf('streamSpecification.streamViewType', stream?.StreamViewType, STREAM_VIEWS);
  if (stream !== undefined) constraints.required('streamSpecification.streamEnabled', stream.StreamEnabled);
  constraints.oneOf('tableClass', input.TableClass, TABLE_CLASSES);
  constrainTags(constraints, input);
  constraints.check();
}

/** Collects what is wrong with AttributeDefinitions. */
export function constrainAttributes(constraints: Constraints, input: Fields): void {
  for (const [index, definition] of records(input, 'AttributeDefinitions').entries()) {
    const at = `attributeDefinitions.${index + 1}.member`;
    constraints.required(`${at}.attributeName`, definition.AttributeName);
    constraints.length(`${at}.attributeName`, optionalText(definition, 'AttributeName'), 1, 255);
    constraints.required(`${at}.attributeType`, definition.AttributeType);
    constraints.oneOf(`${at}.attributeType`, definition.AttributeType, ['B', 'N', 'S']);
  }
}

function readSettings(context: Context, input: Fields): TableSettings {
  const billingMode = BILLING_MODES.find((mode) => mode === input.BillingMode) ?? 'PROVISIONED';
  const throughput = optionalRecord(input, 'ProvisionedThroughput');
  const onDemand = billingMode === 'PAY_PER_REQUEST';
  if (onDemand && throughput !== undefined) {
    const problem =
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST';
    throw validation(`${INVALID}${problem}`);
  }
  if (!onDemand && throughput === undefined) {
    const problem =
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED';
    throw validation(`${INVALID}${problem}`);
  }
  return {
    billingMode,
    throughput: readThroughput(throughput),
    deletionProtection: flag(input, 'DeletionProtectionEnabled'),
    tableClass: optionalText(input, 'TableClass'),
    encryption: readEncryption(context, optionalRecord(input, 'SSESpecification')),
    onDemandThroughput: optionalRecord(input, 'OnDemandThroughput'),
    warmThroughput: optionalRecord(input, 'WarmThroughput'),
    pointInTimeRecovery: undefined,
    billingModeSince: onDemand ? context.clock.now() : undefined,
  };
}

/** SSEDescription for a specification: what is asked for is shown, nothing is encrypted in memory. */
export function readEncryption(context: Context, specification: Fields | undefined): Fields | undefined {
  if (specification === undefined || optionalFlag(specification, 'Enabled') === false) return undefined;
  const { region, account } = context.caller;
  const key = optionalText(specification, 'KMSMasterKeyId') ?? 'alias/aws/dynamodb';
  const arn = key.startsWith('arn:')
    ? key
    : `arn:aws:kms:${region}:${account}:${key.includes('/') ? key : `key/${key}`}`;
  return { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: arn };
}

/** The view of a stream that is to be enabled. */
export function readStreamView(specification: Fields | undefined): StreamView | undefined {
  if (specification === undefined) return undefined;
  const view = STREAM_VIEWS.find((each) => each === specification.StreamViewType);
  const enabled = flag(specification, 'StreamEnabled');
  if (enabled && view === undefined) {
    throw validation(`${INVALID}StreamViewType is required when StreamEnabled is true`);
  }
  if (!enabled && view !== undefined) {
    throw validation(`${INVALID}StreamViewType is not allowed when StreamEnabled is false`);
  }
  return view;
}

function readIndexes(
  input: Fields,
  keys: KeySchema,
  attributes: ReadonlyMap<string, ScalarType>,
  billing: TableSettings['billingMode'],
): ReadonlyMap<string, IndexDefinition> {
  const indexes = new Map<string, IndexDefinition>();
  const add = (index: IndexDefinition) => {
    if (indexes.has(index.name)) throw validation(`${INVALID}Duplicate index name: ${index.name}`);
    indexes.set(index.name, index);
  };
  const local = optionalList(input, 'LocalSecondaryIndexes');
  const global = optionalList(input, 'GlobalSecondaryIndexes');
  if (local?.length === 0) throw validation(`${INVALID}List of LocalSecondaryIndexes is empty`);
  if (global?.length === 0) throw validation(`${INVALID}List of GlobalSecondaryIndexes is empty`);
  if (local !== undefined && keys.range.length === 0) {
    const problem =
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex';
    throw validation(`${INVALID}${problem}`);
  }
  for (const raw of records(input, 'LocalSecondaryIndexes')) {
    const index = readIndex(raw, 'local', attributes, billing);
    checkLocalKeys(index, keys);
    add(index);
  }
  if (indexes.size > LOCAL_INDEXES_MAX) {
    throw validation(
      `${INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of ${LOCAL_INDEXES_MAX}`,
    );
  }
  for (const raw of records(input, 'GlobalSecondaryIndexes'))
    add(readIndex(raw, 'global', attributes, billing));
  if (global !== undefined && global.length > GLOBAL_INDEXES_MAX) {
    throw validation(
      `${INVALID}GlobalSecondaryIndex count exceeds the per-table limit of ${GLOBAL_INDEXES_MAX}`,
    );
  }
  checkProjected([...indexes.values()]);
  return indexes;
}

/** Refuses more projected attributes than a table may have over all its indexes. */
export function checkProjected(indexes: readonly IndexDefinition[]): void {
  const count = indexes.reduce((sum, index) => sum + index.projection.attributes.length, 0);
  if (count <= PROJECTED_ATTRIBUTES_MAX) return;
  const problem = 'Number of attributes projected into all of the indexes exceeds the limit of';
  throw validation(`${INVALID}${problem} ${PROJECTED_ATTRIBUTES_MAX}: ${count}`);
}

function checkLocalKeys(index: IndexDefinition, table: KeySchema): void {
  if (index.keys.range.length === 0) {
    throw validation(`${INVALID}Index KeySchema does not have a range key for index: ${index.name}`);
  }
  const [own, theirs] = [index.keys.hash[0]?.name, table.hash[0]?.name];
  if (own === theirs) return;
  const problem = 'Index KeySchema does not have the same leading hash key as table KeySchema';
  throw validation(
    `${INVALID}${problem} for index: ${index.name}. index hash key: ${own}, table hash key: ${theirs}`,
  );
}

function refuseUnusedAttributes(
  attributes: ReadonlyMap<string, ScalarType>,
  keys: KeySchema,
  indexes: ReadonlyMap<string, IndexDefinition>,
): void {
  const used = new Set(keyParts(keys).map((part) => part.name));
  for (const index of indexes.values()) for (const part of keyParts(index.keys)) used.add(part.name);
  if (used.size === attributes.size) return;
  if (indexes.size === 0) {
    const problem =
      'Number of attributes in KeySchema does not exactly match number of attributes defined in';
    throw validation(`${INVALID}${problem} AttributeDefinitions`);
  }
  const defined = [...attributes.keys()].join(', ');
  const names = `AttributeDefinitions: [${defined}], keys used: [${[...used].join(', ')}]`;
  throw validation(`${INVALID}Some AttributeDefinitions are not used. ${names}`);
}
