/**
 * Twenty workers under one limit: it is never exceeded, whatever fails, and what may be used is used. Each
 * crash keeps its place until its lease lapses, which is what a place is for, so that counts as use.
 */
import { expect, test } from 'vitest';
import type { FaultRates } from '#lib/testing';
import { FLEET_FAULTS, type Fleet, finish, mostAtOnce, mostStarts, startFleet } from './fleet.ts';
import { seeds } from './seeds.ts';

const LEASE_MS = 20_000;
const WORLDS: readonly (readonly [string, FaultRates])[] = [
  ['without faults', {}],
  ['with faults', FLEET_FAULTS],
];
const few = seeds().slice(0, Math.max(2, Math.floor(seeds().length / 25)));

function crashesOf({ sim }: Fleet): number {
  return Object.entries(sim.faults()).reduce(
    (sum, [fault, count]) => sum + (fault.startsWith('crash') ? (count ?? 0) : 0),
    0,
  );
}

test.each(WORLDS)('a rate is kept in every window, and used: %s', async (_name, faults) => {
  let started = 0;
  let allowed = 0;
  for (const seed of few)
    for (const [rateLimit, windowMs, permits] of [
      ['100/m', 60_000, 100],
      ['10/s', 1_000, 10],
      ['20/m', 60_000, 20],
    ] as const) {
      const tasks = permits * 12;
      const fleet = await startFleet({ seed, tasks, rateLimit, tookMs: 200, faults });

      await fleet.sim.advance(`${10 * windowMs}ms`);
      started += fleet.runs.length;
      allowed += 10 * permits;
      await finish(fleet);

      const where = `seed ${seed}, ${rateLimit}`;
      expect(mostStarts(fleet.runs, windowMs), where).toBeLessThanOrEqual(permits);
      expect([fleet.left(), fleet.dead(), fleet.ended.size], where).toEqual([0, [], tasks]);
      await fleet.sim.close();
    }

  expect(started / allowed).toBeGreaterThanOrEqual(0.9);
});

test.each(WORLDS)('a number of runs is never exceeded, and used: %s', async (_name, faults) => {
  let busyMs = 0;
  let allowedMs = 0;
  for (const seed of few)
    for (const [concurrency, tookMs, tasks] of [
      [5, 4_000, 300],
      [3, 10_000, 60],
      [10, 1_500, 600],
    ] as const) {
      const fleet = await startFleet({ seed, tasks, concurrency, tookMs, faults, batch: 1 });
      const spanMs = (0.8 * tasks * tookMs) / concurrency;
      const until = fleet.sim.now().getTime() + spanMs;

      await fleet.sim.advance(`${spanMs}ms`);
      const used = fleet.runs.reduce((sum, { from, to }) => sum + Math.min(to, until) - from, 0);
      busyMs += used + crashesOf(fleet) * LEASE_MS;
      allowedMs += spanMs * concurrency;
      await finish(fleet);

      const where = `seed ${seed}, ${concurrency} at a time`;
      expect(mostAtOnce(fleet.runs), where).toBeLessThanOrEqual(concurrency);
      expect([fleet.left(), fleet.dead(), fleet.ended.size], where).toEqual([0, [], tasks]);
      await fleet.sim.close();
    }

  expect(busyMs / allowedMs).toBeGreaterThanOrEqual(0.9);
});

test('the counters of these tests see what they should', () => {
  const runs = [0, 100, 200, 1_000].map((from) => ({ from, to: from + 150 }));

  expect([mostStarts(runs, 200), mostStarts(runs, 201), mostStarts(runs, 10_000)]).toEqual([2, 3, 4]);
  expect(mostAtOnce(runs)).toBe(2);
});
