/** Dead-letter queues. */
import { describe, expect, test } from 'vitest';
import { arnOf, createWorld, START } from './world.ts';

const NOW = { VisibilityTimeout: 0 };

function createPair(receivesMax: number, suffix = '') {
  const world = createWorld();
  const dead = world.createQueue(`dead${suffix}`);
  const redrive = { deadLetterTargetArn: arnOf(`dead${suffix}`), maxReceiveCount: receivesMax };
  const source = world.createQueue(`jobs${suffix}`, { RedrivePolicy: JSON.stringify(redrive) });
  return { world, source, dead };
}

describe('a message', () => {
  test('moves at the receive after the last allowed one, not when its timeout ends', async () => {
    const { world, source, dead } = createPair(2);
    world.send(source, 'poison');
    world.receive(source);
    await world.clock.advance(30_000);
    world.receive(source);

    await world.clock.advance(3600_000);
    expect([world.counts(source), world.counts(dead)]).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
    expect(world.bodies(source)).toEqual([]);

    expect([world.counts(source), world.counts(dead)]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  test('keeps its id, its attributes and its receive count, and names its source', () => {
    const { world, source, dead } = createPair(1);
    const id = world.send(source, 'poison', {
      MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
    });
    world.receive(source, NOW);
    world.receive(source, NOW);

    const [message] = world.receive(dead);

    expect(message).toMatchObject({
      MessageId: id,
      Body: 'poison',
      MessageAttributes: { a: { StringValue: 'x' } },
      Attributes: {
        ApproximateReceiveCount: '2',
        AWSTraceHeader: 'Root=1',
        DeadLetterQueueSourceArn: arnOf('jobs'),
      },
    });
  });

  test('that moves makes room in the same batch for the next', () => {
    const { world, source } = createPair(1);
    world.send(source, 'poison');
    world.receive(source, NOW);
    world.send(source, 'fine');

    expect(world.bodies(source, { MaxNumberOfMessages: 1 })).toEqual(['fine']);
  });

  test('can no longer be deleted or hidden by its old handle', () => {
    const { world, source, dead } = createPair(1);
    world.send(source, 'poison');
    const [message] = world.receive(source, NOW);
    world.receive(source);

    expect(world.delete(source, message)).toEqual({});
    expect(() => world.changeVisibility(source, message, 5)).toThrow('Message does not exist');
    expect(world.counts(dead)).toEqual([1, 0, 0]);
  });

  test('keeps its age on a standard queue, so that retention may end it soon', async () => {
    const { world, source, dead } = createPair(1);
    world.call('SetQueueAttributes', { QueueUrl: dead, Attributes: { MessageRetentionPeriod: '60' } });
    world.send(source, 'poison');
    await world.clock.advance(50_000);
    world.receive(source, NOW);
    world.receive(source);

    await world.clock.advance(10_000);

    expect(world.counts(dead)).toEqual([0, 0, 0]);
  });

  test('is delivered on and on while its dead-letter queue is gone', () => {
    const { world, source, dead } = createPair(1);
    world.call('DeleteQueue', { QueueUrl: dead });
    world.send(source, 'poison');

    const received = Array.from({ length: 3 }, () => world.bodies(source, NOW));

    expect(received).toEqual([['poison'], ['poison'], ['poison']]);
  });

  test('of a queue that is its own dead-letter queue begins again', () => {
    const world = createWorld();
    const url = world.createQueue('loop');
    const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('loop'), maxReceiveCount: 1 });
    world.call('SetQueueAttributes', { QueueUrl: url, Attributes: { RedrivePolicy: redrive } });
    world.send(url, 'round');

    const received = Array.from({ length: 3 }, () => world.bodies(url, NOW));

    expect(received).toEqual([['round'], ['round'], ['round']]);
    expect(world.counts(url)).toEqual([1, 0, 0]);
  });

  test('of a FIFO queue gets a new age and its own id for deduplication; its group goes on', async () => {
    const { world, source, dead } = createPair(1, '.fifo');
    const grouped = (id: string) => ({ MessageGroupId: 'g', MessageDeduplicationId: id });
    const id = world.send(source, 'poison', grouped('d1'));
    world.send(source, 'next', grouped('d2'));
    await world.clock.advance(1_000);
    world.receive(source, { ...NOW, MaxNumberOfMessages: 1 });

    expect(world.bodies(source)).toEqual(['next']);
    const [message] = world.receive(dead);

    expect(message?.Attributes).toMatchObject({
      MessageGroupId: 'g',
      MessageDeduplicationId: id,
      SentTimestamp: String(START),
    });
  });
});

describe('a redrive allow policy', () => {
  test.each([
    ['{"redrivePermission":"allowAll"}', true],
    ['{"redrivePermission":"denyAll"}', false],
    [JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('jobs')] }), true],
    [JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('other')] }), false],
  ])('%s decides who may use the queue', (policy, allowed) => {
    const world = createWorld();
    world.createQueue('dead', { RedriveAllowPolicy: policy });
    const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 });

    const create = () => world.createQueue('jobs', { RedrivePolicy: redrive });

    if (allowed) expect(create()).toContain('jobs');
    else expect(create).toThrow('does not permit this source queue');
  });
});
