/** Dates that replace others of their name while a process is about to fire those. */
import { expect, test } from 'vitest';
import { at, defineApp, defineTask } from '#lib';
import { NEW_STATE } from '../../lib/core/schedule/state.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { FireRun, Perform } from '../../lib/runtime/perform.ts';
import { runScheduler } from '../../lib/runtime/scheduler.ts';
import { createSchedules } from '../../lib/runtime/schedules.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { SPACE } from './schedule-world.ts';
import { createTestClock } from './test-clock.ts';

const START = Date.parse('2026-03-29T00:00:00Z');
const work = defineTask('work', { run: () => 1 });
const app = defineApp('shop', { tasks: [work], longDelays: true });

/** A process whose first fire is performed by `first`, and the client of its schedules. */
function createProcess(first: (run: FireRun) => Promise<void>) {
  const clock = createTestClock(START);
  const store = createMemoryScheduleStore();
  const chance = createRandom(1);
  const runs: { readonly id: string; readonly at: number }[] = [];
  const perform: Perform = async (_, run) => {
    runs.push({ id: run.id, at: clock.now() - START });
    if (runs.length === 1) await first(run);
    return {};
  };
  const common = { store, clock, chance, perform, log: () => {} };
  const scheduler = runScheduler(app, { ...common, space: SPACE });
  const schedules = createSchedules(app, SPACE, {
    ...{ ...common, runs: undefined, timers: undefined, ticker: true, laterQueueName: '' },
    outbox: { send: async () => scheduler.wakeup(), flush: async () => {} },
  });
  return { clock, runs, scheduler, schedules, store };
}

const SOON = new Date(START + 10_000);

test('a date that is added again while its namesake is performed fires again', async () => {
  const { clock, runs, scheduler, schedules } = createProcess(async () => {
    await schedules.add('once', { trigger: at(SOON), send: work() }, { conflict: 'replace' });
  });
  await clock.advance(1_000);
  await schedules.add('once', { trigger: at(SOON), send: work() });

  await clock.advance(120_000);
  await scheduler.stop();
  const left = await schedules.get('once');

  expect(runs).toHaveLength(2);
  expect(new Set(runs.map(({ id }) => id)).size).toBe(2);
  expect(left).toBeUndefined();
});

test('a date that replaces one whose fire could not be handed over fires at its own time only', async () => {
  const { clock, runs, scheduler, schedules } = createProcess(async () => {
    const trigger = at(new Date(START + 600_000));
    await schedules.add('once', { trigger, send: work() }, { conflict: 'replace' });
    throw new Error('says the test');
  });
  await clock.advance(1_000);
  await schedules.add('once', { trigger: at(SOON), send: work() });

  await clock.advance(900_000);
  await scheduler.stop();

  expect(runs.map((run) => run.at)).toEqual([10_000, 600_000]);
});

test('a date is gone though whoever fired it has died before it was removed', async () => {
  const { clock, runs, scheduler, schedules, store } = createProcess(async () => {});
  await schedules.add('once', { trigger: at(SOON), send: work() });
  await store.putState('once', { ...NEW_STATE, version: 1, handledAt: SOON.getTime() }, 0);

  await clock.advance(60_000);
  await scheduler.stop();

  expect(runs).toEqual([]);
  expect(await schedules.get('once')).toBeUndefined();
});
