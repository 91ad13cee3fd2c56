/** What every implementation of the port Runs does: who may run, how runs end, and what is known of them. */
import { describe } from 'vitest';
import { testClaims } from './run-claims.ts';
import { testEnds } from './run-ends.ts';
import { testWaits } from './run-waits.ts';
import type { OpenRuns } from './runs-world.ts';

/** Registers the suite. */
export function testRuns(name: string, open: OpenRuns): void {
  describe(`runs ${name}`, () => {
    testClaims(open);
    testEnds(open);
    testWaits(open);
  });
}
