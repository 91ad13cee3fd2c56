/**
 * Ten thousand invocations of the emulated Lambda on virtual time: of functions in this process, of one in a
 * worker thread, and through an event source mapping. `npx tsx test/bench/lambda.ts`.
 */
import { consumeTenThousand, type Invoked, invokeTenThousand } from '../emulator/virtual-day.ts';
import type { Figure } from './run.ts';

/** One figure and the bound that it should keep. */
export const SECONDS_MAX = 10;

const RUNS: readonly (readonly [name: string, work: () => Promise<Invoked>])[] = [
  ['one at a time, in this process', () => invokeTenThousand('inline', 1)],
  ['a thousand at once, in this process', () => invokeTenThousand('inline', 1_000)],
  ['one at a time, in a worker thread', () => invokeTenThousand('thread', 1)],
  ['ten at once, in worker threads', () => invokeTenThousand('thread', 10)],
  ['through an event source mapping, one message each', consumeTenThousand],
];

/** Measures everything; each figure is the shorter of two runs. */
export async function run(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const [name, work] of RUNS) {
    let seconds = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 2; round += 1) {
      const begin = performance.now();
      const { invocations, errors } = await work();
      seconds = Math.min(seconds, (performance.now() - begin) / 1_000);
      if (invocations !== 10_000 || errors > 0)
        throw new Error(`${name}: ${invocations} ran, ${errors} failed`);
    }
    figures.push({
      ...{ name: `10,000 virtual invocations, ${name}`, value: seconds, unit: 's' },
      ...{ wanted: `< ${SECONDS_MAX}`, ok: seconds < SECONDS_MAX },
    });
  }
  return figures;
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
