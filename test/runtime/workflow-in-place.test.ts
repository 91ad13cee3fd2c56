/** What a run may put in its place, and what of that it keeps as its own result. */
import { expect, test } from 'vitest';
import {
  type AnySignature,
  type Context,
  chain,
  defineApp,
  defineQueue,
  defineTask,
  fixed,
  group,
} from '#lib';
import { simulate } from '#lib/testing';

const store = defineQueue('store', { largePayloads: 's3' });
const text = defineTask('text', { run: (length: number) => 'x'.repeat(length) });

/** A task that replaces itself by what the test says. */
function createWorld(by: () => AnySignature, options: object = {}) {
  const swap = defineTask('swap', {
    retry: { attempts: 2, backoff: fixed('30s') },
    ...options,
    run: (_: number, { replace }: Context): unknown => replace(by()),
  });
  const length = defineTask('length', { run: (texts: readonly string[]) => texts.join('').length });
  return { swap, length, sim: simulate(defineApp('place', { tasks: [swap, length, text] })) };
}

const nested = (): AnySignature =>
  Array.from({ length: 200 }).reduce<AnySignature>((inner) => group([inner]), text(1));

test.each<[string, () => AnySignature, string]>([
  ['that has no step', () => chain([]), 'EMPTY_CHAIN'],
  ['whose input is no JSON', () => text(1n as unknown as number), 'INPUT_NOT_JSON'],
  ['that is nested too deep', nested, 'TOO_LARGE'],
  // What a caller without types may write.
  ['that is no workflow', () => undefined as unknown as AnySignature, 'NOT_A_CALL'],
])('a task that replaces itself by one %s fails with that, after its attempts', async (_, by, code) => {
  const { swap, sim } = createWorld(by);

  const result = await sim.send(swap(1));
  await sim.advance('2m');

  expect(await result.state()).toBe('FAILURE');
  await expect(result.get()).rejects.toMatchObject({ code: 'TASK_FAILED', cause: { code } });
  expect(sim.attempts(swap)).toEqual(['00:00:00', '00:00:30']);
  expect(sim.deadLetters(swap.queue)).toHaveLength(1);
});

test('what has replaced a run may bring more than a record holds, where its queue has a bucket', async () => {
  const by = () => group([text(300_000), text(300_000)]);
  const stored = createWorld(by, { queue: store });
  const unstored = createWorld(by);

  const followed = await stored.sim.send(chain(stored.swap(1), stored.length as never));
  const alone = await stored.sim.send(stored.swap(1));
  const refused = await unstored.sim.send(unstored.swap(1));

  expect(await followed.get()).toBe(600_000);
  expect(String(await alone.get())).toHaveLength(600_001);
  await expect(refused.get()).rejects.toMatchObject({ cause: { code: 'RESULT_TOO_LARGE' } });
});

test('a run that was replaced keeps no result that its caller ignores', async () => {
  const { swap, sim } = createWorld(() => text(3));

  const kept = await sim.send(swap(1));
  const ignored = await sim.send(swap(1, { ignoreResult: true }));

  expect([await kept.get(), await ignored.get()]).toEqual(['xxx', undefined]);
});
