import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bind, defineApp, defineExchange, defineQueue } from '#lib';
import { inputs, openWorld } from './exchanges-world.ts';

const inbox = defineQueue('inbox');
const audit = defineQueue('audit');
const news = defineExchange('news', { type: 'fanout' });
const prices = defineExchange('prices', { type: 'direct', messages: { tea: z.object({ id: z.string() }) } });
const app = defineApp('shop', { exchanges: [prices], bindings: [bind(news, inbox), bind(news, audit)] });

const opened = async () => {
  const world = await openWorld(app);
  const found = async () => {
    await world.sim.settle();
    return [inbox, audit].map((queue) => inputs(world, queue));
  };
  const calls = (operation: string): number =>
    world.sim.calls().find((count) => count.operation === operation)?.calls ?? 0;
  return { ...world, found, calls };
};

describe('many messages', () => {
  test('share calls, and each outcome stands at its place', async () => {
    const { client, found, calls } = await opened();

    const outcomes = await client.publishMany(prices, [
      { key: 'tea', message: { id: 'p1' } },
      { key: 'tea', message: { id: 1 } as never },
      { key: 'tea', message: { id: 'p3' }, options: { messageId: 'third' } },
    ]);
    await Promise.all(Array.from({ length: 12 }, (_, index) => client.publish(news, '', index)));

    expect(outcomes).toMatchObject([
      { status: 'confirmed' },
      { status: 'failed', error: { code: 'INVALID_MESSAGE' } },
      { status: 'confirmed', messageId: 'third' },
    ]);
    expect((await found())[0]).toHaveLength(12);
    expect(calls('PublishBatch')).toBe(2);
  });

  test('of 900 KB arrive too, whatever a topic takes', async () => {
    const { client, found } = await opened();

    await client.publish(news, '', 'x'.repeat(900_000));

    expect((await found()).map((queue) => queue.length)).toEqual([1, 1]);
  });
});
