/** Long polls and watchers: who waits for messages is served by the clock alone, without polling. */
import { describe, expect, test, vi } from 'vitest';
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

describe('a watcher', () => {
  async function turns(world: World): Promise<void> {
    await world.clock.advance(0);
  }

  test('is woken once for what one turn has brought, never inside the call', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const wake = vi.fn();
    world.sqs.watch(arnOf('jobs'), wake);

    world.send(url, 'a');
    world.send(url, 'b');
    expect(wake).not.toHaveBeenCalled();
    await turns(world);

    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('is not woken again for what a receive left behind', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const wake = vi.fn();
    world.sqs.watch(arnOf('jobs'), wake);
    world.send(url, 'a');
    world.send(url, 'b');
    await turns(world);

    world.receive(url, { MaxNumberOfMessages: 1 });
    await turns(world);

    expect(wake).toHaveBeenCalledTimes(1);
  });

  test('is woken when a delay, a timeout or a group ends, and not in between', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs.fifo', { ContentBasedDeduplication: 'true', DelaySeconds: '5' });
    const woken: number[] = [];
    world.sqs.watch(arnOf('jobs.fifo'), () => woken.push(world.clock.now() - start));
    const start = world.clock.now();
    world.send(url, 'a', { MessageGroupId: 'g' });

    await world.clock.advance(6_000);
    const [message] = world.receive(url, { VisibilityTimeout: 10 });
    await world.clock.advance(11_000);
    const [again] = world.receive(url);
    world.send(url, 'b', { MessageGroupId: 'g' });
    await world.clock.advance(7_000);
    world.delete(url, again);
    await turns(world);

    expect(message?.Body).toBe('a');
    expect(woken).toEqual([5_000, 16_000, 24_000]);
  });

  test('is woken for what is there when it begins, and not once it has ended', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    world.send(url, 'a');
    const wake = vi.fn();
    const end = world.sqs.watch(arnOf('jobs'), wake);
    await turns(world);
    end();

    world.send(url, 'b');
    await turns(world);

    expect(wake).toHaveBeenCalledTimes(1);
    expect(world.clock.next()).toBeUndefined();
  });

  test('may come before its queue, and stays when the queue is made again', async () => {
    const world = createWorld();
    const wake = vi.fn();
    world.sqs.watch(arnOf('jobs'), wake);

    for (let round = 1; round <= 2; round++) {
      const url = world.createQueue('jobs');
      world.send(url, 'a');
      await turns(world);
      expect(wake).toHaveBeenCalledTimes(round);
      world.call('DeleteQueue', { QueueUrl: url });
    }
  });

  test('is woken after a purge as before', async () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const wake = vi.fn();
    world.sqs.watch(arnOf('jobs'), wake);
    world.send(url, 'a');
    await turns(world);
    world.call('PurgeQueue', { QueueUrl: url });

    world.send(url, 'b');
    await turns(world);

    expect(wake).toHaveBeenCalledTimes(2);
  });

  test('needs one timer, however many messages are hidden', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const at = vi.spyOn(world.clock, 'at');
    world.sqs.watch(arnOf('jobs'), () => {});

    for (let delay = 1; delay <= 100; delay++) world.send(url, 'a', { DelaySeconds: delay });

    expect(at).toHaveBeenCalledTimes(1);
  });
});
