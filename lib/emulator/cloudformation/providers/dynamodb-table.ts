/** AWS::DynamoDB::Table. */
import type { Provider } from '../provider.ts';
import { flag, record, required, text, type ValueOf } from '../shape.ts';
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
  THROUGHPUT,
  TIME_TO_LIVE,
  updateTable,
} from './table.ts';

const PROPERTIES = record(
  {
    AttributeDefinitions: ATTRIBUTES,
    BillingMode: text('PAY_PER_REQUEST', 'PROVISIONED'),
    DeletionProtectionEnabled: flag(),
    GlobalSecondaryIndexes: GLOBAL_INDEXES,
    KeySchema: required(KEYS),
    LocalSecondaryIndexes: LOCAL_INDEXES,
    ProvisionedThroughput: THROUGHPUT,
    StreamSpecification: STREAM,
    TableName: text(),
    Tags: TAGS,
    TimeToLiveSpecification: TIME_TO_LIVE,
  },
  {
    ContributorInsightsSpecification: NO_METRICS,
    OnDemandThroughput: NO_LIMITS,
    PointInTimeRecoverySpecification: NO_BACKUPS,
    ResourcePolicy: NO_IAM,
    SSESpecification: NO_KEYS,
    TableClass: NO_PRICES,
    WarmThroughput: NO_LIMITS,
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

export const dynamodbTable: Provider<Properties> = {
  type: 'AWS::DynamoDB::Table',
  properties: PROPERTIES,
  attributes: ['Arn', 'StreamArn'],
  nameProperty: 'TableName',
  replacedBy: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],

  create: (properties, context) => createTable(toDefinition(properties), context),
  update: (made, properties, { before }, context) =>
    updateTable(made, toDefinition(before), toDefinition(properties), context),
  delete: (made, _properties, context) => deleteTable(made, context),
};

function toDefinition(properties: Properties): TableDefinition {
  return {
    AttributeDefinitions: properties.AttributeDefinitions,
    // CloudFormation's default, and DynamoDB's.
    BillingMode: properties.BillingMode ?? 'PROVISIONED',
    DeletionProtectionEnabled: properties.DeletionProtectionEnabled ?? false,
    GlobalSecondaryIndexes: properties.GlobalSecondaryIndexes,
    KeySchema: properties.KeySchema,
    LocalSecondaryIndexes: properties.LocalSecondaryIndexes,
    ProvisionedThroughput: properties.ProvisionedThroughput,
    StreamSpecification: properties.StreamSpecification,
    TableName: properties.TableName,
    Tags: properties.Tags,
    TimeToLiveSpecification: properties.TimeToLiveSpecification,
  };
}
