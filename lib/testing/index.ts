/** Celeriac in tests: an app in this process, on a virtual clock, with faults on demand. */

export type { LogLine } from '../runtime/ports.ts';
export { ALL_FAULTS, type Fault, type FaultRates } from './faults.ts';
export { createRandom } from './random.ts';
export { type SimulateOptions, type Simulation, START_DEFAULT, simulate } from './simulate.ts';
