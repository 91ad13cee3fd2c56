import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';

test('duplicates and crashes multiply no copies: once the runs have ended, nothing is sent', async () => {
  const work = defineQueue('work', { visibility: '1m', deadLetter: { after: 5 } });
  const count = defineTask('count', { queue: work, run: (index: number) => index });
  const faults = { duplicate: 0.24, crashBeforeRun: 0.12, crashAfterRun: 0.12, loseAck: 0.12 };
  const sim = simulate(defineApp('grow', { tasks: [count] }), { seed: 7, faults });
  const sent = (): number =>
    sim.calls().find(({ operation }) => operation === 'SendMessageBatch')?.items ?? 0;

  await sim.sendMany(Array.from({ length: 50 }, (_, index) => count(index)));
  await sim.advance('10m');
  const early = sent();
  await sim.advance('1h');

  expect(early).toBeLessThan(50 * 20);
  expect(sent()).toBe(early);
});
