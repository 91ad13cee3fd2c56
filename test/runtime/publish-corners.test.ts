import { describe, expect, test } from 'vitest';
import {
  bind,
  type Delivery,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  type Queue,
} from '#lib';
import { simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { inputs, openWorld } from './exchanges-world.ts';
import { messagesOf } from './simulated.ts';

/** A consumer that notes what it is given. */
function taking(queue: Queue, got: Delivery[]) {
  return defineConsumer(queue, { run: (delivery) => void got.push(delivery) });
}

describe('a reply to a queue', () => {
  const asks = defineQueue('asks');
  const answers = defineQueue('answers');

  test('names the id that its publisher was told, where there is no correlation id', async () => {
    const got: Delivery[] = [];
    const echo = defineConsumer(asks, { run: ({ body }) => body });
    const sim = simulate(defineApp('shop', { consumers: [echo, taking(answers, got)] }));

    const { messageId } = await sim.publish(asks, 'ping', { replyTo: 'answers' });
    await sim.publish(asks, 'pong', { replyTo: 'answers', correlationId: 'mine' });
    await sim.settle();

    const told = got.map(({ body, properties }) => [body, properties.correlationId]);
    expect(Object.fromEntries(told)).toEqual({ ping: messageId, pong: 'mine' });
  });

  test('that is no JSON is not sent, and the log says why', async () => {
    const logged: LogLine[] = [];
    const map = defineConsumer(asks, { run: () => new Map([[1, 2]]) });
    const app = defineApp('shop', { queues: [answers], consumers: [map] });
    const sim = simulate(app, { log: (line) => logged.push(line) });

    await sim.publish(asks, 'silent');
    await sim.publish(asks, 'ping', { replyTo: 'answers' });
    await sim.settle();

    const dropped = logged.filter(({ message }) => message === 'a reply was dropped');
    expect(dropped).toMatchObject([{ why: expect.stringContaining('which JSON does not bring back') }]);
    expect(messagesOf(sim, answers)).toEqual([]);
  });

  test.each([
    ['throws', (message: { id: string }) => message.id.toUpperCase()],
    ['gives no group of SQS', () => 'two words'],
  ])('arrives, and is made once, though the function of its order %s', async (_what, ordered) => {
    const line = defineQueue('line', { ordered });
    let runs = 0;
    const echo = defineConsumer(asks, {
      run({ body }) {
        runs += 1;
        return body;
      },
    });
    const sim = simulate(defineApp('shop', { queues: [line], consumers: [echo] }));

    await sim.publish(asks, 'ping', { replyTo: 'line' });
    await sim.advance('30m');

    expect(runs).toBe(1);
    expect(messagesOf(sim, line).map(({ body }) => JSON.parse(body).input)).toEqual(['ping']);
  });
});

test('a wait queue holds nothing that a broad filter has let through for nobody', async () => {
  const done = defineQueue('done');
  const wait = defineQueue('wait', { expires: '10s', deadLetter: { to: done } });
  const rest = defineQueue('rest');
  const news = defineExchange('news', { type: 'topic', transport: 'sns' });
  const pattern: string = '#.a.*.b.#';
  const app = defineApp('shop', { bindings: [bind(news, pattern, wait), bind(news, '#', rest)] });
  const world = await openWorld(app);

  await world.client.publish(news, 'a.x.b', 'yes');
  await world.client.publish(news, 'a.b.x.y', 'no');
  await world.sim.advance('1m');

  expect(world.inexact('wait')).toBe(true);
  expect(inputs(world, done)).toEqual(['yes']);
});

test('large messages under one id that was chosen stay two, each of its own queue', async () => {
  const [left, right] = [
    defineQueue('left', { largePayloads: 's3' }),
    defineQueue('right', { largePayloads: 's3' }),
  ];
  const got: Delivery[] = [];
  const sim = simulate(defineApp('shop', { consumers: [taking(left, got), taking(right, got)] }));
  const large = (letter: string): string => letter.repeat(1_100_000);

  await Promise.all([
    sim.publish(left, large('m'), { messageId: 'order-1' }),
    sim.publish(right, large('r'), { messageId: 'order-1' }),
  ]);
  await sim.advance('1m');

  const told = got.map(({ body, routingKey }) => `${routingKey} ${String(body).charAt(0)}`);
  expect(told.sort()).toEqual(['left m', 'right r']);
});

test('an archive keeps what no queue is there for, unless its publisher is told so', async () => {
  const orders = defineExchange('orders', { type: 'topic', archive: '7d' });
  const app = defineApp('shop', { bindings: [bind(orders, 'a', defineQueue('early'))] });
  const { client, sim } = await openWorld(app);

  await client.publish(orders, 'b', 'kept');
  await client.publish(orders, 'b', 'kept when its time comes', { delay: '1m' });
  await expect(client.publish(orders, 'b', 'refused', { mandatory: true })).rejects.toThrow('NO_ROUTE');
  await client.publish(orders, 'b', 'x'.repeat(2_000_000));
  await sim.advance('5m');

  const { Archives } = await sim.emulator.call('eventbridge', 'ListArchives', {});
  expect(Archives).toMatchObject([{ EventCount: 2 }]);
});

test('what waits under several keys for an order is brought though a queue filters by now', async () => {
  const ledger = defineQueue('ledger', { ordered: true });
  const parts = defineExchange('parts', { type: 'topic', ordered: true });
  const before = await openWorld(defineApp('shop', { bindings: [bind(parts, '#', ledger)] }));
  const world = await openWorld(defineApp('shop', { bindings: [bind(parts, 'a.*', ledger)] }));
  await before.client.publish(parts, 'b', 1, { headers: { CC: ['a.c'] }, delay: '1m' });
  const queues = before.sim.emulator.services.sqs.snapshot();
  const waiting = queues.find(({ name }) => name === 'shop-dev-later')?.messages ?? [];
  const { emulator } = world.sim;

  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: 'shop-dev-later' });
  for (const { body } of waiting) await emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: body });
  await world.sim.advance('20m');

  expect(inputs(world, ledger)).toEqual([1]);
});

describe('over SNS, texts that SQS takes nowhere are brought all the same', () => {
  const odd = ['\ud800', 'a\udc00', '\ufffe', '\uffff', '%ud800', '%25ud800', '\u0000', '😀'];
  const inbox = defineQueue('inbox');

  test('as routing keys, each to its own binding', async () => {
    const keys = defineExchange('keys', { type: 'direct' });
    const words = defineExchange('words', { type: 'topic', transport: 'sns' });
    const other = defineQueue('other');
    const app = defineApp('shop', {
      bindings: [
        ...odd.slice(0, 4).map((key) => bind(keys, key, inbox)),
        ...odd.slice(0, 4).map((key): ReturnType<typeof bind> => bind(words, `${key}.*` as string, other)),
      ],
    });
    const world = await openWorld(app);

    for (const key of odd) {
      await world.client.publish(keys, key, key);
      await world.client.publish(words, `${key}.x`, key);
    }
    await world.sim.settle();

    expect(inputs(world, inbox).toSorted()).toEqual(odd.slice(0, 4).toSorted());
    expect(inputs(world, other).toSorted()).toEqual(odd.slice(0, 4).toSorted());
  });

  test('as headers', async () => {
    const news = defineExchange('news', { type: 'headers', transport: 'sns' });
    const app = defineApp('shop', { bindings: [bind(news, { args: { kind: 1 } }, inbox)] });
    const world = await openWorld(app);

    for (const text of odd) await world.client.publish(news, '', text, { headers: { kind: 1, text } });
    await world.sim.settle();

    expect(inputs(world, inbox).toSorted()).toEqual(odd.toSorted());
  });
});
