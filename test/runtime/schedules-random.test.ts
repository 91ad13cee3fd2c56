/**
 * Random changes of schedules at run time, against what they mean: a schedule fires at the times of the
 * trigger that it has then, unless it is paused or removed. CELERIAC_SEEDS says how many runs there are,
 * CELERIAC_SEED which is the first.
 */
import { expect, test } from 'vitest';
import { anyOf, cron, defineApp, defineSchedule, defineTask, every, fireTimes, type Trigger } from '#lib';
import { createRandom } from '../../lib/testing/random.ts';
import { createScheduleWorld, type ScheduleWorld } from './schedule-world.ts';

const SEEDS = Number(process.env.CELERIAC_SEEDS ?? 20);
const FIRST = Number(process.env.CELERIAC_SEED ?? 0);
const MINUTE = 60_000;
const START = Date.parse('2026-06-01T12:00:00Z');
const CHANGES = 8;
const work = defineTask('work', { run: () => 1 });
const rest = { send: work(), coalesce: 'all' } as const;

/** What the code says; what it does not name is added. */
const coded: Readonly<Record<string, Stretch>> = {
  native: { from: START, trigger: every('2m'), paused: false },
  ticked: { from: START, trigger: every('25s'), paused: false },
  asleep: { from: START, trigger: every('3m'), paused: true },
};
const app = defineApp('shop', {
  tasks: [work],
  schedules: Object.entries(coded).map(([name, { trigger = every('1h'), paused }]) =>
    defineSchedule(name, { trigger, paused, ...rest }),
  ),
});
const TRIGGERS: readonly Trigger[] = [
  ...[every('2m'), every('20s'), every('1m'), every('4m', { start: new Date(START + MINUTE) })],
  ...[cron('*/3 * * * *'), cron('30 * * * * *'), anyOf(every('90s'), every('2m'))],
];

/** What a schedule is from a time on; without a trigger there is none. */
interface Stretch {
  readonly from: number;
  readonly trigger: Trigger | undefined;
  readonly paused: boolean;
}

type Change = (
  sim: ScheduleWorld,
  name: string,
  trigger: Trigger,
  now: Stretch | undefined,
) => Promise<Omit<Stretch, 'from'> | undefined>;

/** Each change, and what the schedule is then; undefined: it cannot be made. */
const changes: readonly Change[] = [
  async ({ schedules }, name, trigger) => {
    await schedules.add(name, { trigger, ...rest }, { conflict: 'replace' });
    return { trigger, paused: false };
  },
  async ({ schedules }, name, trigger, now) => {
    if (now?.trigger === undefined) return undefined;
    await schedules.reschedule(name, trigger);
    return { ...now, trigger };
  },
  async ({ schedules }, name, _, now) => {
    if (now?.trigger === undefined) return undefined;
    await schedules.modify(name, { misfireGrace: now.paused ? '5m' : '1h' });
    return now;
  },
  async ({ schedules }, name, _, now) => {
    if (now?.trigger === undefined) return undefined;
    await (now.paused ? schedules.resume(name) : schedules.pause(name));
    return { ...now, paused: !now.paused };
  },
  async ({ schedules }, name) => {
    await schedules.remove(name);
    return { trigger: undefined, paused: false };
  },
  async ({ schedules }, name) => {
    const { [name]: defined } = coded;
    if (defined === undefined) return undefined;
    await schedules.reset(name);
    return defined;
  },
];

function timesOf(stretches: readonly Stretch[], end: number): readonly number[] {
  return stretches
    .flatMap(({ from, trigger, paused }, index) => {
      const to = stretches[index + 1]?.from ?? end;
      return trigger === undefined || paused ? [] : fireTimes(trigger, new Date(from), new Date(to - 1));
    })
    .map(Number);
}

test.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
  'whatever is changed when, each time fires that is one then, and no other (seed %d)',
  async (seed) => {
    const random = createRandom(seed);
    const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
    const sim = createScheduleWorld(app, { start: START, random: () => 0.01 });
    const known = new Map(Object.entries(coded).map(([name, one]) => [name, [one]]));

    // No time of a trigger, and behind what a timer brings a little late.
    await sim.advance(7_777);
    for (let count = 0; count < CHANGES; count++) {
      await sim.advance(Math.floor(random() * 360) * 1_000);
      const name = oneOf([...Object.keys(coded), 'added', 'other']) ?? '';
      const [change, trigger, stretches] = [oneOf(changes), oneOf(TRIGGERS), known.get(name) ?? []];
      const next = await change?.(sim, name, trigger ?? every('1m'), stretches.at(-1));
      if (next !== undefined) known.set(name, [...stretches, { ...next, from: sim.clock.now() }]);
    }
    await sim.advance(10 * MINUTE);

    for (const [name, stretches] of known) {
      const fired = sim.runs.filter((run) => run.schedule === name).map((run) => run.scheduledAt);
      expect(fired.sort((a, b) => a - b)).toEqual(timesOf(stretches, sim.clock.now()));
    }
  },
);
