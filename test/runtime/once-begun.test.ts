/** A key beside what else happens to a run: retries, crashes, revokes, rates. */
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed, type OnceOptions, RetryError } from '#lib';
import { simulate } from '#lib/testing';
import { killWorker } from './simulated.ts';

const queue = defineQueue('work', { deadLetter: { after: 5 } });

/** Tasks of one key; the first call's first attempt fails after a while. */
function createWorld(once: OnceOptions<string>) {
  const runs: string[] = [];
  const task = defineTask('task', {
    queue,
    retry: { attempts: 3, backoff: fixed('20s') },
    once: { key: () => 'one', ...once },
    async run(name: string, { attempt, sleep }) {
      runs.push(`${name} ${attempt}`);
      if (name !== 'first' || runs.length > 1) return;
      await sleep('10s');
      throw new Error('busy');
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  return { sim, task, runs };
}

test.each(['reject', 'return', 'wait'] as const)(
  'a run that has given its key up at its start is tried again beside the call that has it (taken: %s)',
  async (taken) => {
    const { sim, task, runs } = createWorld({ until: 'start', taken });
    const first = await sim.send(task('first'));
    await sim.advance('1s');
    const second = await sim.send(task('second', { delay: '1m' }));

    await sim.advance('5m');

    expect(runs).toEqual(['first 1', 'first 2', 'second 1']);
    expect([await first.state(), await second.state()]).toEqual(['SUCCESS', 'SUCCESS']);
    await sim.close();
  },
);

test.each(['start', 'end'] as const)(
  'a run whose worker has died is made again, though another call has got its key (until: %s)',
  async (until) => {
    const { sim, task, runs } = createWorld({ until, taken: 'reject' });
    const first = await sim.send(task('first'));
    await sim.advance('1s');
    killWorker(sim, queue);
    await sim.advance('25s');
    const second = await sim.send(task('second', { delay: '4m' }));

    await sim.advance('20m');

    expect([...runs].sort()).toEqual(['first 1', 'first 1', 'second 1']);
    expect([await first.state(), await second.state()]).toEqual(['SUCCESS', 'SUCCESS']);
    await sim.close();
  },
);

test('a call does not wait for the key of a run that was revoked between two attempts', async () => {
  const starts: string[] = [];
  const task = defineTask('task', {
    queue,
    once: () => 'one',
    run(name: string) {
      starts.push(name);
      if (name === 'first') throw new RetryError('not yet', { after: '1h' });
    },
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  const first = await sim.send(task('first'));
  await sim.advance('5s');
  const second = await sim.send(task('second'));
  await sim.advance('5s');
  const before = await second.state();

  const outcome = await first.revoke();
  await sim.advance('1m');

  expect([before, outcome, await second.state()]).toEqual(['PENDING', 'revoked', 'SUCCESS']);
  expect(starts).toEqual(['first', 'second']);
  await sim.close();
});

test('calls that are debounced take no turn from the one that runs', async () => {
  const task = defineTask('task', {
    queue,
    rateLimit: '1/m',
    once: { key: () => 'one', keep: 'last', for: '5s' },
    run: (n: number) => n,
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  for (let n = 0; n < 10; n++) {
    await sim.send(task(n));
    await sim.advance('100ms');
  }

  const last = await sim.send(task(10));

  expect(await last.get({ timeout: '20s' })).toBe(10);
  expect(sim.attempts(task)).toEqual(['00:00:06']);
  await sim.close();
});

test('of debounced calls that are sent in the same moment the last one runs', async () => {
  const runs: number[] = [];
  const task = defineTask('task', {
    queue,
    once: { key: () => 'one', keep: 'last', for: '5s' },
    run: (n: number) => void runs.push(n),
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));

  for (let burst = 1; burst <= 5; burst++) {
    await sim.sendMany(Array.from({ length: 40 }, (_, n) => task(100 * burst + n)));
    await sim.advance('1m');
  }

  expect(runs).toEqual([139, 239, 339, 439, 539]);
  await sim.close();
});

test('a call keeps the key that it has reserved while it waits for its slot', async () => {
  const runs: string[] = [];
  const task = defineTask('task', {
    queue,
    rateLimit: '1/m',
    once: { key: (name: string) => name[0], taken: 'reject', for: '30s' },
    run: (name: string) => void runs.push(name),
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }));
  const sent = await sim.sendMany([task('a'), task('b'), task('c')]);
  const refused: unknown[] = [];

  for (const name of ['c2', 'c3', 'c4', 'c5', 'c6', 'c7']) {
    await sim.advance('20s');
    await sim.send(task(name)).catch((error) => refused.push(error.code));
  }
  await sim.advance('5m');

  expect(refused).toEqual(Array.from({ length: 6 }, () => 'ONCE_TAKEN'));
  const states = sent.map((one) => (one.status === 'sent' ? one.result.state() : 'not sent'));
  expect(await Promise.all(states)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS']);
  expect([...runs].sort()).toEqual(['a', 'b', 'c']);
  await sim.close();
});

test('a call that has reserved its key is not dropped for another one because its claim failed', async () => {
  let fails = 1;
  const task = defineTask('task', {
    queue,
    once: { key: () => 'one', taken: 'reject', for: '30s' },
    run: (n: number) => n,
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }), {
    onCall(call, proceed) {
      const isClaim = JSON.stringify(call.input).includes('leaseUntil');
      if (isClaim && fails-- > 0) throw new Error('out of reach');
      return proceed();
    },
  });

  const first = await sim.send(task(1));
  await sim.advance('5s');
  const second = await sim.send(task(2)).catch((error) => error.code);
  await sim.advance('1m');

  expect([await first.state(), second]).toEqual(['SUCCESS', 'ONCE_TAKEN']);
  await sim.close();
});

test('a call whose worker died before its claim is not dropped, whatever it waits for next', async () => {
  let claims = 0;
  const task = defineTask('task', {
    queue,
    rateLimit: '1/m',
    once: { key: () => 'one', taken: 'reject', for: '30s' },
    run: (n: number) => n,
  });
  const sim = simulate(defineApp('shop', { tasks: [task] }), {
    onCall(call, proceed) {
      const isClaim = JSON.stringify(call.input).includes('leaseUntil');
      if (isClaim && claims++ === 0) killWorker(sim, queue);
      return claims === 1 && isClaim ? new Promise(() => {}) : proceed();
    },
  });
  const first = await sim.send(task(1));
  await sim.advance('25s');
  const second = await sim.send(task(2, { delay: '3m' }));

  await sim.advance('10m');

  expect([await first.state(), await second.state()]).toEqual(['SUCCESS', 'SUCCESS']);
  await sim.close();
});
