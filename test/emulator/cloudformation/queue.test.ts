import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../lib/emulator/index.ts';
import { openEmulator, problemsOf, queue, resources, writeStack } from './assembly.ts';

async function queueAttributes(emulator: Emulator, name: string): Promise<unknown> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: name });
  const answer = await emulator.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
  return answer.Attributes;
}

describe('AWS::SQS::Queue', () => {
  test('takes every property', async () => {
    const emulator = openEmulator();
    const dead = { 'Fn::GetAtt': ['Dead', 'Arn'] };
    const folder = await writeStack(
      resources({
        Jobs: queue({
          QueueName: 'jobs.fifo',
          FifoQueue: true,
          ContentBasedDeduplication: 'true',
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
          DelaySeconds: '5',
          KmsMasterKeyId: 'alias/mine',
          KmsDataKeyReusePeriodSeconds: 60,
          MaximumMessageSize: 2048,
          MessageRetentionPeriod: 60,
          ReceiveMessageWaitTimeSeconds: 20,
          RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 3 },
          VisibilityTimeout: 7,
          Tags: [{ Key: 'team', Value: 'blue' }],
        }),
        Dead: queue({
          FifoQueue: true,
          QueueName: 'dead.fifo',
          SqsManagedSseEnabled: false,
          RedriveAllowPolicy: { redrivePermission: 'allowAll' },
        }),
      }),
    );

    await emulator.load(folder);

    const [jobs, deadLetters] = ['jobs.fifo', 'dead.fifo'].map((name) => queueAttributes(emulator, name));
    expect(await jobs).toMatchObject({
      ...{ FifoQueue: 'true', ContentBasedDeduplication: 'true', DeduplicationScope: 'messageGroup' },
      ...{ FifoThroughputLimit: 'perMessageGroupId', DelaySeconds: '5', KmsMasterKeyId: 'alias/mine' },
      ...{ KmsDataKeyReusePeriodSeconds: '60', MaximumMessageSize: '2048', MessageRetentionPeriod: '60' },
      ...{ ReceiveMessageWaitTimeSeconds: '20', VisibilityTimeout: '7' },
      RedrivePolicy:
        '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":3}',
    });
    expect(await deadLetters).toMatchObject({
      SqsManagedSseEnabled: 'false',
      RedriveAllowPolicy: '{"redrivePermission":"allowAll"}',
    });
    const snapshot = emulator.services.sqs.snapshot().find((one) => one.name === 'jobs.fifo');
    expect(snapshot?.tags).toEqual({ team: 'blue' });
  });

  test('gets a name that ends as its type demands, the same in every emulator', async () => {
    const folder = await writeStack(resources({ Plain: queue(), Ordered: queue({ FifoQueue: true }) }));

    const [first, second] = [await openEmulator().load(folder), await openEmulator().load(folder)];

    const names = first.resources.map((resource) => resource.physicalId);
    expect(names).toEqual([
      expect.stringMatching(/^App-Plain-[A-Za-z0-9]{12}$/),
      expect.stringMatching(/^App-Ordered-[A-Za-z0-9]{12}\.fifo$/),
    ]);
    expect(second.resources.map((resource) => resource.physicalId)).toEqual(names);
  });

  test('is not taken over from somebody else', async () => {
    const emulator = openEmulator();
    await emulator.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
    const folder = await writeStack(resources({ Jobs: queue({ QueueName: 'jobs' }) }));

    const problems = await problemsOf(folder, emulator);

    expect(problems).toEqual([
      {
        ...{ code: 'SERVICE_REFUSED', stack: 'App', logicalId: 'Jobs', type: 'AWS::SQS::Queue' },
        message: "QueueNameExists: the queue 'jobs' exists already, and not from this template",
      },
    ]);
  });

  test('is refused by SQS in its own words, once for all who need it', async () => {
    const folder = await writeStack(
      resources({
        Jobs: queue({ DelaySeconds: 901 }),
        More: queue({ VisibilityTimeout: 50_000 }),
        Copy: queue({ Tags: [{ Key: 'of', Value: { Ref: 'Jobs' } }] }),
      }),
    );

    const problems = await problemsOf(folder);

    expect(problems.map((problem) => [problem.code, problem.logicalId, problem.message])).toEqual([
      ['SERVICE_REFUSED', 'Jobs', 'InvalidAttributeValue: Invalid value for the parameter DelaySeconds.'],
      [
        'SERVICE_REFUSED',
        'More',
        'InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.',
      ],
    ]);
  });
});

test('AWS::SQS::QueuePolicy is kept with its queues', async () => {
  const emulator = openEmulator();
  const statement = { Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' };
  const document = { Version: '2012-10-17', Statement: [statement] };
  const policy = { PolicyDocument: document, Queues: [{ Ref: 'Jobs' }] };
  const folder = await writeStack(
    resources({
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: policy },
      Jobs: queue({ QueueName: 'jobs' }),
    }),
  );

  await emulator.load(folder);

  expect(await queueAttributes(emulator, 'jobs')).toMatchObject({ Policy: JSON.stringify(document) });
});
