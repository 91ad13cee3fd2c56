import { Server } from 'node:net';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../lib/emulator/index.ts';
import { writeStack } from './cloudformation/assembly.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const TABLE = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'runs',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  },
};
const JOBS = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };

/** What an SDK client is made with, for an account: the emulator reads it from the signature. */
function settings(emulator: Awaited<ReturnType<typeof startEmulator>>, accessKeyId: string, region: string) {
  const credentials = { accessKeyId, secretAccessKey: 'any' };
  return { region, credentials, requestHandler: emulator.requestHandler() };
}

test('a test file gets an emulator with its app and real clients, and no socket is opened', async () => {
  const listens = vi.spyOn(Server.prototype, 'listen');
  const folder = await writeStack({ Resources: { Jobs: JOBS, Runs: TABLE } });

  const emulator = await startEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, template: folder });
  onTestFinished(() => emulator.close());
  const sqs = new SQSClient(settings(emulator, '000000000000', 'us-east-1'));
  const dynamodb = new DynamoDBClient(settings(emulator, '000000000000', 'us-east-1'));
  const { QueueUrls: [QueueUrl] = [] } = await sqs.send(new ListQueuesCommand({}));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello', DelaySeconds: 60 }));
  await dynamodb.send(new PutItemCommand({ TableName: 'runs', Item: { id: { S: 'a' } } }));
  await emulator.advance(60_000);

  const [queue] = emulator.services.sqs.snapshot();
  expect(queue).toMatchObject({ name: 'jobs', visible: 1 });
  expect((await dynamodb.send(new ScanCommand({ TableName: 'runs' }))).Count).toBe(1);
  expect(listens).not.toHaveBeenCalled();
});

test('two apps in two accounts and regions do not see each other; the trace has both', async () => {
  const emulator = await startEmulator();
  onTestFinished(() => emulator.close());
  const template = await writeStack({ Resources: { Runs: TABLE } });
  const apps = [
    { account: '111111111111', region: 'eu-west-1' },
    { account: '222222222222', region: 'us-west-2' },
  ] as const;

  const seen: unknown[] = [];
  for (const [index, { account, region }] of apps.entries()) {
    // Each app has a folder of its own.
    const folder = index === 0 ? template : await writeStack({ Resources: { Runs: TABLE } });
    await emulator.load(folder, { account, region });
    const sqs = new SQSClient(settings(emulator, account, region));
    const dynamodb = new DynamoDBClient(settings(emulator, account, region));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: account }));
    await dynamodb.send(new PutItemCommand({ TableName: 'runs', Item: { id: { S: account } } }));
    const { Items } = await dynamodb.send(new ScanCommand({ TableName: 'runs' }));
    const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
    seen.push([Items, QueueUrls?.map((url) => new URL(url).pathname)]);
  }

  expect(seen).toEqual(apps.map(({ account }) => [[{ id: { S: account } }], [`/${account}/jobs`]]));
  expect(emulator.services.sqs.snapshot().map(({ arn, visible }) => [arn, visible])).toEqual([
    ['arn:aws:sqs:eu-west-1:111111111111:jobs', 1],
    ['arn:aws:sqs:us-west-2:222222222222:jobs', 1],
  ]);
  const traced = emulator.trace.entries().map(({ service, operation }) => `${service} ${operation}`);
  for (const what of ['sqs send', 'dynamodb PutItem']) {
    expect(traced.filter((each) => each === what)).toHaveLength(2);
  }
});
