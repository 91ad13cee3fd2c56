/** Days of 200 schedules of every kind in eight time zones: the real client, workers, ticker and `later`. */
import { chain, defineApp, defineQueue, defineSchedule, defineTask, fireTimes } from '#lib';
import { type SimulateOptions, simulate } from '#lib/testing';
import { fireId } from '../../lib/core/schedule/fire.ts';
import { placementOf } from '../../lib/core/schedule/placement.ts';
import { runIdOf } from '../../lib/core/workflow/path.ts';
import type { FaultPlan } from '../../lib/emulator/faults/plan.ts';
import { mixedSchedules } from '../core/schedule/mixed-schedules.ts';

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SPACE = { app: 'week', stage: 'dev' };
export const DAY = 24 * HOUR;

/** One run of the task. */
export interface WeekRun {
  readonly id: string;
  readonly at: number;
}

export interface Week {
  readonly runs: readonly WeekRun[];
  /** What should have been fired from the start until `until`, by the id of the fire. */
  readonly expected: ReadonlyMap<string, { readonly at: number; readonly ticked: boolean }>;
  /** How many faults of the services have struck. */
  readonly faults: number;
  readonly begin: number;
}

export interface WeekOptions extends SimulateOptions {
  readonly start: string;
  readonly days: number;
  /** How many of the schedules. @default 200 */
  readonly count?: number;
  /** Faults of the services. */
  readonly plan?: FaultPlan;
  /** Whether each fire sends a chain of two calls of the task instead of one. @default false */
  readonly chains?: boolean;
}

/** Lets time go by, and a quarter of an hour more for what is late. */
export async function liveWeek(given: WeekOptions): Promise<Week> {
  const { start, days, count = 200, plan, chains = false, ...options } = given;
  const runs: WeekRun[] = [];
  const note = defineTask('note', {
    queue: defineQueue('notes', { visibility: '1m', deadLetter: { after: 100 } }),
    // Each run is noted once, under its id, whatever dies around it.
    run: (_input, { id, now }) => void runs.push({ id, at: now().getTime() }),
  });
  const coalesce = 'all';
  const app = defineApp('week', {
    schedules: [...mixedSchedules(count)].map(([name, trigger]) =>
      defineSchedule(name, { trigger, send: chains ? chain(note(), note) : note(), coalesce }),
    ),
  });
  const sim = simulate(app, { start, ...options });
  if (plan !== undefined) sim.emulator.faults.set(plan);
  const begin = Date.parse(start);
  const end = begin + days * DAY;
  while (sim.now().getTime() < end) await sim.advance('1h');
  sim.emulator.faults.clear();
  await sim.advance('15m');
  const faults = sim.trace().filter((line) => / faults? /.test(line)).length;
  await sim.close();
  const expected = new Map(
    app.schedules.flatMap(({ name, spec }) => {
      const ticked = placementOf(spec).kind === 'ticked';
      return fireTimes(spec.trigger, new Date(begin), new Date(end)).flatMap((at) => {
        return idsOf(name, at).map((id) => [id, { at: at.getTime(), ticked }] as const);
      });
    }),
  );
  const inside = runs.filter(({ id }) => expected.has(id) || !isAfter(id, end));
  return { runs: inside, expected, faults, begin };

  /** The ids of the runs that a fire asks for: its own, or those of its workflow's parts. */
  function idsOf(name: string, at: Date): readonly string[] {
    const id = fireId(SPACE, name, at.getTime());
    return chains ? ['0', '1'].map((path) => runIdOf(SPACE, id, path)) : [id];
  }

  /** Fires of the last quarter of an hour belong to no week. */
  function isAfter(id: string, at: number): boolean {
    return app.schedules.some(({ name, spec }) =>
      fireTimes(spec.trigger, new Date(at + 1), new Date(at + HOUR)).some((fire) =>
        idsOf(name, fire).includes(id),
      ),
    );
  }
}
