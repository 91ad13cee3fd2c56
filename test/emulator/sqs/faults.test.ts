/** Faults that a plan injects, and what trace and snapshot tell. */
import { describe, expect, test } from 'vitest';
import type { SqsTraceEntry } from '../../../lib/emulator/sqs/sqs.ts';
import { arnOf, createWorld, START } from './world.ts';

describe('a fault', () => {
  test('duplicates a delivery: the message stays visible and has a second handle', () => {
    const draws = [true, false];
    const world = createWorld({ faults: { duplicate: () => draws.shift() ?? false } });
    const url = world.createQueue('jobs');
    world.send(url, 'twice');

    const [first] = world.receive(url);
    const [second] = world.receive(url);

    expect(second?.MessageId).toBe(first?.MessageId);
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    world.delete(url, first);
    expect(world.counts(url)).toEqual([0, 0, 0]);
  });

  test('never duplicates or reorders on FIFO', () => {
    const world = createWorld({ faults: { duplicate: () => true, reorder: () => true } });
    const url = world.createQueue('jobs.fifo', { ContentBasedDeduplication: 'true' });
    for (const body of ['a', 'b', 'c']) world.send(url, body, { MessageGroupId: 'g' });

    expect(world.bodies(url)).toEqual(['a', 'b', 'c']);
    expect(world.bodies(url)).toEqual([]);
  });

  test('reorders a receive, loses nothing, and does it again for the same seed', () => {
    const sent = Array.from({ length: 10 }, (_, index) => `${index}`);
    const receive = () => {
      const world = createWorld({ faults: { reorder: () => true } });
      const url = world.createQueue('jobs');
      for (const body of sent) world.send(url, body);
      return world.bodies(url);
    };

    const received = receive();

    expect(received).not.toEqual(sent);
    expect([...received].sort()).toEqual(sent);
    expect(receive()).toEqual(received);
  });

  test.each(['jobs', 'jobs.fifo'])(
    'loses a delete on %s: it is answered well and the message comes back',
    async (name) => {
      const asked: string[] = [];
      const loseDelete = (queue: string, id: string) => asked.push(`${queue} ${id}`) === 1;
      const world = createWorld({ faults: { loseDelete } });
      const url = world.createQueue(name, { VisibilityTimeout: '10' });
      const fifo = name.endsWith('.fifo') ? { MessageGroupId: 'g', MessageDeduplicationId: 'd' } : {};
      const id = world.send(url, 'again', fifo);
      const [message] = world.receive(url);

      expect(world.delete(url, message)).toEqual({});
      await world.clock.advance(10_000);
      const [again] = world.receive(url);
      world.delete(url, again);

      expect(again?.MessageId).toBe(id);
      expect(asked).toEqual([`${name} ${id}`, `${name} ${id}`]);
      expect(world.counts(url)).toEqual([0, 0, 0]);
    },
  );
});

test('the trace tells what happened to each message, and when', async () => {
  const trace: SqsTraceEntry[] = [];
  const world = createWorld({ trace: (entry) => trace.push(entry) });
  world.createQueue('dead');
  const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 });
  const url = world.createQueue('jobs', { RedrivePolicy: redrive, MessageRetentionPeriod: '60' });
  const id = world.send(url, 'poison', { DelaySeconds: 1 });
  await world.clock.advance(1_000);
  const [message] = world.receive(url);
  world.changeVisibility(url, message, 0);
  world.receive(url);
  world.delete('dead', world.receive('dead')[0]);
  const late = world.send(url, 'late');
  await world.clock.advance(60_000);
  world.counts(url);
  world.call('PurgeQueue', { QueueUrl: url });

  const at = START + 1_000;
  const place = { account: '123456789012', region: 'eu-north-1' };
  const expected = [
    { at: START, service: 'sqs', operation: 'send', queue: 'jobs', messageId: id, bytes: 6, delayMs: 1_000 },
    { at, service: 'sqs', operation: 'receive', queue: 'jobs', messageId: id, receiveCount: 1 },
    { at, service: 'sqs', operation: 'visibility', queue: 'jobs', messageId: id, seconds: 0 },
    {
      at,
      service: 'sqs',
      operation: 'deadLetter',
      queue: 'jobs',
      to: 'dead',
      messageId: id,
      receiveCount: 1,
    },
    { at, service: 'sqs', operation: 'receive', queue: 'dead', messageId: id, receiveCount: 2 },
    { at, service: 'sqs', operation: 'delete', queue: 'dead', messageId: id },
    { at, service: 'sqs', operation: 'send', queue: 'jobs', messageId: late, bytes: 4 },
    { at: at + 60_000, service: 'sqs', operation: 'expire', queue: 'jobs', messageId: late },
    { at: at + 60_000, service: 'sqs', operation: 'purge', queue: 'jobs', count: 0 },
  ];
  expect(trace).toEqual(expected.map((entry) => ({ ...place, ...entry })));
});

test('a snapshot shows every queue and message and changes nothing', () => {
  const world = createWorld();
  const url = world.createQueue('jobs');
  world.send(url, 'in flight', { MessageGroupId: 'g' });
  world.receive(url);
  world.send(url, 'delayed', { DelaySeconds: 5 });
  world.send(url, 'visible');

  const [queue] = world.sqs.snapshot();

  expect(queue).toMatchObject({ arn: arnOf('jobs'), url, visible: 1, inFlight: 1, delayed: 1, tags: {} });
  expect(queue?.messages).toEqual([
    {
      messageId: expect.any(String),
      body: 'in flight',
      state: 'inFlight',
      sentAt: START,
      receiveCount: 1,
      availableAt: START + 30_000,
      groupId: 'g',
    },
    expect.objectContaining({ body: 'delayed', state: 'delayed', availableAt: START + 5_000 }),
    { messageId: expect.any(String), body: 'visible', state: 'visible', sentAt: START, receiveCount: 0 },
  ]);
  expect(world.sqs.snapshot()).toEqual([queue]);
});
