import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetRate } from '../../lib/core/fleet-rate.ts';
import { parseRate } from '../../lib/core/rate.ts';

test('the slots of all shards keep any rate, and use at least nine tenths of it', () => {
  const rates = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom('s', 'm', 'h', 'd'));
  fc.assert(
    fc.property(rates, ([permits, unit]) => {
      const rate = parseRate(`${permits}/${unit}`);
      if (rate === undefined) throw new Error('it is a rate');

      const { spacingMs, toleranceMs, shards } = fleetRate(rate);

      // Of slots this far apart, so many may be used in a period when the first is late and the last is not.
      const most = shards * Math.ceil((rate.periodMs + toleranceMs) / spacingMs);
      expect(most).toBeLessThanOrEqual(permits);
      expect((shards * rate.periodMs) / spacingMs / permits).toBeGreaterThanOrEqual(0.9);
    }),
  );
});
