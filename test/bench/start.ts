/**
 * What a worker adds to a cold start: the size of its bundle, and the time that Node takes to load it, next
 * to a bundle of those two clients of the SDK that it holds, with the same commands and nothing else. Both
 * are bundled alike, and loaded by turns, each time in a process of its own.
 * `npx tsx test/bench/start.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { topology } from '#lib';
import { toBundling } from '../../infra/bundle.ts';
import { app, recorded } from './rpc-worker.ts';
import type { Figure } from './run.ts';

/** A bundle, and what it came to. */
interface Bundle {
  readonly file: string;
  readonly kilobytes: number;
  readonly loadsMs: number[];
}

const ROUNDS = 25;
/** The framework may be this large and slow beside the SDK; its bytes have a budget in a test. */
const SIZE_TIMES_MAX = 1.6;
const LOAD_TIMES_MAX = 1.3;

const WORKER = "export { handler } from './rpc-worker.ts';";
const CLIENTS = `
  import { BatchExecuteStatementCommand, BatchGetItemCommand, DynamoDBClient, UpdateItemCommand }
    from '@aws-sdk/client-dynamodb';
  import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, GetQueueAttributesCommand,
    GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
  const commands = [BatchExecuteStatementCommand, BatchGetItemCommand, UpdateItemCommand, GetQueueUrlCommand,
    ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand, GetQueueAttributesCommand,
    SendMessageBatchCommand];
  export const handler = async () => [new SQSClient({}), new DynamoDBClient({}), ...commands];
`;

/** Measures both; some seconds. */
export async function run(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-start-'));
  try {
    const worker = bundle(join(folder, 'worker.js'), WORKER);
    const clients = bundle(join(folder, 'clients.js'), CLIENTS);
    for (let round = 0; round < ROUNDS; round++)
      for (const one of [worker, clients]) one.loadsMs.push(loadMs(one.file));
    return [
      toFigure("a worker's bundle", worker.kilobytes, clients.kilobytes, 'KB', SIZE_TIMES_MAX),
      toFigure(
        "the load of a worker's bundle",
        median(worker.loadsMs),
        median(clients.loadsMs),
        'ms',
        LOAD_TIMES_MAX,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundles as `Broker` has it done for the queue of `recorded`. */
function bundle(file: string, contents: string): Bundle {
  const need = topology(app).workers.find(({ queue }) => queue === recorded.queue.name);
  if (need === undefined) throw new Error('the app has no such worker');
  const { define = {}, externalModules = [], mainFields = [], minify = false, target } = toBundling(need);
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    ...{ outfile: file, bundle: true, platform: 'node', format: 'cjs', define, minify },
    ...{ external: [...externalModules], mainFields: [...mainFields], logLevel: 'error' },
    ...(target === undefined ? {} : { target }),
  });
  return { file, kilobytes: statSync(file).size / 1_024, loadsMs: [] };
}

/** How long a fresh Node takes to load a file. */
function loadMs(file: string): number {
  const script =
    'const begin = performance.now(); require(process.argv[1]); console.log(performance.now() - begin)';
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, file], { encoding: 'utf8' });
  const ms = Number.parseFloat(stdout);
  if (Number.isNaN(ms)) throw new Error(stderr);
  return ms;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function toFigure(name: string, ours: number, floor: number, unit: string, atMost: number): Figure {
  const value = ours / floor;
  const detail = `${ours.toPrecision(3)} against ${floor.toPrecision(3)} ${unit}`;
  return {
    name,
    value,
    unit: `× that of the SDK's clients alone (${detail})`,
    wanted: `≤ ${atMost}`,
    ok: value <= atMost,
  };
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, value, unit, wanted, ok } of await run())
    console.log(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value.toPrecision(3)} ${unit}, wanted ${wanted}`);
}
