import { describe, expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask, fixed } from '#lib';
import { ALL_FAULTS, createRandom, type Fault, type FaultRates, simulate } from '#lib/testing';
import { createFaultPlan, toSqsFaults } from '../../lib/testing/faults.ts';

const FAULTS = Object.keys(ALL_FAULTS) as Fault[];

describe('a plan of faults', () => {
  test('strikes as often as its rates say, and counts', () => {
    const plan = createFaultPlan({ throttle: 0.25, slow: 1 }, createRandom(7));

    for (let draw = 0; draw < 4_000; draw++) plan.strikes('throttle');
    for (let draw = 0; draw < 10; draw++) plan.strikes('slow');

    const { throttle = 0, slow } = plan.counts();
    expect(throttle).toBeGreaterThan(900);
    expect(throttle).toBeLessThan(1_100);
    expect(slow).toBe(10);
  });

  test('draws nothing for a fault without a rate, so old seeds keep their runs', () => {
    let draws = 0;
    const plan = createFaultPlan({ slow: 0 }, () => {
      draws += 1;
      return 0;
    });

    expect([plan.strikes('slow'), plan.strikes('fail')]).toEqual([false, false]);
    expect(draws).toBe(0);
    expect(plan.counts()).toEqual({});
  });

  test('gives SQS its own part', () => {
    const plan = createFaultPlan({ duplicate: 1, loseAck: 1 }, () => 0);
    const faults = toSqsFaults(plan);

    expect([faults.duplicate?.('q', 'm'), faults.reorder?.('q'), faults.loseDelete?.('q', 'm')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(plan.counts()).toEqual({ duplicate: 1, loseAck: 1 });
  });

  test('of all faults has a rate for each, at which most calls still get through', () => {
    expect(Object.values(ALL_FAULTS).every((rate) => rate > 0 && rate <= 0.1)).toBe(true);
    expect(Object.isFrozen(ALL_FAULTS)).toBe(true);
  });
});

describe('a simulation', () => {
  /**
   * Forty tasks under some faults, which fail at first where they are `flaky`; all that matters is what is
   * left when two days have passed.
   */
  async function run(faults: FaultRates, flaky = false) {
    const queue = defineQueue('work', { visibility: '1m', deadLetter: { after: 50 } });
    const effects = new Set<string>();
    const task = defineTask('task', {
      queue,
      retry: { attempts: 5, backoff: fixed('5s') },
      async run(_input: unknown, { id, attempt, sleep }) {
        await sleep('1s');
        if (flaky && attempt === 1) throw new Error('not yet');
        effects.add(id);
      },
    });
    const sim = simulate(defineApp('shop', { tasks: [task], workflows: false }), { faults, seed: 3 });
    const outcomes = await sim.sendMany(Array.from({ length: 40 }, () => task()));
    await sim.advance('2d');
    const ids = outcomes.flatMap((outcome) => (outcome.status === 'sent' ? [outcome.result.id] : []));
    return { sim, effects, ids, starts: sim.attempts(task).length, dead: sim.deadLetters(queue) };
  }

  test.each(FAULTS)('under %s loses nothing', async (fault) => {
    const { sim, effects, ids, dead } = await run({ [fault]: 0.2 }, true);

    expect(sim.faults()[fault]).toBeGreaterThan(0);
    expect(ids.filter((id) => !effects.has(id))).toEqual([]);
    expect(dead).toEqual([]);
  });

  test('without faults starts each task once, and counts none', async () => {
    const { sim, ids, starts } = await run({});

    expect(starts).toBe(ids.length);
    expect(sim.faults()).toEqual({});
  });

  test.each(['crashBeforeWrite', 'crashAfterRun', 'duplicate'] as const)(
    'under %s alone does not run a task after its run has ended',
    async (fault) => {
      const { sim, ids } = await run({ [fault]: 0.3 });
      const before = sim.emulator.trace.entries().length;
      await sim.advance('1d');

      expect(ids).toHaveLength(40);
      expect(sim.emulator.trace.entries().length).toBe(before);
    },
  );
});
