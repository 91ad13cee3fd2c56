/** Schedules that get another trigger while a process fires them: nothing of before the change is theirs. */
import { expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, every } from '#lib';
import type { Schedules } from '../../lib/define/schedules-client.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { FireRun, Perform } from '../../lib/runtime/perform.ts';
import { runScheduler } from '../../lib/runtime/scheduler.ts';
import { createSchedules } from '../../lib/runtime/schedules.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { SPACE } from './schedule-world.ts';
import { createTestClock } from './test-clock.ts';

const START = Date.parse('2026-06-01T10:00:00Z');
const MINUTE = 60_000;
const work = defineTask('work', { run: () => 1 });
const send = work();
const hourly = { trigger: every('1h'), send };
const app = defineApp('shop', {
  tasks: [work],
  schedules: [defineSchedule('coded', hourly)],
  runtimeSchedules: true,
});

function createProcess() {
  const clock = createTestClock(START);
  const store = createMemoryScheduleStore();
  const chance = createRandom(1);
  const runs: FireRun[] = [];
  const perform: Perform = async (_, run) => {
    runs.push(run);
    return {};
  };
  const common = { store, clock, chance, perform, log: () => {} };
  const scheduler = runScheduler(app, { ...common, space: SPACE });
  const schedules = createSchedules(app, SPACE, {
    ...{ ...common, runs: undefined, timers: undefined, ticker: true, laterQueueName: '' },
    outbox: { send: async () => scheduler.wakeup(), flush: async () => {} },
  });
  const minutesOf = (name: string): readonly number[] =>
    runs.filter(({ schedule }) => schedule === name).map((run) => (run.scheduledAt - START) / MINUTE);
  return { clock, minutesOf, scheduler, schedules };
}

const often = every('20m');
const changes: Readonly<Record<string, (schedules: Schedules) => Promise<unknown>>> = {
  rescheduled: (schedules) => schedules.reschedule('coded', often),
  replaced: (schedules) => schedules.add('coded', { trigger: often, send }, { conflict: 'replace' }),
};

test.each(Object.entries(changes))(
  'a %s schedule does not fire a time of its new trigger that was over by then',
  async (_, change) => {
    const { clock, minutesOf, scheduler, schedules } = createProcess();
    await clock.advance(90 * MINUTE);

    await change(schedules);
    await clock.advance(45 * MINUTE);
    await scheduler.stop();

    // 80 minutes after the start was a time of each 20 minutes, and over.
    expect(minutesOf('coded')).toEqual([0, 60, 100, 120]);
  },
);

test('a schedule that was added at run time and is replaced begins anew', async () => {
  const { clock, minutesOf, scheduler, schedules } = createProcess();
  await schedules.add('added', hourly);
  await clock.advance(90 * MINUTE);

  await schedules.add('added', { trigger: often, send }, { conflict: 'replace' });
  await clock.advance(45 * MINUTE);
  await scheduler.stop();

  expect(minutesOf('added')).toEqual([0, 60, 100, 120]);
});

test('a schedule that is reset fires nothing of what it was before it was changed', async () => {
  const { clock, minutesOf, scheduler, schedules } = createProcess();
  await clock.advance(MINUTE);
  await schedules.reschedule('coded', every('7h'));
  await clock.advance(90 * MINUTE);

  await schedules.reset('coded');
  await clock.advance(45 * MINUTE);
  await scheduler.stop();

  expect(minutesOf('coded')).toEqual([0, 120]);
});
