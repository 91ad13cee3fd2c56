/**
 * Twenty workers whose limits are changed while they work, and twenty that every fault strikes at once: what
 * holds is never exceeded, and nothing is lost for having waited.
 */
import { expect, test } from 'vitest';
import { ALL_FAULTS, type FaultRates } from '#lib/testing';
import { FLEET_FAULTS, finish, mostAtOnce, mostStarts, startFleet } from './fleet.ts';
import { seeds } from './seeds.ts';

const WORLDS: readonly (readonly [string, FaultRates])[] = [
  ['without faults', {}],
  ['with faults', FLEET_FAULTS],
];
const few = seeds().slice(0, Math.max(2, Math.floor(seeds().length / 25)));

/** Workers know of a change by then, and what they had begun to wait for within themselves has started. */
const KNOWN_MS = 8_000;
/** By then every message that waits for a slot of the old rate has come back: SQS delays no longer. */
const BACK_MS = 900_000;

/** Whoever changes a limit hears of a fault, which no SDK in between repeats here, and tries again. */
async function insist(change: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    try {
      return await change();
    } catch {
      // One more time.
    }
  }
  throw new Error('five tries in a row failed');
}

test.each(WORLDS)('a rate that is changed is kept before and after, and used: %s', async (_name, faults) => {
  let started = 0;
  let allowed = 0;
  for (const seed of few)
    for (const [before, after] of [
      [30, 12],
      [12, 30],
    ] as const) {
      const tasks = before * 2 + after * 34;
      const fleet = await startFleet({ seed, tasks, rateLimit: `${before}/m`, tookMs: 200, faults });

      await fleet.sim.advance('2m');
      await insist(() => fleet.sim.limits.set(fleet.task, { rateLimit: `${after}/m` }));
      const changedAt = fleet.sim.now().getTime();
      // A shorter look at two seeds may by chance see crashes that leave less than nine tenths.
      await fleet.sim.advance('30m');
      const now = fleet.sim.now().getTime();
      await finish(fleet);

      const where = `seed ${seed}, ${before}/m and then ${after}/m`;
      const old = fleet.runs.filter(({ from }) => from <= changedAt);
      const later = fleet.runs.filter(({ from }) => from > changedAt + KNOWN_MS);
      expect(mostStarts(old, 60_000), where).toBeLessThanOrEqual(before);
      expect(mostStarts(later, 60_000), where).toBeLessThanOrEqual(after);
      // A window over both has no more than the larger, but for one start where the two lines meet.
      expect(mostStarts(fleet.runs, 60_000), where).toBeLessThanOrEqual(Math.max(before, after) + 1);
      const settled = later.filter(({ from }) => from > changedAt + BACK_MS && from <= now);
      started += settled.length;
      allowed += (after * (now - changedAt - BACK_MS)) / 60_000;
      expect([fleet.left(), fleet.dead(), fleet.ended.size], where).toEqual([0, [], tasks]);
      await fleet.sim.close();
    }

  expect(started / allowed).toBeGreaterThanOrEqual(0.9);
});

test.each(WORLDS)('a number that is changed is never exceeded: %s', async (_name, faults) => {
  for (const seed of few)
    for (const [before, after] of [
      [10, 4],
      [4, 10],
    ] as const) {
      const tookMs = 3_000;
      const tasks = 150;
      const fleet = await startFleet({ seed, tasks, concurrency: before, tookMs, faults, batch: 1 });

      await fleet.sim.advance('15s');
      await insist(() => fleet.sim.limits.set(fleet.task, { concurrency: after }));
      const changedAt = fleet.sim.now().getTime();
      await finish(fleet);

      const where = `seed ${seed}, ${before} and then ${after} at a time`;
      const later = fleet.runs.filter(({ from }) => from > changedAt + KNOWN_MS + tookMs);
      expect(mostAtOnce(fleet.runs), where).toBeLessThanOrEqual(Math.max(before, after));
      expect(mostAtOnce(later), where).toBeLessThanOrEqual(after);
      expect([fleet.left(), fleet.dead(), fleet.ended.size], where).toEqual([0, [], tasks]);
      await fleet.sim.close();
    }
});

test.each(few)(
  'with seed %d limits hold under every fault at once, and waiting loses nothing',
  async (seed) => {
    for (const limits of [{ rateLimit: '60/m' }, { concurrency: 5 }]) {
      const tasks = 150;
      const fleet = await startFleet({ seed, tasks, ...limits, tookMs: 2_000, faults: ALL_FAULTS });

      await finish(fleet);

      const where = JSON.stringify(limits);
      if (limits.rateLimit !== undefined)
        expect(mostStarts(fleet.runs, 60_000), where).toBeLessThanOrEqual(60);
      else expect(mostAtOnce(fleet.runs), where).toBeLessThanOrEqual(5);
      expect(fleet.left(), where).toBe(0);
      // What was near its worker's death too often is dead-lettered for that, and only for that.
      const dead = fleet.dead();
      expect(
        dead.filter((reason) => reason !== 'crashed'),
        where,
      ).toEqual([]);
      expect(fleet.ended.size + dead.length, where).toBeGreaterThanOrEqual(tasks - fleet.refused);
      await fleet.sim.close();
    }
  },
);
