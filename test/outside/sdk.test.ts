/** The AWS SDK v3 as applications use it, with retries, paginators and waiters, through both of its doors. */
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  paginateScan,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningApp, startApp } from './app.ts';

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

describe.each(['http', 'in-process'] as const)('%s', (door) => {
  let app: RunningApp;
  let sqs: SQSClient;
  let dynamodb: DynamoDBClient;
  let lambda: LambdaClient;
  let names = 0;
  /** The queues of which messages were asked for. */
  const polled: unknown[] = [];

  beforeAll(async () => {
    app = await startApp({
      onCall({ operation, input }, proceed) {
        if (operation === 'ReceiveMessage') polled.push(input.QueueUrl);
        return proceed();
      },
    });
    const config = {
      ...{ region: 'us-east-1', credentials: KEYS, endpoint: app.url },
      ...(door === 'http' ? {} : { requestHandler: app.emulator.requestHandler() }),
    };
    sqs = new SQSClient(config);
    dynamodb = new DynamoDBClient(config);
    lambda = new LambdaClient(config);
  });

  afterAll(async () => {
    for (const client of [sqs, dynamodb, lambda]) client.destroy();
    await app[Symbol.asyncDispose]();
  });

  async function createQueue(attributes: Readonly<Record<string, string>> = {}) {
    names += 1;
    const QueueName = `sdk-${names}${attributes.FifoQueue === undefined ? '' : '.fifo'}`;
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: attributes }));
    return { QueueUrl };
  }

  async function createTable(): Promise<string> {
    names += 1;
    const TableName = `sdk-${names}`;
    const key = { AttributeName: 'id', KeyType: 'HASH' } as const;
    const sort = { AttributeName: 'at', KeyType: 'RANGE' } as const;
    await dynamodb.send(
      new CreateTableCommand({
        ...{ TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema: [key, sort] },
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'at', AttributeType: 'N' },
        ],
      }),
    );
    await waitUntilTableExists({ client: dynamodb, maxWaitTime: 30 }, { TableName });
    return TableName;
  }

  test('a thousand messages in batches come back once each, and are deleted in batches', async () => {
    const queue = await createQueue();
    const sent = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
    const batches = Array.from({ length: 100 }, (_, index) => sent.slice(10 * index, 10 * index + 10));
    await Promise.all(
      batches.map((batch) => {
        const Entries = batch.map((body, index) => ({ Id: `${index}`, MessageBody: body }));
        return sqs.send(new SendMessageBatchCommand({ ...queue, Entries }));
      }),
    );

    const received: (string | undefined)[] = [];
    while (received.length < 1_000) {
      const receive = new ReceiveMessageCommand({ ...queue, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await sqs.send(receive);
      received.push(...Messages.map(({ Body }) => Body));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ ...queue, Entries }));
    }
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ ...queue, AttributeNames: ['All'] }),
    );

    expect(received.sort()).toEqual(sent.sort());
    expect(Attributes).toMatchObject({
      ...{ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' },
    });
  });

  test('a long poll ends with a message, and an aborted one leaves the message to the next', async () => {
    const queue = await createQueue();
    const controller = new AbortController();
    const receive = new ReceiveMessageCommand({ ...queue, WaitTimeSeconds: 20 });
    const aborted = sqs.send(receive, { abortSignal: controller.signal }).catch((error: unknown) => error);
    await expect.poll(() => polled).toContain(queue.QueueUrl);
    controller.abort();

    expect(await aborted).toMatchObject({ name: 'AbortError' });
    // That a connection was closed takes a moment to arrive.
    const failures = () =>
      app.emulator.calls().find(({ operation }) => operation === 'ReceiveMessage')?.errors;
    await expect.poll(failures).toBe(1);
    const second = sqs.send(receive);
    await sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'late' }));
    expect((await second).Messages?.map(({ Body }) => Body)).toEqual(['late']);
  });

  test('FIFO groups keep their order over failures; their dead-letter queue takes what fails', async () => {
    const dead = await createQueue({ FifoQueue: 'true' });
    const deadAttributes = new GetQueueAttributesCommand({ ...dead, AttributeNames: ['QueueArn'] });
    const deadLetterTargetArn = (await sqs.send(deadAttributes)).Attributes?.QueueArn;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    const queue = await createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true', RedrivePolicy });
    for (const MessageBody of ['a1', 'a2', 'b1', 'a3']) {
      const MessageGroupId = MessageBody.slice(0, 1);
      await sqs.send(new SendMessageCommand({ ...queue, MessageBody, MessageGroupId }));
    }

    const order: (string | undefined)[] = [];
    for (let empty = 0; empty < 2; ) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ ...queue, MaxNumberOfMessages: 1 }),
      );
      empty = Messages.length === 0 ? empty + 1 : 0;
      for (const { Body, ReceiptHandle } of Messages) {
        order.push(Body);
        const VisibilityTimeout = 0;
        if (Body === 'a1') {
          await sqs.send(new ChangeMessageVisibilityCommand({ ...queue, ReceiptHandle, VisibilityTimeout }));
        } else {
          const Entries = [{ Id: 'x', ReceiptHandle }];
          await sqs.send(new DeleteMessageBatchCommand({ ...queue, Entries }));
        }
      }
    }
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(dead));

    expect(order.filter((body) => body?.startsWith('a'))).toEqual(['a1', 'a1', 'a2', 'a3']);
    expect(order.filter((body) => body === 'b1')).toEqual(['b1']);
    expect(Messages.map(({ Body }) => Body)).toEqual(['a1']);
  });

  test('queues are listed by pages', async () => {
    for (const letter of 'abcde') await sqs.send(new CreateQueueCommand({ QueueName: `paged-${letter}` }));

    const pages: number[] = [];
    for await (const page of paginateListQueues(
      { client: sqs, pageSize: 2 },
      { QueueNamePrefix: 'paged-' },
    )) {
      pages.push(page.QueueUrls?.length ?? 0);
    }

    expect(pages).toEqual([2, 2, 1]);
  });

  test('of fifty who put the same item under a condition, one succeeds', async () => {
    const TableName = await createTable();
    const put = (owner: number) =>
      dynamodb.send(
        new PutItemCommand({
          ...{ TableName, Item: { id: { S: 'lock' }, at: { N: '0' }, owner: { N: `${owner}` } } },
          ConditionExpression: 'attribute_not_exists(id)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );

    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => put(index)));

    const won = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({
          name: 'ConditionalCheckFailedException',
          Item: { owner: { N: `${won[0]}` } },
        });
      }
    }
  });

  test('items are queried and scanned by pages, and a transaction says why it was cancelled', async () => {
    const TableName = await createTable();
    const item = (at: number) => ({
      id: { S: at < 5 ? 'a' : 'b' },
      at: { N: `${at}` },
      data: { B: new Uint8Array([at]) },
    });
    const TransactItems = Array.from({ length: 25 }, (_, at) => ({ Put: { TableName, Item: item(at) } }));
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));

    const queried: unknown[] = [];
    const condition = {
      KeyConditionExpression: 'id = :i AND #at > :a',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':i': { S: 'b' }, ':a': { N: '20' } },
    };
    const query = { TableName, ScanIndexForward: false, ...condition };
    for await (const page of paginateQuery({ client: dynamodb, pageSize: 3 }, query)) {
      queried.push(...(page.Items ?? []));
    }
    let scanned = 0;
    for await (const page of paginateScan({ client: dynamodb, pageSize: 4 }, { TableName })) {
      scanned += page.Count ?? 0;
    }
    const Key = { id: { S: 'a' }, at: { N: '0' } };
    const cancelled = await dynamodb
      .send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Delete: { TableName, Key } },
            { Put: { TableName, Item: item(1), ConditionExpression: 'attribute_not_exists(id)' } },
          ],
        }),
      )
      .catch((error: unknown) => error);

    expect(queried).toEqual([24, 23, 22, 21].map(item));
    expect(scanned).toBe(25);
    expect(cancelled).toBeInstanceOf(TransactionCanceledException);
    expect(cancelled).toMatchObject({
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
    });
  });

  test('an update returns the new values', async () => {
    const TableName = await createTable();

    const updated = await dynamodb.send(
      new UpdateItemCommand({
        ...{ TableName, Key: { id: { S: 'n' }, at: { N: '1' } }, ReturnValues: 'ALL_NEW' },
        UpdateExpression: 'SET #l = list_append(if_not_exists(#l, :none), :one) ADD hits :n',
        ExpressionAttributeNames: { '#l': 'log' },
        ExpressionAttributeValues: { ':none': { L: [] }, ':one': { L: [{ S: 'x' }] }, ':n': { N: '2' } },
      }),
    );

    expect(updated.Attributes).toEqual({
      ...{ id: { S: 'n' }, at: { N: '1' }, hits: { N: '2' }, log: { L: [{ S: 'x' }] } },
    });
  });

  test('a function of the template answers, fails, and is waited for', async () => {
    const FunctionName = 'echo';
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });

    const Payload = JSON.stringify({ a: 'ø' });
    const good = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    const bad = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify({ fail: 'no' }) }),
    );

    expect(JSON.parse(good.Payload?.transformToString() ?? '')).toMatchObject({
      event: { a: 'ø' },
      stage: 'test',
    });
    expect(bad.FunctionError).toBe('Unhandled');
    expect(JSON.parse(bad.Payload?.transformToString() ?? '')).toMatchObject({ errorMessage: 'no' });
  });

  test("a message goes through the template's queue and function into its table", async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }));

    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `sdk-${door}` }));

    const ids = async () => {
      const found: (string | undefined)[] = [];
      for await (const page of paginateScan({ client: dynamodb }, { TableName: 'done' })) {
        found.push(...(page.Items ?? []).map(({ id }) => id?.S));
      }
      return found;
    };
    await expect.poll(ids, { timeout: 60_000 }).toContain(`sdk-${door}`);
  });
});
