/**
 * A change of a schedule hands on by itself what ticks have not seen, and says so: then no tick hands it on
 * once more, and what was handed on before it is dropped. One that dies before it has said so loses nothing.
 */
import { expect, test } from 'vitest';
import { at, defineApp, defineSchedule, defineTask, every } from '#lib';
import type { Schedules } from '../../lib/define/schedules-client.ts';
import { createScheduleWorld, type ScheduleWorld, type WorldOptions } from './schedule-world.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-06-01T12:00:00Z');
const work = defineTask('work', { run: (input: { n: number }) => input.n });
const send = work({ n: 1 });
const app = defineApp('shop', {
  tasks: [work],
  schedules: [
    defineSchedule('native', { trigger: every('5m'), send }),
    defineSchedule('ticked', { trigger: every('30s'), send }),
    defineSchedule('asleep', { trigger: every('1m'), send, paused: true }),
  ],
});

function world(more: Partial<WorldOptions> = {}): ScheduleWorld {
  return createScheduleWorld(app, { start: START, ...more });
}

/** The fires of a schedule that ran, as seconds from the start. */
function secondsOf(sim: ScheduleWorld, name: string): number[] {
  return sim.runs.filter((run) => run.schedule === name).map((run) => (run.scheduledAt - START) / 1_000);
}

const changes: Readonly<Record<string, (schedules: Schedules) => Promise<unknown>>> = {
  'added, and ticked': (schedules) => schedules.add('new', { trigger: every('20s'), send }),
  'of the code, native, and gets a grace': (schedules) => schedules.modify('native', { misfireGrace: '1h' }),
  'of the code, native, and gets jitter': (schedules) => schedules.modify('native', { jitter: '5s' }),
  'of the code, ticked, and gets a grace': (schedules) => schedules.modify('ticked', { misfireGrace: '1h' }),
  'of the code, ticked, and sleeps a while': async (schedules) => {
    await schedules.pause('ticked');
    await schedules.modify('ticked', { misfireGrace: '1h' });
    await schedules.resume('ticked');
  },
};

test.each(Object.entries(changes))('each fire is performed once of one that is %s', async (_, change) => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);

  await change(sim.schedules);
  await sim.advance(19 * MINUTE);

  expect(sim.performances).toHaveLength(new Set(sim.performances).size);
  expect(secondsOf(sim, 'native')).toEqual([0, 300, 600, 900, 1_200, 1_500]);
  expect(secondsOf(sim, 'ticked')).toEqual(Array.from({ length: 59 }, (_, index) => index * 30));
});

test('a schedule that is resumed in the millisecond in which it was added fires at the second', async () => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);

  await sim.schedules.add('new', { trigger: every('20s'), send, paused: true });
  await sim.schedules.resume('new');
  await sim.advance(50_000);

  expect(secondsOf(sim, 'new')).toEqual([620, 640]);
  expect(sim.performances).toHaveLength(new Set(sim.performances).size);
});

test('what is resumed though it was not paused fires once', async () => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);

  await sim.schedules.resume('ticked');
  await sim.advance(10 * MINUTE);

  expect(secondsOf(sim, 'ticked')).toEqual(Array.from({ length: 41 }, (_, index) => index * 30));
  expect(sim.performances).toHaveLength(new Set(sim.performances).size);
});

test('fires that nobody ticked before a change are made up for after it', async () => {
  const sim = world({ faults: { outage: [START + 6 * MINUTE, START + 20 * MINUTE] } });
  await sim.advance(15 * MINUTE + 1_000);

  await sim.schedules.modify('ticked', { coalesce: 'all' });
  await sim.advance(10 * MINUTE);

  expect(secondsOf(sim, 'ticked')).toEqual(Array.from({ length: 51 }, (_, index) => index * 30));
});

test('a trigger that is new after an outage makes up for nothing of before', async () => {
  const sim = world({ faults: { outage: [START + 6 * MINUTE, START + 20 * MINUTE] } });
  await sim.advance(15 * MINUTE + 1_000);

  await sim.schedules.modify('ticked', { trigger: every('40s'), coalesce: 'all' });
  await sim.advance(10 * MINUTE);

  // 12 and 14 minutes are times of both, and were handed on or missed before the change.
  const before = Array.from({ length: 12 }, (_, index) => index * 30);
  const after = secondsOf(sim, 'ticked').filter((seconds) => seconds > 660);
  expect(secondsOf(sim, 'ticked')).toEqual(expect.arrayContaining(before));
  expect(after).toEqual(Array.from({ length: 15 }, (_, index) => 920 + index * 40));
});

test('a change that dies before its fires are handed on loses none of them', async () => {
  let chance = 0.9;
  const sim = world({ random: () => chance, faults: { crash: 0.5 } });
  await sim.advance(10 * MINUTE + 1_000);

  chance = 0.1;
  const added = sim.schedules.add('new', { trigger: every('20s'), send });
  await expect(added).rejects.toThrow('died before');
  chance = 0.9;
  await sim.advance(10 * MINUTE);

  expect(secondsOf(sim, 'new')).toEqual(Array.from({ length: 30 }, (_, index) => 620 + index * 20));
});

test('what its timer had still to bring in its minute comes all the same when it gets jitter', async () => {
  const sim = world();
  await sim.schedules.add('new', { trigger: every('1m'), send });
  await sim.advance(10 * MINUTE + 5_000);

  // The service is half a minute late here.
  await sim.schedules.modify('new', { jitter: '1s' });
  await sim.advance(5 * MINUTE);

  expect(secondsOf(sim, 'new')).toEqual(Array.from({ length: 16 }, (_, index) => index * 60));
});

test('of two changes at once the timer is of the one that holds, whichever makes it last', async () => {
  const sim = world();
  const { store } = sim;
  const put = store.put.bind(store);
  await sim.schedules.add('new', { trigger: every('1m'), send });
  let others = 0;
  Object.assign(store, {
    put: async (...given: Parameters<typeof put>) => {
      const done = await put(...given);
      if (others++ === 0) await sim.schedules.reschedule('new', every('2m'));
      return done;
    },
  });
  await sim.advance(10 * MINUTE + 40_000);

  await sim.schedules.reschedule('new', every('5m'));
  await sim.advance(10 * MINUTE);

  expect(sim.timers.get('new')?.expression).toBe('cron(0/2 * * * ? *)');
  expect(secondsOf(sim, 'new').filter((seconds) => seconds > 640)).toEqual([720, 840, 960, 1_080, 1_200]);
});

test('a date whose timer is resumed in its last minutes fires, though its resumer died', async () => {
  let chance = 0.9;
  const sim = world({ random: () => chance, faults: { crash: 0.5 } });
  await sim.schedules.add('date', { trigger: at(new Date(START + 20 * MINUTE)), send });
  await sim.schedules.pause('date');
  await sim.advance(19 * MINUTE);

  chance = 0.1;
  await expect(sim.schedules.resume('date')).rejects.toThrow('died before');
  chance = 0.9;
  await sim.advance(5 * MINUTE);

  expect(secondsOf(sim, 'date')).toEqual([1_200]);
});

test('fires that nobody ticked before a reset to the same times are made up for after it', async () => {
  const every30 = defineSchedule('ticked', { trigger: every('30s'), send, coalesce: 'all' });
  const faults = { outage: [START + 6 * MINUTE, START + 20 * MINUTE] } as const;
  const sim = createScheduleWorld(defineApp('shop', { tasks: [work], schedules: [every30] }), {
    ...{ start: START, faults },
  });
  await sim.schedules.modify('ticked', { misfireGrace: '1h' });
  await sim.advance(15 * MINUTE + 1_000);

  await sim.schedules.reset('ticked');
  await sim.advance(10 * MINUTE);

  expect(secondsOf(sim, 'ticked')).toEqual(Array.from({ length: 51 }, (_, index) => index * 30));
});

test('a date that fires while its adder says that it is fired is gone all the same', async () => {
  const sim = world();
  const { store } = sim;
  const remove = store.remove.bind(store);
  let rewritten = 0;
  Object.assign(store, {
    remove: async (name: string, revision: number) => {
      const entry = await store.read(name);
      if (rewritten++ === 0 && entry !== undefined)
        await store.put({ ...entry, revision: entry.revision + 1 }, entry.revision);
      return remove(name, revision);
    },
  });

  await sim.schedules.add('past', { trigger: at(new Date(START - MINUTE)), send });
  await sim.advance(1_000);

  expect(secondsOf(sim, 'past')).toEqual([-60]);
  expect(rewritten).toBe(2);
  expect(await sim.schedules.get('past')).toBeUndefined();
});

test('what replaces a schedule that the code has paused is not paused, unless it says so', async () => {
  const sim = world();
  const replace = { conflict: 'replace' } as const;
  await sim.advance(31_000);

  const quiet = await sim.schedules.add('asleep', { trigger: every('20s'), send, paused: true }, replace);
  const awake = await sim.schedules.add('asleep', { trigger: every('20s'), send }, replace);
  await sim.advance(60_000);

  expect([quiet.paused, awake.paused]).toEqual([true, false]);
  expect(secondsOf(sim, 'asleep')).toEqual([40, 60, 80]);
});

test('what replaces a schedule of the code fires nothing of that, and a past date at once', async () => {
  const sim = world();
  await sim.advance(10 * MINUTE + 1_000);
  await sim.schedules.remove('native');
  await sim.schedules.remove('ticked');
  const past = at(new Date(START - MINUTE));

  // Its timer's fire of ten minutes after the start is still on its way.
  await sim.schedules.add('native', { trigger: every('5m'), send });
  await sim.schedules.add('ticked', { trigger: past, send });
  await sim.advance(MINUTE);
  await sim.schedules.add('ticked', { trigger: past, send }, { conflict: 'replace' });
  await sim.advance(9 * MINUTE);

  expect(secondsOf(sim, 'native')).toEqual([0, 300, 900]);
  expect(secondsOf(sim, 'ticked').filter((seconds) => seconds < 0)).toEqual([-60, -60]);
});

test('a conflict that is none of its words is refused, and replaces nothing', async () => {
  const sim = world();
  // What a caller without types may give.
  const how = { conflict: 'ignore' } as unknown as { readonly conflict: 'keep' };

  const added = sim.schedules.add('native', { trigger: every('1h'), send }, how);

  await expect(added).rejects.toMatchObject({
    code: 'INVALID_CONFLICT',
    message: "schedule 'native': conflict is 'ignore'; allowed are error, replace, keep",
  });
  expect(await sim.schedules.get('native')).toMatchObject({ sentence: 'every 5 minutes' });
});

test.each<[string, (schedules: Schedules) => Promise<unknown>]>([
  ['was another thing', (schedules) => schedules.reschedule('ticked', every('7m'))],
  ['slept', (schedules) => schedules.pause('ticked')],
])('a fire that is due when its schedule is reset is not of the time in which that %s', async (_, change) => {
  const jittery = defineApp('shop', {
    tasks: [work],
    schedules: [defineSchedule('ticked', { trigger: every('30s'), send, jitter: '29s', coalesce: 'all' })],
  });
  const sim = createScheduleWorld(jittery, { start: START });
  await sim.advance(10 * MINUTE + 29_500);

  // Ticks have handed on the fires of the next minutes, which are due a part of the jitter later.
  await change(sim.schedules);
  await sim.advance(2 * MINUTE + 1_000);
  const resetAt = (sim.clock.now() - START) / 1_000;
  await sim.schedules.reset('ticked');
  await sim.advance(2 * MINUTE);

  const fires = secondsOf(sim, 'ticked').sort((a, b) => a - b);
  expect(fires.filter((second) => second > 629 && second < resetAt)).toEqual([]);
  expect(fires.filter((second) => second > resetAt).slice(0, 3)).toEqual([780, 810, 840]);
});
