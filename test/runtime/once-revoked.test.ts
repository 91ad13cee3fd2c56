/** The key of a run that has ended before it began. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

test.each(['return', 'reject'] as const)(
  'a run that was revoked has no key any more (taken: %s)',
  async (taken) => {
    const runs: number[] = [];
    const task = defineTask('task', {
      queue: defineQueue('work'),
      once: { key: () => 'one', taken },
      run: (n: number) => void runs.push(n),
    });
    const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }));
    const first = await sim.send(task(1, { delay: '10m' }));
    await first.revoke();

    const second = await sim.send(task(2));
    await sim.advance('20m');

    expect(runs).toEqual([2]);
    expect(await second.state()).toBe('SUCCESS');
  },
);

test('a run that has expired has no key any more', async () => {
  const runs: number[] = [];
  const task = defineTask('task', {
    queue: defineQueue('work'),
    once: { key: () => 'one', taken: 'return' },
    run: (n: number) => void runs.push(n),
  });
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }));
  await sim.send(task(1, { delay: '1m', expires: '30s' }));
  await sim.advance('2m');

  const second = await sim.send(task(2));
  await sim.advance('1m');

  expect(runs).toEqual([2]);
  expect(await second.state()).toBe('SUCCESS');
});

test.each(['return', 'reject'] as const)(
  'a run that will expire before it comes has no key from then on (taken: %s)',
  async (taken) => {
    const runs: number[] = [];
    const task = defineTask('task', {
      queue: defineQueue('work'),
      once: { key: () => 'one', taken },
      run: (n: number) => void runs.push(n),
    });
    const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }));
    const first = await sim.send(task(1, { delay: '10m', expires: '30s' }));
    await sim.advance('1m');

    const second = await sim.send(task(2));
    await sim.advance('20m');

    expect(runs).toEqual([2]);
    expect([await first.state(), await second.state()]).toEqual(['REVOKED', 'SUCCESS']);
  },
);

test('a throttled run that was revoked before it began has no window, and one that has run has', async () => {
  const runs: number[] = [];
  const task = defineTask('task', {
    queue: defineQueue('work'),
    once: { key: () => 'one', keep: 'first', for: '1h' },
    run: (n: number) => void runs.push(n),
  });
  const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }));
  const first = await sim.send(task(1, { delay: '10m' }));
  await first.revoke();

  const second = await sim.send(task(2));
  await sim.advance('20m');
  const third = await sim.send(task(3));
  await sim.advance('1m');

  expect(runs).toEqual([2]);
  expect([second.id === first.id, third.id === second.id]).toEqual([false, true]);
});
