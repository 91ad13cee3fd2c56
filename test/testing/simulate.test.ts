import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, exponential, RejectError } from '#lib';
import { simulate } from '#lib/testing';

test('a failing task is tried again after 2 s and 4 s, and its result can be read', async () => {
  let declined = 2;
  const charge = defineTask('charge', {
    retry: { attempts: 4, backoff: exponential('2s') },
    run: ({ total }: { total: number }) => {
      if (declined-- > 0) throw new Error('card declined');
      return { paid: total };
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [charge] }));

  const result = await sim.send(charge({ total: 40 }));
  await sim.advance('1m');

  expect(sim.attempts(charge)).toEqual(['00:00:00', '00:00:02', '00:00:06']);
  expect(await result.get()).toEqual({ paid: 40 });
});

test('a rejected message goes to the dead-letter queue at once', async () => {
  const queue = defineQueue('work');
  const refuse = defineTask('refuse', {
    queue,
    run: () => {
      throw new RejectError('not for us');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [refuse] }));

  const result = await sim.send(refuse());
  await sim.settle();

  expect(sim.deadLetters(queue)).toMatchObject([
    { task: 'refuse', generation: 1, dead: { reason: 'rejected' } },
  ]);
  await expect(result.get()).rejects.toMatchObject({
    code: 'TASK_FAILED',
    message: expect.stringContaining('not for us'),
  });
});
