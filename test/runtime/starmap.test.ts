import { expect, test } from 'vitest';
import { defineApp, defineTask, starmap } from '#lib';
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
