import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  at,
  defineApp,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  fixed,
  group,
  type Trigger,
} from '#lib';
import { createMemoryScheduleStore, runScheduler } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { fireId } from '../../lib/core/schedule/fire.ts';
import { topology } from '../../lib/define/topology.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { provision } from '../../lib/testing/provision.ts';
import { createTestClock } from '../runtime/test-clock.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const SECOND = 1_000;

/** An app whose task notes when it ran; `work` is what it does then. */
function createWorld(work: (input: { n: number }) => unknown = () => 1) {
  const clock = createTestClock(START);
  const ran: string[] = [];
  const log: LogLine[] = [];
  const task = defineTask('work', {
    queue: defineQueue('work'),
    input: z.object({ n: z.number() }),
    retry: { attempts: 2, backoff: fixed('3s') },
    run(input, { attempt, now }) {
      ran.push(`${now().toISOString().slice(14, 19)} ${input.n} ${attempt}`);
      return work(input);
    },
  });
  const app = defineApp('shop', {
    schedules: [defineSchedule('often', { trigger: every('10s'), send: task({ n: 1 }) })],
  });
  const options = { clock, log: (line: LogLine) => void log.push(line), executor: 'inline' } as const;
  return { app, task, clock, ran, log, options };
}

describe('inline, with the record in memory', () => {
  test('handlers run in this process at their time, and nothing of AWS is called', async () => {
    const { app, clock, ran, options } = createWorld();
    const requestHandler = { handle: () => Promise.reject(new Error('called')) };

    await using _ = runScheduler(app, { ...options, store: 'memory', requestHandler });
    await clock.advance(25 * SECOND);

    expect(ran).toEqual(['00:00 1 1', '00:10 1 1', '00:20 1 1']);
  });

  test('a handler that throws is tried again as its task says, and then logged', async () => {
    const { app, clock, ran, log, options } = createWorld(() => {
      throw new Error('broken');
    });

    await using _ = runScheduler(app, { ...options, store: 'memory' });
    await clock.advance(9 * SECOND);

    expect(ran).toEqual(['00:00 1 1', '00:03 1 2']);
    expect(log.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'failed', task: 'work', error: { message: 'broken' } },
    ]);
  });

  test('changes hold at once', async () => {
    const { app, task, clock, ran, options } = createWorld();

    await using scheduler = runScheduler(app, { ...options, store: 'memory' });
    await clock.advance(SECOND);
    await scheduler.schedules.add('more', { trigger: every('2s'), send: task({ n: 2 }) });
    await clock.advance(4 * SECOND);
    await scheduler.schedules.pause('more');
    await scheduler.schedules.runNow('often');
    await clock.advance(4 * SECOND);

    expect(ran).toEqual(['00:00 1 1', '00:02 2 1', '00:04 2 1', '00:05 1 1']);
    expect((await scheduler.schedules.list()).schedules.map(({ name }) => name)).toEqual(['more', 'often']);
  });

  test('a date that is past runs at once, in the place of another, and when added again', async () => {
    const { app, task, clock, ran, options } = createWorld();
    const add = (n: number, trigger: Trigger) =>
      scheduler.schedules.add('once', { trigger, send: task({ n }) }, { conflict: 'replace' });
    const past = at(new Date(START - SECOND));

    await using scheduler = runScheduler(app, { ...options, store: 'memory' });
    await scheduler.schedules.remove('often');
    await add(2, every('2s'));
    await clock.advance(3 * SECOND);
    await add(3, past);
    await clock.advance(4 * SECOND);
    await add(4, past);
    await clock.advance(4 * SECOND);

    expect(ran.filter((one) => !one.includes(' 1 1'))).toEqual([
      ...['00:00 2 1', '00:02 2 1', '00:03 3 1', '00:07 4 1'],
    ]);
    expect(await scheduler.schedules.get('once')).toBeUndefined();
  });

  test('maxInstances counts what still runs here', async () => {
    const ended = new AbortController();
    const { task, clock, ran, options } = createWorld(
      () => ended.signal.aborted || new Promise((resolve) => ended.signal.addEventListener('abort', resolve)),
    );
    const app = defineApp('shop', {
      schedules: [defineSchedule('one', { trigger: every('5s'), send: task({ n: 1 }), maxInstances: 1 })],
    });

    await using _ = runScheduler(app, { ...options, store: 'memory' });
    await clock.advance(12 * SECOND);
    ended.abort();
    await clock.advance(4 * SECOND);

    expect(ran).toEqual(['00:00 1 1', '00:15 1 1']);
  });

  test('stopping waits for what runs, and tells it to end', async () => {
    const clock = createTestClock(START);
    let told = false;
    const task = defineTask('long', {
      run: (_input, { signal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            told = true;
            resolve();
          });
        }),
    });
    const schedule = defineSchedule('s', { trigger: every('10s'), send: task() });
    const app = defineApp('shop', { schedules: [schedule] });

    const scheduler = runScheduler(app, { clock, log: () => {}, executor: 'inline', store: 'memory' });
    await clock.advance(SECOND);
    await scheduler.stop();

    expect(told).toBe(true);
    await expect(scheduler.done).resolves.toBeUndefined();
  });

  test('two schedulers that share a store perform each fire once', async () => {
    const { app, clock, ran, options } = createWorld();
    const store = createMemoryScheduleStore();

    await using _one = runScheduler(app, { ...options, store });
    await using _two = runScheduler(app, { ...options, store });
    await clock.advance(35 * SECOND);

    expect(ran).toEqual(['00:00 1 1', '00:10 1 1', '00:20 1 1', '00:30 1 1']);
  });
});

test('with the record in DynamoDB processes send each fire once, and changes outlive them', async () => {
  const { app, clock, log } = createWorld();
  await using emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  const resources = topology(app);
  await provision(emulator, { ...resources, workers: [], later: undefined }, () => {
    throw new Error('there are no workers here');
  });
  const options = {
    ...{ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    ...{ requestHandler: emulator.requestHandler(), clock, log: (line: LogLine) => void log.push(line) },
  };
  const sent = () =>
    emulator.services.sqs
      .snapshot()
      .find(({ name }) => name === 'shop-dev-work')
      ?.messages.map(({ body }) => JSON.parse(body).id) ?? [];

  const schedulers = [1, 2, 3].map(() => runScheduler(app, options));
  await clock.advance(60 * SECOND);
  await schedulers[0]?.schedules.pause('often');
  const before = sent();
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
  await using _ = runScheduler(app, options);
  await clock.advance(60 * SECOND);

  expect(before).toHaveLength(7);
  expect(new Set(before).size).toBe(7);
  expect(sent()).toEqual(before);
  expect(log.filter(({ level }) => level === 'error')).toEqual([]);
});

test.each(['workers', 'inline'] as const)(
  'with executor %s workflows are begun by the workers, once a fire, and count until they have ended',
  async (executor) => {
    const { task, clock, log } = createWorld();
    const send = group([task({ n: 1 })]);
    const app = defineApp('shop', {
      schedules: [
        defineSchedule('free', { trigger: every('10s'), send }),
        defineSchedule('one', { trigger: every('10s'), send, maxInstances: 1 }),
      ],
    });
    await using emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
    await provision(emulator, { ...topology(app), workers: [], later: undefined }, () => {
      throw new Error('there are no workers here');
    });
    const options = {
      ...{ executor, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      ...{ requestHandler: emulator.requestHandler(), clock, log: (line: LogLine) => void log.push(line) },
    };

    await using scheduler = runScheduler(app, options);
    await using _ = runScheduler(app, options);
    await clock.advance(25 * SECOND);

    const begun = emulator.services.sqs
      .snapshot()
      .find(({ name }) => name === 'shop-dev-work')
      ?.messages.map(({ body }) => JSON.parse(body).workflow);
    const idsOf = (name: string, seconds: readonly number[]) =>
      seconds.map((at) => fireId({ app: 'shop', stage: 'dev' }, name, START + at * SECOND));
    expect(begun?.map(({ id }) => id).sort()).toEqual(
      [...idsOf('free', [0, 10, 20]), ...idsOf('one', [0])].sort(),
    );
    expect(begun?.every(({ path, start }) => path === '' && start === true)).toBe(true);
    expect(await scheduler.schedules.get('one')).toMatchObject({ misses: 2 });
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  },
);

test('a stage that cannot be one is refused', () => {
  const { app } = createWorld();

  expect(() => runScheduler(app, { stage: 'a-b', store: 'memory' })).toThrow(
    expect.objectContaining({ code: 'INVALID_NAME' }),
  );
});
