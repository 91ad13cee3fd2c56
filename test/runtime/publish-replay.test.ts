import { expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue } from '#lib';
import type { OnCall } from '../../lib/emulator/instrument.ts';
import { inputs, openWorld } from './exchanges-world.ts';

const inbox = defineQueue('inbox');
const audit = defineQueue('audit');
const other = defineQueue('other');
const orders = defineExchange('orders', { type: 'topic', archive: '7d' });
const plain = defineExchange('plain', { type: 'topic' });
const app = defineApp('shop', {
  bindings: [
    bind(orders, 'a.#', inbox),
    bind(orders, 'a.b', audit),
    bind(plain, 'a.b', other),
    bind(plain, 'a.b', inbox),
  ],
});
const START = new Date('2026-01-01T00:00:00Z');
const at = (minutes: number): Date => new Date(START.getTime() + minutes * 60_000);

test('what was published in a time comes to all queues again, under its old ids', async () => {
  const world = await openWorld(app);
  const { client, sim, envelopes } = world;
  await client.publish(orders, 'a.b', 1, { messageId: 'm1' });
  await sim.advance('10m');
  await client.publish(orders, 'a.b', 2);
  await client.publish(plain, 'a.b', 3);
  await sim.advance('10m');

  const { replayId } = await client.replay(orders, { from: at(0), to: at(5) });
  await sim.advance('1h');

  expect(replayId).toMatch(/^[0-9a-z]{30}$/);
  expect(inputs(world, inbox)).toEqual([1, 2, 3, 1]);
  expect(inputs(world, audit)).toEqual([1, 2, 1]);
  expect(inputs(world, other)).toEqual([3]);
  expect(envelopes(audit).map(({ id }) => id === 'm1')).toEqual([true, false, true]);
});

test('and to one queue alone where it is named', async () => {
  const world = await openWorld(app);
  const { client, sim } = world;
  await client.publish(orders, 'a.b', 1);
  await sim.advance('10m');

  await client.replay(orders, { from: at(0), queue: audit });
  await sim.advance('1h');

  expect(inputs(world, audit)).toEqual([1, 1]);
  expect(inputs(world, inbox)).toEqual([1]);
});

test.each([
  ['REPLAY_NOT_ARCHIVED', "exchange 'plain' keeps no archive", plain, { from: at(0) }],
  [
    'REPLAY_NOT_BOUND',
    "queue 'other' is not bound to exchange 'orders'",
    orders,
    { from: at(0), queue: other },
  ],
  ['REPLAY_REFUSED', 'give two times in order', orders, { from: at(5), to: at(5) }],
  ['REPLAY_REFUSED', 'Invalid Date', orders, { from: new Date('no') }],
])('%s: %s', async (code, text, exchange, options) => {
  const { client } = await openWorld(app);

  await expect(client.replay(exchange, options)).rejects.toMatchObject({
    name: 'SendError',
    code,
    message: expect.stringContaining(text),
  });
});

test('a refusal of EventBridge is told by its code', async () => {
  const onCall: OnCall = async (call, proceed) => {
    if (call.operation !== 'StartReplay') return proceed();
    throw Object.assign(new Error('says the test'), { name: 'LimitExceededException' });
  };
  const { client, sim } = await openWorld(app, { onCall });
  await sim.advance('1m');

  await expect(client.replay(orders, { from: at(0) })).rejects.toMatchObject({
    code: 'REPLAY_REFUSED',
    value: 'LimitExceededException',
    message: expect.stringContaining(
      "refused to replay exchange 'orders': LimitExceededException: says the test",
    ),
  });
});
