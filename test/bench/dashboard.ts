/**
 * A desk over 100,000 runs and 20 queues in the emulator, through HTTP and the SDK on both sides, as
 * `celeriac dev` has it. The bound is what a page feels: 200 ms an answer.
 */
import { performance } from 'node:perf_hooks';
import { viewOf } from '../../lib/cli/emulator-view.ts';
import { createApi, createDesk, listen } from '../../lib/dashboard/index.ts';
import { createEmulator } from '../../lib/emulator/index.ts';
import { defineApp, defineQueue, defineTask } from '../../lib/index.ts';
import { fillRuns, provisionTable } from '../dashboard/many-runs.ts';
import type { Figure } from './run.ts';

const RUNS = 100_000;
const QUEUES = 20;
const WANTED_MS = 200;
/** Of the emulator and of the desk together, which share one process here. */
const WANTED_PROCESSOR_MS = 40;
const TIMES = 20;

const tasks = Array.from({ length: QUEUES }, (_, n) =>
  defineTask(`task${n}`, { queue: defineQueue(`queue${n}`), run: () => n }),
);
const app = defineApp('busy', { tasks });

const ADDRESSES: Readonly<Record<string, string>> = {
  'the newest runs': '/api/runs',
  'the tenth page': '/api/runs?after=',
  'failed runs': '/api/runs?state=FAILURE',
  'runs of a task': '/api/runs?task=task7',
  'failed runs of a task': '/api/runs?task=task7&state=FAILURE',
  'runs of a queue': '/api/runs?queue=queue3',
  'runs by name': '/api/runs?search=name:task12',
  'the oldest runs': '/api/runs?sort=sentAt',
  'the overview': '/api/overview',
  'the queues': '/api/queues',
};

export async function run(): Promise<readonly Figure[]> {
  const emulator = createEmulator();
  const { url } = await emulator.listen({ port: 0 });
  await provisionTable(emulator, app);
  const tenth = await fillRuns(emulator, app, RUNS, Date.now());
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const desk = createDesk(app, { endpoint: url, region: 'us-east-1', credentials }, viewOf(emulator));
  const server = await listen(createApi(desk), { port: 0 });
  const figures: Figure[] = [];
  for (const [name, address] of Object.entries(ADDRESSES)) {
    const path = `${server.url}${address.endsWith('after=') ? address + tenth : address}`;
    const ms: number[] = [];
    const processorMs: number[] = [];
    for (let n = 0; n < TIMES; n++) {
      const from = performance.now();
      const before = process.cpuUsage();
      const answered = await fetch(path);
      await answered.text();
      const { user, system } = process.cpuUsage(before);
      ms.push(performance.now() - from);
      processorMs.push((user + system) / 1_000);
      if (answered.status !== 200) throw new Error(`${path} answered ${answered.status}`);
    }
    figures.push(toFigure(`${name} of ${RUNS}`, ms, WANTED_MS));
    figures.push(toFigure(`processor time of ${name}`, processorMs, WANTED_PROCESSOR_MS));
  }
  await server.close();
  await desk.close();
  await emulator.close();
  return figures;
}

function toFigure(what: string, ms: readonly number[], wanted: number): Figure {
  const value = [...ms].sort((a, b) => a - b)[Math.floor(ms.length / 2)] ?? 0;
  const name = `${what}, median of ${ms.length}`;
  return { name, value, unit: 'ms', wanted: `< ${wanted}`, ok: value < wanted };
}
