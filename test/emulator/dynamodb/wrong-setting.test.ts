/** Changes of tables that AWS refuses, and questions about tables that are not there. */
import { describe } from 'vitest';
import { CALLER } from './world.ts';
import { oneError, testWrongInput } from './wrong-input.ts';

const INVALID = 'One or more parameter values were invalid: ';
describe('a table that is not there', () => {
  const notFound = 'Requested resource not found: Table: none not found';
  const arn = `arn:aws:dynamodb:${CALLER.region}:${CALLER.account}:table/none`;
  testWrongInput([
    ...['DescribeTable', 'DeleteTable', 'DescribeTimeToLive'].map((operation) => ({
      title: 'is asked about',
      operation,
      input: { TableName: 'none' },
      code: 'ResourceNotFoundException',
      message: notFound,
      source: 'dynalite' as const,
    })),
    {
      title: 'is asked about',
      operation: 'DescribeContinuousBackups',
      input: { TableName: 'none' },
      code: 'TableNotFoundException',
      message: 'Table not found: none',
      source: 'docs',
    },
    {
      title: 'has no tags',
      operation: 'ListTagsOfResource',
      input: { ResourceArn: arn },
      code: 'ResourceNotFoundException',
      message: `Requested resource not found: ResourcArn: ${arn} not found`,
      source: 'dynalite',
    },
    {
      title: 'is not an ARN',
      operation: 'ListTagsOfResource',
      input: { ResourceArn: 'hash' },
      message: 'Invalid TableArn: Invalid ResourceArn provided as input hash',
      source: 'dynalite',
    },
  ]);
});

describe('a change', () => {
  testWrongInput([
    {
      title: 'of nothing',
      operation: 'UpdateTable',
      input: { TableName: 'hash' },
      message:
        'At least one of ProvisionedThroughput, BillingMode, ' +
        'UpdateStreamEnabled, GlobalSecondaryIndexUpdates or ' +
        'SSESpecification or ReplicaUpdates is required',
      source: 'dynalite',
    },
    {
      title: 'to a stream without a view',
      operation: 'UpdateTable',
      input: { TableName: 'hash', StreamSpecification: { StreamEnabled: true } },
      message: `${INVALID}StreamViewType is required when StreamEnabled is true`,
      source: 'docs',
    },
    {
      title: 'to no stream where there is none',
      operation: 'UpdateTable',
      input: { TableName: 'hash', StreamSpecification: { StreamEnabled: false } },
      message: 'Table has no stream to disable: TableName: hash',
      source: 'docs',
    },
    {
      title: 'of time to live without an attribute',
      operation: 'UpdateTimeToLive',
      input: { TableName: 'hash', TimeToLiveSpecification: { Enabled: true, AttributeName: '' } },
      message: oneError(
        "''",
        'timeToLiveSpecification.attributeName',
        'have length greater than or equal to 1',
      ),
      source: 'dynalite',
    },
    {
      title: 'of time to live that is off',
      operation: 'UpdateTimeToLive',
      input: { TableName: 'hash', TimeToLiveSpecification: { Enabled: false, AttributeName: 'ttl' } },
      message: 'TimeToLive is already disabled',
      source: 'dynalite',
    },
    {
      title: 'of no tags',
      operation: 'TagResource',
      input: { ResourceArn: `arn:aws:dynamodb:${CALLER.region}:${CALLER.account}:table/hash`, Tags: [] },
      message: 'Atleast one Tag needs to be provided as Input.',
      source: 'dynalite',
    },
    {
      title: 'of the list beyond a hundred',
      operation: 'ListTables',
      input: { Limit: 101 },
      message: oneError("'101'", 'limit', 'have value less than or equal to 100'),
      source: 'dynalite',
    },
  ]);
});
