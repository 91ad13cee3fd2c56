import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, RejectError } from '#lib';
import { simulate } from '#lib/testing';

const work = defineQueue('work');
const double = defineTask('double', { queue: work, run: (input: number) => input * 2 });
const shop = defineApp('shop', { tasks: [double] });

test('a call resolves to what the task returns', async () => {
  await using sim = simulate(shop);

  expect(await sim.call(double(21))).toBe(42);
  console.log(sim.now(), sim.trace());
});
