/** The life of a polling worker on virtual time: how it stops, says how it is, and does what it is told. */
import { expect, test } from 'vitest';
import { type AnyTask, defineApp, defineQueue, defineTask, fixed } from '#lib';
import type { Call } from '../../lib/aws/call.ts';
import { createWorkers } from '../../lib/aws/workers.ts';
import type { WorkerCommand } from '../../lib/core/worker-record.ts';
import { type Simulation, simulate } from '../../lib/testing/simulate.ts';
import { envelope, messagesOf } from './simulated.ts';

const queue = defineQueue('work', { visibility: '3m' });

/** A simulation whose queue is worked off by a machine. */
function createWorld(tasks: readonly AnyTask[], queues = [queue]) {
  const workers = Object.fromEntries(queues.map(({ name }) => [name, 'machine'] as const));
  const sim: Simulation = simulate(defineApp('shop', { tasks }), { workers });
  const call = (service: string, operation: string, input: object) =>
    sim.emulator.call(service, operation, { ...input });
  // The models take and give the SDK's shapes.
  const workersPort = createWorkers(call as Call, 'shop-dev-runs');
  const tell = async (command: WorkerCommand): Promise<void> => {
    const [first] = await workersPort.list();
    await workersPort.command(first?.id ?? '', { id: `c-${sim.now().getTime()}`, command });
  };
  return { sim, tell, list: () => workersPort.list() };
}

test('a task of three hours keeps its message by heartbeats, and runs once', async () => {
  const long = defineTask('long', {
    queue,
    async run(_input, { sleep }) {
      await sleep('3h');
      return 'done';
    },
  });
  const { sim } = createWorld([long]);

  const result = await sim.send(long());
  await sim.advance('3h');
  await sim.advance('1s');

  expect(sim.attempts(long)).toEqual(['00:00:00']);
  expect(await result.get()).toBe('done');
  expect(messagesOf(sim, queue)).toEqual([]);
});

test('a running task that is revoked stops within one heartbeat', async () => {
  let stoppedAt = '';
  const long = defineTask('long', {
    queue,
    async run(_input, { sleep, now }) {
      await sleep('3h').catch((error) => {
        stoppedAt = now().toISOString().slice(11, 19);
        throw error;
      });
    },
  });
  const { sim } = createWorld([long]);

  const result = await sim.send(long());
  await sim.advance('1h');
  await result.revoke({ terminate: true });
  await sim.advance('16s');

  expect(Date.parse(`2026-01-01T${stoppedAt}Z`)).toBeLessThanOrEqual(Date.parse('2026-01-01T01:00:15Z'));
  expect(await result.state()).toBe('REVOKED');
  expect(messagesOf(sim, queue)).toEqual([]);
});

test('a warm stop finishes what runs and takes nothing new', async () => {
  const slow = defineTask('slow', {
    queue,
    async run(_input: number, { sleep }) {
      await sleep('10m');
    },
  });
  const { sim } = createWorld([slow]);

  await sim.send(slow(1));
  await sim.advance('1m');
  sim.machine()?.worker.stop('warm');
  await sim.advance('30s');
  await sim.send(slow(2));
  await sim.advance('10m');
  await sim.machine()?.worker.done;

  expect(sim.attempts(slow)).toEqual(['00:00:00']);
  expect(messagesOf(sim, queue)).toHaveLength(1);
  expect(sim.machine()?.worker.record()).toMatchObject({ state: 'stopped', processed: 1, held: 0 });
});

test('what waits for a slot goes back at once when the worker stops, and counts as no crash', async () => {
  const slow = defineTask('slow', {
    queue,
    async run(_input: number, { sleep }) {
      await sleep('10m');
    },
  });
  const { sim } = createWorld([slow]);
  await sim.advance('1s');
  await sim.sendMany(Array.from({ length: 10 }, (_, index) => slow(index)));
  await sim.advance('1s');
  sim.machine()?.worker.resize(1);

  sim.machine()?.worker.stop('warm');
  await sim.advance('1s');
  const waiting = messagesOf(sim, queue).filter(({ state }) => state === 'visible');

  expect(waiting.every(({ body }) => JSON.parse(body).crashes === undefined)).toBe(true);
  expect(sim.attempts(slow).length + waiting.length).toBe(10);
});

test('a soft stop tells tasks to stop; they run again elsewhere, and it is no attempt', async () => {
  const attempts: number[] = [];
  const slow = defineTask('slow', {
    queue,
    retry: { attempts: 1, backoff: fixed('1s') },
    async run(_input, { sleep, attempt }) {
      attempts.push(attempt);
      await sleep('10m');
      return 'done';
    },
  });
  const { sim } = createWorld([slow]);
  const result = await sim.send(slow());
  await sim.advance('1m');

  sim.machine()?.worker.stop('soft');
  await sim.advance('30s');
  const state = await result.state();
  // The same machine starts anew, as another worker would.
  sim.machine()?.kill();
  await sim.advance('12m');

  expect(state).toBe('RETRY');
  expect(attempts).toEqual([1, 1]);
  expect(await result.get()).toBe('done');
  expect(sim.deadLetters(queue)).toEqual([]);
});

test('a soft stop hands back what does not stop, after a while', async () => {
  const deaf = defineTask('deaf', {
    queue,
    async run() {
      await sim.emulator.clock.sleep(3_600_000);
    },
  });
  const { sim } = createWorld([deaf]);
  await sim.send(deaf());
  await sim.advance('1m');

  sim.machine()?.worker.stop('soft');
  await sim.advance('9s');
  const before = messagesOf(sim, queue).map(({ state }) => state);
  await sim.advance('2s');
  await sim.machine()?.worker.done;

  expect(before).toEqual(['inFlight']);
  expect(messagesOf(sim, queue).map(({ state }) => state)).toEqual(['visible']);
});

test('a cold stop hands everything back at once', async () => {
  const slow = defineTask('slow', {
    queue,
    async run(_input: number, { sleep }) {
      await sleep('10m');
    },
  });
  const { sim } = createWorld([slow]);
  await sim.sendMany([slow(1), slow(2), slow(3)]);
  await sim.advance('1m');

  sim.machine()?.worker.stop('cold');
  await sim.machine()?.worker.done;

  // A call for messages that the models cannot break off may bring one of them, which goes on as a copy.
  const visible = messagesOf(sim, queue).filter(({ state }) => state === 'visible');
  expect(visible.map(({ body }) => JSON.parse(body).input).sort()).toEqual([1, 2, 3]);
});

test('a worker is listed with what it runs, and as stopped when it has ended', async () => {
  const slow = defineTask('slow', {
    queue,
    async run(_input, { sleep }) {
      await sleep('1m');
    },
  });
  const { sim, list } = createWorld([slow]);

  const { id } = await sim.send(slow());
  await sim.advance('20s');
  const running = await list();
  sim.machine()?.worker.stop('warm');
  await sim.advance('1m');
  const after = await list();

  expect(running).toMatchObject([
    { host: 'simulated', queues: ['work'], pool: 'async', concurrency: 10, state: 'running', held: 1 },
  ]);
  expect(running[0]?.running).toMatchObject([{ id, task: 'slow', queue: 'shop-dev-work' }]);
  expect(after).toMatchObject([{ state: 'stopped', processed: 1, running: [] }]);
});

test('a worker that is told to grow, shrink or shut down does it at its next beat, and once', async () => {
  const task = defineTask('task', { queue, run: () => 1 });
  const { sim, tell } = createWorld([task]);
  await sim.advance('1s');
  const sizes: unknown[] = [];
  const look = async (command: WorkerCommand): Promise<void> => {
    await tell(command);
    await sim.advance('1m');
    const { concurrency, state } = sim.machine()?.worker.record() ?? {};
    sizes.push([concurrency, state]);
  };

  await look({ kind: 'grow', by: 5 });
  await look({ kind: 'shrink', by: 100 });
  await look({ kind: 'shutdown', how: 'warm' });

  expect(sizes).toEqual([
    [15, 'running'],
    [1, 'running'],
    [1, 'stopped'],
  ]);
});

test('priorities are strict: the higher level goes first, whenever a slot is free', async () => {
  const ranked = defineQueue('ranked', { priorities: 2 });
  const order: string[] = [];
  const task = defineTask('task', {
    queue: ranked,
    async run(input: string, { sleep }) {
      order.push(input);
      await sleep('2s');
    },
  });
  const { sim } = createWorld([task], [ranked]);
  await sim.advance('2s');
  sim.machine()?.worker.resize(1);

  const put = (level: string, input: string) =>
    sim.emulator.call('sqs', 'SendMessage', {
      QueueUrl: sim.emulator.services.sqs.snapshot().find(({ name }) => name === level)?.url,
      MessageBody: JSON.stringify(envelope(input, 'task', { input })),
    });
  for (const input of ['low 1', 'low 2', 'low 3']) await put('shop-dev-ranked', input);
  for (const input of ['high 1', 'high 2']) await put('shop-dev-ranked-p1', input);
  await sim.advance('1m');

  expect(order.slice(0, 2)).toEqual(['high 1', 'high 2']);
  expect(order).toHaveLength(5);
});

test('calls of a polling worker: one receive and one delete for ten messages', async () => {
  const task = defineTask('task', { queue, result: false, run: (index: number) => index });
  const { sim } = createWorld([task]);
  await sim.advance('2s');
  // Those that brought messages; the others are waits.
  const count = (name: string): number => {
    const { calls = 0, empty = 0 } = sim.calls().find(({ operation }) => operation === name) ?? {};
    return calls - empty;
  };

  for (let round = 0; round < 10; round++) {
    await sim.sendMany(Array.from({ length: 10 }, (_, index) => task(index)));
    await sim.advance('1s');
  }

  expect([count('ReceiveMessage'), count('DeleteMessageBatch')]).toEqual([10, 10]);
});

test('a machine that has died takes no message away from the one in its place', async () => {
  const quick = defineTask('quick', { queue, run: () => {} });
  const { sim } = createWorld([quick]);

  await sim.advance('5s');
  sim.machine()?.kill();
  await sim.advance('2s');
  await sim.send(quick());
  await sim.advance('1s');

  expect(sim.attempts(quick)).toEqual(['00:00:07']);
  expect(messagesOf(sim, queue)).toEqual([]);
});
