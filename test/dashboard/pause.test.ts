/** Queues that workers on machines work off, paused by a desk. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { createDeskWorld } from './desk-world.ts';

const work = defineQueue('work', { visibility: '3m' });
const ranked = defineQueue('ranked', { priorities: 2 });
const plain = defineQueue('plain');

const count = defineTask('count', {
  queue: work,
  async run(seconds: number, { sleep }) {
    await sleep(`${seconds}s`);
    return seconds;
  },
});
const rank = defineTask('rank', { queue: ranked, run: (input: number) => input });
const app = defineApp('shop', { tasks: [count, rank] });
const workers = { work: 'machine', ranked: 'machine' } as const;

test('a paused queue is left alone by its worker, and by the next one, until it is resumed', async () => {
  await using world = await createDeskWorld(app, { workers });
  const { sim, desk } = world;
  const row = async () => (await desk.queues()).find(({ name }) => name === 'work');
  await sim.advance('1s');
  const running = await sim.send(count(60));
  await sim.advance('1s');

  await desk.pauseQueue('work');
  await sim.advance('16s');
  const waiting = await sim.send(count(1));
  await sim.advance('10m');
  const paused = await row();
  const why = await desk.waiting(waiting.id);
  sim.machine()?.kill();
  await sim.advance('10m');
  const states = [await running.state(), await waiting.state()];
  await desk.resumeQueue('work');
  await sim.advance('20s');

  expect(paused).toMatchObject({ paused: true, ready: 1 });
  expect(why).toMatchObject({ kind: 'paused', sentence: "queue 'work' is paused" });
  // What ran was finished.
  expect(states).toEqual(['SUCCESS', 'PENDING']);
  expect(await row()).toMatchObject({ paused: false, ready: 0 });
  expect([await waiting.state(), sim.attempts(count).length]).toEqual(['SUCCESS', 2]);
});

test('messages that wait for a slot when their queue is paused go back, and it is no crash', async () => {
  await using world = await createDeskWorld(app, { workers });
  const { sim, desk } = world;
  await sim.advance('1s');
  sim.machine()?.worker.resize(1);
  const sent = [await sim.send(count(100)), await sim.send(count(1)), await sim.send(count(2))];

  await desk.pauseQueue('work');
  await sim.advance('10m');
  const states = await Promise.all(sent.map((one) => one.state()));
  await desk.resumeQueue('work');
  await sim.advance('2m');

  expect(states.filter((state) => state === 'SUCCESS').length).toBeLessThan(3);
  expect(await Promise.all(sent.map((one) => one.state()))).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  expect(sim.attempts(count)).toHaveLength(3);
});

test('of a queue with priorities a level may be paused, and others go on', async () => {
  await using world = await createDeskWorld(app, { workers });
  const { sim, desk } = world;
  await sim.advance('1s');

  await desk.pauseQueue('ranked-p1');
  await sim.advance('40s');
  const [low, high] = [await sim.send(rank(1)), await sim.send(rank(2, { priority: 1 }))];
  await sim.advance('5m');
  const states = [await low.state(), await high.state()];
  await desk.resumeQueue('ranked-p1');
  await sim.advance('1m');

  expect(states).toEqual(['SUCCESS', 'PENDING']);
  expect(await high.state()).toBe('SUCCESS');
});

test('where there is no table that workers could read, the desk says so', async () => {
  const stateless = defineTask('stateless', { queue: plain, result: false, run: () => {} });
  const bare = defineApp('bare', { tasks: [stateless], longDelays: false });
  await using world = await createDeskWorld(bare, { workers: { plain: 'machine' } });

  const paused: unknown = await world.desk.pauseQueue('plain').catch((error) => error);

  expect(paused).toMatchObject({ code: 'PAUSE_NOT_POSSIBLE' });
  expect(String(paused)).toMatch(/has no table in which workers on machines would read it/);
});
