/** A worker with several queues, or with short tasks and long ones: what it receives and has no room for. */
import { expect, test } from 'vitest';
import { createQueues } from '../../lib/aws/queues.ts';
import { createReceiver } from '../../lib/aws/receiver.ts';
import type { Runner } from '../../lib/runtime/batch-run.ts';
import { createPoller } from '../../lib/runtime/poller.ts';
import type { Clock } from '../../lib/runtime/ports.ts';
import { createSlots } from '../../lib/runtime/slots.ts';
import { DOORS } from '../conformance/doors.ts';

/** Two queues, `a` and `b`, and a poller of one slot; a message's body says for how many ms it runs. */
async function createWorld(prefetch?: number) {
  const open = DOORS['straight on the models'];
  if (open === undefined) throw new Error('there is no such door');
  const { emulator, call } = await open();
  for (const QueueName of ['a', 'b']) await emulator.call('sqs', 'CreateQueue', { QueueName });
  const { clock: time } = emulator;
  const clock: Clock = {
    now: () => time.now(),
    sleep: (ms, signal) => time.sleep(ms, signal),
    alarm: (ms, ring) => time.at(time.now() + ms, ring),
    run: (name, work) => time.run(name, work),
    waiting: (promise) => time.waiting(promise),
  };
  const queues = createQueues(call);
  const began: string[] = [];
  const putOff: string[] = [];
  const runner: Runner = {
    async handle({ queueName, deliveries }) {
      began.push(queueName);
      await clock.sleep(Number(deliveries[0]?.body));
      return [];
    },
    // As workers do: a copy goes on, and the message is acked.
    async putOff(queueName, deliveries) {
      putOff.push(queueName);
      await queues.send(
        queueName,
        deliveries.map(({ body }) => ({ body })),
      );
      return [];
    },
  };
  const ports = { clock, chance: () => 0.5, queues, receiver: createReceiver(call), log: () => {} };
  const sources = ['a', 'b'].map((name) => ({ queueNames: [name], visibilityMs: 30_000, ordered: false }));
  const send = async (name: string, count: number, ms: number): Promise<void> => {
    for (let sent = 0; sent < count; sent++) await queues.send(name, [{ body: String(ms) }]);
  };
  const start = () => createPoller(ports, runner, sources, createSlots(1, prefetch));
  const visible = (): number =>
    emulator.services.sqs
      .snapshot()
      .flatMap(({ messages }) => messages)
      .filter(({ state }) => state === 'visible').length;
  return { emulator, send, start, began, putOff, visible };
}

const HOUR = 3_600_000;

test.each([undefined, 0])(
  'beside a long task nothing of another queue is held (prefetch %s)',
  async (ahead) => {
    const { emulator, send, start, visible, putOff } = await createWorld(ahead);
    await send('a', 2, HOUR);
    await send('b', 2, HOUR);

    const poller = start();
    await emulator.advance(60_000);

    expect(poller.count()).toBe(1);
    expect(visible()).toBe(3);
    expect(putOff).toHaveLength(1);
  },
);

test('who is to hold one message more holds no two of them', async () => {
  const { emulator, send, start, visible } = await createWorld(1);
  await send('a', 4, HOUR);
  await send('b', 4, HOUR);

  const poller = start();
  await emulator.advance(60_000);

  expect(poller.count()).toBe(2);
  expect(visible()).toBe(6);
});

test('what was received for short tasks goes back when a long one is before it, and stays', async () => {
  const { emulator, send, start, visible, putOff } = await createWorld();
  const poller = start();
  await send('a', 30, 1);
  await emulator.advance(60_000);
  await send('a', 5, HOUR);
  await emulator.advance(60_000);
  const before = putOff.length;
  await emulator.advance(10 * 60_000);

  expect(poller.count()).toBe(1);
  expect(visible()).toBe(4);
  // A call that was under way may have brought one of them once more.
  expect(before).toBeLessThanOrEqual(8);
  expect(putOff).toHaveLength(before);
});

test('of two queues with long tasks none is served before the other one for ever', async () => {
  const { emulator, send, start, began } = await createWorld();
  await send('a', 20, 10_000);
  await send('b', 20, 10_000);

  start();
  await emulator.advance(125_000);

  const ofB = began.filter((name) => name === 'b').length;
  expect(began.length).toBeGreaterThanOrEqual(10);
  expect(ofB).toBeGreaterThanOrEqual(4);
  expect(began.length - ofB).toBeGreaterThanOrEqual(4);
});

test('short tasks of two queues wait for each other where they are', async () => {
  const { emulator, send, start, began, putOff } = await createWorld(0);
  await send('a', 20, 500);
  await send('b', 20, 500);

  start();
  await emulator.advance(60_000);

  expect(began).toHaveLength(40);
  expect(putOff).toEqual([]);
});

test('a worker that has no room for hours is in reach of its queues, also when it looks again', async () => {
  const { emulator, send, start } = await createWorld();
  await send('a', 1, HOUR);
  const poller = start();
  const silentMs = () => emulator.clock.now() - (poller.answeredAt() ?? 0);

  await emulator.advance(HOUR / 2);
  const full = silentMs();
  await emulator.advance(HOUR / 2 + 5_000);
  const again = silentMs();
  await emulator.call('sqs', 'DeleteQueue', {
    QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/b',
  });
  await emulator.advance(10 * 60_000);

  expect(full).toBe(0);
  expect(again).toBeLessThanOrEqual(20_000);
  expect(silentMs()).toBeGreaterThan(5 * 60_000);
});
