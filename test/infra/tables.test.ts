import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { post, shop } from './shop.ts';
import { synthesize } from './stack.ts';

test('the table of runs is on demand, forgets by time, and answers by state and by task', () => {
  const { broker, template } = synthesize(shop);

  template().hasResourceProperties('AWS::DynamoDB::Table', {
    TableName: 'shop-dev-runs',
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    DeletionProtectionEnabled: false,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      Match.objectLike({
        IndexName: 'byState',
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: Match.arrayWith(['task', 'queue']) },
      }),
      Match.objectLike({ IndexName: 'byTask', Projection: { ProjectionType: 'KEYS_ONLY' } }),
    ],
  });
  expect(broker.runs).toBeDefined();
});

test('no index holds what may be large: results and errors stay in the table alone', () => {
  const [table] = Object.values(synthesize(shop).template().findResources('AWS::DynamoDB::Table'));

  const projections = table?.Properties.GlobalSecondaryIndexes.map(
    (index: { readonly Projection: { readonly NonKeyAttributes?: readonly string[] } }) =>
      index.Projection.NonKeyAttributes ?? [],
  );

  expect(projections.flat()).not.toContain('result');
  expect(projections.flat()).not.toContain('error');
});

test('recovery and protection are options', () => {
  const { template } = synthesize(shop, { pointInTimeRecovery: true, deletionProtection: true });

  template().hasResourceProperties('AWS::DynamoDB::Table', {
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    DeletionProtectionEnabled: true,
  });
});

test('an app that keeps nothing has no table, and nothing that could be read', () => {
  const { broker, template } = synthesize(post);

  template().resourceCountIs('AWS::DynamoDB::Table', 0);
  expect(broker.runs).toBeUndefined();
  expect(() => broker.grantRead(broker.worker('mail'))).toThrow(
    expect.objectContaining({
      code: 'NO_RESULTS',
      message: expect.stringContaining("app 'post' keeps no results, so there is nothing to read"),
    }),
  );
});
