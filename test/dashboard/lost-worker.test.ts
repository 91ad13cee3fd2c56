/** What a desk says of a queue whose long-running worker was killed: its record still says that it runs. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import type { WorkerRecord } from '../../lib/core/worker-record.ts';
import { createDeskWorld } from './desk-world.ts';

const work = defineQueue('work', { visibility: '3m' });
const count = defineTask('count', { queue: work, run: (input: number) => input });
const app = defineApp('shop', { tasks: [count] });

const KILLED: WorkerRecord = {
  ...{ id: 'killed', host: 'here', pid: 1, pool: 'async', queues: ['work'], concurrency: 1 },
  ...{ state: 'running', held: 0, running: [], processed: 0, children: [] },
  ...{ startedAt: 0, beatAt: 0, beatMs: 15_000 },
};

test('a worker that is lost consumes nothing, and what it leaves behind waits for another', async () => {
  const workers = { list: async () => [KILLED], command: async () => false };
  await using world = await createDeskWorld(app, { workers: { work: 'machine' }, ports: { workers } });
  const { sim, desk } = world;
  await sim.advance('1s');
  sim.machine()?.worker.stop('warm');
  await sim.advance('1m');

  const sent = await sim.send(count(1));
  await sim.advance('1s');
  const [row] = await desk.queues();
  const why = await desk.waiting(sent.id);

  expect(row).toMatchObject({ name: 'work', ready: 1, consumers: [] });
  expect(why).toMatchObject({ kind: 'no-worker', sentence: "queue 'work' has no worker that runs" });
});
