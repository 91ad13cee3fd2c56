/** Fair queues: message groups on a standard queue. */
import { describe, expect, test } from 'vitest';
import { createWorld, type World } from './world.ts';

describe('a fair queue', () => {
  function flood(world: World, url: string, tenant: string, count: number): void {
    for (let index = 0; index < count; index++) {
      world.send(url, `${tenant}${index}`, { MessageGroupId: tenant });
    }
  }

  const take = (world: World, url: string, count: number) =>
    Array.from({ length: count }, () => world.bodies(url, { MaxNumberOfMessages: 1 })[0]);

  test('gives messages of one group side by side, oldest first', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    flood(world, url, 'a', 3);
    world.send(url, 'alone');

    expect(world.bodies(url)).toEqual(['a0', 'a1', 'a2', 'alone']);
  });

  test('gives the oldest message of all tenants while they are quiet', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    const sent = ['a0', 'b0', 'c0', 'b1', 'a1', 'a2', 'c1', 'b2', 'a3'];
    for (const body of sent) world.send(url, body, { MessageGroupId: body.charAt(0) });

    expect(take(world, url, 9)).toEqual(sent);
  });

  test('puts quiet tenants before one with 30 in flight', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    flood(world, url, 'noisy', 40);
    flood(world, url, 'quiet', 2);
    world.send(url, 'alone');

    expect(take(world, url, 29)).toEqual(Array.from({ length: 29 }, (_, index) => `noisy${index}`));
    expect(take(world, url, 5)).toEqual(['noisy29', 'quiet0', 'quiet1', 'alone', 'noisy30']);
  });

  test('does not mind 30 in flight that are a tenth or less of all', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    for (let index = 0; index < 300; index++) world.send(url, 'x');
    take(world, url, 300);
    flood(world, url, 'a', 40);
    flood(world, url, 'b', 1);

    expect(take(world, url, 33)).not.toContain('b0');
  });

  test('takes the least noisy where all are', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    flood(world, url, 'a', 35);
    take(world, url, 35);
    flood(world, url, 'b', 30);
    take(world, url, 30);
    flood(world, url, 'a', 1);
    flood(world, url, 'b', 1);

    expect(take(world, url, 2)).toEqual(['b0', 'a0']);
  });

  test('treats a tenant as quiet again when its messages are done', () => {
    const world = createWorld();
    const url = world.createQueue('jobs');
    flood(world, url, 'noisy', 32);
    const messages = [1, 2, 3].flatMap(() => world.receive(url));
    for (const message of messages) world.delete(url, message);
    flood(world, url, 'quiet', 1);

    expect(take(world, url, 3)).toEqual(['noisy30', 'noisy31', 'quiet0']);
  });
});
