/** The suite of Limits, a part of that of the table of runs. */
import { expect, test } from 'vitest';
import type { LimitSettings } from '../../lib/core/limit-settings.ts';
import { T } from './runs-world.ts';
import type { StateWorld } from './state.ts';

const MINUTE = 60_000;

export function testLimits(given: () => StateWorld): void {
  const limits = () => given().state.limits;
  const slot = { key: 'p', max: 2, token: 't1', now: T, until: T + MINUTE, chance: 0 };

  test('slots in time follow each other, and begin now after a pause', async () => {
    const times = [
      await limits().reserve('r', 100, T),
      await limits().reserve('r', 250, T + 10),
      await limits().reserve('r', 100, T + 20),
      await limits().reserve('r', 100, T + 5_000),
    ];

    expect(times).toEqual([T, T + 100, T + 350, T + 5_000]);
  });

  test('nothing is reserved that would be too late', async () => {
    await limits().reserve('r', 1_000, T);
    const far = await limits().reserve('r', 1_000, T, T + 500);
    const near = await limits().reserve('r', 1_000, T, T + 1_000);

    expect([far, near]).toEqual([T + 1_000, T + 1_000]);
  });

  test('many who reserve at once get different slots', async () => {
    const times = await Promise.all(Array.from({ length: 10 }, () => limits().reserve('r', 100, T)));

    expect([...times].sort((left, right) => left - right)).toEqual(times.map((_, index) => T + 100 * index));
  });

  test('places are taken up to their number, and say how long runs took when they are full', async () => {
    const one = await limits().acquire(slot);
    const two = await limits().acquire({ ...slot, token: 't2' });
    const three = await limits().acquire({ ...slot, token: 't3' });
    if (one.kind === 'taken') await limits().free(one.slot, 't1', 4_000);
    const four = await limits().acquire({ ...slot, token: 't4' });
    const five = await limits().acquire({ ...slot, token: 't5' });

    expect([one.kind, two.kind, four.kind]).toEqual(['taken', 'taken', 'taken']);
    expect([three, five]).toEqual([
      { kind: 'full', tookMs: undefined },
      { kind: 'full', tookMs: 4_000 },
    ]);
  });

  test('a place whose lease has lapsed is free, and cannot be kept by who had it', async () => {
    const one = await limits().acquire({ ...slot, max: 1 });
    const now = T + MINUTE + 1;
    const two = await limits().acquire({ ...slot, max: 1, token: 't2', now, until: now + MINUTE });
    const name = one.kind === 'taken' ? one.slot : '';

    expect(two.kind).toBe('taken');
    expect(await limits().extend(name, 't1', now + MINUTE)).toBe(false);
    expect(await limits().extend(name, 't2', now + MINUTE)).toBe(true);
  });

  test('limits are changed from what they are, whoever is faster', async () => {
    const more = (old?: LimitSettings) => ({ rateLimit: '5/m', epoch: (old?.epoch ?? 0) + 1 });
    const before = await limits().settings('charge');
    await Promise.all([limits().set('charge', more), limits().set('charge', more)]);
    await limits().set('charge', () => ({ concurrency: 3, epoch: 2, before: { places: 4, at: T } }));

    expect(before).toBeUndefined();
    const after = { concurrency: 3, epoch: 2, before: { places: 4, at: T } };
    expect(await limits().settings('charge')).toEqual(after);
  });

  test('runs in places that there are no more count as long as they are there', async () => {
    const taken = [0, 1, 2].map((place) => ({ ...slot, max: 3, token: `r${place}`, chance: place / 3 }));
    const [, , last] = await Promise.all(taken.map((request) => limits().acquire(request)));
    await limits().free('p#0', 'r0', 1);
    const before = { places: 3, at: T };
    const full = await limits().acquire({ ...slot, before });
    if (last?.kind === 'taken') await limits().free(last.slot, 'r2', 1);

    expect(full.kind).toBe('full');
    expect(await limits().acquire({ ...slot, before })).toEqual({ kind: 'taken', slot: 'p#0' });
  });
}
