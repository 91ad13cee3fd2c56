/** Where workers send replies, and where not. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { callsOf, envelope, messagesOf, put } from './simulated.ts';

const work = defineQueue('work');
const slim = defineQueue('slim');
const answers = defineQueue('answers');
const ledger = defineQueue('ledger', { ordered: (input: number) => `group-${input}` });
const double = defineTask('double', { queue: work, run: (input: number) => input * 2 });
const kept = defineTask('kept', { queue: ledger, result: false, run: (input: number) => input * 2 });
const triple = defineTask('triple', { queue: slim, result: false, run: (input: number) => input * 3 });
const nothing = defineTask('nothing', { queue: work, run: () => undefined });
const large = defineTask('large', { queue: slim, result: false, run: () => 'x'.repeat(1_000_000) });
const fail = defineTask('fail', {
  queue: work,
  retry: { attempts: 1 },
  run() {
    throw new Error('no');
  },
});
const shop = defineApp('shop', {
  tasks: [double, triple, nothing, large, fail, kept],
  queues: [answers],
});

const ID = '01kdvdna00t8y1z7s06r9zdafx4zzz';
const REPLIES = 'shop-dev-reply-somebody';

async function createShop() {
  const lines: LogLine[] = [];
  const sim = simulate(shop, { log: (line) => lines.push(line) });
  await sim.settle();
  return { sim, dropped: () => lines.filter(({ message }) => message === 'a reply was dropped') };
}

async function open(sim: Simulation, QueueName = REPLIES): Promise<void> {
  await sim.emulator.call('sqs', 'CreateQueue', { QueueName });
}

function bodiesOf(sim: Simulation, name = REPLIES): readonly unknown[] {
  const queue = sim.emulator.services.sqs.snapshot().find((one) => one.name === name);
  return (queue?.messages ?? []).map(({ body }) => JSON.parse(body));
}

test('a message with replyTo gets its reply, under its correlation id', async () => {
  const { sim } = await createShop();
  await open(sim);

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo: REPLIES, correlationId: 'c1' }));
  await put(sim, slim, envelope(ID, 'triple', { input: 4, replyTo: REPLIES, correlationId: 'c2' }));
  await sim.advance('1m');

  expect(bodiesOf(sim)).toEqual([
    { celeriac: 1, correlationId: 'c1', ok: true, value: 8 },
    { celeriac: 1, correlationId: 'c2', ok: true, value: 12 },
  ]);
  await sim.close();
});

test("without a correlation id the message's own id stands in the reply", async () => {
  const { sim } = await createShop();
  await open(sim);

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo: REPLIES }));
  await sim.advance('1m');

  expect(bodiesOf(sim)).toMatchObject([{ correlationId: ID, value: 8 }]);
  await sim.close();
});

test.each([
  ['keeps results', work, 'double', 8],
  ['keeps records without results', ledger, 'kept', 8],
] as const)(
  'a duplicate of a finished run is replied to again, alike: its task %s',
  async (_, queue, task, value) => {
    const { sim } = await createShop();
    await open(sim);
    const message = { input: 4, replyTo: REPLIES, correlationId: 'c1' };

    await put(sim, queue, envelope(ID, task, message), 'a');
    await sim.advance('1m');
    await put(sim, queue, envelope(ID, task, { ...message, headers: { again: 'yes' } }), 'a');
    await sim.advance('1m');

    const reply = { celeriac: 1, correlationId: 'c1', ok: true, value };
    expect(bodiesOf(sim)).toEqual([reply, reply]);
    await sim.close();
  },
);

test.each([
  ['another app', 'bank-dev-reply-somebody'],
  ['another stage', 'shop-prod-reply-somebody'],
  ["a queue's full name", 'shop-dev-work'],
  ['a path', 'shop-dev-reply-a/../../bank'],
])('nothing is sent to %s, and the log says so', async (_, replyTo) => {
  const { sim, dropped } = await createShop();
  await open(sim, replyTo.replaceAll(/[^\w-]/g, '_'));

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo }));
  await sim.advance('1m');

  expect(dropped()).toMatchObject([
    {
      level: 'warn',
      id: ID,
      replyTo,
      why: `replyTo is '${replyTo}'; it may be a queue of the app, or begin with 'shop-dev-reply-'`,
    },
  ]);
  expect(sim.trace().filter((line) => line.includes(' sqs send ') && !line.includes('-work '))).toEqual([]);
  expect(await sim.result(double, ID).state()).toBe('SUCCESS');
  await sim.close();
});

test('a reply whose queue is gone is dropped for good after a few tries', async () => {
  const { sim, dropped } = await createShop();

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo: REPLIES }));
  await sim.advance('1h');

  expect(dropped()).toMatchObject([{ replyTo: REPLIES, why: expect.stringContaining('QueueDoesNotExist') }]);
  expect(callsOf(sim, 'SendMessageBatch')).toBeLessThanOrEqual(4);
  expect(messagesOf(sim, work)).toEqual([]);
  expect(sim.attempts(double)).toHaveLength(1);
  await sim.close();
});

test("a reply by hand is an ordinary message to a queue of the app's, on the default exchange", async () => {
  const { sim } = await createShop();

  await put(
    sim,
    work,
    envelope(ID, 'double', { input: 4, replyTo: 'answers', correlationId: 'c1', hops: 2 }),
  );
  await put(
    sim,
    work,
    envelope(ID, 'double', { input: 4, replyTo: 'answers', correlationId: 'c1', attempt: 1 }),
  );
  await sim.advance('1m');

  const [first, second] = bodiesOf(sim, 'shop-dev-answers');
  expect(first).toEqual({
    celeriac: 1,
    id: expect.stringMatching(/^[0-9a-z]{30}$/),
    via: { exchange: '', key: 'answers' },
    input: 8,
    correlationId: 'c1',
    hops: 3,
    sentAt: expect.any(Number),
    claim: true,
  });
  expect(second).toMatchObject({ id: expect.stringMatching(String(Object(first).id)), input: 8 });
  await sim.close();
});

test('by hand, a task that returns nothing or fails sends nothing', async () => {
  const { sim, dropped } = await createShop();

  await put(sim, work, envelope(ID, 'nothing', { replyTo: 'answers' }));
  await put(sim, work, envelope('b', 'fail', { replyTo: 'answers' }));
  await sim.advance('1m');

  expect(bodiesOf(sim, 'shop-dev-answers')).toEqual([]);
  expect(dropped()).toEqual([]);
  await sim.close();
});

test('by hand, a reply that no message holds is dropped, and the log says so', async () => {
  const { sim, dropped } = await createShop();

  await put(sim, slim, envelope(ID, 'large', { replyTo: 'answers' }));
  await sim.advance('1m');

  expect(dropped()).toMatchObject([{ why: 'the reply is larger than 960 KiB' }]);
  await sim.close();
});

test('by hand, a reply to an ordered queue goes into the group that its function gives', async () => {
  const sorted = defineQueue('sorted', { ordered: (input: number) => `group-${input}` });
  await using sim = simulate(defineApp('shop', { tasks: [double], queues: [sorted] }));

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo: 'sorted' }));
  await sim.advance('1m');

  expect(messagesOf(sim, sorted)).toMatchObject([{ groupId: 'group-8' }]);
});

test("by hand, a reply to a fair queue is its tenant's, whom its function gives", async () => {
  const shared = defineQueue('shared', { fairBy: (input: number) => `tenant-${input}` });
  await using sim = simulate(defineApp('shop', { tasks: [double], queues: [shared] }));

  await put(sim, work, envelope(ID, 'double', { input: 4, replyTo: 'shared' }));
  await sim.advance('1m');

  expect(messagesOf(sim, shared)).toMatchObject([{ groupId: 'tenant-8' }]);
});

test('a message of a task that nobody knows is replied to in the end', async () => {
  const { sim } = await createShop();
  await open(sim);

  await put(sim, work, envelope(ID, 'gone', { replyTo: REPLIES, correlationId: 'c1' }));
  await sim.advance('26h');

  expect(bodiesOf(sim)).toMatchObject([{ correlationId: 'c1', ok: false, error: { code: 'UNKNOWN_TASK' } }]);
  await sim.close();
});
