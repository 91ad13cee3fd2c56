/** Calls that wait long for a key or a place, while messages come twice and acks are lost. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const QUEUE = defineQueue('work', { visibility: '12m' });
const FAULTS = { duplicate: 0.1, loseAck: 0.05 };
const CALLS = Array.from({ length: 8 }, (_, index) => index);

const COUNTED = ['Messages', 'MessagesNotVisible', 'MessagesDelayed'];

const WAYS = {
  key: { once: { key: () => 'one', taken: 'wait' } },
  place: { concurrency: 1 },
} as const;

test.each([
  ['key', 1],
  ['key', 2],
  ['key', 3],
  ['place', 1],
  ['place', 2],
  ['place', 3],
] as const)(
  'a call that waits for its %s has not crashed, however often it comes twice (%i)',
  async (way, seed) => {
    const task = defineTask('task', {
      queue: QUEUE,
      ...WAYS[way],
      run: (n: number, { sleep }) => sleep('60s').then(() => n),
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }), { seed, faults: FAULTS });

    const sent = [];
    for (const n of CALLS) sent.push(await sim.send(task(n)));
    await sim.advance('8h');

    expect(await Promise.all(sent.map((result) => result.state()))).toEqual(CALLS.map(() => 'SUCCESS'));
  },
);

test('messages that come twice do not become more and more while they wait', async () => {
  const task = defineTask('task', {
    queue: QUEUE,
    once: { key: () => 'one', taken: 'wait' },
    run: (n: number, { sleep }) => sleep('60s').then(() => n),
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }), { seed: 1, faults: { duplicate: 0.3 } });

  for (const n of CALLS) await sim.send(task(n));
  const counts: number[] = [];
  for (let minute = 0; minute < 6; minute++) {
    await sim.advance('1m');
    const { Attributes } = (await sim.emulator.call('sqs', 'GetQueueAttributes', {
      QueueUrl: sim.emulator.services.sqs.snapshot().find(({ name }) => name === 'shop-dev-work')?.url,
      AttributeNames: ['All'],
    })) as { Attributes: Readonly<Record<string, string>> };
    counts.push(COUNTED.reduce((sum, name) => sum + Number(Attributes[`ApproximateNumberOf${name}`]), 0));
  }

  // Each call is one message, and at times one more or two.
  expect(Math.max(...counts)).toBeLessThanOrEqual(3 * CALLS.length);
  expect(counts.at(-1)).toBeLessThanOrEqual(2 * CALLS.length);
});
