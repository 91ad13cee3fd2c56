/**
 * What it costs to have the emulator: the start and the memory of its process, virtual hours, and messages
 * while many others are in flight. `npx tsx test/bench/emulator.ts`. Seconds are of this machine.
 */
import { defineApp, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import { pollFiveHours } from '../emulator/virtual-day.ts';
import type { Figure } from './run.ts';
import { build, CHECKOUT, startEmulatorProcess } from './server-process.ts';
import { openQueue, receiveAll, sendAll } from './sqs-load.ts';

/** One figure and the bound that it should keep. */
export const START_SECONDS_MAX = 0.5;
const IDLE_MB_MAX = 110;
const SLOWDOWN_MAX = 1.5;
const IN_FLIGHT = 20_000;
const BODY = JSON.stringify({ task: 'bench', input: 'x'.repeat(200) });

/** Measures everything; some ten seconds. */
export async function run(): Promise<readonly Figure[]> {
  const built = build();
  try {
    return [
      ...(await starts('built', built.command)),
      ...(await starts('from the checkout', CHECKOUT)),
      await slowdown(built.command),
      await virtualHours(),
      await laterSimulations(),
    ];
  } finally {
    built.remove();
  }
}

/** The middle of several starts, and what it weighs at most when nothing has been asked of it yet. */
async function starts(how: string, command: string): Promise<readonly Figure[]> {
  const taken: number[] = [];
  let megabytes = 0;
  // The first start of a checkout may have to bundle what has changed.
  for (let round = 0; round <= 7; round += 1) {
    const server = await startEmulatorProcess(command);
    if (round > 0) taken.push(server.readyMs / 1_000);
    megabytes = Math.max(megabytes, server.memoryMb() ?? 0);
    await server.stop();
  }
  const seconds = median(taken);
  return [
    {
      ...{ name: `idle start, ${how}`, value: seconds, unit: 's' },
      ...{ wanted: `< ${START_SECONDS_MAX}`, ok: seconds < START_SECONDS_MAX },
    },
    {
      ...{ name: `idle memory, ${how}`, value: megabytes, unit: 'MB' },
      ...{ wanted: `< ${IDLE_MB_MAX}`, ok: megabytes > 0 && megabytes < IDLE_MB_MAX },
    },
  ];
}

/** Receives and deletes with so many others in flight, against the same with none. */
async function slowdown(command: string): Promise<Figure> {
  const server = await startEmulatorProcess(command);
  try {
    const [crowded, empty] = [await openQueue(server.url, 8), await openQueue(server.url, 8)];
    await sendAll(crowded, IN_FLIGHT, BODY);
    await receiveAll(crowded, IN_FLIGHT, false);
    let among = Number.POSITIVE_INFINITY;
    let alone = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 8; round += 1) {
      alone = Math.min(alone, await takeMs(empty));
      among = Math.min(among, await takeMs(crowded));
    }
    crowded.close();
    empty.close();
    const value = among / alone;
    return {
      name: `receive and delete with ${IN_FLIGHT.toLocaleString('en')} in flight`,
      ...{ value, unit: '× the time with none', wanted: `≤ ${SLOWDOWN_MAX}`, ok: value <= SLOWDOWN_MAX },
    };
  } finally {
    await server.stop();
  }
}

async function takeMs(queue: Parameters<typeof sendAll>[0]): Promise<number> {
  await sendAll(queue, 4_000, BODY);
  const begin = performance.now();
  await receiveAll(queue, 4_000, true);
  return performance.now() - begin;
}

async function virtualHours(): Promise<Figure> {
  let seconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    const begin = performance.now();
    await pollFiveHours();
    seconds = Math.min(seconds, (performance.now() - begin) / 1_000);
  }
  return {
    name: 'five virtual hours of 901 long polls by the SDK, a delay, visibility and a redrive',
    ...{ value: seconds, unit: 's', wanted: '< 1', ok: seconds < 1 },
  };
}

/** What a simulation takes after many others, as in a large test suite, against the early ones. */
async function laterSimulations(): Promise<Figure> {
  const task = defineTask('bench', {
    run: async (_input: unknown, { sleep }) => {
      await sleep('1s');
    },
  });
  const app = defineApp('bench', { tasks: [task] });
  const taken: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const begin = performance.now();
    const sim = simulate(app);
    await sim.sendMany(Array.from({ length: 20 }, () => task()));
    await sim.advance('1h');
    taken.push(performance.now() - begin);
  }
  // The first ones are for the compilers.
  const value = median(taken.slice(-50)) / median(taken.slice(50, 100));
  return {
    name: 'a simulation after 250 others',
    ...{ value, unit: '× the time after 50', wanted: `≤ ${SLOWDOWN_MAX}`, ok: value <= SLOWDOWN_MAX },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit} (${wanted})`);
  }
}
