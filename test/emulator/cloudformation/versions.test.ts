/** Versions and aliases of functions in templates, as cdk's `currentVersion` and `Alias` write them. */
import { App, Stack } from 'aws-cdk-lib';
import {
  Alias,
  Code,
  Function as Fn,
  FunctionUrlAuthType,
  type IVersion,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { createEmulator, startEmulator } from '../../../lib/emulator/index.ts';
import { temporaryFolder } from './assembly.ts';

/** Synthesizes a function with an alias, as a user writes it, into a folder. */
function synthesize(outdir: string, color: string): string {
  const app = new App({ outdir });
  const stack = new Stack(app, 'Shop', { env: { account: '000000000000', region: 'us-east-1' } });
  const worker = new Fn(stack, 'Worker', {
    ...{ functionName: 'worker', runtime: Runtime.NODEJS_24_X, handler: 'index.handler' },
    code: Code.fromInline(
      'exports.handler = async (event, context) => [process.env.COLOR, context.functionVersion];',
    ),
    environment: { COLOR: color },
  });
  // It is one, but its class says `undefined` where the interface leaves out.
  const version = worker.currentVersion as IVersion;
  const live = new Alias(stack, 'Live', { aliasName: 'live', version });
  live.addEventSource(new SqsEventSource(new Queue(stack, 'Jobs')));
  live.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
  return app.synth().directory;
}

async function invoked(emulator: ReturnType<typeof createEmulator>, Qualifier?: string): Promise<unknown> {
  const input = { FunctionName: 'worker', ...(Qualifier === undefined ? {} : { Qualifier }) };
  const { Payload } = await emulator.call('lambda', 'Invoke', input);
  return JSON.parse(Buffer.from(Object(Payload)).toString());
}

test('an alias of cdk leads to the current version, and moves on with the next deployment', async () => {
  const folder = await temporaryFolder();
  const emulator = await startEmulator({ template: synthesize(folder, 'red') });
  onTestFinished(() => emulator.close());
  const before = [await invoked(emulator), await invoked(emulator, 'live')];

  const report = await emulator.load(synthesize(folder, 'blue'));
  const after = [await invoked(emulator), await invoked(emulator, 'live')];

  expect(before).toEqual([
    ['red', '$LATEST'],
    ['red', '1'],
  ]);
  expect(after).toEqual([
    ['blue', '$LATEST'],
    ['blue', '2'],
  ]);
  const changes = report.changes.map(({ kind, type }) => `${kind} ${type}`);
  expect(changes).toEqual([
    ...['updated AWS::Lambda::Function', 'created AWS::Lambda::Version', 'updated AWS::Lambda::Alias'],
    'deleted AWS::Lambda::Version',
  ]);
  expect(emulator.services.lambda.mappings()).toEqual([
    expect.objectContaining({ functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:worker:live' }),
  ]);
}, 120_000);

test('versions and aliases are there after a restart', async () => {
  const data = await temporaryFolder();
  const first = await startEmulator({ data, template: synthesize(await temporaryFolder(), 'red') });
  await first.call('lambda', 'UpdateFunctionConfiguration', {
    ...{ FunctionName: 'worker', Environment: { Variables: { COLOR: 'blue' } } },
  });
  await first.close();

  const second = createEmulator({ data });
  onTestFinished(() => second.close());

  expect(await invoked(second, 'live')).toEqual(['red', '1']);
  const { Version } = await second.call('lambda', 'PublishVersion', { FunctionName: 'worker' });
  expect(Version).toBe('2');
}, 120_000);
