/** Queues themselves: making, finding, listing, attributes, tags, purge, strict mode. */
import { describe, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { arnOf, CALLER, createWorld, START, type World } from './world.ts';

const URL = `${CALLER.endpoint}/${CALLER.account}`;

function attributesOf(world: World, url: string, names: readonly string[] = ['All']): unknown {
  return world.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: names }).Attributes;
}

describe('creating a queue', () => {
  test('answers its URL from the caller’s endpoint', () => {
    const world = createWorld();

    expect(world.call('CreateQueue', { QueueName: 'jobs' })).toEqual({ QueueUrl: `${URL}/jobs` });
    expect(
      world.sqs.call('GetQueueUrl', { QueueName: 'jobs' }, { ...CALLER, endpoint: 'http://other:1' }),
    ).toEqual({ QueueUrl: `http://other:1/${CALLER.account}/jobs` });
  });

  test('twice with the same attributes answers the same queue', () => {
    const world = createWorld();
    const policy = { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 5 };
    world.createQueue('dead');
    world.createQueue('jobs', { DelaySeconds: '5', RedrivePolicy: JSON.stringify(policy) });
    world.send('jobs', 'kept');

    const reordered = JSON.stringify({ maxReceiveCount: 5, deadLetterTargetArn: arnOf('dead') });
    world.createQueue('jobs', { RedrivePolicy: reordered });
    world.createQueue('jobs');

    expect(world.counts('jobs')).toEqual([0, 0, 1]);
  });

  test('keeps accounts and regions apart', () => {
    const world = createWorld();
    world.createQueue('jobs');

    for (const other of [{ account: '999999999999' }, { region: 'us-east-1' }]) {
      const caller = { ...CALLER, ...other };
      expect(world.sqs.call('ListQueues', {}, caller)).toEqual({});
      world.sqs.call('CreateQueue', { QueueName: 'jobs', Attributes: { DelaySeconds: '9' } }, caller);
    }

    expect(world.sqs.snapshot()).toHaveLength(3);
    expect(world.call('GetQueueUrl', { QueueName: 'jobs' })).toEqual({ QueueUrl: `${URL}/jobs` });
  });

  test('takes FifoQueue in any case, and numbers as numbers', () => {
    const world = createWorld();

    world.call('CreateQueue', { QueueName: 'a.fifo', Attributes: { FifoQueue: 'True', DelaySeconds: 5 } });

    expect(attributesOf(world, 'a.fifo', ['FifoQueue', 'DelaySeconds'])).toEqual({
      FifoQueue: 'true',
      DelaySeconds: '5',
    });
  });
});

describe('attributes', () => {
  const standard = {
    QueueArn: arnOf('jobs'),
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    ApproximateNumberOfMessagesDelayed: '0',
    CreatedTimestamp: String(START / 1000),
    LastModifiedTimestamp: String(START / 1000),
    DelaySeconds: '0',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
    VisibilityTimeout: '30',
  };

  test('of a new standard queue are AWS’s defaults', () => {
    const world = createWorld();

    expect(attributesOf(world, world.createQueue('jobs'))).toEqual(standard);
  });

  test('of a new FIFO queue are AWS’s defaults', () => {
    const world = createWorld();

    expect(attributesOf(world, world.createQueue('jobs.fifo'))).toEqual({
      ...standard,
      QueueArn: arnOf('jobs.fifo'),
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    });
  });

  test('are not shown unless asked for', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');

    expect(world.call('GetQueueAttributes', { QueueUrl: url })).toEqual({});
    expect(world.call('GetQueueAttributes', { QueueUrl: url, AttributeNames: ['Policy'] })).toEqual({});
  });

  test('are set together or not at all, and say when', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const set = (Attributes: Input) => world.call('SetQueueAttributes', { QueueUrl: url, Attributes });
    await world.clock.advance(5_000);

    expect(() => set({ DelaySeconds: '5', VisibilityTimeout: '-1' })).toThrow('VisibilityTimeout');
    expect(attributesOf(world, url)).toEqual(standard);
    set({ DelaySeconds: '5', VisibilityTimeout: '60' });

    expect(attributesOf(world, url)).toMatchObject({
      DelaySeconds: '5',
      VisibilityTimeout: '60',
      LastModifiedTimestamp: String(START / 1000 + 5),
    });
  });

  test.each([
    ['Policy', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}'],
    ['RedriveAllowPolicy', '{"redrivePermission":"denyAll"}'],
    ['RedrivePolicy', `{"deadLetterTargetArn":"${arnOf('jobs')}","maxReceiveCount":"42"}`],
  ])('%s is kept as text and taken away by the empty text', (name, value) => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const set = (text: string) =>
      world.call('SetQueueAttributes', { QueueUrl: url, Attributes: { [name]: text } });

    set(value);
    expect(attributesOf(world, url, [name])).toEqual({ [name]: value });
    set('');

    expect(attributesOf(world, url)).toEqual(standard);
  });

  test('of encryption turn each other off', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const names = ['SqsManagedSseEnabled', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'];
    const set = (Attributes: Input) => world.call('SetQueueAttributes', { QueueUrl: url, Attributes });

    set({ KmsMasterKeyId: 'alias/aws/sqs' });
    expect(attributesOf(world, url, names)).toEqual({
      SqsManagedSseEnabled: 'false',
      KmsMasterKeyId: 'alias/aws/sqs',
      KmsDataKeyReusePeriodSeconds: '300',
    });
    set({ SqsManagedSseEnabled: 'true' });

    expect(attributesOf(world, url, names)).toEqual({ SqsManagedSseEnabled: 'true' });
  });
});

describe('lists', () => {
  test('of queues are sorted, filtered by prefix, and paged', () => {
    const world = createWorld();
    for (const name of ['b-2', 'a-1', 'b-1', 'b-3']) world.createQueue(name);
    const list = (input: Input) => world.call('ListQueues', input);

    expect(list({})).toEqual({ QueueUrls: ['a-1', 'b-1', 'b-2', 'b-3'].map((name) => `${URL}/${name}`) });
    const first = list({ QueueNamePrefix: 'b', MaxResults: 2 });
    const second = list({ QueueNamePrefix: 'b', MaxResults: 2, NextToken: first.NextToken });

    expect(first).toEqual({ QueueUrls: [`${URL}/b-1`, `${URL}/b-2`], NextToken: expect.any(String) });
    expect(second).toEqual({ QueueUrls: [`${URL}/b-3`] });
    expect(list({ QueueNamePrefix: 'c' })).toEqual({});
  });

  test('of queues hold 1,000 at most, and no token where no maximum was given', () => {
    const world = createWorld();
    for (let index = 0; index <= 1000; index++) world.createQueue(`q${index}`);

    const answer = world.call('ListQueues');

    expect(answer.QueueUrls).toHaveLength(1000);
    expect(answer).not.toHaveProperty('NextToken');
  });

  test('of the sources of a dead-letter queue are paged too', () => {
    const world = createWorld();
    const dead = world.createQueue('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 });
    for (const name of ['s2', 's1']) world.createQueue(name, { RedrivePolicy });
    const list = (input: Input) => world.call('ListDeadLetterSourceQueues', { QueueUrl: dead, ...input });

    const first = list({ MaxResults: 1 });

    expect(list({})).toEqual({ queueUrls: [`${URL}/s1`, `${URL}/s2`] });
    expect(first).toEqual({ queueUrls: [`${URL}/s1`], NextToken: expect.any(String) });
    expect(list({ MaxResults: 1, NextToken: first.NextToken })).toEqual({ queueUrls: [`${URL}/s2`] });
  });
});

test('tags are added, replaced, listed and taken away', () => {
  const world = createWorld();
  world.call('CreateQueue', { QueueName: 'jobs', tags: { a: '1', b: '2' } });

  world.call('TagQueue', { QueueUrl: 'jobs', Tags: { b: '3', c: '' } });
  expect(world.call('ListQueueTags', { QueueUrl: 'jobs' })).toEqual({ Tags: { a: '1', b: '3', c: '' } });
  world.call('UntagQueue', { QueueUrl: 'jobs', TagKeys: ['a', 'b', 'c', 'd'] });

  expect(world.call('ListQueueTags', { QueueUrl: 'jobs' })).toEqual({});
});

describe('purge and delete', () => {
  test('a purge takes messages in every state', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'in flight');
    const [message] = world.receive(url);
    world.send(url, 'visible');
    world.send(url, 'delayed', { DelaySeconds: 9 });

    world.call('PurgeQueue', { QueueUrl: url });
    world.call('PurgeQueue', { QueueUrl: url });

    expect(world.counts(url)).toEqual([0, 0, 0]);
    expect(world.delete(url, message)).toEqual({});
  });

  test('a deleted queue can be made again at once, empty', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a');
    world.call('DeleteQueue', { QueueUrl: url });

    expect(() => world.counts(url)).toThrow('The specified queue does not exist.');
    world.createQueue('jobs');

    expect(world.counts(url)).toEqual([0, 0, 0]);
  });

  test('in strict mode both have AWS’s pause of 60 seconds', async () => {
    const world = createWorld({ strict: true });
    const url = world.createQueue('jobs');
    world.call('PurgeQueue', { QueueUrl: url });
    await world.clock.advance(59_999);
    expect(() => world.call('PurgeQueue', { QueueUrl: url })).toThrow(
      'Only one PurgeQueue operation on jobs is allowed every 60 seconds.',
    );
    await world.clock.advance(1);
    world.call('PurgeQueue', { QueueUrl: url });

    world.call('DeleteQueue', { QueueUrl: url });
    await world.clock.advance(59_999);
    expect(() => world.createQueue('jobs')).toThrow(
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
    await world.clock.advance(1);

    expect(world.createQueue('jobs')).toBe(url);
  });
});
