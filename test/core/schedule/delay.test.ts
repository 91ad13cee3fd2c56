/** Waits are right to the second, whatever the minute-wise service that carries them does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planWait } from '../../../lib/core/schedule/delay.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-29T00:59:17.250Z');

/** Waits as services do: a queue by whole seconds, a timer up to a minute late; resolves to the arrival. */
function arrival(dueAt: number, from: number, latenessMs: () => number): number {
  let now = from;
  for (let hops = 0; hops < 10; hops++) {
    const plan = planWait(dueAt, now);
    if (plan.kind === 'due') return now;
    now = plan.kind === 'queue' ? now + plan.delaySeconds * 1_000 : plan.at + latenessMs();
  }
  throw new Error('it waits for ever');
}

test('a message waits to the second with a timer that is up to 60 s late', () => {
  const moment = fc.integer({ min: 0, max: 400 * 86_400_000 });
  const lateness = fc.array(fc.integer({ min: 0, max: MINUTE }), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(moment, lateness, (delayMs, late) => {
      let hop = 0;

      const error = arrival(NOW + delayMs, NOW, () => late[hop++] ?? 0) - (NOW + delayMs);

      expect(error).toBeGreaterThanOrEqual(0);
      expect(error).toBeLessThanOrEqual(1_000);
    }),
    { numRuns: 2_000 },
  );
});

test('a timer is asked for a whole minute, 60 s to 2 minutes before, and not in the past', () => {
  fc.assert(
    fc.property(fc.integer({ min: 15 * MINUTE + 1, max: 9e10 }), (delayMs) => {
      const plan = planWait(NOW + delayMs, NOW);

      expect(plan.kind).toBe('timer');
      const at = plan.kind === 'timer' ? plan.at : 0;
      expect(at % MINUTE).toBe(0);
      expect(NOW + delayMs - at).toBeGreaterThanOrEqual(MINUTE);
      expect(NOW + delayMs - at).toBeLessThan(2 * MINUTE);
      expect(at - NOW).toBeGreaterThan(12 * MINUTE);
    }),
  );
});

test.each([
  [0, { kind: 'due' }],
  [-5_000, { kind: 'due' }],
  [1, { kind: 'queue', delaySeconds: 1 }],
  [1_000, { kind: 'queue', delaySeconds: 1 }],
  [900_000, { kind: 'queue', delaySeconds: 900 }],
  [900_001, { kind: 'timer', at: Date.parse('2026-03-29T01:13:00Z') }],
])('a wait of %i ms is %j', (delayMs, plan) => {
  const planned = planWait(NOW + delayMs, NOW);

  expect(planned).toEqual(plan);
});
