/** `runScheduler`: the same schedules inside plain processes, over one record. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { at, cron, defineApp, defineSchedule, defineTask, every, fireTimes } from '#lib';
import type { App } from '../../lib/define/app.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { FireRun, Perform } from '../../lib/runtime/perform.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import type { ScheduleStore } from '../../lib/runtime/schedule-ports.ts';
import { type RunningScheduler, runScheduler } from '../../lib/runtime/scheduler.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { SPACE } from './schedule-world.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

const START = Date.parse('2026-03-29T00:00:00Z');
const MINUTE = 60_000;
const work = defineTask('work', { run: () => 1 });
const send = work();

interface Process {
  readonly clock: TestClock;
  readonly store: ScheduleStore;
  readonly runs: (FireRun & { readonly at: number })[];
  readonly log: LogLine[];
  start(perform?: Perform): RunningScheduler;
}

function createProcess(app: App, seed = 1): Process {
  const clock = createTestClock(START);
  const store = createMemoryScheduleStore();
  const random = createRandom(seed);
  const runs: Process['runs'] = [];
  const log: LogLine[] = [];
  const noted: Perform = async (_call, run) => {
    runs.push({ ...run, at: clock.now() });
    return {};
  };
  return {
    clock,
    store,
    runs,
    log,
    start: (perform = noted) =>
      runScheduler(app, {
        store,
        clock,
        chance: random,
        space: SPACE,
        perform,
        log: (line) => log.push(line),
      }),
  };
}

function times(process: Process, name: string): number[] {
  return process.runs.filter((run) => run.schedule === name).map((run) => run.scheduledAt);
}

const app = defineApp('shop', {
  tasks: [work],
  schedules: [
    defineSchedule('fast', { trigger: every('7s', { start: new Date(START) }), send }),
    defineSchedule('oslo', { trigger: cron('*/10 2-3 * * *', { timezone: 'Europe/Oslo' }), send }),
    defineSchedule('jitter', { trigger: every('1m'), send, jitter: '20s' }),
  ],
});

test('each fire is performed at its time, once, on a day on which clocks change', async () => {
  const sim = createProcess(app);
  const scheduler = sim.start();

  await sim.clock.advance(4 * 3_600_000);
  await scheduler.stop();

  for (const { name, spec } of app.schedules.slice(0, 2))
    expect(times(sim, name)).toEqual(
      fireTimes(spec.trigger, new Date(START), new Date(START + 4 * 3_600_000)).map(Number),
    );
  expect(sim.runs.filter((run) => run.at !== run.dueAt)).toEqual([]);
  expect(times(sim, 'jitter').length).toBeGreaterThanOrEqual(239);
});

test('three processes over one record perform each fire once', async () => {
  const sim = createProcess(app);
  const schedulers = [sim.start(), sim.start(), sim.start()];

  await sim.clock.advance(3_600_000);
  await Promise.all(schedulers.map((scheduler) => scheduler.stop()));

  const expected = fireTimes(
    every('7s', { start: new Date(START) }),
    new Date(START),
    new Date(START + 3_600_000),
  ).map(Number);
  expect(times(sim, 'fast')).toEqual(expected);
  expect(new Set(sim.runs.map(({ id }) => id)).size).toBe(sim.runs.length);
});

test('a process that dies with fires in its hands is followed by another, under the same ids', async () => {
  const sim = createProcess(app);
  let dead = false;
  const dying: Perform = () => {
    dead = true;
    return new Promise(() => {});
  };
  sim.start(dying);
  await sim.clock.advance(7_000);
  const scheduler = sim.start();

  await sim.clock.advance(3 * MINUTE);
  await scheduler.stop();

  expect(dead).toBe(true);
  // The first was taken by the one that died; a minute later its lease is over. What was due meanwhile is
  // late, and the latest of it stands for all.
  expect(times(sim, 'fast').slice(0, 3)).toEqual([START, START + 56_000, START + 63_000]);
  expect(sim.runs[0]).toMatchObject({ scheduledAt: START, at: expect.any(Number) });
});

test('a call that fails is tried again under its id, and holds up no other schedule', async () => {
  const sim = createProcess(app);
  let failures = 3;
  const failing: Perform = async (_call, run) => {
    if (run.schedule === 'fast' && failures-- > 0) throw new Error('no network');
    sim.runs.push({ ...run, at: sim.clock.now() });
    return {};
  };
  const scheduler = sim.start(failing);

  await sim.clock.advance(MINUTE);
  await scheduler.stop();

  const [first] = sim.runs.filter((run) => run.schedule === 'fast');
  expect(first).toMatchObject({ scheduledAt: START, at: START + 3_000 });
  expect(times(sim, 'jitter')[0]).toBe(START);
  expect(sim.log.filter((line) => line.message === 'not fired')).toHaveLength(3);
});

test('fires of while no process ran are made up for as misfireGrace and coalesce say', async () => {
  const make = (name: string, more: object) =>
    defineSchedule(name, { trigger: every('1m'), send, ...more } as Parameters<typeof defineSchedule>[1]);
  const stopped = defineApp('shop', {
    schedules: [
      make('latest', {}),
      make('strict', { misfireGrace: '1s' }),
      make('all', { coalesce: 'all', misfireGrace: '3m' }),
      make('earliest', { coalesce: 'earliest', misfireGrace: '3m' }),
    ],
  });
  const sim = createProcess(stopped);
  const first = sim.start();
  await sim.clock.advance(30_000);
  await first.stop();
  await sim.clock.advance(6 * MINUTE);
  sim.runs.length = 0;

  const second = sim.start();
  await sim.clock.advance(1_000);
  await second.stop();

  const minutesOf = (name: string): number[] => times(sim, name).map((time) => (time - START) / MINUTE);
  expect(minutesOf('latest')).toEqual([6]);
  expect(minutesOf('strict')).toEqual([]);
  expect(minutesOf('all')).toEqual([4, 5, 6]);
  expect(minutesOf('earliest')).toEqual([4]);
});

interface Row {
  readonly max_instances?: number;
  readonly submitted: number;
  readonly skippedMaxInstances: number;
}

const text = readFileSync(new URL('../vectors/apscheduler-misfire.json', import.meta.url), 'utf8');
// The file is generated, and this test names the members it reads.
const { vectors } = JSON.parse(text) as { readonly vectors: readonly Row[] };

test.each(vectors.filter(({ max_instances }) => max_instances !== undefined))(
  'with max_instances $max_instances, $submitted of 6 fires run and $skippedMaxInstances are dropped',
  async ({ max_instances: maxInstances = 1, submitted, skippedMaxInstances }) => {
    // Measured with 0.5 s, 1.25 s and 2.8 s, the first fire after half a second; ours fire at most each
    // second.
    const slow = defineSchedule('slow', {
      trigger: every('2s', { start: new Date(START + 2_000) }),
      send,
      maxInstances,
    });
    const sim = createProcess(defineApp('shop', { schedules: [slow] }));
    const busy: Perform = async (_call, run) => {
      sim.runs.push({ ...run, at: sim.clock.now() });
      return { ended: sim.clock.sleep(5_000) };
    };
    const scheduler = sim.start(busy);

    await sim.clock.advance(12_500);
    await scheduler.stop();

    expect(sim.runs).toHaveLength(submitted);
    const [state] = (await sim.store.states(['slow'])).values();
    expect(state?.misses).toBe(skippedMaxInstances);
  },
);

test('what another process adds is seen, and a date that has fired is gone', async () => {
  const sim = createProcess(app);
  const scheduler = sim.start();
  const entry = {
    name: 'once',
    source: 'runtime' as const,
    revision: 1,
    spec: {
      ...(app.schedules[0]?.spec as NonNullable<(typeof app.schedules)[0]>['spec']),
      trigger: at(new Date(START + 25_000)),
    },
    placed: 'ticked' as const,
    createdAt: START,
    changedAt: START,
  };
  await sim.store.put(entry, undefined);

  await sim.clock.advance(MINUTE);
  await scheduler.stop();

  expect(times(sim, 'once')).toEqual([START + 25_000]);
  expect(await sim.store.read('once')).toBeUndefined();
});

test('a stopped scheduler performs nothing more, and a waking call makes it look at once', async () => {
  const sim = createProcess(app);
  const scheduler = sim.start();
  await sim.clock.advance(1_000);

  await sim.store.putPause({ from: START });
  scheduler.wakeup();
  await sim.clock.advance(20_000);
  await scheduler.stop();
  await scheduler.done;
  await sim.clock.advance(MINUTE);

  expect(times(sim, 'fast')).toEqual([START]);
  expect(sim.log.filter((line) => line.outcome === 'paused').length).toBeGreaterThan(1);
});
