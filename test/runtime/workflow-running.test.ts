/** Handles of workflows that really run, on the models and a virtual clock. */
import { describe, expect, test } from 'vitest';
import { chain, chord, defineApp, defineQueue, defineTask, group, type MemberResult } from '#lib';
import { simulate } from '#lib/testing';
import { collect } from './workflow-world.ts';

const queue = defineQueue('work', { visibility: '12m' });

/** A task that doubles after so many seconds, and fails for odd numbers where it is told to. */
function createWorld(more: { readonly odd?: 'fails'; readonly seconds?: (n: number) => number } = {}) {
  const { seconds = () => 0, odd } = more;
  const double = defineTask('double', {
    queue,
    retry: { attempts: 1 },
    async run(n: number, { sleep }) {
      if (seconds(n) > 0) await sleep(`${seconds(n)}s`);
      if (odd === 'fails' && n % 2 === 1) throw new Error(`${n} is odd`);
      return n * 2;
    },
  });
  const sum = defineTask('sum', {
    queue,
    run: (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0),
  });
  const app = defineApp('shop', { tasks: [double, sum] });
  return { double, sum, sim: simulate(app) };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('a group of 1,000', () => {
  test('is joined in the order of its members', async () => {
    const { sim, double } = createWorld();

    const result = await sim.send(group(numbers(1_000).map((n) => double(n))));
    const values = await result.join({ timeout: '10m' });

    expect(values).toEqual(numbers(1_000).map((n) => n * 2));
    expect(await result.counts()).toEqual({
      total: 1_000,
      succeeded: 1_000,
      failed: 0,
      running: 0,
      waiting: 0,
    });
    expect(await result.get()).toEqual(values);
  });

  test('tells of each member once, of those that failed too', async () => {
    const { sim, double } = createWorld({ odd: 'fails' });

    const result = await sim.send(group(numbers(1_000).map((n) => double(n))));
    const all = await collect(result.results({ timeout: '10m' }));

    const places = all.map(({ index }) => index).sort((a, b) => a - b);
    expect(places).toEqual(numbers(1_000));
    expect(all.filter(({ state }) => state === 'SUCCESS')).toHaveLength(500);
    await expect(result.get()).rejects.toMatchObject({ code: 'TASK_FAILED' });
  });
});

test('members come as they end, not in their order', async () => {
  const { sim, double } = createWorld({ seconds: (n) => 30 - n * 10 });

  const result = await sim.send(group([double(0), double(1), double(2)]));
  const all: MemberResult[] = await collect(result.results({ timeout: '2m' }));

  expect(all.map(({ index }) => index)).toEqual([2, 1, 0]);
});

test('join rejects with the first failure, while the others run on', async () => {
  const { sim, double } = createWorld({ odd: 'fails', seconds: (n) => (n === 0 ? 60 : 1) });

  const result = await sim.send(group([double(0), double(1)]));
  const joining = result.join();

  await expect(joining).rejects.toMatchObject({ code: 'TASK_FAILED', cause: { message: '1 is odd' } });
  expect(await result.counts()).toMatchObject({ failed: 1, running: 1 });
  expect(await result.ready()).toBe(false);
});

test('a chord is read as a tree while it runs, and from its id alone', async () => {
  const { sim, double, sum } = createWorld({ seconds: (n) => n * 10 });

  const { id } = await sim.send(chord([double(1), double(3)], sum));
  await sim.advance('15s');
  const workflow = sim.connect().workflow(id);
  const during = await workflow.tree();
  const total = await workflow.get();
  const after = await workflow.tree();

  expect(during).toMatchObject({
    state: 'STARTED',
    parts: [
      {
        counts: { total: 2, succeeded: 1, failed: 0 },
        parts: [{ state: 'SUCCESS' }, { state: 'STARTED' }],
      },
      { name: 'sum', state: 'PENDING' },
    ],
  });
  expect(total).toBe(8);
  expect(after).toMatchObject({ state: 'SUCCESS', parts: [{ state: 'SUCCESS' }, { state: 'SUCCESS' }] });
  expect(await workflow.group('0').join()).toEqual([2, 6]);
});

test('a task that has sent a group may join it', async () => {
  const { double } = createWorld();
  const desk = defineQueue('desk', { visibility: '12m' });
  const all = defineTask('all', {
    queue: desk,
    async run(count: number, { send }) {
      const result = await send(group(numbers(count).map((n) => double(n))));
      return result.join({ timeout: '1m' });
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [double, all] }));

  const result = await sim.send(all(3));

  expect(await result.get()).toEqual([0, 2, 4]);
});

test('a workflow that is sent again under its id has one handle, and runs once', async () => {
  const { sim, double } = createWorld();
  const id = sim.newId();
  const workflow = group([double(1), double(2)]);

  const first = await sim.send(workflow, { id });
  const again = await sim.send(workflow, { id });

  expect([first.id, again.id]).toEqual([id, id]);
  expect(await Promise.all([first.join(), again.join()])).toEqual([
    [2, 4],
    [2, 4],
  ]);
  expect(sim.attempts(double)).toHaveLength(2);
});

describe('a revoked workflow', () => {
  test('starts nothing more', async () => {
    const { sim, double, sum } = createWorld({ seconds: () => 10 });

    const result = await sim.send(chain(double(1), double, chord([], sum)));
    await sim.advance('5s');
    const outcome = await result.revoke();
    await sim.advance('5m');

    expect(outcome).toBe('running');
    expect(sim.attempts(double)).toHaveLength(1);
    expect(sim.attempts(sum)).toEqual([]);
    await expect(result.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  test('tells its running tasks to stop', async () => {
    const { sim, double } = createWorld({ seconds: () => 60 });

    const result = await sim.send(group([double(1), double(2)]));
    await sim.advance('5s');
    await result.revoke({ terminate: true });
    await sim.advance('20s');

    const tree = await sim.workflow(result.id).tree();
    expect(tree).toMatchObject({ state: 'REVOKED', parts: [{ state: 'REVOKED' }, { state: 'REVOKED' }] });
  });
});
