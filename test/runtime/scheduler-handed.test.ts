/** What a scheduler has handed over it does not hand over again, whatever fails behind it. */
import { expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, every } from '#lib';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import type { Perform } from '../../lib/runtime/perform.ts';
import type { ScheduleStore } from '../../lib/runtime/schedule-ports.ts';
import { runScheduler } from '../../lib/runtime/scheduler.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { SPACE } from './schedule-world.ts';
import { createTestClock } from './test-clock.ts';

const START = Date.parse('2026-03-29T00:00:00Z');
const work = defineTask('work', { run: () => 1 });
const trigger = every('10s', { start: new Date(START + 10_000) });
const often = defineSchedule('often', { trigger, send: work(), coalesce: 'all' });
const app = defineApp('shop', { tasks: [work], schedules: [often] });

/** A scheduler that says of each fire that it performs how many seconds from the start it is. */
function createProcess(perform: (at: number) => void, store: ScheduleStore) {
  const clock = createTestClock(START);
  const noted: Perform = async (_, { scheduledAt }) => {
    perform((scheduledAt - START) / 1_000);
    return {};
  };
  const ports = { clock, chance: createRandom(1), perform: noted, log: () => {}, space: SPACE };
  return { clock, start: () => runScheduler(app, { ...ports, store }) };
}

test('a fire is not performed again because the record was out of reach after it', async () => {
  const runs: number[] = [];
  const store = createMemoryScheduleStore();
  let left = 1;
  const { clock, start } = createProcess((at) => void runs.push(at), {
    ...store,
    async putState(name, state, before) {
      if (runs.length > 0 && state.taken === undefined && left-- > 0) throw new Error('says the test');
      return store.putState(name, state, before);
    },
  });

  const scheduler = start();
  await clock.advance(25_000);
  await scheduler.stop();

  expect(runs).toEqual([10, 20]);
});

test('of the fires of a look only those are tried again that were not handed over', async () => {
  const runs: number[] = [];
  let left = 1;
  const store = createMemoryScheduleStore();
  let isDown = true;
  const { clock, start } = createProcess(
    (at) => {
      runs.push(at);
      if (at === 20 && left-- > 0) throw new Error('says the test');
    },
    {
      ...store,
      async pause() {
        if (isDown) throw new Error('says the test');
        return undefined;
      },
    },
  );

  const scheduler = start();
  await clock.advance(25_000);
  isDown = false;
  await clock.advance(4_000);
  await scheduler.stop();

  expect(runs).toEqual([10, 20, 20]);
});

test('a run that has ended counts no more though that could not be written', async () => {
  const clock = createTestClock(START);
  const store = createMemoryScheduleStore();
  const runs: number[] = [];
  let left = 0;
  const broken: ScheduleStore = {
    ...store,
    async states(names) {
      if (left-- > 0) throw new Error('says the test');
      return store.states(names);
    },
  };
  const perform: Perform = async (_, { scheduledAt }) => {
    runs.push((scheduledAt - START) / 1_000);
    const ended = clock.sleep(1_500).then(() => {
      left = 1;
    });
    return { ended };
  };
  const single = defineSchedule('single', { trigger, send: work(), maxInstances: 1 });
  const own = defineApp('shop', { tasks: [work], schedules: [single] });
  const ports = { clock, chance: createRandom(1), perform, log: () => {}, space: SPACE, store: broken };

  const scheduler = runScheduler(own, ports);
  await clock.advance(35_000);
  await scheduler.stop();

  expect(runs).toEqual([10, 20, 30]);
});
