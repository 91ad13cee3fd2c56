import { expect, test } from 'vitest';
import { chain, chord, defineApp, defineTask, group } from '#lib';
import { createDeskWorld } from './desk-world.ts';

const square = defineTask('square', { run: (value: number) => value * value });
const sum = defineTask('sum', { run: (values: readonly number[]) => values.reduce((a, b) => a + b, 0) });
const fail = defineTask('fail', {
  retry: { attempts: 1 },
  run: (): number => {
    throw new Error('it cannot');
  },
});
const app = defineApp('shop', { tasks: [square, sum, fail] });

test('a workflow is listed, and read as a tree with states', async () => {
  await using world = await createDeskWorld(app);
  const sent = await world.sim.send(chord([square(2), square(3)], sum));
  await world.sim.advance('1m');

  const { rows } = await world.desk.workflows({});
  const tree = await world.desk.workflow(sent.id);

  expect(rows).toMatchObject([{ id: sent.id, task: 'workflow', state: 'SUCCESS' }]);
  expect(tree).toMatchObject({
    kind: 'chain',
    state: 'SUCCESS',
    children: [
      {
        kind: 'group',
        total: 2,
        done: 2,
        failed: 0,
        children: [
          { task: 'square', state: 'SUCCESS' },
          { task: 'square', state: 'SUCCESS' },
        ],
      },
      { kind: 'task', task: 'sum', state: 'SUCCESS' },
    ],
  });
});

test('the members of a large group are read by page', async () => {
  await using world = await createDeskWorld(app);
  const members = Array.from({ length: 250 }, (_, index) => square(index));
  const sent = await world.sim.send(group(members));
  await world.sim.advance('1m');

  const first = await world.desk.workflow(sent.id);
  const next = await world.desk.workflow(sent.id, { path: '', after: 99 });

  expect(first).toMatchObject({ total: 250, done: 250 });
  expect(first.children.map(({ path }) => path)).toEqual(Array.from({ length: 100 }, (_, at) => `${at}`));
  expect(next.children.map(({ path }) => path)).toEqual(
    Array.from({ length: 100 }, (_, at) => `${at + 100}`),
  );
});

test('where a chain stopped is seen, and its run can be opened', async () => {
  await using world = await createDeskWorld(app);
  const sent = await world.sim.send(chain(square(2), fail(), square));
  await world.sim.advance('1m');

  const tree = await world.desk.workflow(sent.id);
  const [, stopped] = tree.children;
  const run = await world.desk.run(stopped?.id ?? '');

  expect(tree.children.map(({ state }) => state)).toEqual(['SUCCESS', 'FAILURE', 'PENDING']);
  expect(run.errorDetail).toMatchObject({ message: 'it cannot' });
  expect(run.workflow).toEqual({ id: sent.id, path: '1' });
});

test('a run names the workflow that it is a part of, however it has ended', async () => {
  await using world = await createDeskWorld(app);
  const sent = await world.sim.send(chain(square(2), square));
  const alone = await world.sim.send(square(3));
  await world.sim.advance('1m');

  const tree = await world.desk.workflow(sent.id);
  const runs = await Promise.all(tree.children.map(({ id }) => world.desk.run(id ?? '')));
  const other = await world.desk.run(alone.id);

  expect(runs.map(({ state, workflow }) => ({ state, workflow }))).toEqual([
    { state: 'SUCCESS', workflow: { id: sent.id, path: '0' } },
    { state: 'SUCCESS', workflow: { id: sent.id, path: '1' } },
  ]);
  expect(other.workflow).toBeUndefined();
});

test('what is no workflow is said to be none', async () => {
  await using world = await createDeskWorld(app);
  const single = await world.sim.send(square(2));
  await world.sim.advance('1m');

  await expect(world.desk.workflow(single.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(world.desk.workflow('nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
