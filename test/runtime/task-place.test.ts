/** Where a task's message goes and stays: its level, its order, its tenant, its age. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineApp, defineQueue, defineTask, fixed, type Queue, RejectError } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { envelope, put } from './simulated.ts';

/** How many messages lie in each level of a queue. */
function levelsOf(sim: Simulation, name: string): Readonly<Record<string, number>> {
  const queues = sim.emulator.services.sqs.snapshot().filter((queue) => queue.name.startsWith(name));
  return Object.fromEntries(queues.map((queue) => [queue.name, queue.messages.length]));
}

/** A contract: nobody works here, so messages stay where they were sent. */
function createIdle(queue: Queue) {
  const task = defineTask('idle', { queue, input: z.unknown(), result: false });
  return { task, sim: simulate(defineApp('shop', { tasks: [task] })) };
}

test('a task goes to the level of its priority; what is above the highest goes to that', async () => {
  const { sim, task } = createIdle(defineQueue('work', { priorities: 3 }));

  for (const priority of [undefined, 0, 1, 2, 3, 255])
    await sim.send(task('x', priority === undefined ? {} : { priority }));

  expect(levelsOf(sim, 'shop-dev-work')).toMatchObject({
    'shop-dev-work': 2,
    'shop-dev-work-p1': 1,
    'shop-dev-work-p2': 3,
  });
});

test('a priority is a whole number from 0 to 255, and nothing in a queue without levels', async () => {
  const { sim, task } = createIdle(defineQueue('work'));

  await sim.send(task('x', { priority: 9 }));
  const refused = sim.send(task('x', { priority: 1.5 }));

  await expect(refused).rejects.toMatchObject({
    code: 'INVALID_PRIORITY',
    message: expect.stringContaining('give a whole number from 0 to 255'),
  });
  expect(levelsOf(sim, 'shop-dev-work')).toMatchObject({ 'shop-dev-work': 1 });
});

test('its next attempts, and the run made again by hand, stay on the level', async () => {
  const queue = defineQueue('work', { priorities: 2 });
  const task = defineTask('task', {
    queue,
    retry: { attempts: 2, backoff: fixed('10m') },
    run() {
      throw new Error('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  const levels = () => levelsOf(sim, 'shop-dev-work')['shop-dev-work-p1'];

  const { id } = await sim.send(task(undefined, { priority: 1 }));
  await sim.advance('1m');
  const retried = levels();
  await sim.advance('15m');
  const failed = levels();
  await sim.retry(task, id);
  await sim.advance('1m');

  expect([retried, failed, levels()]).toEqual([1, 0, 1]);
});

test('sends to an ordered queue keep their order, however long their schemas take', async () => {
  const slow = z.object({ index: z.number(), waits: z.number() }).refine(async ({ waits }) => {
    for (let steps = 0; steps < waits; steps++) await undefined;
    return true;
  });
  const ran: number[] = [];
  const task = defineTask('task', {
    queue: defineQueue('line', { ordered: true }),
    input: slow,
    run: ({ index }) => void ran.push(index),
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  await sim.sendMany([100, 50, 0, 75, 25].map((waits, index) => task({ index, waits })));
  await sim.advance('1m');

  expect(ran).toEqual([0, 1, 2, 3, 4]);
});

test('one that is refused holds up none behind it', async () => {
  const task = defineTask('task', {
    queue: defineQueue('line', { ordered: true }),
    input: z.number(),
    run: () => 1,
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  // What is no number is what this test is about; the compiler would refuse it.
  const outcomes = await sim.sendMany([task(1), task('two' as unknown as number), task(3)]);
  await sim.advance('1m');

  expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'failed', 'sent']);
  expect(sim.attempts(task)).toHaveLength(2);
});

test('a delayed task begins to age when its delay is over', async () => {
  const task = defineTask('task', { queue: defineQueue('work', { expires: '5m' }), run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  const result = await sim.send(task(undefined, { delay: '10m' }));
  await sim.advance('11m');

  expect(await result.state()).toBe('SUCCESS');
});

test('whose message it is stays known in a fair queue, with its input in the bucket too', async () => {
  const queue = defineQueue('work', {
    fairBy: ({ tenant }: { tenant: string }) => tenant,
    largePayloads: 's3',
  });
  const task = defineTask('task', {
    queue,
    retry: { attempts: 2, backoff: fixed('10m') },
    run(_input: { tenant: string; data: string }) {
      throw new Error('no');
    },
  });
  const groups: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [task] }), {
    async onCall({ operation, input }, proceed) {
      if (operation !== 'SendMessageBatch') return proceed();
      const { Entries } = input as { Entries: readonly { MessageGroupId?: string }[] };
      groups.push(...Entries.map(({ MessageGroupId }) => MessageGroupId));
      return proceed();
    },
  });

  await sim.sendMany(
    ['small', 'large'].map((tenant) =>
      task({ tenant, data: 'x'.repeat(tenant === 'large' ? 1_000_000 : 1) }),
    ),
  );
  await sim.advance('1m');

  // Each when it was sent, and each when it was put off.
  expect(groups.sort()).toEqual(['large', 'large', 'small', 'small']);
});

test('an id that is no token of SQS is dead-lettered from an ordered queue all the same', async () => {
  const queue = defineQueue('line', { ordered: true });
  const task = defineTask('task', {
    queue,
    result: false,
    run() {
      throw new RejectError('no');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  await put(sim, queue, envelope('order 4711 of Ærø', 'task'), 'a');
  await put(sim, queue, envelope('x'.repeat(128), 'task'), 'b');
  await sim.advance('1m');

  const ids = sim.deadLetters(queue).map(({ id }) => id);
  expect(ids.sort()).toEqual(['order 4711 of Ærø', 'x'.repeat(128)]);
});
