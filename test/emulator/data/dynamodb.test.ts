import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolder, open, START, type World } from './world.ts';

let folder: ReturnType<typeof createFolder>;
let world: World;

const DEFINITION = {
  TableName: 'runs',
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'bin', AttributeType: 'B' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-bin',
      KeySchema: [{ AttributeName: 'bin', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  Tags: [{ Key: 'team', Value: 'a' }],
};

beforeEach(async () => {
  folder = createFolder();
  world = open(folder.path);
  await call('CreateTable', DEFINITION);
});

afterEach(async () => {
  await world.close();
  folder.remove();
});

const call = (operation: string, input: Readonly<Record<string, unknown>>) =>
  world.call('dynamodb', operation, input);

async function restart(now?: number): Promise<void> {
  await world.close();
  world = open(folder.path, {}, now);
}

const item = (id: string, at: number, more = {}) => ({ id: { S: id }, at: { N: String(at) }, ...more });

test('a table is described as before, and holds its items', async () => {
  await call('UpdateTimeToLive', {
    TableName: 'runs',
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
  });
  await call('PutItem', { TableName: 'runs', Item: item('a', 1) });
  const before = await call('DescribeTable', { TableName: 'runs' });

  await restart();

  expect(await call('DescribeTable', { TableName: 'runs' })).toEqual(before);
  expect(await call('DescribeTimeToLive', { TableName: 'runs' })).toEqual({
    TimeToLiveDescription: { AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' },
  });
});

test('every type of value comes back as it was, also under names that look like ours', async () => {
  const whole = item('a', 1, {
    bin: { B: Uint8Array.of(0, 128, 255) },
    set: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
    numbers: { NS: ['1', '2.5'] },
    list: { L: [{ NULL: true }, { BOOL: false }, { S: '' }] },
    $bytes: { S: 'text' },
    map: { M: { $bytes: { S: 'AA==' }, ['__proto__']: { S: 'own' }, inner: { B: Uint8Array.of(9) } } },
  });
  await call('PutItem', { TableName: 'runs', Item: whole });
  const read = () => call('GetItem', { TableName: 'runs', Key: item('a', 1) });
  const before = await read();

  await restart();

  expect(await read()).toEqual(before);
});

test('deleted items stay deleted, updated ones updated, and indexes agree', async () => {
  for (const [id, bin] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const)
    await call('PutItem', { TableName: 'runs', Item: item(id, 1, { bin: { B: Uint8Array.of(bin) } }) });
  await call('DeleteItem', { TableName: 'runs', Key: item('a', 1) });
  await call('UpdateItem', {
    TableName: 'runs',
    Key: item('b', 1),
    UpdateExpression: 'SET bin = :bin',
    ExpressionAttributeValues: { ':bin': { B: Uint8Array.of(9) } },
  });

  await restart();

  const all = await call('Scan', { TableName: 'runs', IndexName: 'by-bin' });
  expect(all.Items).toHaveLength(2);
  expect(all.Items).toEqual(
    expect.arrayContaining([
      item('b', 1, { bin: { B: Uint8Array.of(9) } }),
      item('c', 1, { bin: { B: Uint8Array.of(3) } }),
    ]),
  );
});

test('a table that was deleted and made again has none of its old items', async () => {
  await call('PutItem', { TableName: 'runs', Item: item('old', 1) });
  await call('DeleteTable', { TableName: 'runs' });
  await call('CreateTable', DEFINITION);
  await call('PutItem', { TableName: 'runs', Item: item('new', 1) });

  await restart();

  expect((await call('Scan', { TableName: 'runs' })).Items).toEqual([item('new', 1)]);
});

test('an expired item is deleted after its time, although the process was not there', async () => {
  await call('UpdateTimeToLive', {
    TableName: 'runs',
    TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' },
  });
  const expires = { N: String(START / 1000 + 60) };
  await call('PutItem', { TableName: 'runs', Item: item('a', 1, { expires }) });

  await restart(START + 2 * 3_600_000);
  await world.clock.advance(1);

  expect((await call('Scan', { TableName: 'runs' })).Items).toEqual([]);
});

test('a stream keeps its records and goes on with their numbers', async () => {
  await call('PutItem', { TableName: 'runs', Item: item('a', 1, { bin: { B: Uint8Array.of(5) } }) });
  const { Table } = await call('DescribeTable', { TableName: 'runs' });
  const arn = String(Object(Table).LatestStreamArn);
  const before = world.dynamodb.readStream(arn, 'TRIM_HORIZON', 10);

  await restart();
  const after = world.dynamodb.readStream(arn, 'TRIM_HORIZON', 10);
  await call('DeleteItem', { TableName: 'runs', Key: item('a', 1) });
  const news = world.dynamodb.readStream(arn, before.next, 10);

  expect(after).toEqual(before);
  expect(news.records.map(({ eventName }) => eventName)).toEqual(['REMOVE']);
});

test('a transaction is there as a whole, and its token is known for ten minutes', async () => {
  const transaction = {
    ClientRequestToken: 'token',
    TransactItems: ['a', 'b'].map((id) => ({
      Update: {
        TableName: 'runs',
        Key: item(id, 1),
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      },
    })),
  };
  await call('TransactWriteItems', transaction);

  await restart(START + 599_000);
  await call('TransactWriteItems', transaction);

  expect((await call('Scan', { TableName: 'runs' })).Items).toEqual(
    expect.arrayContaining([item('a', 1, { n: { N: '1' } }), item('b', 1, { n: { N: '1' } })]),
  );
});
