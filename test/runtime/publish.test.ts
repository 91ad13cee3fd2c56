import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import { inputs, openWorld } from './exchanges-world.ts';

const Order = z.object({ id: z.string() });
const Receipt = z.object({ orderId: z.string() });

const inbox = defineQueue('inbox');
const audit = defineQueue('audit');
const spare = defineQueue('spare');
const tasked = defineQueue('tasked');
const charge = defineTask('charge', { queue: tasked, input: z.unknown() });

const lost = defineExchange('lost', { type: 'fanout' });
const news = defineExchange('news', { type: 'fanout' });
const cards = defineExchange('cards', { type: 'direct', alternate: lost });
const deep = defineExchange('deep', { type: 'topic' });
const hidden = defineExchange('hidden', { type: 'fanout', internal: true });
const orders = defineExchange('orders', {
  type: 'topic',
  messages: { 'order.*.created': Order, 'order.*.paid': Receipt, 'order.eu.*': z.object({}).loose() },
});
const prices = defineExchange('prices', { type: 'direct', messages: { tea: Order } });
const alerts = defineExchange('alerts', { type: 'headers' });

const app = defineApp('shop', {
  queues: [inbox, audit, spare],
  exchanges: [prices],
  tasks: [charge],
  bindings: [
    bind(news, inbox),
    bind(news, audit),
    bind(news, charge),
    bind(cards, 'visa', inbox),
    bind(cards, 'visa', audit),
    bind(cards, 'amex', audit),
    bind(lost, spare),
    bind(orders, 'order.*.created', inbox),
    bind(orders, 'order.eu.#', audit),
    bind(deep, 'a.b', hidden),
    bind(hidden, spare),
    bind(alerts, { match: 'any', args: { urgent: true, level: 3 } }, inbox),
  ],
});

const opened = async () => {
  const world = await openWorld(app);
  const found = async () => {
    await world.sim.settle();
    return [inbox, audit, spare, tasked].map((queue) => inputs(world, queue));
  };
  const calls = (operation: string): number =>
    world.sim.calls().find((count) => count.operation === operation)?.calls ?? 0;
  return { ...world, found, calls };
};

describe('a message reaches every queue that its exchange brings it to, once', () => {
  test('over a fanout exchange in one call', async () => {
    const { client, found, calls } = await opened();

    await client.publish(news, '', { id: 'n1' });

    expect(await found()).toEqual([[{ id: 'n1' }], [{ id: 'n1' }], [], [{ id: 'n1' }]]);
    expect([calls('PublishBatch'), calls('SendMessageBatch')]).toEqual([1, 0]);
  });

  test('over a direct exchange by its key', async () => {
    const { client, found } = await opened();

    await client.publish(cards, 'visa', 1);
    await client.publish(cards, 'amex', 2);

    expect(await found()).toEqual([[1], [1, 2], [], []]);
  });

  test('over a topic exchange by words, on the bus', async () => {
    const { client, found, calls } = await opened();

    await client.publish(orders, 'order.eu.created', { id: 'o1' });
    await client.publish(orders, 'order.us.created', { id: 'o2' });

    expect(await found()).toEqual([[{ id: 'o1' }, { id: 'o2' }], [{ id: 'o1' }], [], []]);
    expect([calls('PutEvents'), calls('SendMessageBatch')]).toEqual([2, 0]);
  });

  test('over a headers exchange by its headers', async () => {
    const { client, found } = await opened();

    await client.publish(alerts, '', 'fire', { headers: { urgent: true } });
    await client.publish(alerts, '', 'smoke', { headers: { level: 3n } });
    await client.publish(alerts, '', 'steam', { headers: { level: 2 } });

    expect((await found())[0]).toEqual(['fire', 'smoke']);
  });

  test('through exchanges behind the exchange', async () => {
    const { client, found } = await opened();

    await client.publish(deep, 'a.b', 1);

    expect(await found()).toEqual([[], [], [1], []]);
  });

  test('by the alternate exchange where the exchange itself has no queue for it', async () => {
    const { client, found, envelopes } = await opened();

    await client.publish(cards, cards.key('cash'), 1, { mandatory: true });

    expect(await found()).toEqual([[], [], [1], []]);
    expect(envelopes(spare)).toMatchObject([{ via: { exchange: 'cards', key: 'cash' } }]);
  });

  test('by each of the keys in CC and BCC, and still once', async () => {
    const { client, found, envelopes } = await opened();

    await client.publish(cards, 'amex', 1, { headers: { CC: ['visa', 'none'], BCC: ['visa'] } });

    expect(await found()).toEqual([[1], [1], [], []]);
    expect(envelopes(inbox)).toMatchObject([
      { via: { key: 'amex', headers: { CC: ['visa', 'none'] }, bcc: ['visa'] } },
    ]);
    expect(JSON.stringify(envelopes(inbox))).not.toContain('BCC');
  });
});

describe('the default exchange', () => {
  test('brings a message straight to the queue that is named', async () => {
    const { client, found, envelopes } = await opened();

    const { messageId } = await client.publish(spare, { any: 'thing' });

    expect(await found()).toEqual([[], [], [{ any: 'thing' }], []]);
    expect(envelopes(spare)).toEqual([
      {
        celeriac: 1,
        id: messageId,
        input: { any: 'thing' },
        sentAt: expect.any(Number),
        via: { exchange: '', key: 'spare' },
      },
    ]);
  });

  test('and to the queues that CC names', async () => {
    const { client, found } = await opened();

    await client.publish(spare, 1, { headers: { CC: ['inbox', 'nowhere'] } });

    expect(await found()).toEqual([[1], [], [1], []]);
  });
});

test('what a publisher says of a message travels with it', async () => {
  const { client, envelopes, found } = await opened();

  const { messageId } = await client.publish(news, '', 'hello', {
    headers: { at: new Date(0), n: 7n, who: 'me' },
    messageId: 'mine-1',
    correlationId: 'c1',
    replyTo: 'q1',
    expires: '10s',
    priority: 3,
    timestamp: new Date(5),
    type: 't',
    userId: 'u',
    appId: 'a',
    contentType: 'text/plain',
    contentEncoding: 'none',
  });
  await found();

  expect(messageId).toBe('mine-1');
  const sentAt = Date.parse('2026-01-01T00:00:00Z');
  expect(envelopes(inbox)).toEqual([
    {
      ...{ celeriac: 1, id: 'mine-1', input: 'hello', claim: true, sentAt, expiresAt: sentAt + 10_000 },
      ...{ correlationId: 'c1', replyTo: 'q1' },
      via: {
        ...{ exchange: 'news', key: '' },
        headers: { at: { $date: '1970-01-01T00:00:00.000Z' }, n: { $bigint: '7' }, who: 'me' },
        properties: {
          ...{ contentType: 'text/plain', contentEncoding: 'none', priority: 3, timestamp: 5 },
          ...{ type: 't', userId: 'u', appId: 'a' },
        },
      },
    },
  ]);
});

test('a message that EventBridge would spoil goes straight to its queues', async () => {
  const { client, found, calls } = await opened();

  await client.publish(orders, 'order.eu.created', { id: 'x\uffff' });

  expect(await found()).toEqual([[{ id: 'x\uffff' }], [{ id: 'x\uffff' }], [], []]);
  expect(calls('PutEvents')).toBe(0);
});

describe('a message for no queue', () => {
  test('is confirmed and dropped', async () => {
    const { client, found, calls } = await opened();

    await expect(client.publish(deep, 'x.y', 1)).resolves.toEqual({ messageId: expect.any(String) });

    expect(await found()).toEqual([[], [], [], []]);
    expect(calls('PutEvents')).toBe(0);
  });

  test('is given back where it is mandatory', async () => {
    const { client } = await opened();

    const publishing = client.publish(deep, 'x.y', { id: 7 }, { mandatory: true });

    await expect(publishing).rejects.toMatchObject({
      name: 'UnroutableError',
      code: 'UNROUTABLE',
      message: expect.stringContaining(
        "exchange 'deep' brings a message with the routing key 'x.y' to no queue",
      ),
      returned: { exchange: 'deep', routingKey: 'x.y', body: { id: 7 } },
    });
  });
});

describe('before anything is sent', () => {
  const stranger = defineExchange('stranger', { type: 'fanout' });
  const strange = defineQueue('strange');
  const long = 'k'.repeat(256);

  test.each([
    [
      'INVALID_MESSAGE',
      'orderId',
      (c: Publisher) => c.publish(orders, 'order.us.paid', { orderId: 1 } as never),
    ],
    [
      'UNKNOWN_ROUTING_KEY',
      'it has order',
      (c: Publisher) => c.publish(orders, orders.key('user.new'), {} as never),
    ],
    [
      'UNKNOWN_ROUTING_KEY',
      "key 'rice'",
      (c: Publisher) => c.publish(prices, prices.key('rice'), { id: '1' }),
    ],
    ['INVALID_MESSAGE', "key 'tea'", (c: Publisher) => c.publish(prices, 'tea', {} as never)],
    ['MESSAGE_NOT_JSON', 'message.n is bigint', (c: Publisher) => c.publish(news, '', { n: 1n })],
    ['EXCHANGE_INTERNAL', "exchange 'hidden' is internal", (c: Publisher) => c.publish(hidden, '', 1)],
    ['UNKNOWN_EXCHANGE', "has no exchange 'stranger'", (c: Publisher) => c.publish(stranger, '', 1)],
    ['UNKNOWN_QUEUE', "has no queue 'strange'", (c: Publisher) => c.publish(strange, 1)],
    ['ROUTING_KEY_TOO_LONG', '255', (c: Publisher) => c.publish(news, long, 1)],
    [
      'CC_NOT_A_LIST',
      'CC must be a list',
      (c: Publisher) => c.publish(news, '', 1, { headers: { CC: 'x' } }),
    ],
    ['INVALID_PRIORITY', '0 to 255', (c: Publisher) => c.publish(news, '', 1, { priority: 256 })],
    ['INVALID_PRIORITY', '0 to 255', (c: Publisher) => c.publish(news, '', 1, { priority: 1.5 })],
    ['INVALID_TIME', 'invalid date', (c: Publisher) => c.publish(news, '', 1, { timestamp: new Date('no') })],
    ['INVALID_DURATION', "'10'", (c: Publisher) => c.publish(news, '', 1, { expires: '10' as never })],
    ['INVALID_MESSAGE_ID', '1 to 128', (c: Publisher) => c.publish(news, '', 1, { messageId: 'a b' })],
    ['GROUP_ON_STANDARD_QUEUE', 'not ordered', (c: Publisher) => c.publish(news, '', 1, { group: 'g' })],
    ['MESSAGE_TOO_LARGE', '960 KiB', (c: Publisher) => c.publish(news, '', 'x'.repeat(983_040))],
  ])('%s is told: %s', async (code, text, publish) => {
    const { client, found } = await opened();

    await expect(publish(client)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });

    expect(await found()).toEqual([[], [], [], []]);
  });
});

type Publisher = Awaited<ReturnType<typeof openWorld>>['client'];
