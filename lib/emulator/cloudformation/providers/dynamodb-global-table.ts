/**
 * AWS::DynamoDB::GlobalTable (CDK's TableV2) with one replica, in the stack's own region, which is then a
 * plain table.
 */
import type { Provider } from '../provider.ts';
import { flag, list, record, required, text, type ValueOf } from '../shape.ts';
import { TAGS } from '../tags.ts';
import {
  ATTRIBUTES,
  createTable,
  deleteTable,
  GLOBAL_INDEXES,
  KEYS,
  LOCAL_INDEXES,
  NO_BACKUPS,
  NO_IAM,
  NO_KEYS,
  NO_LIMITS,
  NO_METRICS,
  NO_PRICES,
  STREAM,
  type TableDefinition,
  TIME_TO_LIVE,
  updateTable,
} from './table.ts';

const REPLICA = record(
  { DeletionProtectionEnabled: flag(), Region: required(text()), Tags: TAGS },
  {
    ContributorInsightsSpecification: NO_METRICS,
    GlobalSecondaryIndexes: NO_LIMITS,
    PointInTimeRecoverySpecification: NO_BACKUPS,
    ReadOnDemandThroughputSettings: NO_LIMITS,
    ResourcePolicy: NO_IAM,
    SSESpecification: NO_KEYS,
    TableClass: NO_PRICES,
  },
);
const PROPERTIES = record(
  {
    AttributeDefinitions: ATTRIBUTES,
    BillingMode: required(text('PAY_PER_REQUEST')),
    GlobalSecondaryIndexes: GLOBAL_INDEXES,
    KeySchema: required(KEYS),
    LocalSecondaryIndexes: LOCAL_INDEXES,
    Replicas: required(list(REPLICA)),
    StreamSpecification: STREAM,
    TableName: text(),
    TimeToLiveSpecification: TIME_TO_LIVE,
  },
  {
    ReadOnDemandThroughputSettings: NO_LIMITS,
    SSESpecification: NO_KEYS,
    WarmThroughput: NO_LIMITS,
    WriteOnDemandThroughputSettings: NO_LIMITS,
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

export const dynamodbGlobalTable: Provider<Properties> = {
  type: 'AWS::DynamoDB::GlobalTable',
  properties: PROPERTIES,
  attributes: ['Arn', 'StreamArn', 'TableId'],
  nameProperty: 'TableName',
  replacedBy: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],

  check({ Replicas }, notices, { region }) {
    const regions = Replicas?.map((replica) => replica.Region) ?? [region];
    if (regions.length === 1 && regions[0] === region) return;
    notices.invalid(
      'Replicas',
      `are in ${regions.join(', ')}; the emulator serves one, in the stack's own region`,
    );
  },
  create: (properties, context) => createTable(toDefinition(properties), context),
  update: (made, properties, { before }, context) =>
    updateTable(made, toDefinition(before), toDefinition(properties), context),
  delete: (made, _properties, context) => deleteTable(made, context),
};

function toDefinition(properties: Properties): TableDefinition {
  const [replica] = properties.Replicas;
  return {
    AttributeDefinitions: properties.AttributeDefinitions,
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: replica?.DeletionProtectionEnabled ?? false,
    GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
    KeySchema: properties.KeySchema,
    LocalSecondaryIndexes: properties.LocalSecondaryIndexes,
    ProvisionedThroughput: undefined,
    StreamSpecification: properties.StreamSpecification,
    TableName: properties.TableName,
    Tags: replica?.Tags,
    TimeToLiveSpecification: properties.TimeToLiveSpecification,
  };
}
