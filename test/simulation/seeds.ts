/**
 * Which seeds the simulations run: those that once found something, for ever, and a range that moves on from
 * run to run. The first seed of the range is printed, so that a failure anywhere can be replayed:
 * CELERIAC_SEED=<seed> CELERIAC_SEEDS=1.
 */

/** A seed that has found a fault. */
interface Found {
  readonly seed: number;
  /** The simulation that it was found by, by the name of its file. */
  readonly by: string;
  readonly found: string;
}

const FOUND: readonly Found[] = [
  { seed: 7, by: 'tasks', found: 'on machines, the poll of a dead process that takes messages away' },
  { seed: 810_057, by: 'tasks', found: 'dead letters that die together until SQS moves them untold' },
  { seed: 692_023, by: 'tasks', found: 'an effect of an ordered task that was left behind and has expired' },
  { seed: 3_200_065, by: 'tasks', found: 'a message that expires, which SQS moves untold' },
  { seed: 811_006, by: 'messages', found: 'a dead letter that SQS moves untold' },
  { seed: 692_125, by: 'messages', found: 'a message that was refused, waited, came back and crashed' },
];

const COUNT_DEFAULT = 50;

/** The seeds of this run, of a simulation that has kept some. */
export function seeds(by?: string): readonly number[] {
  const count = Number(process.env.CELERIAC_SEEDS ?? COUNT_DEFAULT);
  const first = Number(process.env.CELERIAC_SEED ?? Math.floor(Date.now() / 1_000) % 1_000_000);
  console.log(`simulating ${count} seeds from ${first}`);
  const kept = FOUND.filter((found) => found.by === by).map(({ seed }) => seed);
  return [...kept, ...Array.from({ length: count }, (_, index) => first + index)];
}
