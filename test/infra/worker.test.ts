import { Match } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Size } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

test('a queue with tasks gets a worker, a queue without none', () => {
  const template = synthesize(shop).template();

  template.resourceCountIs('AWS::Lambda::Function', 2);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    // A sixth of the two minutes that the queue hides a message.
    Timeout: 20,
    MemorySize: 512,
    RecursiveLoop: 'Allow',
    Environment: { Variables: { CELERIAC_APP: 'shop', CELERIAC_STAGE: 'dev' } },
    FunctionName: Match.absent(),
  });
});

test("a worker's options reach function and event source mapping", () => {
  const workers = {
    mail: {
      memory: 1024,
      timeout: '15s',
      batch: 500,
      window: '30s',
      concurrency: 20,
      ephemeralStorage: Size.gibibytes(1),
      tracing: true,
    },
  } as const;

  const template = synthesize(shop, { workers }).template();

  template.hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 15,
    MemorySize: 1024,
    EphemeralStorage: { Size: 1024 },
    TracingConfig: { Mode: 'Active' },
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 500,
    MaximumBatchingWindowInSeconds: 30,
    ScalingConfig: { MaximumConcurrency: 20 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('without options a mapping has no window and no limit of its own', () => {
  const template = synthesize(shop).template();

  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
  template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: Match.absent(),
    ScalingConfig: Match.absent(),
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('variables of your own are set, but none that would lead the worker to another app', () => {
  const environment = { MAIL_FROM: 'us', CELERIAC_APP: 'other' };

  const template = synthesize(shop, { stage: 'prod', workers: { mail: { environment } } }).template();

  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { MAIL_FROM: 'us', CELERIAC_APP: 'shop', CELERIAC_STAGE: 'prod' } },
  });
});

test('a worker in a VPC may make its network interfaces, the others may not', () => {
  const { template } = synthesize(shop, (stack) => ({
    // Vpc implements IVpc; their types disagree only about exactOptionalPropertyTypes.
    workers: { mail: { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 }) as IVpc } },
  }));

  const roles = Object.entries(template().findResources('AWS::IAM::Role'));
  const managed = new Map(roles.map(([id, role]) => [id, role.Properties.ManagedPolicyArns]));

  template().hasResourceProperties('AWS::Lambda::Function', { VpcConfig: Match.anyValue() });
  expect([...managed].find(([id]) => id.startsWith('BrokerWorkermail'))?.[1]).toEqual([
    { 'Fn::Join': ['', expect.arrayContaining([expect.stringMatching(/AWSLambdaVPCAccessExecutionRole$/)])] },
  ]);
  expect([...managed].find(([id]) => id.startsWith('BrokerWorkerledger'))?.[1]).toBeUndefined();
});

test.each([
  [undefined, 30],
  [RetentionDays.ONE_WEEK, 7],
])('logs have a group of their own, kept for %s: %i days', (logRetention, days) => {
  const template = synthesize(shop, logRetention === undefined ? {} : { logRetention }).template();

  template.resourceCountIs('AWS::Logs::LogGroup', 2);
  template.allResourcesProperties('AWS::Logs::LogGroup', {
    RetentionInDays: days,
    LogGroupName: Match.absent(),
  });
  template.allResourcesProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('Log') } },
  });
});

test('a worker reads all levels of its queue, which share its concurrency', () => {
  const template = synthesize(mall, { workers: { work: { concurrency: 20 } } }).template();

  const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  const limits = mappings.map(({ Properties }) => [
    Properties.EventSourceArn['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, ''),
    Properties.ScalingConfig?.MaximumConcurrency,
  ]);

  expect(limits).toEqual(
    expect.arrayContaining([
      ['BrokerQueueworkQueue', 4],
      ['BrokerQueueworkLevel1', 6],
      ['BrokerQueueworkLevel2', 10],
    ]),
  );
});

test("a consumer's prefetch is the batch, with the window that Lambda wants", () => {
  const template = synthesize(mall).template();

  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^BrokerQueuelargeQueue'), 'Arn'] },
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
  });
});
