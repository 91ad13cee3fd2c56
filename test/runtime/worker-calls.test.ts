/** What a task costs in calls that carry messages, at full batches and without empty receives. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, type Queue } from '#lib';
import { type Simulation, simulate } from '#lib/testing';

const TASKS = 100;
const standard = defineQueue('work');
const ordered = defineQueue('line', { ordered: (input: { group: string }) => input.group });

/** Calls of clients, workers and Lambda by operation, without receives that found nothing. */
function callsSince(sim: Simulation, before: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  const now = [...callsNow(sim)].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(now.filter(([, calls]) => calls > 0));
}

function callsNow(sim: Simulation): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { operation, calls, empty } of [...sim.calls(), ...sim.emulator.calls('lambda')])
    sums.set(operation, (sums.get(operation) ?? 0) + calls - empty);
  return sums;
}

async function callsFor(queue: Queue, result: boolean): Promise<Readonly<Record<string, number>>> {
  const task = defineTask('task', { queue, result, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  await sim.settle();
  const before = callsNow(sim);

  await sim.sendMany(Array.from({ length: TASKS }, (_, index) => task({ group: `g${index}` })));
  await sim.advance('1m');

  expect(sim.attempts(task)).toHaveLength(TASKS);
  return callsSince(sim, before);
}

test('a task without a record costs three tenths of a call', async () => {
  const calls = await callsFor(standard, false);

  expect(calls).toEqual({ GetQueueUrl: 1, SendMessageBatch: 10, ReceiveMessage: 10, DeleteMessageBatch: 10 });
});

test.each([
  ['on a standard queue', standard],
  ['on an ordered queue', ordered],
])('a task with a record costs half a call, since claims and ends share calls: %s', async (_name, queue) => {
  const calls = await callsFor(queue, true);

  expect(calls).toEqual({
    GetQueueUrl: 1,
    SendMessageBatch: 10,
    ReceiveMessage: 10,
    DeleteMessageBatch: 10,
    BatchExecuteStatement: 20,
  });
});

test('tasks that end at different moments share their claims, and cost 1.4 calls each', async () => {
  const task = defineTask('task', {
    queue: standard,
    run: (input: number, { sleep }) => sleep(`${100 + input}ms`),
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  await sim.settle();
  const before = callsNow(sim);

  await sim.sendMany(Array.from({ length: TASKS }, (_, index) => task(index)));
  await sim.advance('1m');

  const { BatchExecuteStatement, UpdateItem } = callsSince(sim, before);
  expect({ BatchExecuteStatement, UpdateItem }).toEqual({ BatchExecuteStatement: 10, UpdateItem: TASKS });
});

test('a batch of one costs two writes, as ever', async () => {
  const task = defineTask('task', { queue: standard, run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  await sim.settle();
  const before = callsNow(sim);

  await sim.send(task());
  await sim.advance('1m');

  expect(callsSince(sim, before)).toMatchObject({ UpdateItem: 2 });
  expect(callsSince(sim, before).BatchExecuteStatement).toBeUndefined();
});

test('an attempt more costs a claim, a release and a copy', async () => {
  const task = defineTask('task', {
    queue: standard,
    run(_input, { attempt }) {
      if (attempt === 1) throw new Error('once');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  await sim.settle();
  const before = callsNow(sim);

  await sim.send(task());
  await sim.advance('1m');

  expect(callsSince(sim, before)).toEqual({
    // The client asks once for the address of its queues, the worker once.
    GetQueueUrl: 2,
    SendMessageBatch: 2,
    ReceiveMessage: 2,
    DeleteMessageBatch: 2,
    UpdateItem: 4,
  });
});

test('the copies of a batch that fails together share a call', async () => {
  const task = defineTask('task', {
    queue: standard,
    result: false,
    run(_input, { attempt }) {
      if (attempt === 1) throw new Error('once');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  await sim.settle();
  const before = callsNow(sim);

  await sim.sendMany(Array.from({ length: 10 }, () => task()));
  await sim.advance('10s');

  expect(callsSince(sim, before).SendMessageBatch).toBe(2);
});

test('reading a hundred results that are there costs one call', async () => {
  const task = defineTask('task', { queue: standard, run: (input: number) => input });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  const outcomes = await sim.sendMany(Array.from({ length: 100 }, (_, index) => task(index)));
  await sim.advance('1m');
  const before = callsNow(sim);

  const values = await Promise.all(outcomes.map((one) => (one.status === 'sent' ? one.result.get() : -1)));

  expect(values).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(callsSince(sim, before)).toEqual({ BatchGetItem: 1 });
});
