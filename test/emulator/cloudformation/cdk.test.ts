import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, Billing, BillingMode, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Architecture, Code, Function as Lambda, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  type Emulator,
  type LoadReport,
  toChangeLines,
} from '../../../lib/emulator/index.ts';

// Writes each message into the table with the SDK over HTTP; a message 'bad' fails, alone in its batch.
const WORKER = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const client = new DynamoDBClient({});
  export async function handler(event) {
    const failures = [];
    for (const { body, messageId } of event.Records) {
      if (body === 'bad') failures.push({ itemIdentifier: messageId });
      else await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: body } } }));
    }
    return { batchItemFailures: failures };
  }`;

let folder: string;
let output: string;
let emulator: Emulator;
let report: LoadReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'celeriac-test-'));
  const outfile = join(folder, 'bundle', 'index.js');
  await build({
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'cjs', outfile, logLevel: 'silent' },
    stdin: { contents: WORKER, resolveDir: import.meta.dirname },
  });
  output = join(folder, 'cdk.out');
  synthesize(output, 'bundle');
  emulator = createEmulator();
  report = await emulator.load(output);
}, 180_000);

afterAll(async () => {
  await emulator?.close();
  await rm(folder, { recursive: true, force: true });
});

function synthesize(outdir: string, bundle: string): void {
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  const data = new Stack(app, 'Data');
  const table = new Table(data, 'Runs', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'ttl',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  const billing = Billing.onDemand();
  new TableV2(data, 'More', { partitionKey: { name: 'pk', type: AttributeType.STRING }, billing });

  const work = new Stack(app, 'Work');
  const dead = new Queue(work, 'Dead', { enforceSSL: true, encryption: QueueEncryption.KMS });
  const jobs = new Queue(work, 'Jobs', {
    ...{ enforceSSL: true, visibilityTimeout: Duration.seconds(60) },
    deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
  });
  const worker = new Lambda(work, 'Worker', {
    ...{ runtime: Runtime.NODEJS_24_X, handler: 'index.handler', architecture: Architecture.ARM_64 },
    ...{ timeout: Duration.seconds(10), memorySize: 256, recursiveLoop: RecursiveLoop.ALLOW },
    code: Code.fromAsset(join(folder, bundle)),
    environment: { TABLE: table.tableName },
    logGroup: new LogGroup(work, 'Log', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    }),
  });
  worker.addEventSource(new SqsEventSource(jobs, { reportBatchItemFailures: true, maxConcurrency: 2 }));
  table.grantWriteData(worker);
  dead
    .metricApproximateNumberOfMessagesVisible()
    .createAlarm(work, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
  new CfnOutput(work, 'Url', { value: jobs.queueUrl });

  const later = new Stack(new Stage(app, 'Later'), 'Inner');
  new Queue(later, 'Ordered', { fifo: true });
  app.synth();
}

function outputOf(stack: string, name: string): string {
  return report.stacks.find((one) => one.name === stack)?.outputs[name] ?? '';
}

/** Asks until the answer is there; the emulator is on the machine's time here, as its worker threads are. */
async function until<T>(ask: () => Promise<T>, isThere: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (isThere(answer) || tries > 400) return answer;
    await emulator.clock.sleep(10);
  }
}

test('a synthesized app is loaded whole: resources with effect, and the rest with reasons', () => {
  const kinds = report.resources.map((resource) => `${resource.stack} ${resource.type}`);

  expect(report.stacks.map((stack) => stack.name)).toEqual(['Later-Inner', 'Data', 'Work']);
  expect(kinds).toEqual([
    'Later-Inner AWS::SQS::Queue',
    'Data AWS::DynamoDB::Table',
    'Data AWS::DynamoDB::GlobalTable',
    'Work AWS::SQS::Queue',
    'Work AWS::SQS::QueuePolicy',
    'Work AWS::SQS::Queue',
    'Work AWS::SQS::QueuePolicy',
    'Work AWS::Lambda::Function',
    'Work AWS::Lambda::EventSourceMapping',
  ]);
  expect([...new Set(report.ignored.map((one) => one.property ?? one.type))]).toEqual([
    'PointInTimeRecoverySpecification',
    'AWS::KMS::Key',
    'AWS::Logs::LogGroup',
    'AWS::IAM::Role',
    'AWS::IAM::Policy',
    'AWS::CloudWatch::Alarm',
  ]);
  expect(report.ignored.every((one) => one.reason.length > 0)).toBe(true);
});

test('a message goes in, the function runs, and the table is written', async () => {
  const QueueUrl = outputOf('Work', 'Url');
  const TableName = report.resources.find((resource) => resource.logicalId.startsWith('Runs'))?.physicalId;
  const Entries = ['one', 'bad', 'two'].map((body) => ({ Id: body, MessageBody: body }));

  await emulator.call('sqs', 'SendMessageBatch', { QueueUrl, Entries });

  const items = await until(
    () => emulator.call('dynamodb', 'Scan', { TableName }),
    (answer) => answer.Count === 2,
  );
  const keys = [items.Items].flat().map((item) => Object(item).pk.S);
  expect(keys.sort()).toEqual(['one', 'two']);
  const left = await until(
    async () => emulator.services.sqs.snapshot().find((queue) => queue.url === QueueUrl),
    (queue) => queue?.messages.length === 1,
  );
  expect(left?.messages.map((message) => [message.body, message.state])).toEqual([['bad', 'inFlight']]);
  const put = emulator.calls().find((count) => count.operation === 'PutItem');
  expect(put).toMatchObject({ calls: 2, errors: 0 });
});

test('on virtual time the same app runs as time is moved, with its real bundle', async () => {
  const virtual = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, seed: 1 });
  onTestFinished(() => virtual.close());
  const loaded = await virtual.load(output);
  const physicalId = (start: string) =>
    loaded.resources.find((resource) => resource.logicalId.startsWith(start))?.physicalId;
  const { QueueUrl } = await virtual.call('sqs', 'GetQueueUrl', { QueueName: physicalId('Jobs') });
  await virtual.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'bad' });
  await virtual.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'late', DelaySeconds: 600 });

  await virtual.advance(601_000);

  const items = await virtual.call('dynamodb', 'Scan', { TableName: physicalId('Runs') });
  expect(items.Items).toEqual([{ pk: { S: 'late' } }]);
  const queues = virtual.services.sqs.snapshot().filter((one) => one.messages.length > 0);
  expect(queues.map((one) => [one.name, one.messages.map((message) => message.body)])).toEqual([
    [physicalId('Dead'), ['bad']],
  ]);
});

test('a synthesis again with new code changes the function and nothing else', async () => {
  // In another folder, since CDK remembers the hash of one that it has seen.
  await mkdir(join(folder, 'changed'));
  await writeFile(join(folder, 'changed', 'index.js'), 'exports.handler = async () => "new";');
  synthesize(output, 'changed');

  const again = await emulator.load(output);

  const FunctionName = again.resources.find(
    (resource) => resource.type === 'AWS::Lambda::Function',
  )?.physicalId;
  const { Payload } = await emulator.call('lambda', 'Invoke', { FunctionName });
  expect(toChangeLines(again)).toEqual(['~ function Worker: Code']);
  expect(Payload instanceof Uint8Array && Buffer.from(Payload).toString()).toBe('"new"');
});
