/** What a worker does for a child that it has ended for the hard time limit of its run. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed } from '#lib';
import { simulate } from '#lib/testing';
import type { Call } from '../../lib/aws/call.ts';
import { createQueues } from '../../lib/aws/queues.ts';
import { createReceiver } from '../../lib/aws/receiver.ts';
import { createState } from '../../lib/aws/state.ts';
import { createMachineWorker } from '../../lib/runtime/machine-worker.ts';
import type { LateRun } from '../../lib/runtime/overtime.ts';
import { envelope } from './simulated.ts';
import { createTestClock } from './test-clock.ts';

const HARD_MS = 5_000;
const plain = defineQueue('plain', { visibility: '2m' });
const ordered = defineQueue('ordered', { visibility: '2m', ordered: true });
const options = { timeLimit: { hard: '5s' }, retry: { attempts: 2, backoff: fixed('30s') } } as const;
const app = defineApp('shop', {
  tasks: [
    defineTask('kept', { ...options, queue: plain, run: () => 1 }),
    defineTask('bare', { ...options, queue: plain, result: false, run: () => 1 }),
    defineTask('lined', { ...options, queue: ordered, run: () => 1 }),
  ],
});

/** Messages that a worker has received from a queue nobody else works off. */
async function createWorld(
  queue: string,
  messages: readonly { readonly task: string; readonly id: string }[],
) {
  const sim = simulate(app, { workers: { plain: 'machine', ordered: 'machine' } });
  await sim.settle();
  sim.machine()?.worker.stop('warm');
  await sim.advance('1m');
  const now = sim.now().getTime();
  const clock = { ...createTestClock(now), now: () => sim.now().getTime() };
  // The models take and give the SDK's shapes.
  const call = ((service: string, operation: string, input: object) =>
    sim.emulator.call(service, operation, { ...input })) as Call;
  const machine = { clock, chance: () => 0.5, log: () => {} };
  const queues = createQueues(call);
  const { runs, state } = createState(call, { app, stage: 'dev' }, machine);
  const worker = createMachineWorker(app, 'dev', { ...machine, queues, runs, state });
  const isOrdered = queue.endsWith('.fifo');
  await queues.send(
    queue,
    messages.map(({ id, task }) => ({
      body: JSON.stringify(envelope(id, task)),
      ...(isOrdered ? { group: 'all', deduplication: id } : {}),
    })),
  );
  const deliveries = await createReceiver(call).receive(queue, 10, 0, new AbortController().signal);
  const parked: unknown[] = [];
  let left = 0;
  const pass: LateRun['pass'] = {
    start: async () => undefined,
    beat: async () => true,
    putOff: async () => {},
    park: async (...given) => void parked.push(given),
    leave: async () => {
      left += 1;
    },
  };
  const endLate = (id: string, attempt: number, owner?: string) =>
    worker.overtime(
      { queueName: queue, deliveries, deadline: now + 3_600_000 },
      { id, attempt, owner, hardMs: HARD_MS, pass },
    );
  const claim = async (id: string, task: string) => {
    const request = { id, task, queue: queue.split('-')[2] ?? '', generation: 0, sentAt: 0, now };
    await runs?.claim(isOrdered ? request : { ...request, retries: 0 }, 'child', now + 60_000);
  };
  const of = (name: string) =>
    sim.emulator.services.sqs
      .snapshot()
      .filter((one) => one.name === name)
      .flatMap((one) => one.messages.map(({ body, state: where }) => ({ ...JSON.parse(body), where })));
  const ids = (members: readonly string[]) =>
    deliveries.filter((_, at) => members.includes(messages[at]?.id ?? '')).map(({ messageId }) => messageId);
  const record = async (id: string) => (await runs?.read([id]))?.get(id);
  return { endLate, claim, of, ids, record, parked, left: () => left, advance: sim.advance };
}

test('of a standard queue the next attempt is on its way, and the message is acked', async () => {
  const { endLate, claim, of, record, parked, left } = await createWorld('shop-dev-plain', [
    { id: 'm1', task: 'kept' },
  ]);
  await claim('m1', 'kept');

  const back = await endLate('m1', 1, 'child');

  expect(back).toEqual([]);
  expect(of('shop-dev-plain').filter(({ attempt }) => attempt === 1)).toMatchObject([
    { id: 'm1', where: 'delayed', history: [{ kind: 'retry', error: { code: 'TIME_LIMIT' } }] },
  ]);
  expect(await record('m1')).toMatchObject({ state: 'RETRY', retries: 1 });
  // The key waits for the next attempt, and what else it held is free.
  expect([parked, left()]).toEqual([[[30, undefined]], 1]);
});

test('a last attempt is dead-lettered, also where no record is kept', async () => {
  const { endLate, of } = await createWorld('shop-dev-plain', [{ id: 'm1', task: 'bare' }]);

  const back = await endLate('m1', 2);

  expect(back).toEqual([]);
  expect(of('shop-dev-plain-dlq')).toMatchObject([
    { id: 'm1', dead: { reason: 'attempts-exhausted', attempt: 2, error: { code: 'TIME_LIMIT' } } },
  ]);
});

test('of a group what was before it is done, and it is held with all that is behind it', async () => {
  const { endLate, claim, ids, of, record, advance } = await createWorld('shop-dev-ordered.fifo', [
    { id: 'm1', task: 'lined' },
    { id: 'm2', task: 'lined' },
    { id: 'm3', task: 'lined' },
  ]);
  await claim('m2', 'lined');

  const back = await endLate('m2', 1, 'child');
  await advance('31s');
  const states = of('shop-dev-ordered.fifo').map(({ where }) => where);

  expect(back).toEqual(ids(['m2', 'm3']));
  expect(await record('m2')).toMatchObject({ state: 'RETRY', retries: 1 });
  // The first is acked by whoever asked; the others come back for the next attempt.
  expect(states).toEqual(['inFlight', 'visible', 'visible']);
});

test('a run that is of none of the batch changes nothing', async () => {
  const { endLate, ids, of } = await createWorld('shop-dev-plain', [{ id: 'm1', task: 'kept' }]);

  const back = await endLate('other', 1, 'child');

  expect(back).toEqual(ids(['m1']));
  expect(of('shop-dev-plain')).toHaveLength(1);
});
