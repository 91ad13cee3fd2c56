/** Message move tasks: redriving a dead-letter queue. */
import { describe, expect, test } from 'vitest';
import { arnOf, CALLER, createWorld, START, toMessages, type World } from './world.ts';

const NOW = { VisibilityTimeout: 0 };

function createPair(receivesMax: number, suffix = '') {
  const world = createWorld();
  const dead = world.createQueue(`dead${suffix}`);
  const redrive = { deadLetterTargetArn: arnOf(`dead${suffix}`), maxReceiveCount: receivesMax };
  const source = world.createQueue(`jobs${suffix}`, { RedrivePolicy: JSON.stringify(redrive) });
  return { world, source, dead };
}

/** Puts messages into the dead-letter queue by the way of its source. */
function kill(world: World, source: string, bodies: readonly string[]): void {
  for (const body of bodies) world.send(source, body);
  world.receive(source, NOW);
  world.receive(source, NOW);
}

function tasksOf(world: World, name: string, max = 10): unknown {
  const answer = world.call('ListMessageMoveTasks', { SourceArn: arnOf(name), MaxResults: max });
  return answer.Results;
}

describe('a message move task', () => {
  test('takes everything back to where it came from, as new messages', async () => {
    const { world, source, dead } = createPair(1);
    kill(world, source, ['a', 'b']);
    const dying = world.receive(dead, NOW);
    const started = world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });

    await world.clock.advance(1_000);
    const messages = world.receive(source);

    expect(started).toEqual({ TaskHandle: expect.any(String) });
    expect(messages.map((message) => message.Body)).toEqual(['a', 'b']);
    expect(messages[0]?.Attributes?.ApproximateReceiveCount).toBe('1');
    expect(messages[0]?.Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
    expect(messages[0]?.MessageId).not.toBe(dying[0]?.MessageId);
    expect(tasksOf(world, 'dead')).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: arnOf('dead'),
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 2,
        StartedTimestamp: START,
      },
    ]);
  });

  test('keeps the rate asked for, shows its progress, and can be cancelled', async () => {
    const { world, source, dead } = createPair(1);
    kill(world, source, ['a', 'b', 'c', 'd']);
    const other = world.createQueue('other');
    const { TaskHandle } = world.call('StartMessageMoveTask', {
      SourceArn: arnOf('dead'),
      DestinationArn: arnOf('other'),
      MaxNumberOfMessagesPerSecond: 1,
    });

    const running = tasksOf(world, 'dead');
    await world.clock.advance(2_500);
    const cancelled = world.call('CancelMessageMoveTask', { TaskHandle });
    await world.clock.advance(10_000);

    expect(running).toEqual([
      {
        TaskHandle,
        Status: 'RUNNING',
        SourceArn: arnOf('dead'),
        DestinationArn: arnOf('other'),
        MaxNumberOfMessagesPerSecond: 1,
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: 4,
        StartedTimestamp: START,
      },
    ]);
    expect(cancelled).toEqual({ ApproximateNumberOfMessagesMoved: 2 });
    expect(tasksOf(world, 'dead')).toEqual([expect.objectContaining({ Status: 'CANCELLED' })]);
    expect([world.counts(dead), world.counts(other)]).toEqual([
      [2, 0, 0],
      [2, 0, 0],
    ]);
    expect(() => world.call('CancelMessageMoveTask', { TaskHandle })).toThrow('can be cancelled');
  });

  test.each([
    [3, 2_000, 6],
    [7, 1_000, 7],
    [500, 10, 5],
  ])('at %i a second has moved after %i ms exactly %i', async (rate, ms, expected) => {
    const { world, source } = createPair(1);
    for (let round = 0; round < 2; round++) kill(world, source, Array(10).fill('x'));
    const input = { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: rate };
    world.call('StartMessageMoveTask', input);

    await world.clock.advance(ms);

    expect(tasksOf(world, 'dead')).toEqual([
      expect.objectContaining({ ApproximateNumberOfMessagesMoved: expected }),
    ]);
    expect(world.counts(source)).toEqual([expected, 0, 0]);
    expect(world.receive(source)[0]?.Attributes?.SentTimestamp).toMatch(/^\d+$/);
  });

  test('serves a long poll at the queue to which it moves', async () => {
    const { world, source } = createPair(1);
    kill(world, source, ['a']);
    const input = { QueueUrl: source, WaitTimeSeconds: 20 };
    const polled = world.sqs.call('ReceiveMessage', input, CALLER);
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 1 });

    await world.clock.advance(20_000);

    expect(toMessages(await polled).map((message) => message.Body)).toEqual(['a']);
    expect(world.counts(source)).toEqual([0, 1, 0]);
  });

  test('runs alone on its queue', () => {
    const { world, source } = createPair(1);
    kill(world, source, ['a']);
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });

    expect(() => world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') })).toThrow(
      'There is already a task running. Only one active task is allowed for a source queue arn',
    );
  });

  test('fails when its destination goes away', async () => {
    const { world, source } = createPair(1);
    kill(world, source, ['a', 'b', 'c']);
    const other = world.createQueue('other');
    const Destination = { DestinationArn: arnOf('other'), MaxNumberOfMessagesPerSecond: 1 };
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead'), ...Destination });
    await world.clock.advance(1_000);

    world.call('DeleteQueue', { QueueUrl: other });
    await world.clock.advance(5_000);

    expect(tasksOf(world, 'dead')).toEqual([
      expect.objectContaining({
        Status: 'FAILED',
        ApproximateNumberOfMessagesMoved: 1,
        FailureReason: 'AWS.SimpleQueueService.NonExistentQueue',
      }),
    ]);
  });

  test('fails for a message that was sent to the dead-letter queue itself', async () => {
    const { world, dead } = createPair(1);
    world.send(dead, 'from nowhere');
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });

    await world.clock.advance(1_000);

    expect(tasksOf(world, 'dead')).toEqual([
      expect.objectContaining({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' }),
    ]);
    expect(world.counts(dead)).toEqual([1, 0, 0]);
  });

  test('leaves what is in flight, and lists the newest of its kind first', async () => {
    const { world, source, dead } = createPair(1);
    kill(world, source, ['a', 'b']);
    world.receive(dead, { MaxNumberOfMessages: 1 });
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });
    await world.clock.advance(1_000);
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });

    expect(world.counts(dead)).toEqual([0, 1, 0]);
    expect(tasksOf(world, 'dead')).toEqual([
      expect.objectContaining({ Status: 'RUNNING', ApproximateNumberOfMessagesToMove: 0 }),
      expect.objectContaining({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }),
    ]);
    expect(tasksOf(world, 'dead', 1)).toHaveLength(1);
  });

  test('moves no more than was there when it began', async () => {
    const { world, source, dead } = createPair(1);
    kill(world, source, ['a', 'b']);
    const rate = { MaxNumberOfMessagesPerSecond: 1 };
    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead'), ...rate });
    world.send(dead, 'late');

    await world.clock.advance(10_000);

    expect(tasksOf(world, 'dead')).toEqual([expect.objectContaining({ Status: 'COMPLETED' })]);
    expect(world.bodies(dead)).toEqual(['late']);
  });

  test('empties a large dead-letter queue', async () => {
    const { world, source, dead } = createPair(1);
    for (let round = 0; round < 300; round++) kill(world, source, Array(10).fill('x'));
    expect(world.counts(dead)).toEqual([3000, 0, 0]);

    world.call('StartMessageMoveTask', { SourceArn: arnOf('dead') });
    await world.clock.advance(1_000);

    expect([world.counts(dead), world.counts(source)]).toEqual([
      [0, 0, 0],
      [3000, 0, 0],
    ]);
  });
});
