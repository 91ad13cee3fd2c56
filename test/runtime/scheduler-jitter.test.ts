/** Jitter in a process: fires whose jitter is longer than their distance overtake each other. */
import { expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, every, fireTimes } from '#lib';
import { dueTime } from '../../lib/core/schedule/fire.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { FireRun, Perform } from '../../lib/runtime/perform.ts';
import { runScheduler } from '../../lib/runtime/scheduler.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { SPACE } from './schedule-world.ts';
import { createTestClock } from './test-clock.ts';

const START = Date.parse('2026-06-01T10:00:00Z');
const MINUTE = 60_000;
const work = defineTask('work', { run: () => 1 });
const often = defineSchedule('often', { trigger: every('10s'), send: work(), jitter: '1m' });
const app = defineApp('shop', { tasks: [work], schedules: [often] });
const dueOf = (at: number): number => dueTime(SPACE, 'often', often.spec, at);

test('each fire comes at its own time, also before one of an earlier time', async () => {
  const clock = createTestClock(START);
  const store = createMemoryScheduleStore();
  const runs: (FireRun & { readonly at: number })[] = [];
  const perform: Perform = async (_, run) => {
    runs.push({ ...run, at: clock.now() });
    return {};
  };
  const start = () =>
    runScheduler(app, {
      ...{ store, clock, chance: createRandom(1), space: SPACE, perform, log: () => {} },
      lookMs: MINUTE,
    });

  const first = start();
  await clock.advance(5 * MINUTE);
  await first.stop();
  // It knows what the one before it has taken.
  const second = start();
  await clock.advance(5 * MINUTE);
  await second.stop();

  const times = fireTimes(often.spec.trigger, new Date(START), new Date(clock.now())).map(Number);
  const due = times.filter((at) => dueOf(at) <= clock.now());
  const overtaking = due.filter((at, index) => dueOf(due[index + 1] ?? at) < dueOf(at));
  expect(overtaking.length).toBeGreaterThan(10);
  expect(runs.map((run) => run.scheduledAt).sort((a, b) => a - b)).toEqual(due);
  expect(runs.map(({ at }) => at)).toEqual(runs.map((run) => dueOf(run.scheduledAt)));
});
