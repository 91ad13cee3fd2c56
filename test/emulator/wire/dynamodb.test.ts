/** The real SDK client on the model of DynamoDB, through both doors, on a virtual clock. */
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../lib/emulator/clock.ts';
import { createDynamodb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { type HttpListener, listen } from '../../../lib/emulator/wire/http.ts';
import { toRequestHandler } from '../../../lib/emulator/wire/request-handler.ts';
import { createRouter, type Router } from '../../../lib/emulator/wire/router.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const common = { region: 'eu-north-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } };
let clock: VirtualClock;
let router: Router;
let listener: HttpListener | undefined;

beforeEach(() => {
  clock = createVirtualClock(START);
  router = createRouter({ services: { dynamodb: createDynamodb({ clock }) } });
});

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

async function configure(door: 'http' | 'in-process') {
  if (door === 'in-process') {
    return { ...common, endpoint: 'http://emulator:4566', requestHandler: toRequestHandler(router) };
  }
  listener = await listen(router);
  return { ...common, endpoint: listener.url };
}

describe.each(['http', 'in-process'] as const)('DynamoDB over %s', (door) => {
  async function connect(): Promise<DynamoDBClient> {
    const dynamodb = new DynamoDBClient(await configure(door));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'orders',
        KeySchema: [
          { AttributeName: 'customer', KeyType: 'HASH' },
          { AttributeName: 'number', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'customer', AttributeType: 'S' },
          { AttributeName: 'number', AttributeType: 'N' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await clock.advance(60_000);
    return dynamodb;
  }
  const item = (number: number) => ({
    customer: { S: 'ø' },
    number: { N: String(number) },
    data: { B: new Uint8Array([number, 255]) },
    lines: { L: [{ M: { sku: { SS: ['a', 'b'] }, paid: { BOOL: false }, note: { NULL: true as const } } }] },
  });

  test('items are put, read back one by one and in batches, and queried in order', async () => {
    const dynamodb = await connect();
    for (const number of [10, 9, 1]) {
      await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: item(number) }));
    }
    const Key = { customer: { S: 'ø' }, number: { N: '9' } };

    const one = await dynamodb.send(new GetItemCommand({ TableName: 'orders', Key }));
    const batch = await dynamodb.send(new BatchGetItemCommand({ RequestItems: { orders: { Keys: [Key] } } }));
    const found = await dynamodb.send(
      new QueryCommand({
        TableName: 'orders',
        KeyConditionExpression: 'customer = :c AND #n > :n',
        ExpressionAttributeNames: { '#n': 'number' },
        ExpressionAttributeValues: { ':c': { S: 'ø' }, ':n': { N: '1' } },
      }),
    );

    expect(one.Item).toEqual(item(9));
    expect(batch.Responses).toEqual({ orders: [item(9)] });
    expect(found.Items).toEqual([item(9), item(10)]);
  });

  test('a transaction that fails says why, item by item', async () => {
    const dynamodb = await connect();
    await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: item(1) }));
    const put = (number: number) => ({
      Put: {
        TableName: 'orders',
        Item: item(number),
        ConditionExpression: 'attribute_not_exists(customer)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    });

    const error = await dynamodb
      .send(new TransactWriteItemsCommand({ TransactItems: [put(1), put(2)] }))
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: item(1) }, { Code: 'None' }],
      $metadata: { httpStatusCode: 400 },
    });
    expect(String(error)).toContain(
      'Transaction cancelled, please refer cancellation reasons for specific reasons',
    );
  });

  test.each([
    [
      'ResourceNotFoundException',
      'Requested resource not found',
      new GetItemCommand({ TableName: 'nothing', Key: { id: { S: 'a' } } }),
    ],
    ['ValidationException', 'key', new GetItemCommand({ TableName: 'orders', Key: { id: { S: 'a' } } })],
  ])('%s keeps its name, its text and its status', async (name, message, command) => {
    const dynamodb = await connect();

    const error = await dynamodb.send(command).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: 400, attempts: 1 } });
    expect(String(error)).toContain(message);
  });
});
