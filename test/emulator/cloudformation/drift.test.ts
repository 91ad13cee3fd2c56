/** Drift of stacks. Source: AWS CloudFormation user guide, "Detect unmanaged configuration changes". */
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  DetectStackResourceDriftCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { queue, refusal, template } from './api.ts';
import { created, drifts, RESOURCES, StackName, type World } from './drift-stack.ts';

test('a stack that nobody has touched is in sync, every type of it', async () => {
  const world = await created();

  const { status, of } = await drifts(world);

  expect(status).toMatchObject({
    ...{ DetectionStatus: 'DETECTION_COMPLETE', StackDriftStatus: 'IN_SYNC', DriftedStackResourceCount: 0 },
  });
  expect(
    [...of].map(([id, drift]) => [id, drift.StackResourceDriftStatus, drift.PropertyDifferences]),
  ).toEqual([...of.keys()].map((id) => [id, 'IN_SYNC', undefined]));
  expect([...of.keys()].sort()).toEqual(
    Object.keys(RESOURCES)
      .filter((id) => id !== 'Role')
      .sort(),
  );
});

const QueueUrl = 'http://emulator:4566/000000000000/jobs';
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:jobs';

test.each<[string, string, string, Input, readonly unknown[]]>([
  [
    'Jobs',
    'sqs',
    'SetQueueAttributes',
    { QueueUrl, Attributes: { VisibilityTimeout: '90' } },
    [['/VisibilityTimeout', '60', '90', 'NOT_EQUAL']],
  ],
  [
    'Jobs',
    'sqs',
    'TagQueue',
    { QueueUrl, Tags: { b: '2' } },
    [['/Tags/1', '', '{"Key":"b","Value":"2"}', 'ADD']],
  ],
  [
    'Jobs',
    'sqs',
    'SetQueueAttributes',
    { QueueUrl, Attributes: { RedrivePolicy: '' } },
    [['/RedrivePolicy', expect.stringContaining('maxReceiveCount'), '', 'REMOVE']],
  ],
  [
    'Orders',
    'sns',
    'SetTopicAttributes',
    {
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:orders',
      AttributeName: 'DisplayName',
      AttributeValue: 'x',
    },
    [['/DisplayName', 'Orders', 'x', 'NOT_EQUAL']],
  ],
  [
    'Runs',
    'dynamodb',
    'UpdateTable',
    { TableName: 'runs', DeletionProtectionEnabled: true },
    [['/DeletionProtectionEnabled', 'false', 'true', 'NOT_EQUAL']],
  ],
  [
    'Worker',
    'lambda',
    'UpdateFunctionConfiguration',
    { FunctionName: 'worker', Timeout: 9, Environment: { Variables: { A: '2' } } },
    [
      ['/Environment/Variables/A', '1', '2', 'NOT_EQUAL'],
      ['/Timeout', '5', '9', 'NOT_EQUAL'],
    ],
  ],
  [
    'Bus',
    'eventbridge',
    'UpdateEventBus',
    { Name: 'shop', Description: 'other' },
    [['/Description', 'all', 'other', 'NOT_EQUAL']],
  ],
  [
    'Rule',
    'eventbridge',
    'PutTargets',
    { Rule: 'orders', EventBusName: 'shop', Targets: [{ Id: 'z', Arn: QUEUE_ARN }] },
    [['/Targets/1', '', expect.stringContaining('"Id":"z"'), 'ADD']],
  ],
])('what was changed of %s by %s %s is drift', async (id, service, operation, input, expected) => {
  const world = await created();
  await world.emulator.call(service, operation, input);

  const { status, of } = await drifts(world);

  const { PropertyDifferences = [], StackResourceDriftStatus } = of.get(id) ?? {};
  const shown = PropertyDifferences.map(({ PropertyPath, ExpectedValue, ActualValue, DifferenceType }) => [
    ...[PropertyPath, ExpectedValue, ActualValue, DifferenceType],
  ]);
  expect(StackResourceDriftStatus).toBe('MODIFIED');
  expect(shown.sort()).toEqual(expected);
  expect(status).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 1 });
});

test('what the template leaves to its default cannot drift', async () => {
  const world = await created({ Jobs: queue({ QueueName: 'jobs' }) });
  await world.emulator.call('sqs', 'SetQueueAttributes', {
    QueueUrl,
    Attributes: { VisibilityTimeout: '90' },
  });

  const { of } = await drifts(world);

  expect(of.get('Jobs')?.StackResourceDriftStatus).toBe('IN_SYNC');
});

test('a resource that somebody deleted is drift, and one made anew under its name is not', async () => {
  const world = await created({ Jobs: queue({ QueueName: 'jobs', DelaySeconds: 5 }) });
  await world.emulator.call('sqs', 'DeleteQueue', { QueueUrl });
  const gone = await drifts(world);
  await world.emulator.call('sqs', 'CreateQueue', { QueueName: 'jobs', Attributes: { DelaySeconds: '5' } });

  const again = await drifts(world);

  expect(gone.of.get('Jobs')).toMatchObject({
    StackResourceDriftStatus: 'DELETED',
    PhysicalResourceId: 'jobs',
  });
  expect(gone.of.get('Jobs')).not.toHaveProperty('ActualProperties');
  expect(again.of.get('Jobs')?.StackResourceDriftStatus).toBe('IN_SYNC');
});

test('of a resource that an update replaced, the drift of the old one is not told', async () => {
  const world = await created({ Jobs: queue({ QueueName: 'jobs', DelaySeconds: 5 }), Other: queue() });
  const change = { QueueUrl, Attributes: { DelaySeconds: '7' } };
  await world.emulator.call('sqs', 'SetQueueAttributes', change);
  const before = await drifts(world);
  const TemplateBody = template({ Jobs: queue({ QueueName: 'jobs-2', DelaySeconds: 5 }), Other: queue() });
  await world.client.send(new UpdateStackCommand({ StackName, TemplateBody }));

  const { StackResourceDrifts: between = [] } = await world.client.send(
    new DescribeStackResourceDriftsCommand({ StackName }),
  );
  const after = await drifts(world);

  expect(before.of.get('Jobs')?.StackResourceDriftStatus).toBe('MODIFIED');
  expect(between.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Other']);
  expect(after.of.get('Jobs')).toMatchObject({
    ...{ PhysicalResourceId: 'jobs-2', StackResourceDriftStatus: 'IN_SYNC' },
  });
});

test('one resource is looked at alone, and drifts are read by their status', async () => {
  const world = await created();
  const { client } = world;
  await world.emulator.call('sqs', 'SetQueueAttributes', {
    QueueUrl,
    Attributes: { VisibilityTimeout: '90' },
  });

  const one = await client.send(
    new DetectStackResourceDriftCommand({ StackName, LogicalResourceId: 'Jobs' }),
  );
  const { StackResourceDrifts: modified } = await client.send(
    new DescribeStackResourceDriftsCommand({ StackName, StackResourceDriftStatusFilters: ['MODIFIED'] }),
  );
  const { StackResourceDrifts: same } = await client.send(
    new DescribeStackResourceDriftsCommand({ StackName, StackResourceDriftStatusFilters: ['IN_SYNC'] }),
  );

  expect(one.StackResourceDrift?.StackResourceDriftStatus).toBe('MODIFIED');
  expect(JSON.parse(one.StackResourceDrift?.ActualProperties ?? '')).toMatchObject({
    VisibilityTimeout: '90',
  });
  expect(modified).toEqual([one.StackResourceDrift]);
  expect(same).toEqual([]);
});

test('stacks say whether and when somebody has looked', async () => {
  const world = await created({ Jobs: queue() });
  const look = async () => {
    const { Stacks: [stack] = [] } = await world.client.send(new DescribeStacksCommand({ StackName }));
    return stack?.DriftInformation;
  };
  const before = await look();
  await drifts(world);

  expect(before).toEqual({ StackDriftStatus: 'NOT_CHECKED' });
  expect(await look()).toEqual({
    ...{ StackDriftStatus: 'IN_SYNC', LastCheckTimestamp: new Date('2026-01-01T10:00:00Z') },
  });
});

test.each<[string, (world: World) => Promise<unknown>, string]>([
  [
    'a stack that is not there',
    ({ client }) => client.send(new DetectStackDriftCommand({ StackName: 'nobody' })),
    'Stack [nobody] does not exist',
  ],
  [
    'a resource that is not there',
    ({ client }) => client.send(new DetectStackResourceDriftCommand({ StackName, LogicalResourceId: 'X' })),
    'Resource X does not exist for stack shop',
  ],
  [
    'a type that cannot be read back',
    ({ client }) =>
      client.send(new DetectStackResourceDriftCommand({ StackName, LogicalResourceId: 'Role' })),
    'Drift detection is not supported for resource type AWS::IAM::Role',
  ],
  [
    'a detection that is not there',
    ({ client }) =>
      client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId: 'none' })),
    'StackDriftDetectionId [none] does not exist',
  ],
])('drift of %s is refused', async (_title, ask, message) => {
  const world = await created();

  const [name, text] = await refusal(ask(world));

  expect(name).toBe('ValidationError');
  expect(text).toContain(message);
});
