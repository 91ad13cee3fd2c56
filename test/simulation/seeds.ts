/**
 * Which seeds the simulations run: those that once found something, for ever, and a range that moves on from
 * run to run. The first seed of the range is printed, so that a failure anywhere can be replayed:
 * CELERIAC_SEED=<seed> CELERIAC_SEEDS=1.
 */

/** Seeds that have found a fault, with what they found. */
export const FOUND: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 692_023,
    found: 'the effect of an ordered task that was left behind and expired, after its successor',
  },
  { seed: 692_125, found: 'a message that was refused, waited, came back and crashed: beside its queue' },
];

const COUNT_DEFAULT = 50;

/** The seeds of this run. */
export function seeds(): readonly number[] {
  const count = Number(process.env.CELERIAC_SEEDS ?? COUNT_DEFAULT);
  const first = Number(process.env.CELERIAC_SEED ?? Math.floor(Date.now() / 1_000) % 1_000_000);
  console.log(`simulating ${count} seeds from ${first}`);
  return [...FOUND.map(({ seed }) => seed), ...Array.from({ length: count }, (_, index) => first + index)];
}
