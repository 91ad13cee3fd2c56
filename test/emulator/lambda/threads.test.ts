import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { createLambda } from '../../../lib/emulator/lambda/lambda.ts';
import { createSqs } from '../../../lib/emulator/sqs/sqs.ts';
import { createVirtualClock } from '../../../lib/emulator/virtual-clock.ts';
import { createBundleRig } from './bundle-rig.ts';
import { caller, functionArn, functionInput, payloadOf } from './rig.ts';

const rig = createBundleRig();

afterEach(() => rig.close());
afterAll(() => rig.remove());

test('a CommonJS bundle runs, and its answer and output come back', async () => {
  const { invoke, lines } = await rig.open(`
    exports.handler = async (event) => {
      console.log('got', event.n);
      console.error('odd');
      return { twice: 2 * event.n };
    };
  `);

  const answer = await invoke({ n: 4 });

  expect(payloadOf(answer)).toEqual({ twice: 8 });
  expect(lines.map(({ functionName, stream, text }) => [functionName, stream, text])).toEqual([
    ['worker', 'stdout', 'got 4'],
    ['worker', 'stderr', 'odd'],
  ]);
});

test("the SDK's word about this machine's Node is not said, and every other warning is", async () => {
  const { invoke, lines } = await rig.open(`
    exports.handler = async () => {
      process.emitWarning('NodeVersionSupportWarning: The AWS SDK for JavaScript (v3)\\nwill require');
      process.emitWarning('NodeVersionSupportWarning: another library', { code: 'OLD' });
      await new Promise((done) => setTimeout(done, 10));
    };
  `);

  await invoke();

  const said = lines.map(({ text }) => text).join('\n');
  expect(said).not.toContain('AWS SDK');
  expect(said).toContain('[OLD] Warning: NodeVersionSupportWarning: another library');
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['an .mjs file', { 'index.mjs': `export const handler = async () => 'esm'` }, 'index.handler'],
  [
    'a package of type module',
    { 'index.js': `export const handler = async () => 'esm'`, 'package.json': '{"type":"module"}' },
    'index.handler',
  ],
  [
    'a folder and a nested export',
    { 'lib/a/index.js': `module.exports = { deep: { handler: () => 'esm' } }` },
    'lib/a/index.deep.handler',
  ],
  [
    'several files',
    {
      'index.js': `exports.handler = require('./other.js').run`,
      'other.js': `exports.run = async () => 'esm'`,
    },
    'index.handler',
  ],
])('a handler is found in %s', async (_name, files, Handler) => {
  const { invoke } = await rig.open(files, { settings: { Handler } });

  const answer = await invoke();

  expect(payloadOf(answer)).toBe('esm');
});

test('a bundle is CommonJS even inside a project of type module, as on AWS', async () => {
  writeFileSync(join(rig.root, 'package.json'), '{"type":"module"}');
  const { invoke } = await rig.open({
    'index.js': `const { x } = require('./part.js'); exports.handler = async () => x`,
    'part.js': 'exports.x = typeof require',
  });

  const answer = await invoke();

  rmSync(join(rig.root, 'package.json'));
  expect(payloadOf(answer)).toBe('function');
});

test('process.env holds what Lambda sets and the function is given, and nothing else', async () => {
  process.env.CELERIAC_LEAK = 'secret';
  const settings = {
    MemorySize: 256,
    Environment: { Variables: { STAGE: 'dev', AWS_ENDPOINT_URL_SQS: 'http://x' } },
  };
  const { invoke } = await rig.open('exports.handler = async () => process.env', { settings });

  const answer = await invoke();

  delete process.env.CELERIAC_LEAK;
  expect(payloadOf(answer)).toEqual({
    STAGE: 'dev',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_ENDPOINT_URL_SQS: 'http://x',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'emulator',
    AWS_SESSION_TOKEN: 'emulator',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'worker',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/worker',
    AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    LAMBDA_TASK_ROOT: expect.stringContaining(rig.root),
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
    _HANDLER: 'index.handler',
    _X_AMZN_TRACE_ID: expect.stringMatching(/;Lineage=1:[0-9a-f]{8}:0$/),
  });
});

test('the context is that of the invocation', async () => {
  const { invoke } = await rig.open(`
    exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });
  `);

  const ClientContext = Buffer.from('{"a":1}').toString('base64');
  const [first, second] = [await invoke({}, { ClientContext }), await invoke()].map(payloadOf);

  expect(first).toEqual({
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'worker',
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn('worker'),
    memoryLimitInMB: '128',
    logGroupName: '/aws/lambda/worker',
    logStreamName: expect.any(String),
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    clientContext: { a: 1 },
    left: expect.any(Number),
  });
  expect(second).not.toHaveProperty('clientContext');
  expect(second).toHaveProperty('awsRequestId');
  expect(second).not.toHaveProperty('awsRequestId', Object(first).awsRequestId);
});

test('an environment stays warm, and keeps the state of its module', async () => {
  const { invoke, stats } = await rig.open('let runs = 0; exports.handler = async () => ++runs');

  const answers = [await invoke(), await invoke(), await invoke()];

  expect(answers.map(payloadOf)).toEqual([1, 2, 3]);
  expect(stats()).toMatchObject({ coldStarts: 1, environments: 1 });
});

test('invocations at the same time have environments of their own', async () => {
  const { invoke, stats } = await rig.open(`
    let busy = false;
    exports.handler = async () => {
      if (busy) throw new Error('shared');
      busy = true;
      await new Promise((resolve) => setImmediate(resolve));
      busy = false;
    };
  `);

  const answers = await Promise.all([invoke(), invoke(), invoke()]);

  expect(answers.map(payloadOf)).toEqual([null, null, null]);
  expect(stats()).toMatchObject({ coldStarts: 3, environments: 3 });
});

test('an environment that stays idle is dropped', async () => {
  const { invoke, stats } = await rig.open('let runs = 0; exports.handler = async () => ++runs', {
    idleMs: 1,
  });
  await invoke();

  await expect.poll(() => stats()?.environments).toBe(0);
  const answer = await invoke();

  expect(payloadOf(answer)).toBe(1);
});

test('new code is used by the next invocation, while a running one ends as it began', async () => {
  const gate = join(rig.root, 'gate');
  const { lambda, invoke, stats } = await rig.open(`
    const { existsSync } = require('node:fs');
    exports.handler = async (event) => {
      while (event.wait && !existsSync(event.wait)) await new Promise((resolve) => setTimeout(resolve, 1));
      return 'old';
    };
  `);
  const running = invoke({ wait: gate });
  await expect.poll(() => stats()?.environments).toBe(1);

  const changed = lambda.reload('worker', {
    folder: rig.bundle({ 'index.js': `exports.handler = async () => 'new'` }),
  });
  const next = await invoke();
  writeFileSync(gate, '');

  expect(changed).toBe(1);
  expect(payloadOf(next)).toBe('new');
  expect(payloadOf(await running)).toBe('old');
  await expect.poll(() => stats()?.environments).toBe(1);
});

test('virtual time stands still while a thread works, and a mapping feeds it', async () => {
  const clock = createVirtualClock(0);
  const sqs = createSqs({ clock });
  const lambda = createLambda({ clock, sqs, endpoint: () => undefined });
  rig.keep(lambda);
  const Folder = rig.bundle({
    'index.js': `exports.handler = async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (event.Records[0].attributes.ApproximateReceiveCount === '1') throw new Error('again');
    }`,
  });
  await lambda.call('CreateFunction', functionInput('worker', { Code: { Folder } }), caller);
  const { QueueUrl } = await sqs.call(
    'CreateQueue',
    { QueueName: 'q', Attributes: { VisibilityTimeout: '60' } },
    caller,
  );
  await sqs.call('SendMessage', { QueueUrl, MessageBody: 'a' }, caller);
  const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:q';
  await lambda.call('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn }, caller);

  await clock.advance(60_000);

  expect(lambda.stats()[functionArn('worker')]).toMatchObject({ invocations: 2, errors: 1, durationMs: 0 });
  expect(sqs.snapshot()[0]?.messages).toEqual([]);
});
