/** `taken: 'return'` among calls of one client that are on their way at the same time. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

/** Sends of `task` whose first `refused` messages SQS does not take. */
function createWorld(refused: number) {
  const queue = defineQueue('work');
  const runs: number[] = [];
  const task = defineTask('task', {
    queue,
    once: { key: () => 'one', taken: 'return' },
    run: (n: number) => void runs.push(n),
  });
  let left = refused;
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }), {
    async onCall({ operation, input }, proceed) {
      if (operation !== 'SendMessageBatch' || left === 0) return proceed();
      left -= 1;
      // One entry comes alone here: the others wait to hear of it.
      const { Entries = [] } = input as { Entries?: { Id: string }[] };
      const refusal = { SenderFault: true, Code: 'InvalidMessageContents', Message: 'says the test' };
      return { Successful: [], Failed: Entries.map(({ Id }) => ({ Id, ...refusal })) };
    },
  });
  return { sim, task, runs };
}

test('a call is not answered with the run of another that was not sent after all', async () => {
  const { sim, task, runs } = createWorld(1);

  const outcomes = await sim.sendMany([task(1), task(2), task(3)]);
  await sim.settle();

  expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'sent', 'sent']);
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result.id] : []));
  expect(new Set(ids).size).toBe(1);
  expect(runs).toHaveLength(1);
});

test('calls that find each other on their way are one run', async () => {
  const { sim, task, runs } = createWorld(0);

  const outcomes = await sim.sendMany([task(1), task(2), task(3)]);
  await sim.settle();

  const ids = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result.id] : []));
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(runs).toHaveLength(1);
});
