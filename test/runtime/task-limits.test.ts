/** Progress, time limits, rates that are changed or by key, heartbeats, hooks. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  at,
  type Context,
  chain,
  defineApp,
  defineQueue,
  defineTask,
  every,
  fixed,
  type TaskOptions,
  TimeLimitError,
} from '#lib';
import { type LogLine, type Simulation, simulate } from '#lib/testing';
import { messagesOf } from './simulated.ts';

const queue = defineQueue('work', { visibility: '12m', deadLetter: { after: 5 } });

type Run = (input: number, context: Context) => unknown;

function createWorld(run: Run, options: Partial<TaskOptions<number, unknown>> = {}, more = {}) {
  const task = defineTask('task', { queue, retry: { attempts: 2, backoff: fixed('30s') }, ...options, run });
  const sim = simulate(defineApp('shop', { tasks: [task], ...more }));
  return { task, sim };
}

test('progress and a state of its own are read while it runs, at most one write a second', async () => {
  const { task, sim } = createWorld(async (_input, { progress, sleep }) => {
    for (let done = 0; done < 40; done++) {
      progress({ done, total: 40 }, { state: 'LOADING' });
      await sleep('100ms');
    }
    await sleep('10s');
  });
  const result = await sim.send(task(1));
  const before = await result.progress();
  await sim.advance('5s');
  const Progress = z.object({ done: z.number(), total: z.number() });

  const progress = await result.progress(Progress);

  expect([before, await result.state(), progress?.done]).toEqual([undefined, 'LOADING', 39]);
  await result.get();
  expect(await result.state()).toBe('SUCCESS');
  // A claim, a completion, and five seconds of progress.
  const writes = sim.calls().find(({ operation }) => operation === 'UpdateItem')?.calls ?? 0;
  expect(writes).toBeLessThanOrEqual(2 + 5);
});

describe('a time limit', () => {
  test('that is soft aborts the signal with a TimeLimitError, which the task may throw', async () => {
    const { task, sim } = createWorld(
      async (_input, { sleep }) => {
        await sleep('60s');
      },
      { timeLimit: { soft: '20s' }, retry: { attempts: 1 } },
    );

    const result = await sim.send(task(1));
    await sim.advance('30s');

    const error: unknown = await result.get().catch((thrown) => thrown);
    expect(error).toMatchObject({ cause: expect.any(TimeLimitError) });
    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { error: { code: 'TIME_LIMIT' } } }]);
  });

  test('that is hard ends a run that does not stop, and counts as an attempt', async () => {
    const { task, sim } = createWorld(
      async () => {
        await sim.emulator.clock.sleep(90_000);
      },
      { timeLimit: { hard: '20s' } },
    );

    const result = await sim.send(task(1));
    await sim.advance('5m');

    expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:50']);
    expect(await result.state()).toBe('FAILURE');
  });
});

test('limits are changed while the app runs, and their messages come back sooner', async () => {
  const { task, sim } = createWorld(() => 1, { rateLimit: '1/m' });
  await sim.sendMany([task(1), task(2), task(3), task(4)]);
  await sim.advance('70s');
  const before = sim.attempts(task).length;

  await sim.limits.set(task, { rateLimit: '1/s' });
  await sim.advance('3m');

  expect([before, sim.attempts(task).length]).toEqual([2, 4]);
  expect(await sim.limits.get(task)).toEqual({ rateLimit: '1/s' });
  await expect(sim.limits.set(task, { concurrency: 2 })).rejects.toMatchObject({ code: 'LIMIT_NOT_DEFINED' });
  await expect(sim.limits.set(task, { rateLimit: 'often' })).rejects.toMatchObject({ code: 'RATE_INVALID' });
});

test('of many that wait for a slot nine in ten wait once, and the others little more often', async () => {
  const waits = new Map<unknown, number>();
  const log = ({ message, id }: LogLine) => {
    if (message === 'waits') waits.set(id, (waits.get(id) ?? 0) + 1);
  };
  const task = defineTask('task', { queue, rateLimit: '60/m', run: () => 1 });
  const sim = simulate(defineApp('shop', { tasks: [task] }), { seed: 1, log });

  await sim.sendMany(Array.from({ length: 200 }, () => task()));
  await sim.advance('10m');

  const counts = [...waits.values()];
  expect(sim.attempts(task)).toHaveLength(200);
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(0.9 * 200);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(1.3 * 200);
});

test('a rate by key leaves other keys alone', async () => {
  const { task, sim } = createWorld(() => 1, {
    rateLimit: { limit: '1/m', by: (input: number) => input % 2 },
  });

  await sim.sendMany([task(1), task(2), task(3), task(4)]);
  await sim.advance('10s');

  expect(sim.attempts(task)).toHaveLength(2);
});

test('a message that waits says why, and for how long', async () => {
  const { task, sim } = createWorld(() => 1, { rateLimit: '1/m' });

  await sim.sendMany([task(1), task(2)]);
  await sim.advance('10s');

  const [waiting] = messagesOf(sim, queue).map(({ body }) => JSON.parse(body));
  expect(waiting).toMatchObject({ deferrals: 1, wait: { for: 'rate', count: 1 } });
  expect(waiting.attempt).toBeUndefined();
});

test('a short run makes no heartbeat, a long one one every 15 s', async () => {
  const writes = async (seconds: number): Promise<number> => {
    const { task, sim } = createWorld((_input, { sleep }) => sleep(`${seconds}s`));
    await (await sim.send(task(1))).get();
    return sim.calls().find(({ operation }) => operation === 'UpdateItem')?.calls ?? 0;
  };

  expect([await writes(14), await writes(50)]).toEqual([2, 5]);
});

test('hooks are told of a run’s life, and one that throws is only logged', async () => {
  const told: string[] = [];
  const lines: string[] = [];
  const hook = (name: string) => (event: { readonly task: string; readonly attempt?: number }) =>
    told.push(`${name} ${event.task} ${event.attempt ?? ''}`);
  const queueOf = { queue, retry: { attempts: 2, backoff: fixed('1s') } };
  const fails = defineTask('fails', {
    ...queueOf,
    hooks: { onRetry: hook('own retry') },
    run() {
      throw new Error('no');
    },
  });
  const works = defineTask('works', { queue, result: false, run: () => 1 });
  const hooks = {
    onSend: hook('send'),
    onStart: hook('start'),
    onSuccess: hook('success'),
    onRetry: hook('retry'),
    onFailure: hook('failure'),
    onRevoke: () => {
      throw new Error('the hook');
    },
  };
  const app = defineApp('shop', { tasks: [fails, works], hooks });
  const sim = simulate(app, { log: (line) => lines.push(line.message) });

  await sim.send(works(1));
  await sim.settle();
  await sim.send(fails(1));
  await sim.advance('10s');
  await (await sim.send(fails(1, { delay: '5s', expires: '1s' }))).state();
  await sim.advance('10s');

  expect(told).toEqual([
    'send works ',
    'start works 1',
    'success works 1',
    'send fails ',
    'start fails 1',
    'own retry fails 1',
    'retry fails 1',
    'start fails 2',
    'failure fails 2',
    'send fails ',
  ]);
  expect(lines).toContain('a hook threw');
});

describe('a time limit of one send', () => {
  const deaf = (sim: () => Simulation) => async (): Promise<void> => {
    await sim().emulator.clock.sleep(90_000);
  };

  test.each([
    ['that is shorter goes before its task’s own', { hard: '60s' }, { hard: '20s' }, '00:00:20'],
    ['that is longer does too', { hard: '10s' }, { hard: '40s' }, '00:00:40'],
    ['holds where its task has none', undefined, { hard: '30s' }, '00:00:30'],
  ] as const)('%s', async (_title, own, given, endedAt) => {
    const ended: string[] = [];
    const world = createWorld(
      deaf(() => world.sim),
      {
        ...(own === undefined ? {} : { timeLimit: own }),
        retry: { attempts: 1 },
        hooks: { onFailure: () => void ended.push(world.sim.now().toISOString().slice(11, 19)) },
      },
    );
    const { task, sim } = world;

    const result = await sim.send(task(1, { timeLimit: given }));
    await sim.advance('5m');

    const error: unknown = await result.get().catch((thrown) => thrown);
    expect(error).toMatchObject({ cause: { code: 'TIME_LIMIT' } });
    expect(ended).toEqual([endedAt]);
  });

  test('that is soft leaves the hard one of its task, and holds for each attempt', async () => {
    const { task, sim } = createWorld(
      async (_input, { sleep }) => {
        await sleep('60s');
      },
      { timeLimit: { hard: '50s' } },
    );

    await sim.send(task(1, { timeLimit: { soft: '5s' } }));
    await sim.advance('5m');

    expect(sim.attempts(task)).toEqual(['00:00:00', '00:00:35']);
  });

  test('holds without a record of the run', async () => {
    const world = createWorld(
      deaf(() => world.sim),
      { result: false, retry: { attempts: 1 } },
    );
    const { task, sim } = world;

    await sim.send(task(1, { timeLimit: { hard: '5s' } }));
    await sim.advance('10s');

    expect(sim.deadLetters(queue)).toMatchObject([{ dead: { error: { code: 'TIME_LIMIT' } } }]);
  });

  test('holds for a part of a workflow and for a fire', async () => {
    const once = { retry: { attempts: 1 } };
    const world = createWorld(
      deaf(() => world.sim),
      once,
      { runtimeSchedules: true },
    );
    const { task, sim } = world;

    await sim.send(chain(task(1, { timeLimit: { hard: '5s' } })));
    await sim.schedules.add('once', {
      trigger: at(new Date(sim.now().getTime() + 120_000).toISOString()),
      send: task(2, { timeLimit: { hard: '5s' } }),
    });
    await sim.advance('10m');

    expect(sim.deadLetters(queue).map(({ dead }) => dead?.error?.code)).toEqual(['TIME_LIMIT', 'TIME_LIMIT']);
  });

  test.each([
    ['beyond its queue’s visibility', { hard: '13m' }, /visibility of queue 'work' \('720s'\)/],
    ['beyond what SQS can hide', { hard: '13h' }, /not between 0 and '12h'/],
    ['of nothing', { soft: '0s' }, /not between 0 and '12h'/],
    ['whose soft part is not before its task’s hard one', { soft: '60s' }, /soft is not before/],
  ] as const)('%s is refused when it is sent', async (_title, timeLimit, text) => {
    const own = { timeLimit: { hard: '60s' } } as const;
    const { task, sim } = createWorld(() => 1, own, { runtimeSchedules: true });

    const sent: unknown = await sim.send(task(1, { timeLimit })).catch((error) => error);
    const planned: unknown = await sim.send(chain(task(1, { timeLimit }))).catch((error) => error);

    for (const error of [sent, planned]) {
      expect(error).toMatchObject({ code: 'TIME_LIMIT_OUT_OF_RANGE' });
      expect(String(error)).toMatch(text);
    }
    const add = sim.schedules.add('late', { trigger: every('1h'), send: task(1, { timeLimit }) });
    await expect(add).rejects.toThrow(text);
  });
});
