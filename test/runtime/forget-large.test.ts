/** Forgetting results that lie in the bucket. */
import { expect, test } from 'vitest';
import {
  type Context,
  chain,
  defineApp,
  defineQueue,
  defineTask,
  group,
  link,
  type WorkflowSignature,
} from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import { inPlaceOf, runIdOf } from '../../lib/core/workflow/path.ts';

const queue = defineQueue('store', { largePayloads: 's3' });
const secret = defineTask('secret', { queue, run: (_: number) => 'secret '.repeat(80_000) });
const size = defineTask('size', { queue, run: (texts: readonly string[]) => texts.join('').length });

/** How many bytes lie in the bucket of the app. */
async function bytesIn({ emulator }: Simulation): Promise<number> {
  // The emulator answers as S3 does.
  const { Buckets } = (await emulator.call('s3', 'ListBuckets', {})) as { Buckets: { Name: string }[] };
  const answer = await emulator.call('s3', 'ListObjectsV2', { Bucket: Buckets[0]?.Name });
  const { Contents = [] } = answer as { Contents?: { Size: number }[] };
  return Contents.reduce((sum, { Size }) => sum + Size, 0);
}

test.each<[string, () => WorkflowSignature | ReturnType<typeof secret>]>([
  ['a run', () => secret(1)],
  ['a group and its members', () => group([secret(1), secret(2)])],
  ['a chain and its steps', () => chain(group([secret(1)]), size)],
])('of %s that is forgotten nothing is left', async (_, signature) => {
  const sim = simulate(defineApp('shop', { tasks: [secret, size] }));
  const result = await sim.send(signature());
  await result.get();
  const before = await bytesIn(sim);

  await result.forget();

  expect(before).toBeGreaterThan(500_000);
  expect(await bytesIn(sim)).toBe(0);
  await expect(result.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
});

test('a workflow with more links than DynamoDB reads at once is forgotten with all of them', async () => {
  const note = defineTask('note', { run: (text: string) => text });
  const sim = simulate(defineApp('shop', { tasks: [secret, note] }));
  const links = Array.from({ length: 101 }, (_, n) => note(`note ${n}`));
  const result = await sim.send(
    links.reduce((linked, then) => link(linked, then as never), chain(note('a'))),
  );
  await sim.advance('1m');

  await result.forget();

  const ids = links.map((_, n) => runIdOf({ app: 'shop', stage: 'dev' }, result.id, `l${n}`));
  for (const id of ids)
    await expect(sim.result(note, id).get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
});

test('whoever has the same result as a run that is forgotten is told that it was', async () => {
  const space = { app: 'shop', stage: 'dev' };
  const swap = defineTask('swap', {
    queue,
    run: (_: number, { replace }: Context): unknown => replace(secret(1)),
  });
  const wait = defineTask('wait', { run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [secret, size, swap, wait] }));
  const steps = await sim.send(chain(size([]), secret as never));
  const running = await sim.send(group([swap(1), wait({ delay: '1h' })]));
  await sim.advance('1m');
  const swapped = runIdOf(space, running.id, '0');

  await sim.result(secret, runIdOf(space, steps.id, '1')).forget();
  await sim.result(secret, runIdOf(space, inPlaceOf(space, swapped, 0), '0')).forget();
  await sim.advance('2h');

  await expect(steps.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
  await expect(sim.result(swap, swapped).get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
  await expect(running.get()).rejects.toMatchObject({ code: 'RESULT_FORGOTTEN' });
});
