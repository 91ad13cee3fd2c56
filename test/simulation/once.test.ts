/**
 * `once` under every fault at once: runs of one key never overlap, every call ends, and none is dead-lettered
 * for having waited.
 */
import { expect, test } from 'vitest';
import { type AsyncResult, defineApp, defineQueue, defineTask } from '#lib';
import { ALL_FAULTS, createRandom, type Simulation, simulate } from '#lib/testing';
import { createLocks } from '../../lib/aws/locks.ts';
import { onceKey } from '../../lib/core/once-key.ts';
import { type Interval, mostAtOnce } from './fleet.ts';
import { seeds } from './seeds.ts';

const CALLS = 30;
const KEYS = 4;
const ENDED = ['SUCCESS', 'FAILURE', 'REVOKED'];

interface Input {
  readonly key: number;
  readonly fails: boolean;
}

function createWorld(seed: number, taken: 'wait' | 'return' = 'wait') {
  const queue = defineQueue('work', { visibility: '2m', deadLetter: { after: 8 } });
  const runs = new Map<number, Interval[]>();
  const task = defineTask('task', {
    queue,
    retry: { attempts: 8 },
    once: { key: ({ key }) => key, taken },
    async run({ key, fails }: Input, { now, sleep, attempt }) {
      const run: Interval = { from: now().getTime(), to: Number.POSITIVE_INFINITY };
      runs.set(key, [...(runs.get(key) ?? []), run]);
      try {
        // Longer than a heartbeat at times, so that leases are renewed.
        await sleep(`${2 + ((key * 7) % 14)}s`);
        if (fails && attempt === 1) throw new Error('once');
      } finally {
        run.to = now().getTime();
      }
    },
  });
  const sim = simulate(defineApp('once', { tasks: [task] }), { seed, faults: ALL_FAULTS });
  return { sim, task, queue, runs };
}

/** Faults strike whoever reads, too: asked again, as people do. */
async function stateOf(result: Pick<AsyncResult<void>, 'id' | 'state'>): Promise<string> {
  for (let times = 0; times < 20; times++) {
    const state = await result.state().catch(() => undefined);
    if (state !== undefined) return state;
  }
  throw new Error(`the state of ${result.id} cannot be read`);
}

test.each(seeds('once'))('with seed %d runs of a key never overlap, and all end', async (seed) => {
  const { sim, task, queue, runs } = createWorld(seed);
  const random = createRandom(seed + 2);

  const outcomes = await sim.sendMany(
    Array.from({ length: CALLS }, () => task({ key: Math.floor(random() * KEYS), fails: random() < 0.2 })),
  );
  const left = (): number =>
    sim.emulator.services.sqs.snapshot().find(({ name }) => name === 'once-dev-work')?.messages.length ?? 0;
  for (let hour = 0; hour < 48 && (hour === 0 || left() > 0); hour++) await sim.advance('1h');

  for (const [key, intervals] of runs) expect(mostAtOnce(intervals), `key ${key}`).toBe(1);
  expect(left()).toBe(0);
  const reasons = sim.deadLetters(queue).map(({ dead }) => dead?.reason);
  expect(reasons.filter((reason) => reason !== 'crashed' && reason !== 'worker-error')).toEqual([]);
  const sent = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result] : []));
  const states = await Promise.all(sent.map(stateOf));
  expect(states.filter((state) => !ENDED.includes(state))).toEqual([]);
  expect(runs.size).toBeGreaterThan(1);
  expect(sent.length).toBeGreaterThan(CALLS / 2);
  await sim.close();
});

/** Reserves keys as senders that die before they send. */
async function dyingSenders(sim: Simulation, keys: readonly number[]): Promise<void> {
  await sim.settle();
  const call = (service: string, operation: string, input: object) =>
    sim.emulator.call(service, operation, { ...input });
  const locks = createLocks(call as never, 'once-dev-runs');
  const now = sim.now().getTime();
  for (const key of keys) {
    const wanted = { key: onceKey('task', key), id: sim.newId() };
    await locks.reserve({ ...wanted, now, until: now + 300_000, dueAt: now });
  }
}

/** A quarter of them: its calls are simple, and many. */
const some = seeds('once').filter((_, index) => index % 4 === 0);

test.each(some)('with seed %d every handle is that of a run which comes', async (seed) => {
  const { sim, task, runs } = createWorld(seed, 'return');
  const random = createRandom(seed + 3);
  const clients = [sim, sim.connect(), sim.connect()];
  await dyingSenders(
    sim,
    Array.from({ length: KEYS }, (_, key) => key).filter(() => random() < 0.5),
  );

  const results: AsyncResult<void>[] = [];
  for (let round = 0; round < 4; round++) {
    const sends = clients.map((client) => {
      const key = Math.floor(random() * KEYS);
      return client.sendMany([task({ key, fails: random() < 0.2 }), task({ key, fails: false })]);
    });
    for (const outcome of (await Promise.all(sends)).flat())
      if (outcome.status === 'sent') results.push(outcome.result);
    await sim.advance(`${Math.floor(random() * 10)}s`);
  }
  await sim.advance('2d');

  for (const [key, intervals] of runs) expect(mostAtOnce(intervals), `key ${key}`).toBe(1);
  const states = await Promise.all(results.map(stateOf));
  expect(states.filter((state) => !ENDED.includes(state))).toEqual([]);
  expect(results.length).toBeGreaterThan(CALLS / 4);
  await sim.close();
});
