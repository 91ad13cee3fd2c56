/** Parts of workflows that wait: for longer than SQS delays, and on ordered queues. */
import { expect, test } from 'vitest';
import { chain, defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

const lane = defineQueue('lane', { ordered: true });
const ranked = defineQueue('ranked', { priorities: 3 });
const double = defineTask('double', { run: (n: number) => 2 * n });
const placed = defineTask('placed', { queue: lane, run: (n: number) => n + 1 });
const urgent = defineTask('urgent', { queue: ranked, run: (n: number) => n + 10 });
const tasks = [double, placed, urgent];

test.each([
  ['longer than SQS delays', () => double(4, { delay: '2h' })],
  ['on an ordered queue', () => placed(7, { delay: '2h' })],
  ['until a time', () => double(4, { at: new Date('2026-01-01T02:00:00Z') })],
])('a step waits %s, to the second, from its turn or until its time', async (_, step) => {
  await using sim = simulate(defineApp('shop', { tasks }), { start: '2026-01-01T00:00:00Z' });
  const result = await sim.send(chain(double(1), step(), double));

  await sim.advance('119m');
  const before = await result.state();
  await sim.advance('62s');

  expect(before).toBe('STARTED');
  expect(await result.get()).toBe(16);
});

test('a step has its own priority', async () => {
  await using sim = simulate(defineApp('shop', { tasks }));
  const result = await sim.send(chain(double(1), urgent(1, { priority: 2 })));

  await sim.advance('1m');

  expect(await result.get()).toBe(11);
  expect(sim.trace().some((line) => line.includes('sqs send shop-dev-ranked-p2'))).toBe(true);
});

test('without anything in which it waits, a long delay of a step is refused where it is sent', async () => {
  await using sim = simulate(defineApp('shop', { tasks, longDelays: false }));

  const sending = sim.send(chain(double(1), double(2, { delay: '2h' })));

  await expect(sending).rejects.toMatchObject({ code: 'DELAY_TOO_LONG' });
});
