/** Fires under faults: none twice, none lost inside its grace, and outages made up for as `coalesce` says. */
import { expect, test } from 'vitest';
import { cron, defineApp, defineSchedule, defineTask, every, fireTimes } from '#lib';
import { createRandom } from '../../lib/testing/random.ts';
import { createScheduleWorld, type ScheduleFaults, type ScheduleWorld } from './schedule-world.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-29T00:30:00Z');
const work = defineTask('work', { run: () => 1 });
const send = work();
const oslo = cron('*/3 * * * *', { timezone: 'Europe/Oslo' });
const all = [
  defineSchedule('ticked', { trigger: every('20s'), send, coalesce: 'all' }),
  defineSchedule('jitter', { trigger: every('1m'), send, coalesce: 'all', jitter: '90s' }),
  defineSchedule('native', { trigger: oslo, send, coalesce: 'all' }),
];
const app = defineApp('shop', { tasks: [work], schedules: all });

/** The times at which a schedule fires in a stretch of the test. */
function expected(name: string, from: number, to: number): number[] {
  const schedule = all.find((one) => one.name === name);
  if (schedule === undefined) throw new Error(`no schedule ${name}`);
  return fireTimes(schedule.spec.trigger, new Date(from), new Date(to)).map(Number);
}

function firesOf(world: ScheduleWorld, name: string, to = Number.POSITIVE_INFINITY): number[] {
  const runs = world.runs.filter((run) => run.schedule === name && run.scheduledAt <= to);
  return runs.map((run) => run.scheduledAt).sort((a, b) => a - b);
}

test('each fire is performed once; ticked ones within a second, native ones within a minute', async () => {
  const world = createScheduleWorld(app, { start: START });

  await world.advance(60 * MINUTE);

  for (const { name } of all) {
    const to = START + 55 * MINUTE;
    expect([name, firesOf(world, name, to)]).toEqual([name, expected(name, START, to)]);
  }
  const errors = (name: string): number[] =>
    world.runs.filter((run) => run.schedule === name).map((run) => run.at - run.dueAt);
  expect(Math.min(...errors('ticked'), ...errors('jitter'))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...errors('ticked'), ...errors('jitter'))).toBeLessThan(1_000);
  expect(Math.max(...errors('native'))).toBeLessThanOrEqual(MINUTE);
});

const FAULTS: ScheduleFaults = {
  lostTick: 0.2,
  doubledTick: 0.2,
  crash: 0.03,
  doubledDelivery: 0.1,
  deliveryMs: 5_000,
  outage: [START + 20 * MINUTE, START + 30 * MINUTE],
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'ticks lost and doubled, crashes, doubles and an outage lose no fire and make none (seed %i)',
  async (seed) => {
    const world = createScheduleWorld(app, { start: START, random: createRandom(seed), faults: FAULTS });
    // Ticks have been made before: what the very first one does not know of is nobody's.
    await world.store.advance({ at: START - 1, definitions: '' }, undefined).catch(() => undefined);

    await world.advance(90 * MINUTE);

    for (const { name } of all) {
      const to = START + 70 * MINUTE;
      expect([seed, name, firesOf(world, name, to)]).toEqual([seed, name, expected(name, START, to)]);
    }
    // Each run was performed under the id of its fire, so the number of ids is the number of fires.
    expect(new Set(world.runs.map((run) => `${run.schedule}/${run.scheduledAt}`)).size).toBe(
      world.runs.length,
    );
  },
);

test.each([1, 2, 3, 4])(
  'a fire whose worker died is made up for, though the ones behind it were in time (seed %i)',
  async (seed) => {
    const often = defineApp('shop', {
      schedules: [
        defineSchedule('ticked', { trigger: every('20s'), send }),
        defineSchedule('minutely', { trigger: every('1m'), send }),
      ],
    });
    // As the queue of `later` has it: what its function does not end is hidden for three minutes.
    const faults = { crash: 0.02, doubledDelivery: 0.05, deliveryMs: 5_000, backMs: 3 * MINUTE };
    const world = createScheduleWorld(often, { start: START, random: createRandom(seed), faults });

    await world.advance(90 * MINUTE);

    const to = START + 70 * MINUTE;
    for (const { name, spec } of often.schedules) {
      const wanted = fireTimes(spec.trigger, new Date(START), new Date(to)).map(Number);
      expect([name, firesOf(world, name, to)]).toEqual([name, wanted]);
    }
    expect(world.performances.length).toBeGreaterThan(world.runs.length);
  },
);

test('a fire that was let go, and whose worker died, gives its place in maxInstances back', async () => {
  const single = { trigger: every('1m'), send, maxInstances: 1, misfireGrace: '1m' } as const;
  const strict = defineApp('shop', { schedules: [defineSchedule('single', single)] });
  const second = START + MINUTE;
  let deaths = 0;
  // It comes back when its grace is over, and others have been taken meanwhile.
  const faults: ScheduleFaults = {
    backMs: 3 * MINUTE,
    dies: ({ scheduledAt }) => scheduledAt === second && deaths++ === 0,
  };
  const world = createScheduleWorld(strict, { start: START, random: () => 0.1, faults });

  for (let half = 0; half < 40; half++) {
    await world.advance(MINUTE / 2);
    // What runs has ended by then.
    for (const { id } of world.runs) world.records.set(id, 'SUCCESS');
  }

  const info = await world.schedules.get('single');
  const fired = firesOf(world, 'single').map((at) => (at - START) / MINUTE);
  expect(deaths).toBe(2);
  expect(fired.slice(0, 6)).toEqual([0, 1, 5, 6, 7, 8]);
  expect(info?.misses).toBe(3);
});

const OUTAGE = { outage: [START + 20 * MINUTE, START + 30 * MINUTE] as const };

function outageApp(trigger: ReturnType<typeof every>) {
  return defineApp('shop', {
    schedules: [
      defineSchedule('latest', { trigger, send }),
      defineSchedule('earliest', { trigger, send, coalesce: 'earliest' }),
      defineSchedule('early-grace', { trigger, send, coalesce: 'earliest', misfireGrace: '6m' }),
      defineSchedule('all', { trigger, send, coalesce: 'all' }),
      defineSchedule('all-grace', { trigger, send, coalesce: 'all', misfireGrace: '5m' }),
    ],
  });
}

/** Fires of an outage that ran, as minutes after its begin. */
function minutesOf(world: ScheduleWorld, name: string): number[] {
  const fires = firesOf(world, name).map((at) => (at - OUTAGE.outage[0]) / MINUTE);
  return [...new Set(fires.filter((at) => at >= 0 && at < 10).map(Math.floor))];
}

test.each([
  // When the outage ends, the fire of its minute 8 is two minutes late, or seven seconds less than that.
  ['native', every('1m'), { latest: [8, 9], earliest: [0, 9], grace: [4, 9], all: [5, 6, 7, 8, 9] }],
  [
    'ticked',
    every('1m', { start: '2026-03-01T00:00:07Z' }),
    { latest: [7, 8, 9], earliest: [0, 8, 9], grace: [4, 8, 9], all: [5, 6, 7, 8, 9] },
  ],
])("ten minutes' outage of a %s schedule is made up for as its options say", async (_, trigger, minutes) => {
  const world = createScheduleWorld(outageApp(trigger), { start: START, faults: OUTAGE });

  await world.advance(60 * MINUTE);

  expect(minutesOf(world, 'all')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(minutesOf(world, 'latest')).toEqual(minutes.latest);
  expect(minutesOf(world, 'earliest')).toEqual(minutes.earliest);
  expect(minutesOf(world, 'early-grace')).toEqual(minutes.grace);
  expect(minutesOf(world, 'all-grace')).toEqual(minutes.all);
  // Each schedule goes on as if nothing had been.
  const after = world.runs.filter((run) => run.schedule === 'latest' && run.scheduledAt > OUTAGE.outage[1]);
  expect(after.length).toBeGreaterThan(27);
});

test('a fire beyond its grace is counted as a miss, one that another stands for as coalesced', async () => {
  const world = createScheduleWorld(outageApp(every('1m')), { start: START, faults: OUTAGE });

  await world.advance(40 * MINUTE);

  const found = await Promise.all(['latest', 'all-grace'].map((name) => world.schedules.get(name)));
  expect(found.map((info) => [info?.misses, info?.coalesced])).toEqual([
    [0, 8],
    [5, 0],
  ]);
});
