import { expect, test } from 'vitest';
import { type Context, defineApp, defineTask, group, map, starmap } from '#lib';
import { simulate } from '#lib/testing';

test('starmap runs a task for each of many tuples', async () => {
  const add = defineTask('add', { run: ([a, b]: readonly [number, number]) => a + b });
  const sim = simulate(defineApp('shop', { tasks: [add] }));

  const sums = await sim.send(
    starmap(add, [
      [2, 2],
      [4, 4],
    ]),
  );

  expect(await sums.get()).toEqual([4, 8]);
  expect(sim.attempts(add)).toHaveLength(1);
});

test('no single run of a mapped task can be replaced, since their list is one result', async () => {
  const swap = defineTask('swap', {
    retry: { attempts: 1 },
    run: (n: number, { replace }: Context): number => (n === 2 ? replace(swap(0)) : n),
  });
  const sim = simulate(defineApp('shop', { tasks: [swap] }));

  const result = await sim.send(map(swap, [1, 2]));

  await expect(result.get()).rejects.toMatchObject({ cause: { code: 'REPLACE_NOT_KEPT' } });
});

test('a member that returns nothing is null among the results, one by one as in their list', async () => {
  const nothing = defineTask('nothing', { run: () => {} });
  const sim = simulate(defineApp('shop', { tasks: [nothing] }));

  const result = await sim.send(group([nothing()]));
  const values: unknown[] = [];
  for await (const member of result.results()) values.push(member);

  expect(values).toMatchObject([{ state: 'SUCCESS', value: null }]);
  expect(await result.join()).toEqual([null]);
});
