/** A standard queue: send, receive, delete, delay, visibility, retention. */
import { describe, expect, test } from 'vitest';
import { CALLER, createWorld, START } from './world.ts';

describe('a message', () => {
  test('is received as it was sent, with its system attributes', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const id = world.send(url, 'hello');

    const [message] = world.receive(url);

    expect(message).toEqual({
      MessageId: id,
      Body: 'hello',
      MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
      ReceiptHandle: expect.stringMatching(/^[A-Za-z0-9+/=]+$/),
      Attributes: {
        SenderId: expect.stringMatching(/^[A-Z0-9]{21}$/),
        SentTimestamp: String(START),
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: String(START),
      },
    });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('shows no attributes unless they are asked for', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'hello', { MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } } });

    const answer = world.call('ReceiveMessage', { QueueUrl: url });

    expect(answer).toEqual({
      Messages: [
        {
          MessageId: expect.any(String),
          Body: 'hello',
          MD5OfBody: expect.any(String),
          ReceiptHandle: expect.any(String),
        },
      ],
    });
  });

  test('leaves the answer without Messages when the queue is empty', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');

    expect(world.call('ReceiveMessage', { QueueUrl: url })).toEqual({});
  });

  test('is gone after its delete, and deleting it again succeeds', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'hello');
    const [message] = world.receive(url);

    expect(world.delete(url, message)).toEqual({});
    expect(world.delete(url, message)).toEqual({});
    await world.clock.advance(60_000);

    expect(world.counts(url)).toEqual([0, 0, 0]);
    expect(world.bodies(url)).toEqual([]);
  });

  test('is taken by an old handle too, also after its timeout', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '5' });
    world.send(url, 'hello');
    const [first] = world.receive(url);
    await world.clock.advance(5_000);
    world.receive(url);

    world.delete(url, first);

    expect(world.counts(url)).toEqual([0, 0, 0]);
  });

  test('is received oldest first, and goes to the back after three receives', () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '0' });
    for (const body of ['a', 'b', 'c']) world.send(url, body);

    const one = { MaxNumberOfMessages: 1 };
    const received = Array.from({ length: 7 }, () => world.bodies(url, one)[0]);

    expect(received).toEqual(['a', 'a', 'a', 'b', 'b', 'b', 'c']);
  });

  test('may be sent to a bare name, and to any host', () => {
    const world = createWorld();
    world.createQueue('jobs');

    world.send('jobs', 'by name');
    world.send(`https://sqs.eu-north-1.amazonaws.com/${CALLER.account}/jobs`, 'by url');

    expect(world.bodies('jobs')).toEqual(['by name', 'by url']);
  });

  test('of up to 1 MiB fits', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');

    world.send(url, 'a'.repeat(1_048_576));

    expect(world.receive(url)[0]?.Body).toHaveLength(1_048_576);
  });
});

describe('delay', () => {
  test('hides a message until it is over', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { DelaySeconds: '10' });
    world.send(url, 'by queue');
    world.send(url, 'by message', { DelaySeconds: 3 });
    world.send(url, 'at once', { DelaySeconds: 0 });

    expect(world.counts(url)).toEqual([1, 0, 2]);
    expect(world.bodies(url)).toEqual(['at once']);
    await world.clock.advance(2_999);
    expect(world.bodies(url)).toEqual([]);
    await world.clock.advance(1);
    expect(world.bodies(url)).toEqual(['by message']);
    await world.clock.advance(7_000);
    expect(world.bodies(url)).toEqual(['by queue']);
  });

  test('of a changed queue holds for new messages only', () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { DelaySeconds: '10' });
    world.send(url, 'old');

    world.call('SetQueueAttributes', { QueueUrl: url, Attributes: { DelaySeconds: '0' } });
    world.send(url, 'new');

    expect(world.counts(url)).toEqual([1, 0, 1]);
  });
});

describe('visibility', () => {
  test('ends at its time to the millisecond, and the receive count grows', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '20' });
    world.send(url, 'hello');
    world.receive(url);

    await world.clock.advance(19_999);
    expect(world.bodies(url)).toEqual([]);
    await world.clock.advance(1);
    const [again] = world.receive(url);

    expect(again?.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(START),
    });
  });

  test('given with a receive holds for this receive alone', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '20' });
    world.send(url, 'hello');
    world.receive(url, { VisibilityTimeout: 5 });

    await world.clock.advance(5_000);
    expect(world.bodies(url)).toEqual(['hello']);
    await world.clock.advance(5_000);
    expect(world.bodies(url)).toEqual([]);
  });

  test('of zero delivers a message once per receive', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a');
    world.send(url, 'b');

    expect(world.bodies(url, { VisibilityTimeout: 0 })).toEqual(['a', 'b']);
    expect(world.bodies(url, { VisibilityTimeout: 0 })).toEqual(['a', 'b']);
  });

  test('can be extended and ended by its consumer', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '20' });
    world.send(url, 'hello');
    const [message] = world.receive(url);

    world.changeVisibility(url, message, 100);
    await world.clock.advance(99_000);
    expect(world.counts(url)).toEqual([0, 1, 0]);
    world.changeVisibility(url, message, 0);

    expect(world.bodies(url)).toEqual(['hello']);
  });

  test('cannot pass 12 hours from the receive', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'hello');
    const [message] = world.receive(url, { VisibilityTimeout: 43_200 });
    await world.clock.advance(10_000);

    expect(() => world.changeVisibility(url, message, 43_191)).toThrow(
      'Value 43191 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the ' +
        'message is beyond the limit [43200 seconds].',
    );
    expect(world.changeVisibility(url, message, 43_190)).toEqual({});
  });

  test('changed after it ran out is answered with success and changes nothing', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { VisibilityTimeout: '1' });
    world.send(url, 'hello');
    const [message] = world.receive(url);
    await world.clock.advance(2_000);

    expect(world.changeVisibility(url, message, 60)).toEqual({});
    expect(world.bodies(url)).toEqual(['hello']);
  });

  test('can be ended by the handle of an earlier delivery', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'hello');
    const [first] = world.receive(url, { VisibilityTimeout: 0 });
    world.receive(url);

    world.changeVisibility(url, first, 0);

    expect(world.bodies(url)).toEqual(['hello']);
  });
});

describe('retention', () => {
  test('ends a message in any state', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { MessageRetentionPeriod: '60' });
    world.send(url, 'in flight');
    const [message] = world.receive(url, { VisibilityTimeout: 3600 });
    world.send(url, 'delayed', { DelaySeconds: 900 });
    world.send(url, 'visible');

    await world.clock.advance(59_999);
    expect(world.counts(url)).toEqual([1, 1, 1]);
    await world.clock.advance(1);

    expect(world.counts(url)).toEqual([0, 0, 0]);
    expect(world.delete(url, message)).toEqual({});
  });

  test('that is shortened ends what is older at once', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'old');
    await world.clock.advance(100_000);
    world.send(url, 'young');

    world.call('SetQueueAttributes', { QueueUrl: url, Attributes: { MessageRetentionPeriod: '60' } });

    expect(world.bodies(url)).toEqual(['young']);
  });
});
