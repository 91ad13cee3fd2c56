import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue } from '#lib';
import type { AnyExchange } from '../../lib/define/exchange.ts';
import type { OnCall } from '../../lib/emulator/instrument.ts';
import { createConnection, createSender } from '../../lib/runtime/client.ts';
import { inputs, openWorld, type World } from './exchanges-world.ts';
import { stubPorts, stubQueues } from './world.ts';

const inbox = defineQueue('inbox');
const audit = defineQueue('audit');
const urgent = defineQueue('urgent', { priorities: 2 });
const news = defineExchange('news', { type: 'fanout' });
const orders = defineExchange('orders', { type: 'topic' });
const levels = defineExchange('levels', { type: 'fanout' });
const app = defineApp('shop', {
  bindings: [
    bind(news, inbox),
    bind(news, audit),
    bind(orders, 'a.b', inbox),
    bind(levels, inbox),
    bind(levels, audit),
    bind(levels, urgent),
  ],
});

/** Calls of an operation fail as told: with an error before they take effect, or after. */
function failing(operation: string, times: number, how: 'before' | 'after', name = 'InternalError'): OnCall {
  let left = times;
  return async (call, proceed) => {
    if (call.operation !== operation || left <= 0) return proceed();
    left--;
    if (how === 'after') await proceed();
    throw Object.assign(new Error('says the test'), { name });
  };
}

const ids = (found: readonly Readonly<Record<string, unknown>>[]) => found.map(({ id }) => id);

describe.each([
  ['PublishBatch', 'topic', news],
  ['PutEvents', 'bus', orders],
])('%s', (operation, target, exchange: AnyExchange) => {
  const publish = (client: World['client'], messageId = 'm1') =>
    // Of any exchange no type of message is known.
    client.publish(exchange, exchange.key('a.b'), 1 as never, { messageId });

  test('is repeated until it was answered, and the message is confirmed', async () => {
    const { client, sim, envelopes } = await openWorld(app, { onCall: failing(operation, 3, 'before') });

    await expect(publish(client)).resolves.toEqual({ messageId: 'm1' });
    await sim.settle();

    expect(ids(envelopes(inbox))).toEqual(['m1']);
  });

  test('whose answer is lost is repeated under the same id, claimed by whoever runs it', async () => {
    const { client, sim, envelopes } = await openWorld(app, { onCall: failing(operation, 1, 'after') });

    await publish(client);
    await sim.settle();

    expect(ids(envelopes(inbox))).toEqual(['m1', 'm1']);
    expect(envelopes(inbox)).toMatchObject([{ claim: true }, { claim: true }]);
  });

  test('that fails to the end is a nack with the code of the service and the id', async () => {
    const { client } = await openWorld(app, { onCall: failing(operation, 9, 'before', 'Sorry') });

    await expect(publish(client)).rejects.toMatchObject({
      name: 'NackError',
      code: 'NACKED',
      value: 'Sorry',
      messageId: 'm1',
      message: expect.stringContaining(`${target} 'shop-dev`),
    });
  });

  test('that fails for one message does not nack the others', async () => {
    const onCall: OnCall = async (call, proceed) => {
      const poisoned = JSON.stringify(call.input).includes('poison');
      if (call.operation !== operation || !poisoned) return proceed();
      const name = operation === 'PutEvents' ? 'ValidationException' : 'InvalidParameterException';
      throw Object.assign(new Error('says the test'), { name });
    };
    const { client, sim, envelopes } = await openWorld(app, { onCall });

    const settled = await Promise.allSettled(['m1', 'poison', 'm3'].map((id) => publish(client, id)));
    await sim.settle();

    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ids(envelopes(inbox))).toEqual(['m1', 'm3']);
  });
});

test('a message sent to each of its queues is a nack where one refuses it, and may be repeated', async () => {
  let refuses = true;
  const onCall: OnCall = async (call, proceed) => {
    if (refuses && call.operation === 'SendMessageBatch' && String(call.input.QueueUrl).endsWith('audit'))
      throw Object.assign(new Error('says the test'), { name: 'QueueDoesNotExist', retryable: false });
    return proceed();
  };
  const { client, envelopes } = await openWorld(app, { onCall });

  const publishing = client.publish(levels, '', 1, { priority: 1, messageId: 'm1' });

  await expect(publishing).rejects.toMatchObject({
    code: 'NACKED',
    value: 'QueueDoesNotExist',
    messageId: 'm1',
    message:
      "exchange 'levels': 1 of 3 queues did not take the message: queue 'shop-dev-audit' refused the " +
      "message: QueueDoesNotExist: says the test; publish it again with messageId 'm1', which is safe " +
      'where it has arrived',
  });
  expect([ids(envelopes(inbox)), ids(envelopes(audit)), ids(envelopes(urgent, 1))]).toEqual([
    ['m1'],
    [],
    ['m1'],
  ]);
  refuses = false;
  await client.publish(levels, '', 1, { priority: 1, messageId: 'm1' });
  expect(ids(envelopes(audit))).toEqual(['m1']);
});

test('flush waits for publishes that nobody has awaited, and does not fail with them', async () => {
  const onCall = failing('PublishBatch', 5, 'before');
  const world = await openWorld(app, { onCall });
  const { client, sim } = world;

  const first = client.publish(news, '', 1).catch((error) => error.code);
  await client.flush();
  const second = client.publish(news, '', 2);
  await client.flush();
  await sim.settle();

  expect(await first).toBe('NACKED');
  expect(inputs(world, inbox)).toEqual([2]);
  await second;
});

test('what is published by a task counts its hops, and is refused when there are too many', async () => {
  const queues = stubQueues();
  const inTask = (hops: number) => createSender(createConnection(app, 'dev', stubPorts(queues)), hops);

  await inTask(4).publish(inbox, 1);

  expect(queues.calls.map(({ bodies }) => JSON.parse(bodies[0] ?? '').hops)).toEqual([4]);
  await expect(inTask(101).publish(inbox, 1)).rejects.toMatchObject({
    code: 'TOO_MANY_HOPS',
    message: expect.stringContaining("queue 'inbox': 101 tasks have sent each other on"),
  });
});
