/**
 * A small app as `cdk synth` would write it, for clients of Lambda: a queue with a dead-letter queue, a
 * function that is called, and one that takes the queue's messages and writes them into a table.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../lib/emulator/index.ts';
import { writeAssembly } from '../emulator/cloudformation/assembly.ts';

const ECHO = `exports.handler = async (event, context) => {
  if (event?.fail) throw new TypeError(event.fail);
  console.log('echoes', JSON.stringify(event));
  return { event, name: context.functionName, stage: process.env.STAGE };
};`;

// By hand, since the AWS SDK is in no bundle here.
const WORKER = `exports.handler = async ({ Records }) => {
  const failures = [];
  for (const { messageId, body } of Records) {
    if (body === 'poison') failures.push({ itemIdentifier: messageId });
    else {
      await fetch(process.env.AWS_ENDPOINT_URL, {
        method: 'POST',
        headers: {
          'x-amz-target': 'DynamoDB_20120810.PutItem',
          'content-type': 'application/x-amz-json-1.0',
        },
        body: JSON.stringify({ TableName: process.env.TABLE, Item: { id: { S: body } } }),
      });
    }
  }
  return { batchItemFailures: failures };
};`;

const RESOURCES = {
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Work: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'work',
      VisibilityTimeout: 5,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
    },
  },
  Done: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'done',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  },
  Echo: lambdaFunction('echo', ECHO, { STAGE: 'test' }),
  Worker: lambdaFunction('worker', WORKER, { TABLE: { Ref: 'Done' } }),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Worker' },
      EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
};

/** An emulator on which the app runs, and where it is reached. */
export interface RunningApp extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly url: string;
  /** The folder of the synthesized app. */
  readonly template: string;
}

/** Writes the synthesized app into a folder of its own. */
export async function writeApp(): Promise<{ readonly template: string; remove(): Promise<void> }> {
  const template = await mkdtemp(join(tmpdir(), 'celeriac-outside-'));
  await writeAssembly({ App: { template: { Resources: RESOURCES } } }, template);
  return { template, remove: () => rm(template, { recursive: true, force: true }) };
}

/** Starts an emulator with the app, and listens. */
export async function startApp(options: EmulatorOptions = {}): Promise<RunningApp> {
  const { template, remove } = await writeApp();
  const emulator = await startEmulator({ ...options, template });
  const { url } = await emulator.listen();
  return {
    emulator,
    url,
    template,
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await remove();
    },
  };
}

function lambdaFunction(FunctionName: string, ZipFile: string, Variables: object): object {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...{ FunctionName, Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 5 },
      ...{ Role: 'arn:aws:iam::000000000000:role/app', Code: { ZipFile }, Environment: { Variables } },
    },
  };
}
