import { describe, expect, test } from 'vitest';
import { type Emulator, type Output, toChangeLines } from '../../../lib/emulator/index.ts';
import { openEmulator, problemsOf, reload, resources, writeStack } from './assembly.ts';

async function describeTable(emulator: Emulator, name: string): Promise<Output> {
  const answer = await emulator.call('dynamodb', 'DescribeTable', { TableName: name });
  return Object(answer.Table);
}

const KEY = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

describe('AWS::DynamoDB::Table', () => {
  test('is made with keys, indexes, stream, expiry and tags', async () => {
    const emulator = openEmulator();
    const index = { IndexName: 'byPk', KeySchema: KEY.KeySchema, Projection: { ProjectionType: 'ALL' } };
    const table = {
      ...KEY,
      TableName: 'runs',
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [index],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      Tags: [{ Key: 'team', Value: 'blue' }],
    };
    const folder = await writeStack(
      resources(
        { Runs: { Type: 'AWS::DynamoDB::Table', Properties: table } },
        {
          Arn: { Value: { 'Fn::GetAtt': 'Runs.Arn' } },
          Stream: { Value: { 'Fn::GetAtt': 'Runs.StreamArn' } },
        },
      ),
    );

    const report = await emulator.load(folder);

    const { Arn = '', Stream } = report.stacks[0]?.outputs ?? {};
    expect(Arn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/runs');
    expect(Stream?.startsWith(`${Arn}/stream/`)).toBe(true);
    expect(await describeTable(emulator, 'runs')).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [{ IndexName: 'byPk' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    const expiry = await emulator.call('dynamodb', 'DescribeTimeToLive', { TableName: 'runs' });
    expect(expiry.TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
    const tags = await emulator.call('dynamodb', 'ListTagsOfResource', { ResourceArn: Arn });
    expect(tags.Tags).toEqual([{ Key: 'team', Value: 'blue' }]);
  });

  test('says what it takes without effect', async () => {
    const written = {
      ...KEY,
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    };
    const folder = await writeStack(
      resources({ Runs: { Type: 'AWS::DynamoDB::Table', Properties: written } }),
    );

    const report = await openEmulator().load(folder);

    const place = { stack: 'App', logicalId: 'Runs', type: 'AWS::DynamoDB::Table' };
    expect(report.ignored).toEqual([
      { ...place, property: 'PointInTimeRecoverySpecification', reason: 'the emulator keeps no backups' },
      { ...place, property: 'SSESpecification', reason: 'nothing is encrypted here' },
    ]);
  });

  test('without a stream has no StreamArn', async () => {
    const table = { Type: 'AWS::DynamoDB::Table', Properties: { ...KEY, BillingMode: 'PAY_PER_REQUEST' } };
    const outputs = { Stream: { Value: { 'Fn::GetAtt': ['Runs', 'StreamArn'] } } };
    const folder = await writeStack(resources({ Runs: table }, outputs));

    const problems = await problemsOf(folder);

    expect(problems).toEqual([
      {
        ...{ code: 'REFERENCE_UNKNOWN', stack: 'App', property: 'Outputs.Stream' },
        message: 'Runs (AWS::DynamoDB::Table) does not have this attribute now',
      },
    ]);
  });
});

describe('AWS::DynamoDB::GlobalTable', () => {
  const globalTable = (regions: readonly unknown[]): object => ({
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      ...{ ...KEY, TableName: 'runs', BillingMode: 'PAY_PER_REQUEST' },
      Replicas: regions.map((Region) => ({ Region, DeletionProtectionEnabled: true })),
    },
  });

  test('with a replica in its own region is a table', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(resources({ Runs: globalTable([{ Ref: 'AWS::Region' }]) }));

    await emulator.load(folder);

    expect(await describeTable(emulator, 'runs')).toMatchObject({ DeletionProtectionEnabled: true });
  });

  test('with other replicas is refused', async () => {
    const folder = await writeStack(resources({ Runs: globalTable(['us-east-1', 'eu-west-1']) }));

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => [problem.code, problem.property, problem.message])).toEqual([
      [
        'PROPERTY_INVALID',
        'Replicas',
        "are in us-east-1, eu-west-1; the emulator serves one, in the stack's own region",
      ],
    ]);
  });
});

test('a table is changed in place: indexes, stream, expiry, protection and tags', async () => {
  const emulator = openEmulator();
  const key = (name: string): object[] => [{ AttributeName: name, KeyType: 'HASH' }];
  const index = (name: string): object => ({
    ...{ IndexName: `by-${name}`, KeySchema: key(name), Projection: { ProjectionType: 'ALL' } },
  });
  const table = (indexes: string[], more: object): Record<string, object> => ({
    Runs: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        ...{ TableName: 'runs', BillingMode: 'PAY_PER_REQUEST', KeySchema: key('pk') },
        AttributeDefinitions: ['pk', ...indexes].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        GlobalSecondaryIndexes: indexes.map(index),
        ...more,
      },
    },
  });

  const report = await reload(
    emulator,
    table(['a', 'b'], { TimeToLiveSpecification: { AttributeName: 'old', Enabled: true } }),
    table(['b', 'c'], {
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'team', Value: 'blue' }],
    }),
  );

  expect(toChangeLines(report)).toEqual([
    '~ table Runs: AttributeDefinitions, DeletionProtectionEnabled, GlobalSecondaryIndexes, ' +
      'StreamSpecification, Tags, TimeToLiveSpecification',
  ]);
  const { Table } = await emulator.call('dynamodb', 'DescribeTable', { TableName: 'runs' });
  expect(Table).toMatchObject({
    DeletionProtectionEnabled: true,
    GlobalSecondaryIndexes: [{ IndexName: 'by-b' }, { IndexName: 'by-c' }],
    StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
  });
  const expiry = await emulator.call('dynamodb', 'DescribeTimeToLive', { TableName: 'runs' });
  expect(expiry.TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'DISABLED' });
});
