/** What lists cost on AWS: calls, and what is read and sent. Budgets that no machine's speed changes. */
import { expect, test } from 'vitest';
import { shop } from './desk-shop.ts';
import { createDeskWorld, type DeskWorld } from './desk-world.ts';
import { fillRuns } from './many-runs.ts';

const SHARDS = 8;
const STATES = 6;

async function createFilled(): Promise<DeskWorld> {
  const world = await createDeskWorld(shop);
  await fillRuns(world.sim.emulator, shop, 3_000, world.sim.now().getTime());
  return world;
}

function count({ asked }: DeskWorld, operation: string): number {
  return asked.filter((one) => one.operation === operation).length;
}

/** How many rows came, of lists and of records. */
function rowsSent({ asked }: DeskWorld): number {
  return asked.reduce((sum, { answer }) => sum + (Array.isArray(answer.Items) ? answer.Items.length : 0), 0);
}

/** Records asked for by their keys. */
function recordsRead({ asked }: DeskWorld): number {
  const keys = asked.flatMap(({ input }) => Object.values(input.RequestItems ?? {}));
  return keys.reduce((sum, { Keys }: { readonly Keys: readonly unknown[] }) => sum + Keys.length, 0);
}

test('a page of the newest runs asks each partition once, and few records', async () => {
  await using world = await createFilled();

  const { rows } = await world.desk.runs({ limit: 30 });

  expect(rows).toHaveLength(30);
  expect(count(world, 'Query')).toBe(STATES * SHARDS);
  expect(count(world, 'BatchGetItem')).toBe(1);
  expect(recordsRead(world)).toBe(rows.filter(({ state }) => /FAILURE|RETRY|STARTED/.test(state)).length);
});

test('failed runs of one task are sifted by the index: no others are sent', async () => {
  await using world = await createFilled();

  const { rows } = await world.desk.runs({ state: 'FAILURE', task: 'charge', limit: 30 });

  expect(rows).toHaveLength(30);
  expect(rows.every(({ task, state }) => task === 'charge' && state === 'FAILURE')).toBe(true);
  expect(count(world, 'Query')).toBe(SHARDS);
  expect(rowsSent(world)).toBeLessThan(SHARDS * 30);
});

test('a page of the runs of a task reads as many records as it shows, and no results', async () => {
  await using world = await createFilled();

  const { rows } = await world.desk.runs({ task: 'charge', limit: 30 });
  const [read] = world.asked.filter(({ operation }) => operation === 'BatchGetItem');
  const [how] = Object.values(read?.input.RequestItems ?? {});

  expect(rows).toHaveLength(30);
  expect(recordsRead(world)).toBe(30);
  expect(Object.values(how.ExpressionAttributeNames)).not.toContain('result');
  expect(how.ConsistentRead).toBeUndefined();
});

test('runs of a task that there are none of are found out without a row sent', async () => {
  await using world = await createFilled();

  const page = await world.desk.runs({ state: 'SUCCESS', task: 'no-such-task' });

  expect(page).toEqual({ rows: [] });
  expect(rowsSent(world)).toBe(0);
});

test('who works the queues is asked once in 5 s, and anew when somebody has paused one', async () => {
  await using world = await createDeskWorld(shop);
  const { desk, sim, asked } = world;
  const mappings = () => count(world, 'ListEventSourceMappings');

  await desk.queues();
  const first = mappings();
  await desk.overview();
  await desk.metrics();
  const then = mappings();
  await desk.pauseQueue('letters');
  const paused = (await desk.queues()).filter((queue) => queue.paused);
  await sim.advance('5s');
  asked.length = 0;
  await desk.queues();

  expect(then).toBe(first);
  expect(paused.map(({ name }) => name)).toEqual(['letters']);
  expect(mappings()).toBe(first);
});
