/** Waits that are longer than records and the bucket keep what they have. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, link, RetryError } from '#lib';
import { simulate } from '#lib/testing';

const LARGE = 'x'.repeat(1_200_000);
const queue = defineQueue('store', { largePayloads: 's3' });

function createWorld(workflows = false) {
  const size = defineTask('size', { queue, run: (text: string) => text.length });
  const later = defineTask('later', {
    queue,
    retry: { attempts: 2 },
    run(_: string): number {
      throw new RetryError('not this month', { after: '60d' });
    },
  });
  return { size, later, sim: simulate(defineApp('shop', { workflows, tasks: [size, later] })) };
}

test('a run that has waited for longer than records are kept has a result', async () => {
  const { sim, size } = createWorld();
  const result = await sim.send(size('four', { delay: '40d' }));
  await sim.advance('39d');
  const before = await result.state();

  await sim.advance('2d');

  expect(before).toBe('PENDING');
  expect(await result.get()).toBe(4);
});

test('it can be revoked until it begins, and is REVOKED from then on', async () => {
  const { sim, size } = createWorld();
  const [early, late] = [
    await sim.send(size('a', { delay: '50d' })),
    await sim.send(size('b', { delay: '50d' })),
  ];

  const outcomes = [await early.revoke()];
  await sim.advance('49d');
  outcomes.push(await late.revoke());
  await sim.advance('2d');

  expect(outcomes).toEqual(['revoked', 'revoked']);
  expect([await early.state(), await late.state()]).toEqual(['REVOKED', 'REVOKED']);
  expect(sim.attempts(size)).toEqual([]);
});

test('a large input waits for no longer than the bucket keeps it', async () => {
  const { sim, size } = createWorld();
  const sending = sim.send(size(LARGE, { delay: '16d' }));
  await expect(sending).rejects.toMatchObject({ code: 'DELAY_TOO_LONG', allowed: 15 * 86_400_000 });

  const result = await sim.send(size(LARGE, { delay: '15d' }));
  await sim.advance('16d');

  expect(await result.get()).toBe(LARGE.length);
});

test('nor in a link, which may wait for longer than its workflow', async () => {
  const { sim, size } = createWorld(true);

  const sending = sim.send(link(size('a'), size(LARGE, { delay: '16d' }) as never));
  await expect(sending).rejects.toMatchObject({ code: 'DELAY_TOO_LONG', allowed: 15 * 86_400_000 });
  const result = await sim.send(link(size('a'), size(LARGE, { delay: '15d' }) as never));

  expect(await result.get()).toBe(1);
});

test('nor for a retry, whose run then ends with that', async () => {
  const { sim, later } = createWorld();

  const result = await sim.send(later(LARGE));
  await sim.advance('1m');

  await expect(result.get()).rejects.toMatchObject({
    cause: { code: 'DELAY_TOO_LONG', message: expect.stringContaining("'15d' (its input is in") },
  });
});
