/** How much of a rate its messages use. */
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';

test.each([1, 2, 3])(
  'a slow rate is used: its slots are a little more than a minute apart (seed %d)',
  async (seed) => {
    const starts: number[] = [];
    const task = defineTask('task', {
      rateLimit: '1/m',
      run: (_input: number, { now }) => void starts.push(now().getTime()),
    });
    const sim = simulate(defineApp('shop', { tasks: [task] }), { seed });
    await sim.sendMany(Array.from({ length: 20 }, (_, n) => task(n)));

    await sim.advance('1h');

    const apart = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(starts).toHaveLength(20);
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...apart)).toBeLessThan(66_000);
    await sim.close();
  },
);
