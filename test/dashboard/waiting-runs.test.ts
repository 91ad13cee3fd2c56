/** What is known of a queue that is worked, where looking into it would count as a crash. */
import { afterEach, expect, test } from 'vitest';
import { defineApp } from '../../lib/index.ts';
import { charge, mail, pack, ping, refused, shop } from './desk-shop.ts';
import { createDeskWorld } from './desk-world.ts';

afterEach(() => refused.clear());

test('runs that wait in a worked queue are listed with their reasons, and nothing is received', async () => {
  await using world = await createDeskWorld(shop, { sees: false });
  const { sim, desk, asked } = world;
  const ids: string[] = [];
  for (const call of [mail({ to: 'ann' }), mail({ to: 'bob' }), pack({ box: 'a' }), pack({ box: 'b' })]) {
    ids.push((await sim.send(call)).id);
    await sim.settle();
  }
  asked.length = 0;

  const rows = await desk.waitingRuns('letters');

  // The first of each runs, or has run.
  expect(rows.map(({ id, waiting }) => [id, waiting.kind])).toEqual([
    [ids[1], 'rate'],
    [ids[3], 'concurrency'],
  ]);
  expect(asked.filter(({ operation }) => operation === 'ReceiveMessage')).toEqual([]);
  await expect(desk.peek('letters')).rejects.toMatchObject({
    code: 'PEEK_COUNTS',
    message: expect.stringContaining("listed by 'celeriac queues waiting letters'"),
  });
});

test('those that are tried again are among them, the oldest first, with all that keeps them', async () => {
  await using world = await createDeskWorld(shop, { sees: false });
  const { sim, desk } = world;
  for (const id of ['o1', 'o2', 'o3']) {
    refused.add(id);
    await sim.send(charge({ id }));
    await sim.advance('1s');
  }
  await desk.pauseQueue('payments');

  const rows = await desk.waitingRuns('payments', 2);

  expect(rows.map(({ error, state }) => [error, state])).toEqual([
    ['TypeError: card  of o1 was declined', 'RETRY'],
    ['TypeError: card  of o2 was declined', 'RETRY'],
  ]);
  expect(rows[0]?.waiting.sentence).toMatch(/^retry 1 of 1, after TypeError.*; queue 'payments' is paused$/);
});

test('dead-letter queues and apps without records have none, and an unknown queue is not found', async () => {
  await using world = await createDeskWorld(shop, { sees: false });
  await using bare = await createDeskWorld(defineApp('bare', { tasks: [ping] }), { sees: false });

  expect(await world.desk.waitingRuns('payments-dlq')).toEqual([]);
  expect(await bare.desk.waitingRuns('letters')).toEqual([]);
  await expect(world.desk.waitingRuns('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
