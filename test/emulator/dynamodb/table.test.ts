/** Tables: what describing, updating, listing, tagging and deleting them shows. */
import { describe, expect, test } from 'vitest';
import { type Attributes, CALLER, createWorld, HASH_TABLE, N, S, START } from './world.ts';

const ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/hash';
const describeHash = (world: ReturnType<typeof createWorld>) =>
  world.call('DescribeTable', { TableName: 'hash' }).Table as Attributes;

describe('a table', () => {
  test('is created as CREATING and can be used at once', () => {
    const world = createWorld();

    const { TableDescription } = world.call('CreateTable', { ...HASH_TABLE, TableName: 'new' });
    world.put('new', { a: S('x') });

    expect(TableDescription).toMatchObject({
      TableName: 'new',
      TableStatus: 'CREATING',
      TableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/new',
      CreationDateTime: new Date(START),
      KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: false,
      ItemCount: 0,
    });
    expect(world.call('DescribeTable', { TableName: 'new' }).Table).toMatchObject({
      TableStatus: 'ACTIVE',
      ItemCount: 1,
    });
  });

  test('belongs to one account and region', () => {
    const world = createWorld();
    const other = { ...CALLER, region: 'us-east-1' };

    world.call('CreateTable', HASH_TABLE, other);

    expect(world.call('ListTables', {}, other)).toEqual({ TableNames: ['hash'] });
    expect(world.call('ListTables', {})).toEqual({ TableNames: ['binary', 'hash', 'number', 'range'] });
  });

  test('is listed in pages', () => {
    const world = createWorld();

    const first = world.call('ListTables', { Limit: 3 });
    const second = world.call('ListTables', { ExclusiveStartTableName: first.LastEvaluatedTableName });

    expect(first).toEqual({ TableNames: ['binary', 'hash', 'number'], LastEvaluatedTableName: 'number' });
    expect(second).toEqual({ TableNames: ['range'] });
  });

  test('is gone when deleted, unless it is protected', () => {
    const world = createWorld();
    world.call('UpdateTable', { TableName: 'hash', DeletionProtectionEnabled: true });

    const refusal = world.refusal('DeleteTable', { TableName: 'hash' });
    world.call('UpdateTable', { TableName: 'hash', DeletionProtectionEnabled: false });
    const { TableDescription } = world.call('DeleteTable', { TableName: 'hash' });

    expect(refusal).toMatchObject({
      name: 'ValidationException',
      message:
        'Resource cannot be deleted as it is currently protected against ' +
        'deletion. Disable deletion protection first.',
    });
    expect(TableDescription).toMatchObject({ TableName: 'hash', TableStatus: 'DELETING' });
    expect(world.refusal('DescribeTable', { TableName: 'hash' }).name).toBe('ResourceNotFoundException');
  });

  test('changes its billing and its throughput', () => {
    const world = createWorld();
    const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };

    world.call('UpdateTable', {
      TableName: 'hash',
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: throughput,
    });
    const provisioned = describeHash(world);
    const same = world.refusal('UpdateTable', { TableName: 'hash', ProvisionedThroughput: throughput });
    world.call('UpdateTable', { TableName: 'hash', BillingMode: 'PAY_PER_REQUEST' });

    expect(provisioned.ProvisionedThroughput).toMatchObject(throughput);
    expect(same.message).toMatch(/^The provisioned throughput for the table will not change\./);
    expect(describeHash(world)).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
  });

  test('gets an index over the items it has, and loses it', () => {
    const world = createWorld();
    world.put('hash', { a: S('1'), g: N(7) }, { a: S('2'), g: S('seven') }, { a: S('3') });
    const Create = {
      IndexName: 'byg',
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    };
    const byG = { TableName: 'hash', IndexName: 'byg' };

    world.call('UpdateTable', {
      TableName: 'hash',
      AttributeDefinitions: [{ AttributeName: 'g', AttributeType: 'N' }],
      GlobalSecondaryIndexUpdates: [{ Create }],
    });
    const added = describeHash(world);
    world.put('hash', { a: S('4'), g: N(7) });
    const found = world.call('Scan', byG);
    world.call('UpdateTable', {
      TableName: 'hash',
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byg' } }],
    });

    expect(added).toMatchObject({
      AttributeDefinitions: [
        { AttributeName: 'a', AttributeType: 'S' },
        { AttributeName: 'g', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'byg', IndexStatus: 'ACTIVE', ItemCount: 1 }],
    });
    expect((found.Items as Attributes[]).map(({ a }) => a)).toEqual(expect.arrayContaining([S('1'), S('4')]));
    expect(found.Count).toBe(2);
    expect(world.refusal('Scan', byG).message).toBe('The table does not have the specified index: byg');
    expect(describeHash(world).AttributeDefinitions).toEqual([{ AttributeName: 'a', AttributeType: 'S' }]);
  });

  test('that cannot be updated as a whole is not updated at all', () => {
    const world = createWorld();

    world.refusal('UpdateTable', {
      TableName: 'hash',
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'none' } }],
    });

    expect(describeHash(world).DeletionProtectionEnabled).toBe(false);
  });

  test('keeps its tags', () => {
    const world = createWorld();
    const tag = (Key: string, Value: string) => ({ Key, Value });

    world.call('TagResource', { ResourceArn: ARN, Tags: [tag('team', 'a'), tag('cost', '1')] });
    world.call('TagResource', { ResourceArn: ARN, Tags: [tag('team', 'b')] });
    world.call('UntagResource', { ResourceArn: ARN, TagKeys: ['cost'] });

    expect(world.call('ListTagsOfResource', { ResourceArn: ARN })).toEqual({ Tags: [tag('team', 'b')] });
  });

  test('can be restored from when continuous backups are on', async () => {
    const world = createWorld();
    const status = () => {
      const { ContinuousBackupsDescription } = world.call('DescribeContinuousBackups', { TableName: 'hash' });
      return (ContinuousBackupsDescription as Attributes).PointInTimeRecoveryDescription as Attributes;
    };
    const before = status();

    world.call('UpdateContinuousBackups', {
      TableName: 'hash',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    await world.clock.advance(3_600_000);

    expect(before).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
    expect(status()).toEqual({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 35,
      EarliestRestorableDateTime: new Date(START),
      LatestRestorableDateTime: new Date(START + 3_300_000),
    });
  });

  test('answers with the quotas of an account', () => {
    expect(createWorld().call('DescribeLimits', {})).toEqual({
      AccountMaxReadCapacityUnits: 80_000,
      AccountMaxWriteCapacityUnits: 80_000,
      TableMaxReadCapacityUnits: 40_000,
      TableMaxWriteCapacityUnits: 40_000,
    });
  });
});
