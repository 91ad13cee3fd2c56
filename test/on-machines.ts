/**
 * What tests of tasks, consumers and calls import in the place of `#lib/testing` when they run a second time:
 * the same simulation, but no queue has a function. A polling worker works all of them off.
 */
import type { App } from '#lib';
import { isWorked } from '../lib/define/work.ts';
import { type SimulateOptions, type Simulation, simulate as simulateOn } from '../lib/testing/simulate.ts';

export { ALL_FAULTS, type Fault, type FaultRates } from '../lib/testing/faults.ts';
export { createRandom } from '../lib/testing/random.ts';
export { START_DEFAULT } from '../lib/testing/simulate.ts';
export type { SimulateOptions, Simulation };

/** `simulate`, on machines. */
export function simulate(app: App, options: SimulateOptions = {}): Simulation {
  const worked = app.queues.filter((queue) => isWorked(app, queue));
  const workers = Object.fromEntries(worked.map(({ name }) => [name, 'machine'] as const));
  const sim = simulateOn(app, { ...options, workers });
  return {
    ...sim,
    // Acks of a short while share their calls, so nothing is acked while time stands still.
    async settle() {
      await sim.settle();
      await sim.advance('20ms');
    },
  };
}
