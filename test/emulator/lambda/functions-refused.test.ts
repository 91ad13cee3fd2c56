import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { constraintText, createRig, functionArn, functionInput, queueArn, refusal } from './rig.ts';

const unserved = 'the emulated Lambda does not serve';
let folder = '';

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lambda-')));
  writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => 1');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a name is taken once', async () => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);

  const refused = await refusal(() => rig.call('CreateFunction', functionInput('worker', { Code: {} })));

  expect(refused).toEqual({
    name: 'ResourceConflictException',
    message: 'Function already exist: worker',
    status: 409,
  });
});

test.each<[string, Input, string, string]>([
  [
    'a timeout of 0',
    { Timeout: 0 },
    'ValidationException',
    constraintText("'0'", 'timeout', 'have value greater than or equal to 1'),
  ],
  [
    'a timeout over 900',
    { Timeout: 901 },
    'ValidationException',
    constraintText("'901'", 'timeout', 'have value less than or equal to 900'),
  ],
  [
    'too little memory',
    { MemorySize: 64 },
    'ValidationException',
    constraintText("'64'", 'memorySize', 'have value greater than or equal to 128'),
  ],
  [
    'too much memory',
    { MemorySize: 10_241 },
    'ValidationException',
    constraintText("'10241'", 'memorySize', 'have value less than or equal to 10240'),
  ],
  ['no role', { Role: undefined }, 'ValidationException', constraintText('null', 'role', 'not be null')],
  ['no code', { Code: undefined }, 'ValidationException', constraintText('null', 'code', 'not be null')],
  [
    'another architecture',
    { Architectures: ['mips'] },
    'ValidationException',
    constraintText("'[mips]'", 'architectures', 'satisfy enum value set: [x86_64, arm64]'),
  ],
  [
    'no runtime',
    { Runtime: undefined },
    'InvalidParameterValueException',
    'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
  ],
  [
    'no handler',
    { Handler: undefined },
    'InvalidParameterValueException',
    'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
  ],
  [
    'an empty code',
    { Code: {} },
    'InvalidParameterValueException',
    'Please provide a source for function code.',
  ],
  [
    'a reserved variable',
    { Environment: { Variables: { AWS_REGION: 'x' } } },
    'InvalidParameterValueException',
    'Lambda was unable to configure your environment variables because ' +
      'the environment variables you have provided contains reserved keys ' +
      'that are currently not supported for modification. ' +
      'Reserved keys used in this request: AWS_REGION',
  ],
  [
    'a FIFO dead-letter queue',
    { DeadLetterConfig: { TargetArn: queueArn('q.fifo') } },
    'InvalidParameterValueException',
    `The provided target ${queueArn('q.fifo')} is a FIFO queue; ` +
      'a dead-letter queue of Lambda is a standard one',
  ],
  [
    'SnapStart',
    { SnapStart: { ApplyOn: 'PublishedVersions' } },
    'InvalidParameterValueException',
    'SnapStart is not supported for Node.js runtimes.',
  ],
  ['a timeout that is a text', { Timeout: '3' }, 'SerializationException', 'Timeout is not an integer'],
  [
    'another language',
    { Runtime: 'python3.13' },
    'NotImplementedException',
    `${unserved} Runtime 'python3.13'; it runs nodejs20.x and later, on the Node.js of this process`,
  ],
  [
    'layers',
    { Layers: ['arn:aws:lambda:eu-west-1:1:layer:x:1'] },
    'NotImplementedException',
    `${unserved} Layers of CreateFunction`,
  ],
  ['an image', { PackageType: 'Image' }, 'NotImplementedException', `${unserved} PackageType Image`],
  [
    'code in a bucket that is not there',
    { Code: { S3Bucket: 'b', S3Key: 'k' } },
    'InvalidParameterValueException',
    'Error occurred while GetObject. S3 Error Code: NoSuchBucket. ' +
      'S3 Error Message: The specified bucket does not exist',
  ],
  [
    'a published version of a kind that is not served',
    { PublishTo: 'LATEST_PUBLISHED' },
    'NotImplementedException',
    `${unserved} PublishTo of CreateFunction`,
  ],
  [
    'a bucket as dead-letter queue',
    { DeadLetterConfig: { TargetArn: 'arn:aws:s3:::b' } },
    'NotImplementedException',
    `${unserved} DeadLetterConfig of CreateFunction to anything but a queue or a topic: arn:aws:s3:::b`,
  ],
])('CreateFunction with %s is refused', async (_name, input, name, message) => {
  const rig = createRig();

  const refused = await refusal(() =>
    rig.call('CreateFunction', functionInput('worker', { Code: { Folder: folder }, ...input })),
  );

  expect(refused).toEqual({ name, message, status: name === 'NotImplementedException' ? 501 : 400 });
  expect(rig.lambda.functions()).toEqual([]);
});

test('variables over 4 KB are refused', async () => {
  const rig = createRig();
  const Environment = { Variables: { LARGE: 'x'.repeat(4096) } };

  const refused = await refusal(() =>
    rig.call('CreateFunction', functionInput('worker', { Code: { Folder: folder }, Environment })),
  );

  expect(refused.name).toBe('InvalidParameterValueException');
  expect(refused.message).toContain('exceeded the 4KB limit. String measured: {"LARGE":"xxx');
});

test('a folder that is not there is refused', async () => {
  const rig = createRig();

  const refused = await refusal(() =>
    rig.call('CreateFunction', functionInput('worker', { Code: { Folder: join(folder, 'nowhere') } })),
  );

  expect(refused.name).toBe('InvalidParameterValueException');
  expect(refused.message).toMatch(/^Could not read the code of the function: .*ENOENT/);
});

test.each<[string, string, Input, string, string]>([
  [
    'an unknown version',
    'GetFunction',
    { Qualifier: '7' },
    'ResourceNotFoundException',
    `Function not found: ${functionArn('worker')}:7`,
  ],
  [
    'two qualifiers',
    'GetFunction',
    { FunctionName: 'worker:1', Qualifier: '2' },
    'InvalidParameterValueException',
    'The derived qualifier from the function name does not match the specified qualifier.',
  ],
  [
    'the deletion of $LATEST',
    'DeleteFunction',
    { Qualifier: '$LATEST' },
    'InvalidParameterValueException',
    '$LATEST version cannot be deleted without deleting the function.',
  ],
  [
    'too much reserved concurrency',
    'PutFunctionConcurrency',
    { ReservedConcurrentExecutions: 901 },
    'InvalidParameterValueException',
    "Specified ReservedConcurrentExecutions for function decreases account's " +
      'UnreservedConcurrentExecution below its minimum value of [100].',
  ],
  [
    'an unknown recursion setting',
    'PutFunctionRecursionConfig',
    { RecursiveLoop: 'Maybe' },
    'ValidationException',
    constraintText("'Maybe'", 'recursiveLoop', 'satisfy enum value set: [Allow, Terminate]'),
  ],
  [
    'too many retries',
    'PutFunctionEventInvokeConfig',
    { MaximumRetryAttempts: 3 },
    'ValidationException',
    constraintText("'3'", 'maximumRetryAttempts', 'have value less than or equal to 2'),
  ],
  [
    'a bucket as destination',
    'PutFunctionEventInvokeConfig',
    { DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::b' } } },
    'NotImplementedException',
    `${unserved} the OnFailure destination arn:aws:s3:::b; ` +
      'it serves queues, topics, event buses and functions',
  ],
  [
    'an unknown type of invocation',
    'Invoke',
    { InvocationType: 'Later' },
    'ValidationException',
    constraintText("'Later'", 'invocationType', 'satisfy enum value set: [RequestResponse, Event, DryRun]'),
  ],
  [
    'a durable execution',
    'Invoke',
    { DurableExecutionName: 'x' },
    'NotImplementedException',
    `${unserved} DurableExecutionName of Invoke`,
  ],
  [
    'an operation that is not served',
    'PublishLayerVersion',
    {},
    'NotImplementedException',
    `${unserved} PublishLayerVersion`,
  ],
  [
    'an operation called like a member of all objects',
    'toString',
    {},
    'NotImplementedException',
    `${unserved} toString`,
  ],
])('%s is refused', async (_name, operation, input, name, message) => {
  const rig = createRig();
  await rig.fn('worker', () => undefined);

  const refused = await refusal(() => rig.call(operation, { FunctionName: 'worker', ...input }));

  expect(refused).toMatchObject({ name, message });
});

test('a name of wrong characters is refused', async () => {
  const rig = createRig();

  const refused = await refusal(() => rig.call('GetFunction', { FunctionName: 'a b' }));

  expect(refused.name).toBe('ValidationException');
  expect(refused.message).toMatch(
    /^1 validation error detected: Value 'a b' at 'functionName' failed to satisfy/,
  );
});

test('tags of what is no function are refused', async () => {
  const rig = createRig();

  const unknown = await refusal(() => rig.call('ListTags', { Resource: functionArn('nobody') }));
  const mapping = await refusal(() =>
    rig.call('ListTags', { Resource: 'arn:aws:lambda:x:1:event-source-mapping:1' }),
  );

  expect(unknown).toMatchObject({
    name: 'ResourceNotFoundException',
    message: `Function not found: ${functionArn('nobody')}`,
  });
  expect(mapping).toMatchObject({ name: 'NotImplementedException', status: 501 });
});
