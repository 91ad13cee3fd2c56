/** The deadline of a workflow that is a single task with links, whose record is that of the task's run. */
import { expect, test } from 'vitest';
import { defineApp, defineTask, fixed, link, linkError } from '#lib';
import { simulate } from '#lib/testing';

/** A task that fails each hour, until the test mends it. */
function createWorld() {
  const world = { isMended: false };
  const flaky = defineTask('flaky', {
    retry: { attempts: 50, backoff: fixed('1h') },
    run(n: number): number {
      if (!world.isMended) throw new Error('not yet');
      return n;
    },
  });
  const then = defineTask('then', { run: (n: number) => n + 1 });
  const told = defineTask('told', { run: ({ reason }: { reason: string }) => reason });
  const sim = simulate(defineApp('shop', { tasks: [flaky, then, told] }));
  return { world, flaky, then, told, sim };
}

test('a single task with links that is tried again and again ends by its deadline', async () => {
  const { sim, flaky, then, told } = createWorld();
  const result = await sim.send(linkError(link(flaky(1), then), told), { deadline: '90m' });
  await sim.advance('4h');
  const attempts = sim.attempts(flaky).length;

  await sim.advance('1d');

  await expect(result.get()).rejects.toThrow(/has not ended by its deadline/);
  expect(attempts).toBeLessThanOrEqual(3);
  expect(sim.attempts(flaky)).toHaveLength(attempts);
  expect(sim.attempts(told)).toHaveLength(1);
  expect(sim.attempts(then)).toEqual([]);
});

test('one that is run again by hand after its deadline is not ended by it once more', async () => {
  const { world, sim, flaky, then } = createWorld();
  const result = await sim.send(link(flaky(1), then), { deadline: '90m' });
  await sim.advance('4h');

  await sim.retry(flaky, result.id, { input: 1 });
  await sim.advance('4h');
  const again = await result.state();
  world.isMended = true;
  await sim.advance('2h');

  expect(again).toBe('RETRY');
  expect(await result.get()).toBe(1);
});
