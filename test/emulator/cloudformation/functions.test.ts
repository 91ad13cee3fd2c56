import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../lib/emulator/index.ts';
import { openEmulator, problemsOf, writeAssembly, writeStack } from './assembly.ts';

const JOBS = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } };
const ROLE = 'arn:aws:iam::000000000000:role/worker';

function lambdaFunction(properties: object): object {
  const basics = { FunctionName: 'worker', Handler: 'index.handler', Runtime: 'nodejs24.x', Role: ROLE };
  return { Type: 'AWS::Lambda::Function', Properties: { ...basics, ...properties } };
}

const SAYS_ITS_VARIABLE = { ZipFile: 'exports.handler = async () => process.env.WHAT;' };

async function invoke(emulator: Emulator, FunctionName = 'worker'): Promise<unknown> {
  const answer = await emulator.call('lambda', 'Invoke', { FunctionName, Payload: '{}' });
  const payload = answer.Payload;
  return payload instanceof Uint8Array ? JSON.parse(Buffer.from(payload).toString()) : payload;
}

describe('AWS::Lambda::Function', () => {
  test('runs code from the template with the variables of the template', async () => {
    const emulator = openEmulator();
    const Environment = { Variables: { WHAT: { 'Fn::Sub': '${Jobs.QueueName}!' } } };
    const Worker = lambdaFunction({ Code: SAYS_ITS_VARIABLE, Environment });
    await emulator.load(await writeStack({ Resources: { Worker, Jobs: JOBS } }));

    const answer = await invoke(emulator);

    expect(answer).toBe('jobs!');
  });

  test('runs code from an asset', async () => {
    const emulator = openEmulator();
    const Worker = lambdaFunction({ Code: { S3Bucket: 'assets', S3Key: 'abc.zip' } });
    const folder = await writeAssembly({
      App: {
        template: { Resources: { Worker } },
        assets: { abc: { 'index.js': 'exports.handler = async () => 42;' } },
      },
    });
    await emulator.load(folder);

    const answer = await invoke(emulator);

    expect(answer).toBe(42);
  });

  test('reaches the emulator at the address that its queue URLs have', async () => {
    const emulator = openEmulator();
    const code = 'exports.handler = async () => [process.env.AWS_ENDPOINT_URL, process.env.URL];';
    const Environment = { Variables: { URL: { Ref: 'Jobs' } } };
    const Worker = lambdaFunction({ Code: { ZipFile: code }, Environment });
    await emulator.load(await writeStack({ Resources: { Worker, Jobs: JOBS } }));

    const answer = await invoke(emulator);

    expect(answer).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/jobs$/),
    ]);
    const [endpoint, url] = [answer].flat();
    expect(String(url).startsWith(`${endpoint}/`)).toBe(true);
  });

  test('takes every property that has an effect', async () => {
    const emulator = openEmulator();
    const Worker = lambdaFunction({
      ...{ Code: SAYS_ITS_VARIABLE, Timeout: 60, MemorySize: '256', Description: 'works' },
      ...{ Architectures: ['arm64'], ReservedConcurrentExecutions: 5, RecursiveLoop: 'Allow' },
      ...{ EphemeralStorage: { Size: 1024 }, LoggingConfig: { LogGroup: 'mine', LogFormat: 'JSON' } },
      DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
      Tags: [{ Key: 'team', Value: 'blue' }],
    });
    const report = await emulator.load(await writeStack({ Resources: { Worker, Jobs: JOBS } }));

    const FunctionName = 'worker';
    const found = await emulator.call('lambda', 'GetFunction', { FunctionName });
    const recursion = await emulator.call('lambda', 'GetFunctionRecursionConfig', { FunctionName });

    expect(report.ignored).toEqual([]);
    expect(found).toMatchObject({
      Concurrency: { ReservedConcurrentExecutions: 5 },
      Configuration: {
        ...{ Timeout: 60, MemorySize: 256, Description: 'works', Architectures: ['arm64'] },
        ...{ EphemeralStorage: { Size: 1024 }, LoggingConfig: { LogGroup: 'mine', LogFormat: 'JSON' } },
        DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:jobs' },
      },
      Tags: { team: 'blue' },
    });
    expect(recursion).toEqual({ RecursiveLoop: 'Allow' });
  });

  test.each<[string, object, string, string]>([
    [
      'with another runtime',
      { Code: SAYS_ITS_VARIABLE, Runtime: 'python3.13' },
      'Runtime',
      "is 'python3.13'; the emulator runs Node.js functions only",
    ],
    [
      'with code that is no asset',
      { Code: { S3Bucket: 'b', S3Key: 'k.zip' } },
      'Code.S3Key',
      "'k.zip' is no asset of this app, and no object of the emulated bucket 'b'",
    ],
    ['without code', { Code: {} }, 'Code', 'must have an S3Key or a ZipFile'],
    [
      'from an image',
      { Code: SAYS_ITS_VARIABLE, PackageType: 'Image' },
      'PackageType',
      'is "Image", it must be one of Zip',
    ],
    [
      'with layers',
      { Code: SAYS_ITS_VARIABLE, Layers: ['arn'] },
      'Layers',
      'the emulator does not serve this property; served: Architectures,',
    ],
  ])('%s is refused', async (_title, properties, property, message) => {
    const folder = await writeStack({ Resources: { Worker: lambdaFunction(properties) } });

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => [problem.logicalId, problem.property, problem.message])).toEqual([
      ['Worker', property, expect.stringContaining(message)],
    ]);
  });
});

describe('AWS::Lambda::EventSourceMapping', () => {
  const Worker = lambdaFunction({ Code: SAYS_ITS_VARIABLE });
  const mapping = (properties: object): object => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: 'Worker' }, ...properties },
  });

  test('takes every property that has an effect', async () => {
    const emulator = openEmulator();
    const Mapping = mapping({
      EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
      ...{ BatchSize: 20, MaximumBatchingWindowInSeconds: 2, Enabled: false },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    const report = await emulator.load(await writeStack({ Resources: { Mapping, Worker, Jobs: JOBS } }));

    const UUID = report.resources.find((resource) => resource.logicalId === 'Mapping')?.physicalId;
    const found = await emulator.call('lambda', 'GetEventSourceMapping', { UUID });

    expect(found).toMatchObject({
      ...{ BatchSize: 20, MaximumBatchingWindowInSeconds: 2, State: 'Disabled' },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 3 },
    });
  });

  test.each<[string, object, string, string]>([
    [
      'from a stream',
      { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' },
      'EventSourceArn',
      "is 'arn:aws:kinesis:us-east-1:000000000000:stream/s'; the emulator serves mappings of SQS",
    ],
    [
      'with pollers',
      { EventSourceArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, ProvisionedPollerConfig: { MinimumPollers: 2 } },
      'ProvisionedPollerConfig',
      'the emulator does not serve this property; served: BatchSize,',
    ],
    ['without a source', {}, 'EventSourceArn', 'is required'],
  ])('%s is refused', async (_title, properties, property, message) => {
    const folder = await writeStack({ Resources: { Mapping: mapping(properties), Worker, Jobs: JOBS } });

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => [problem.logicalId, problem.property, problem.message])).toEqual([
      ['Mapping', property, expect.stringContaining(message)],
    ]);
  });
});

test('AWS::Lambda::EventInvokeConfig sets retries, age and destinations', async () => {
  const emulator = openEmulator();
  const Config = {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      ...{ FunctionName: { Ref: 'Worker' }, Qualifier: '$LATEST' },
      ...{ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Jobs', 'Arn'] } } },
    },
  };
  const Worker = lambdaFunction({ Code: SAYS_ITS_VARIABLE });
  await emulator.load(await writeStack({ Resources: { Config, Worker, Jobs: JOBS } }));

  const found = await emulator.call('lambda', 'GetFunctionEventInvokeConfig', { FunctionName: 'worker' });

  expect(found).toMatchObject({
    ...{ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:jobs' } },
  });
});

test.each([['AWS::Lambda::LayerVersion', 'layers are not served; bundle the code into the function']])(
  '%s is refused with its reason',
  async (Type, message) => {
    const folder = await writeStack({ Resources: { Thing: { Type } } });

    const problems = await problemsOf(folder);

    expect(problems).toEqual([
      { code: 'TYPE_REFUSED', stack: 'App', logicalId: 'Thing', type: Type, property: '', message },
    ]);
  },
);
