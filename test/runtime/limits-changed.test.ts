/** Limits that are changed, runs that are revoked twice, and runs that expire while they wait for a slot. */
import { expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask, type TaskOptions } from '#lib';
import { simulate } from '#lib/testing';

const queue = defineQueue('work', { visibility: '2h' });

function createWorld(
  run: (input: number, context: Context) => unknown,
  options: Partial<TaskOptions<number, unknown>>,
) {
  const task = defineTask('task', { queue, ...options, run });
  const workers = { work: { concurrency: 20, batch: 1, timeout: '10m' } } as const;
  return { task, sim: simulate(defineApp('shop', { tasks: [task] }), { seed: 1, workers }) };
}

test('a rate is kept when the other limit is changed, or the same rate is set once more', async () => {
  const { task, sim } = createWorld(() => 1, { rateLimit: '2/d', concurrency: 5 });
  await sim.sendMany([task(1), task(2), task(3), task(4)]);
  await sim.advance('1h');

  await sim.limits.set(task, { concurrency: 6 });
  await sim.advance('1h');
  await sim.limits.set(task, { rateLimit: '2/d' });
  await sim.advance('1h');

  expect(sim.attempts(task)).toEqual(['00:00:00']);
  await sim.advance('21h');
  expect(sim.attempts(task)).toHaveLength(2);
  await sim.close();
});

test('runs that began before a number was lowered count', async () => {
  let running = 0;
  const seen: number[] = [];
  const run = async (seconds: number, { sleep }: Context): Promise<void> => {
    running += 1;
    seen.push(running);
    await sleep(`${seconds}s`);
    running -= 1;
  };
  const { task, sim } = createWorld(run, { concurrency: 8 });
  await sim.sendMany([30, 60, 90, 120].map((seconds) => task(seconds)));
  await sim.advance('10s');

  await sim.limits.set(task, { concurrency: 1 });
  await sim.advance('10s');
  await sim.sendMany([task(31), task(32)]);
  await sim.advance('20m');

  expect(seen).toEqual([1, 2, 3, 4, 1, 1]);
  await sim.close();
});

test('a run that is revoked once more stops all the same when the first one has said so', async () => {
  const { task, sim } = createWorld((_input, { sleep }) => sleep('5m'), { revocable: { headers: ['of'] } });
  const byId = await sim.send(task(1));
  const byHeader = await sim.send(task(2, { headers: { of: 'a' } }));
  await sim.advance('1s');

  const outcomes = [await byId.revoke({ terminate: true }), await byId.revoke()];
  await sim.revokeBy('of', 'a', { terminate: true });
  await sim.advance('1s');
  await sim.revokeBy('of', 'a');
  await sim.advance('30s');

  expect(outcomes).toEqual(['running', 'running']);
  expect([await byId.state(), await byHeader.state()]).toEqual(['REVOKED', 'REVOKED']);
  await sim.close();
});

test('a run that expires while it waits for its slot does not begin', async () => {
  const revoked: string[] = [];
  const { task, sim } = createWorld(() => 1, {
    rateLimit: '30/m',
    hooks: { onRevoke: ({ reason }) => revoked.push(reason) },
  });
  await sim.send(task(1));
  const second = await sim.send(task(2, { expires: '1s' }));
  const third = await sim.send(task(3, { expires: '1m' }));

  await sim.advance('1m');

  expect([await second.state(), await third.state(), revoked]).toEqual(['REVOKED', 'SUCCESS', ['expired']]);
  expect(sim.attempts(task)).toHaveLength(2);
  await sim.close();
});
