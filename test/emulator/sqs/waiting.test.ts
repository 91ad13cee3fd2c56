/** Long polls: who waits for messages is served by the clock alone. */
import { describe, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { arnOf, CALLER, createWorld, toMessages, type World } from './world.ts';

const LONG = { WaitTimeSeconds: 20, MaxNumberOfMessages: 10 };

/** A long poll; its bodies and when it ended, once it has. */
function poll(world: World, url: string, more: Input = LONG, signal?: AbortSignal) {
  const began = world.clock.now();
  const answer = world.sqs.call(
    'ReceiveMessage',
    { QueueUrl: url, ...more },
    { ...CALLER, ...(signal !== undefined && { signal }) },
  );
  return Promise.resolve(answer).then((output) => ({
    bodies: toMessages(output).map((message) => message.Body),
    afterMs: world.clock.now() - began,
  }));
}

describe('a long poll', () => {
  test('ends empty when its time is up', async () => {
    const world = createWorld();
    const polled = poll(world, world.createQueue('jobs'));

    await world.clock.advance(60_000);

    expect(await polled).toEqual({ bodies: [], afterMs: 20_000 });
  });

  test('answers at once when there is something', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'here');

    expect(await poll(world, url)).toEqual({ bodies: ['here'], afterMs: 0 });
  });

  test('gets a whole batch that is sent while it waits', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const polled = poll(world, url);
    await world.clock.advance(7_000);

    const Entries = ['a', 'b'].map((body) => ({ Id: body, MessageBody: body }));
    world.call('SendMessageBatch', { QueueUrl: url, Entries });

    expect(await polled).toEqual({ bodies: ['a', 'b'], afterMs: 7_000 });
  });

  test('gets a message when its delay is over', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a', { DelaySeconds: 3 });
    const polled = poll(world, url);

    await world.clock.advance(10_000);

    expect(await polled).toEqual({ bodies: ['a'], afterMs: 3_000 });
  });

  test('gets a message when its visibility timeout is over, also one that was moved meanwhile', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a');
    const [message] = world.receive(url, { VisibilityTimeout: 18 });
    const polled = poll(world, url);
    await world.clock.advance(2_000);
    world.changeVisibility(url, message, 5);

    await world.clock.advance(10_000);

    expect(await polled).toEqual({ bodies: ['a'], afterMs: 7_000 });
  });

  test('gets a message that its consumer gives back', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a');
    const [message] = world.receive(url);
    const polled = poll(world, url);
    await world.clock.advance(2_000);

    world.changeVisibility(url, message, 0);

    expect(await polled).toEqual({ bodies: ['a'], afterMs: 2_000 });
  });

  test('gets the next message of a FIFO group when the one before is deleted', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs.fifo', { ContentBasedDeduplication: 'true' });
    world.send(url, 'a', { MessageGroupId: 'g' });
    const [first] = world.receive(url);
    world.send(url, 'b', { MessageGroupId: 'g' });
    const polled = poll(world, url);
    await world.clock.advance(4_000);

    world.delete(url, first);

    expect(await polled).toEqual({ bodies: ['b'], afterMs: 4_000 });
  });

  test('gets a dead letter that another receive moves', async () => {
    const world = createWorld();
    const dead = world.createQueue('dead');
    const redrive = JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 });
    const url = world.createQueue('jobs', { RedrivePolicy: redrive });
    world.send(url, 'poison');
    world.receive(url, { VisibilityTimeout: 0 });
    const polled = poll(world, dead);

    world.receive(url);

    expect(await polled).toEqual({ bodies: ['poison'], afterMs: 0 });
  });

  test('gets what another one received for no time', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const first = poll(world, url, { ...LONG, VisibilityTimeout: 0 });
    const second = poll(world, url);

    world.send(url, 'a');
    await world.clock.advance(0);

    expect([(await first).bodies, (await second).bodies]).toEqual([['a'], ['a']]);
  });

  test('that came first is served first', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const first = poll(world, url);
    const second = poll(world, url);

    world.send(url, 'a');
    world.send(url, 'b');

    expect([(await first).bodies, (await second).bodies]).toEqual([['a'], ['b']]);
  });

  test('that is aborted gives up its place, so that the next message is not lost', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const gone = new AbortController();
    const aborted = poll(world, url, LONG, gone.signal);

    gone.abort(new Error('the client went away'));
    world.send(url, 'kept');

    await expect(aborted).rejects.toThrow('the client went away');
    expect(world.bodies(url)).toEqual(['kept']);
    expect(world.clock.next()).toBeUndefined();
  });

  test('of a client that has gone already takes nothing', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'kept');
    const signal = AbortSignal.abort(new Error('gone before'));

    const receive = () => world.sqs.call('ReceiveMessage', { QueueUrl: url }, { ...CALLER, signal });

    expect(receive).toThrow('gone before');
    expect(world.counts(url)).toEqual([1, 0, 0]);
  });

  test('is refused when its queue is deleted', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const polled = poll(world, url);

    world.call('DeleteQueue', { QueueUrl: url });

    await expect(polled).rejects.toThrow('The specified queue does not exist.');
  });

  test('is what the queue makes of a receive by default, and a zero turns it off', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs', { ReceiveMessageWaitTimeSeconds: '3' });
    const polled = poll(world, url, {});

    await world.clock.advance(20_000);

    expect(await polled).toEqual({ bodies: [], afterMs: 3_000 });
    expect(world.call('ReceiveMessage', { QueueUrl: url, WaitTimeSeconds: 0 })).toEqual({});
  });

  test('lets virtual time pass while the work that called it waits', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'later', { DelaySeconds: 10 });
    const worked = world.clock.run('consumer', () => poll(world, url));

    await world.clock.advance(15_000);

    expect(await worked).toEqual({ bodies: ['later'], afterMs: 10_000 });
  });
});
