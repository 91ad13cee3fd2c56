import { expect, onTestFinished, test } from 'vitest';
import { defineApp, defineExchange, defineTask, describePublish } from '#lib';
import { createClient } from '../../lib/runtime/client.ts';
import { type Answer, busy, stubPorts, stubQueues } from './world.ts';

const echo = defineTask('echo', { result: false, run: (input: unknown) => input });
const stranger = defineTask('stranger', { result: false, run: () => 1 });
const app = defineApp('shop', { tasks: [echo] });

function createWorld(answer?: Answer) {
  const queues = stubQueues(answer);
  const released: number[] = [];
  const client = createClient(app, 'dev', stubPorts(queues), async () => {
    released.push(queues.calls.length);
  });
  return { queues, client, released };
}

test('sends of one tick share a call', async () => {
  const { queues, client } = createWorld();

  await Promise.all([client.send(echo(1)), client.sendMany([echo(2), echo(3)]), client.send(echo(4))]);

  expect(queues.calls.map(({ bodies }) => bodies.map((body) => JSON.parse(body).input))).toEqual([
    [1, 2, 3, 4],
  ]);
});

test('each outcome of sendMany stands at the place of its signature', async () => {
  const { client } = createWorld(() => [{ ...busy(1), retryable: false }]);

  const outcomes = await client.sendMany([echo(0), stranger(), echo(1n as never), echo(3), echo(4)]);

  expect(outcomes.map((one) => (one.status === 'sent' ? 'sent' : one.error))).toEqual([
    'sent',
    expect.objectContaining({ code: 'UNKNOWN_TASK' }),
    expect.objectContaining({ code: 'INPUT_NOT_JSON' }),
    expect.objectContaining({ code: 'SEND_FAILED' }),
    'sent',
  ]);
});

test.each([
  ['a task itself', echo],
  ['undefined', undefined],
  ['publish', describePublish(defineExchange('news', { type: 'fanout' }), 'key', 1)],
])('%s is no call, and told so', async (what, given) => {
  const { queues, client } = createWorld();

  const sending = client.send(given as never);
  const calling = client.call(given as never);

  const error = { code: 'NOT_A_CALL', message: expect.stringContaining(`this is ${what}`) };
  await expect(sending).rejects.toMatchObject(error);
  await expect(calling).rejects.toMatchObject(error);
  expect(queues.calls).toEqual([]);
});

test('sendMany of nothing makes no call', async () => {
  const { queues, client } = createWorld();

  expect(await client.sendMany([])).toEqual([]);
  expect(queues.calls).toEqual([]);
});

test('every method works on its own', async () => {
  const { queues, client } = createWorld();
  const { send, sendMany, result, close } = client;

  const { id } = await send(echo(1));
  await sendMany([echo(2)]);
  const handle = result(echo, id);
  await close();

  expect(queues.calls).toHaveLength(2);
  expect(handle.id).toBe(id);
});

test('ids differ, and their handles have them', async () => {
  const { queues, client } = createWorld();
  const chances = Array.from({ length: 16 * 2 }, (_, index) => index / 32);
  const own = createClient(app, 'dev', { ...stubPorts(queues), chance: () => chances.shift() ?? 0 });

  const [first, second] = [await own.send(echo(1)), await own.send(echo(2))];

  expect(first.id).not.toBe(second.id);
  expect(queues.calls.map(({ bodies }) => JSON.parse(bodies[0] ?? '').id)).toEqual([first.id, second.id]);
  await client.close();
});

test('close waits for sends that nobody has awaited, then lets go', async () => {
  const { queues, client, released } = createWorld((_, index) => (index === 0 ? [busy(0)] : []));

  const sending = client.send(echo(1));
  await client.close();

  expect(queues.calls).toHaveLength(2);
  expect(released).toEqual([2]);
  await sending;
});

test('close lets go although a send fails', async () => {
  const { client, released } = createWorld(() => [{ ...busy(0), retryable: false }]);

  const sending = client.send(echo(1)).catch((error) => error.code);
  await client.close();

  expect(released).toEqual([1]);
  expect(await sending).toBe('SEND_FAILED');
});

test('await using closes', async () => {
  const { client, released } = createWorld();

  await (async () => {
    await using own = client;
    await own.send(echo(1));
  })();

  expect(released).toEqual([1]);
});

test('a send that fails and that nobody looks at is an unhandled rejection, not silence', async () => {
  const { client } = createWorld();
  const unhandled = nextUnhandled();

  void client.send(stranger());

  expect(await unhandled).toMatchObject({ code: 'UNKNOWN_TASK' });
});

/** The next rejection that nobody handles, kept from the test runner, which would fail for it. */
function nextUnhandled(): Promise<unknown> {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  });
  return new Promise((resolve) => process.once('unhandledRejection', resolve));
}
