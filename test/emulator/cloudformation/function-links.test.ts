import { expect, test } from 'vitest';
import { openEmulator, problemsOf, writeStack } from './assembly.ts';

const WORKER = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{ FunctionName: 'worker', Handler: 'index.handler', Runtime: 'nodejs24.x' },
    Role: 'arn:aws:iam::000000000000:role/worker',
    Code: { ZipFile: 'exports.handler = async (event) => event.rawPath ?? event.Records.length;' },
  },
};
const RUNS = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName: 'runs',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  },
};
const DEAD = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } };
const WORKER_ARN = { 'Fn::GetAtt': ['Worker', 'Arn'] };

function mapping(more: object = {}): object {
  const EventSourceArn = { 'Fn::GetAtt': ['Runs', 'StreamArn'] };
  const Properties = { FunctionName: { Ref: 'Worker' }, EventSourceArn, StartingPosition: 'LATEST', ...more };
  return { Type: 'AWS::Lambda::EventSourceMapping', Properties };
}

test('a mapping of a stream is made and changed', async () => {
  const emulator = openEmulator();
  const OnFailure = { Destination: { 'Fn::GetAtt': ['Dead', 'Arn'] } };
  const Resources = { Worker: WORKER, Runs: RUNS, Dead: DEAD };
  const list = async () => {
    const { EventSourceMappings } = await emulator.call('lambda', 'ListEventSourceMappings', {});
    // ListEventSourceMappings answers with a list of these.
    return EventSourceMappings as readonly Readonly<Record<string, unknown>>[];
  };
  const first = {
    MaximumRetryAttempts: 2,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure },
  };
  const folder = await writeStack({ Resources: { ...Resources, Link: mapping(first) } });
  await emulator.load(folder);
  const [made] = await list();

  await writeStack({ Resources: { ...Resources, Link: mapping({ BatchSize: 7 }) } }, folder);
  await emulator.load(folder);
  const [changed] = await list();

  const DestinationConfig = { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:dead' } };
  expect(made).toMatchObject({
    ...{
      MaximumRetryAttempts: 2,
      BisectBatchOnFunctionError: true,
      BatchSize: 100,
      StartingPosition: 'LATEST',
    },
    DestinationConfig,
  });
  expect(changed).toMatchObject({
    ...{ UUID: made?.UUID, MaximumRetryAttempts: -1, BisectBatchOnFunctionError: false, BatchSize: 7 },
    DestinationConfig: { OnFailure: {} },
  });
});

test('a mapping of a stream without a start is refused in the words of Lambda', async () => {
  const Link = mapping({ StartingPosition: undefined });

  const problems = await problemsOf(await writeStack({ Resources: { Worker: WORKER, Runs: RUNS, Link } }));

  expect(problems).toEqual([
    expect.objectContaining({
      ...{ code: 'SERVICE_REFUSED', logicalId: 'Link' },
      message: expect.stringContaining("Value null at 'startingPosition' failed to satisfy constraint"),
    }),
  ]);
});

test('a function URL answers at the address that the template gives out', async () => {
  const emulator = openEmulator();
  const Url = { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE', TargetFunctionArn: WORKER_ARN } };
  const Outputs = { Address: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } };
  const report = await emulator.load(await writeStack({ Resources: { Worker: WORKER, Url }, Outputs }));

  const response = await fetch(`${report.stacks[0]?.outputs.Address}hello`);

  expect([response.status, await response.json()]).toEqual([200, '/hello']);
});

test('a function URL goes with its resource', async () => {
  const emulator = openEmulator();
  const Url = { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE', TargetFunctionArn: WORKER_ARN } };
  const folder = await writeStack({ Resources: { Worker: WORKER, Url } });
  await emulator.load(folder);

  await writeStack({ Resources: { Worker: WORKER } }, folder);
  await emulator.load(folder);

  const listed = await emulator.call('lambda', 'ListFunctionUrlConfigs', { FunctionName: 'worker' });
  expect(listed).toEqual({ FunctionUrlConfigs: [] });
});

test('a permission is a statement of the policy, and goes with its resource', async () => {
  const emulator = openEmulator();
  const Properties = {
    ...{ Action: 'lambda:InvokeFunctionUrl', FunctionName: WORKER_ARN, Principal: '*' },
    FunctionUrlAuthType: 'NONE',
  };
  const Allow = { Type: 'AWS::Lambda::Permission', Properties };
  const folder = await writeStack({ Resources: { Worker: WORKER, Allow } });
  await emulator.load(folder);
  const getPolicy = () => emulator.call('lambda', 'GetPolicy', { FunctionName: 'worker' });

  const { Policy } = await getPolicy();
  await writeStack({ Resources: { Worker: WORKER } }, folder);
  await emulator.load(folder);

  expect(JSON.parse(String(Policy)).Statement).toEqual([
    expect.objectContaining({ Action: 'lambda:InvokeFunctionUrl', Principal: '*' }),
  ]);
  await expect(getPolicy()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
