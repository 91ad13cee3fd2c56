/** Watchers: an event source is woken for news of its queue and needs no polling. */
import { describe, expect, test, vi } from 'vitest';
import { arnOf, createWorld, type World } from './world.ts';

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
