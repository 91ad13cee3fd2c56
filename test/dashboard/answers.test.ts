/** What no answer of a desk may hold, and what its lists and metrics hold. */
import { afterEach, expect, test } from 'vitest';
import { createApi } from '../../lib/dashboard/api/server.ts';
import { chain } from '../../lib/index.ts';
import { charge, ping, refused, shop } from './desk-shop.ts';
import { createDeskWorld } from './desk-world.ts';
import { fillRuns } from './many-runs.ts';

const CARD = '4711081547110815';

afterEach(() => refused.clear());

test('no answer holds a secret that a task or a header names', async () => {
  await using world = await createDeskWorld(shop);
  const { sim, desk } = world;
  refused.add('bad');
  const headers = { authorization: 'Bearer topsecretbearer', 'x-tenant': 'secret-tenant', note: 'shown' };
  const input = (id: string) => ({ id, card: { number: CARD } });
  const good = await sim.send(charge(input('good'), { headers }));
  const bad = await sim.send(charge(input('bad'), { headers }));
  await sim.advance('5m');
  await desk.pauseQueue('payments');
  const waiting = await sim.send(charge(input('later'), { headers }));
  const api = createApi(desk);
  const addresses = [
    ...['overview', 'tasks', 'runs', 'runs?state=FAILURE', 'runs?search=declined', 'queues', 'dead-letters'],
    ...['queues/payments/messages', 'queues/payments-dlq/messages', 'exchanges', 'workers', 'limits', 'cost'],
    ...[good, bad, waiting].flatMap(({ id }) => [`runs/${id}`, `waiting/${id}`]),
  ].map((path) => `/api/${path}`);

  const texts = await Promise.all(
    [...addresses, '/metrics'].map(async (path) =>
      (await api(new Request(`http://localhost${path}`))).text(),
    ),
  );
  const preview = await desk.redrive({ queue: 'payments', preview: true });
  const all = texts.join('\n') + JSON.stringify(preview);

  expect(all).toContain('[redacted]');
  expect(all).toContain('shown');
  for (const secret of [CARD, 'topsecretbearer', 'secret-tenant']) expect(all).not.toContain(secret);
  expect(await desk.runs({ search: CARD })).toEqual({ rows: [] });
});

test('every list of many runs is whole, in order, and each run is in it once', async () => {
  await using world = await createDeskWorld(shop);
  const { sim, desk } = world;
  await fillRuns(sim.emulator, shop, 700, sim.now().getTime());
  const readAll = async (query: object): Promise<readonly string[]> => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await desk.runs({ ...query, limit: 90, ...(after === undefined ? {} : { after }) });
      ids.push(...page.rows.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    return ids;
  };

  const newest = await readAll({});
  const oldest = await readAll({ sort: 'sentAt' });
  const byTask = await readAll({ task: 'charge' });
  const byQueue = await readAll({ queue: 'letters' });
  const byName = await readAll({ search: 'name:charge OR name:mail' });
  const failed = await readAll({ state: 'FAILURE' });
  const failedToo = await readAll({ search: 'state:failure' });
  const texts = await readAll({ search: '"no 4"' });
  const hour = await readAll({ from: sim.now().getTime() - 60_000, to: sim.now().getTime() - 30_000 });

  expect(newest).toHaveLength(700);
  expect(new Set(newest).size).toBe(700);
  expect(newest).toEqual([...newest].sort().reverse());
  expect(oldest).toEqual([...newest].reverse());
  expect(byTask).toHaveLength(117);
  expect(byQueue).toHaveLength(467);
  expect(byName).toHaveLength(234);
  expect(failed.length).toBeGreaterThan(50);
  expect(failedToo).toEqual(failed);
  expect(texts.every((id) => failed.includes(id))).toBe(true);
  expect(texts.length).toBeGreaterThan(0);
  expect(hour).toHaveLength(30);
});

test('a page that begins outside its list has no rows, such as one that a time range has left', async () => {
  await using world = await createDeskWorld(shop);
  const { sim, desk } = world;
  await fillRuns(sim.emulator, shop, 50, sim.now().getTime());
  const { next = '' } = await desk.runs({ limit: 40 });
  const now = sim.now().getTime();

  const left = await desk.runs({ from: now, after: next });
  const leftByTask = await desk.runs({ task: 'charge', from: now, after: next });
  const backwards = await desk.runs({ from: now, to: now - 60_000 });
  const before = await desk.runs({ after: ' ' });
  const behind = await desk.runs({ after: '~~', sort: 'sentAt' });

  expect([left, leftByTask, backwards, before, behind]).toEqual(Array(5).fill({ rows: [] }));
});

test.each(['runs/:id', 'waiting/:id', 'runs/:id/forget', 'workers/:id/shutdown'])(
  'nothing has a name that is longer than a key of DynamoDB: %s',
  async (path) => {
    await using world = await createDeskWorld(shop);
    const method = /forget|shutdown/.test(path) ? 'POST' : 'GET';
    const address = `http://localhost/api/${path.replace(':id', 'x'.repeat(3_000))}`;

    const answered = await createApi(world.desk)(
      new Request(address, { method, headers: { 'x-celeriac': '1' } }),
    );

    expect(answered.status).toBe(404);
    expect(await answered.json()).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('3000 bytes'),
    });
  },
);

test("the metrics are Flower's six and ours, each with its type", async () => {
  await using world = await createDeskWorld(shop);
  refused.add('bad');
  await world.sim.send(charge({ id: 'good' }));
  await world.sim.send(charge({ id: 'bad' }));
  await world.sim.send(ping());
  await world.sim.send(chain(charge({ id: 'first' }), charge({ id: 'second' })));
  await world.sim.advance('5m');

  const text = await world.desk.metrics();

  const types = Object.fromEntries(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );
  expect(types).toMatchObject({
    flower_events_total: 'counter',
    flower_task_runtime_seconds: 'histogram',
    flower_task_prefetch_time_seconds: 'gauge',
    flower_worker_prefetched_tasks: 'gauge',
    flower_worker_online: 'gauge',
    flower_worker_number_of_currently_executing_tasks: 'gauge',
    celeriac_queue_messages: 'gauge',
    celeriac_runs: 'gauge',
  });
  expect(text).toMatch(/^flower_events_total\{worker="[^"]+",type="task-succeeded",task="charge"\} 3$/m);
  expect(text).toMatch(/^flower_events_total\{worker="[^"]+",type="task-failed",task="charge"\} 1$/m);
  expect(text).toMatch(/^flower_task_runtime_seconds_count\{worker="[^"]+",task="charge"\} 4$/m);
  expect(text).toMatch(/^celeriac_queue_messages\{queue="payments-dlq",state="ready"\} 1$/m);
  expect(text).toMatch(/^celeriac_runs\{task="charge",state="FAILURE"\} 1$/m);
  // A workflow's own record is no task's.
  expect(text).not.toMatch(/^(flower_events_total|celeriac_runs)\{.*task=""/m);
});

test('the overview counts the last hour by the minute', async () => {
  await using world = await createDeskWorld(shop);
  refused.add('bad');
  await world.sim.advance('30m');
  await world.sim.send(charge({ id: 'good' }));
  await world.sim.send(charge({ id: 'bad' }));
  await world.sim.advance('5m');

  const { series, states, deadLetters, keepsRuns } = await world.desk.overview();
  const sum = (name: 'sent' | 'succeeded' | 'failed' | 'retried') =>
    series.reduce((total, minute) => total + minute[name], 0);

  expect(states).toEqual({ SUCCESS: 1, FAILURE: 1 });
  expect([sum('sent'), sum('succeeded'), sum('failed')]).toEqual([2, 1, 1]);
  expect(series.find(({ sent }) => sent > 0)?.at).toBe(Date.UTC(2026, 0, 1, 0, 30));
  expect({ deadLetters, keepsRuns }).toEqual({ deadLetters: 1, keepsRuns: true });
});
