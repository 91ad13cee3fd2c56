import { expect, test } from 'vitest';
import { parseLater } from '../../lib/core/schedule/fire.ts';
import { at, defineApp, defineSchedule, defineTask, every } from '../../lib/index.ts';
import { createMemoryScheduleStore } from '../../lib/runtime/memory-schedule-store.ts';
import { createTicker } from '../../lib/runtime/ticker.ts';
import { createTestClock } from './test-clock.ts';

const START = Date.UTC(2026, 0, 1, 12);
const set = defineTask('set', { run: () => undefined });
const app = defineApp('board', {
  tasks: [set],
  schedules: [
    defineSchedule('clock', { trigger: every('10s'), send: set(), misfireGrace: '10s' }),
    defineSchedule('opening', { trigger: at(new Date(START + 5_000)), send: set() }),
  ],
});

test('a first tick that comes late hands on no fire that would be a misfire', async () => {
  const world = createWorld();
  await world.clock.advance(40_000);

  await world.ticker.tick(new Date(START));

  // That of 30 s would be met 12 s late, by the time that `later` has it.
  expect(world.of('clock').slice(0, 2)).toEqual([40, 50]);
  expect(world.of('opening')).toEqual([5]);
});

test('a later tick that comes late hands on all fires, since they were missed', async () => {
  const world = createWorld();
  await world.ticker.tick(new Date(START));
  const before = world.of('clock').length;
  await world.clock.advance(400_000);

  await world.ticker.tick(new Date(START + 360_000));

  // The first tick looked five minutes ahead; from there on nobody has looked.
  expect(world.of('clock').slice(before, before + 2)).toEqual([310, 320]);
});

/** What the ticker hands on, in seconds after the start. */
function createWorld() {
  const clock = createTestClock(START);
  const bodies: string[] = [];
  const ticker = createTicker(
    app,
    { app: 'board', stage: 'dev' },
    {
      clock,
      laterQueueName: 'board-dev-later',
      outbox: { send: async (_, { body }) => void bodies.push(body), flush: async () => {} },
      store: createMemoryScheduleStore(),
      log: () => {},
    },
  );
  const of = (name: string) =>
    bodies
      .map(parseLater)
      .flatMap((held) => (held?.kind === 'fire' && held.fire.schedule === name ? [held.fire] : []))
      .map(({ scheduledAt }) => (scheduledAt - START) / 1_000);
  return { clock, ticker, of };
}
