import { Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Duration, type Stack, Validations } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker, FargateWorker, type FargateWorkerProps } from '#infra';
import { defineApp, defineQueue, defineTask } from '../../lib/index.ts';
import { emptyStack, type Props, type Settings, synthesize } from './stack.ts';

const reports = defineQueue('reports', { visibility: '5m', priorities: 2 });
const mail = defineQueue('mail');
const app = defineApp('shop', {
  longDelays: false,
  tasks: [
    defineTask('report', { queue: reports, run: () => 1 }),
    defineTask('letter', { queue: mail, result: false, run: () => {} }),
  ],
});

function network(stack: Stack): IVpc {
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
  Validations.of(vpc).acknowledge({ id: 'AwsSolutions-VPC7', reason: 'This network carries nothing.' });
  // Vpc implements IVpc; their types disagree only about exactOptionalPropertyTypes.
  return vpc as IVpc;
}

/** A stack whose queue `reports` is worked off by a service. */
function withService(
  more: Partial<FargateWorkerProps> = {},
  settings: Settings = {},
  broker: Exclude<Props, (stack: Stack) => unknown> = { workers: { reports: 'machine' } },
) {
  const made = synthesize(app, broker, settings);
  const worker = new FargateWorker(made.stack, 'Reports', {
    broker: made.broker,
    queues: ['reports'],
    image: ContainerImage.fromRegistry('example/reports'),
    vpc: network(made.stack),
    ...more,
  });
  return { ...made, worker };
}

test('the service runs the command for its queues, and a queue of a machine has no function', () => {
  const { template } = withService({ command: ['--pool', 'processes'] });

  template().hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [
      Match.objectLike({
        Command: [
          ...['worker', '--app', 'app.js', '--queues', 'reports', '--health', '8080'],
          ...['--pool', 'processes'],
        ],
        Environment: [{ Name: 'CELERIAC_STAGE', Value: 'dev' }],
        StopTimeout: 120,
      }),
    ],
  });
  template().resourceCountIs('AWS::Lambda::EventSourceMapping', 1);
  template().hasResourceProperties('AWS::ECS::Service', {
    DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } },
    NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
  });
});

test('an app that machines work off alone has no function, and needs no entry', () => {
  const { stack } = emptyStack();
  const workers = { reports: 'machine', mail: 'machine' } as const;
  const broker = new Broker(stack, 'Broker', { app, workers });

  const template = Template.fromStack(stack);

  template.resourceCountIs('AWS::Lambda::Function', 0);
  expect(broker.topology.workers).toEqual([]);
});

test.each([
  ['a queue that no machine works off', app, { reports: 'machine' }, /has a function for queue 'mail', and/],
  [
    'long delays',
    defineApp('shop', { tasks: app.tasks }),
    { reports: 'machine', mail: 'machine' },
    /has a function for long delays and schedules, and/,
  ],
] as const)('without an entry %s is refused', (_title, given, workers, text) => {
  const { stack } = emptyStack();

  const make = () => new Broker(stack, 'Broker', { app: given, workers });

  expect(make).toThrow(
    expect.objectContaining({ code: 'ENTRY_MISSING', message: expect.stringMatching(text) }),
  );
});

test('its role may receive from its own queues and do what a worker does, and nothing else', () => {
  const { template } = withService();

  const [policy] = Object.values(
    template().findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('ReportsTaskRole') }] },
    }),
  );
  const statements: readonly { Action: string | string[]; Resource: unknown }[] =
    policy?.Properties.PolicyDocument.Statement;
  const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort();
  const received = statements.filter(({ Action }) => [Action].flat().includes('sqs:ReceiveMessage'));

  expect(actions).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:PartiQLInsert',
    'dynamodb:PartiQLUpdate',
    'dynamodb:UpdateItem',
    'ecs:GetTaskProtection',
    'ecs:UpdateTaskProtection',
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:GetQueueUrl',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
  ]);
  expect(JSON.stringify(received)).not.toContain('mail');
  expect(JSON.stringify(statements)).not.toContain('"Resource":"*"');
});

test('it scales by the age of the oldest message that waits, over all levels', () => {
  const { template } = withService({ scaling: { min: 0, max: 4 } });

  template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
    MinCapacity: 0,
    MaxCapacity: 4,
  });
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 60,
    Metrics: Match.arrayWith([
      Match.objectLike({
        Expression: 'MAX([IF(FILL(v0, 0) > 0, FILL(a0, 0), 0), IF(FILL(v1, 0) > 0, FILL(a1, 0), 0)])',
      }),
    ]),
  });
});

test('of more levels than one alarm can see, one that is empty stops no tasks while another is full', () => {
  const busy = defineQueue('busy', { priorities: 4 });
  const quiet = defineQueue('quiet', { priorities: 4 });
  const { stack } = emptyStack();
  const broker = new Broker(stack, 'Broker', {
    app: defineApp('shop', { queues: [busy, quiet], longDelays: false }),
    workers: { busy: 'machine', quiet: 'machine' },
  });
  new FargateWorker(stack, 'Worker', {
    ...{ broker, queues: ['busy', 'quiet'], vpc: network(stack) },
    image: ContainerImage.fromRegistry('example/worker'),
  });

  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter(({ AlarmDescription }) => String(AlarmDescription).endsWith('threshold scaling alarm'));

  const stopping = alarms.filter(({ ComparisonOperator }) => ComparisonOperator.startsWith('LessThan'));
  const looked = alarms.map(({ Metrics }) => Metrics.filter((one: object) => 'MetricStat' in one).length);
  expect(stopping).toHaveLength(1);
  expect(stopping[0].Metrics[0].Expression.match(/FILL/g)).toHaveLength(8);
  expect(looked.sort((left, right) => left - right)).toEqual([6, 8, 10]);
});

test('a queue that has a function besides is refused, and so is a service without a network', () => {
  expect(() => withService({}, {}, {})).toThrow(
    expect.objectContaining({
      code: 'QUEUE_HAS_FUNCTION',
      message: expect.stringContaining("workers: { 'reports': 'machine' }"),
    }),
  );
  expect(() => withService({ queues: ['nothing'] })).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_QUEUE' }),
  );
  const { broker, stack } = synthesize(app, { workers: { reports: 'machine' } });
  const image = ContainerImage.fromRegistry('example/reports');
  expect(() => new FargateWorker(stack, 'Bare', { broker, queues: ['reports'], image })).toThrow(
    expect.objectContaining({ code: 'CLUSTER_MISSING' }),
  );
});

test.each<[string, Partial<FargateWorkerProps>]>([
  ['stopTimeout is 180 s, Fargate allows 120 s', { stopTimeout: Duration.minutes(3) }],
  ['scaling.age is 0 s', { scaling: { age: Duration.seconds(0) } }],
])('what only a deploy would refuse is refused before: %s', (text, more) => {
  expect(() => withService(more)).toThrow(
    expect.objectContaining({ code: 'OUT_OF_RANGE', message: expect.stringContaining(text) }),
  );
});

test.each([
  ['as it comes', {}],
  ['with variables of its own', { environment: { BANK: 'https://bank.example' }, assignPublicIp: true }],
])('it has no finding of the validator and of cdk-nag, %s', (_, more) => {
  const { cdk } = withService(more, { validated: true });

  expect(() => cdk.synth()).not.toThrow();
});

test("under a customer's key it may use it", () => {
  const made = synthesize(
    app,
    (stack) => ({
      workers: { reports: 'machine' },
      encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    }),
    { validated: true },
  );
  new FargateWorker(made.stack, 'Reports', {
    ...{ broker: made.broker, queues: ['reports'], vpc: network(made.stack) },
    image: ContainerImage.fromRegistry('example/reports'),
  });

  expect(() => made.cdk.synth()).not.toThrow();
});

test('an option that is undefined leaves its default in place', () => {
  // A caller without exactOptionalPropertyTypes, or in JavaScript, passes such options on.
  const more = JSON.parse('{}', () => ({
    ...{ app: undefined, cpu: undefined, memory: undefined },
    scaling: { min: undefined, max: undefined },
  }));

  const template = withService(more).template();

  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    Cpu: '512',
    Memory: '1024',
    ContainerDefinitions: [Match.objectLike({ Command: Match.arrayWith(['--app', 'app.js']) })],
  });
  template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
    MinCapacity: 1,
    MaxCapacity: 10,
  });
});
