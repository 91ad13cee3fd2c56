/**
 * All benches, a row a figure: `npm run bench`, or `npm run bench -- tasks` for those of one file. A bench
 * is a file of this folder that exports `run`. Figures are ratios within one run, since the machine is
 * another each time; a row that misses its bound says so, and then the exit code is 1.
 */
import { readdirSync } from 'node:fs';

/** One figure and the bound that it should keep. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
  readonly ok: boolean;
}

interface Bench {
  readonly name: string;
  run(): readonly Figure[] | Promise<readonly Figure[]>;
}

const asked = process.argv.slice(2);
const benches = await findBenches();
const unknown = asked.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no bench ${unknown.join(', ')}; there are: ${benches.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 1;
} else {
  console.log(`Node ${process.version}`);
  for (const bench of benches) if (asked.length === 0 || asked.includes(bench.name)) await print(bench);
}

async function findBenches(): Promise<readonly Bench[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => /\.ts$/.test(file) && file !== 'run.ts');
  const modules = await Promise.all(
    files.map(async (file) => ({ name: file.slice(0, -3), ...(await import(`./${file}`)) })),
  );
  return modules.filter(({ run }) => typeof run === 'function');
}

async function print(bench: Bench): Promise<void> {
  for (const { name, value, unit, wanted, ok } of await bench.run()) {
    console.log(
      `${ok ? 'ok  ' : 'MISS'} ${bench.name}: ${name}: ${value.toPrecision(3)} ${unit}, wanted ${wanted}`,
    );
    if (!ok) process.exitCode = 1;
  }
}
