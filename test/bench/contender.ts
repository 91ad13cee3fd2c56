/** Those that the bench of tasks compares, and our own two among them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { type Client, topology } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { MACHINE_CHANCE, MACHINE_CLOCK, QUIET_LOG } from '../../lib/aws/machine.ts';
import { createQueues } from '../../lib/aws/queues.ts';
import { createRuns } from '../../lib/aws/runs.ts';
import { createSdk, type SdkOptions } from '../../lib/aws/sdk.ts';
import { type LambdaContext, type SqsEvent, toHandler } from '../../lib/aws/serve.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { provision } from '../../lib/testing/provision.ts';
import { app, recorded } from './rpc-worker.ts';
import { build, startEmulatorProcess } from './server-process.ts';

/** What sends tasks that add one, works them off and gets their results. */
export interface Contender {
  readonly name: string;
  /** Milliseconds until the results of so many tasks, sent at once, are here. */
  burstMs(count: number): Promise<number>;
  /** The median from the send of a task until its result is here, one after the other. */
  onceMs(count: number): Promise<number>;
  /** The same for a client that is told of the result, where `onceMs` looks for it. */
  toldMs?(count: number): Promise<number>;
  stop(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const PLACE = { region: 'us-east-1', credentials: CREDENTIALS };

/** The emulator in a process of its own, the real bundle of the worker in its Lambda, HTTP in between. */
export async function startOverHttp(): Promise<Contender> {
  const built = build();
  const template = synthesize();
  const emulator = await startEmulatorProcess(built.command, { template });
  const client = connect(app, { ...PLACE, endpoint: emulator.url });
  return {
    name: 'Celeriac over HTTP',
    ...measured(client),
    async stop() {
      await client.close();
      await emulator.stop();
      built.remove();
      rmSync(template, { recursive: true, force: true });
    },
  };
}

/** Client, worker and emulator in this process, with the SDK in between and no socket. */
export async function startInProcess(): Promise<Contender> {
  const emulator = createEmulator({ seed: 1 });
  // The emulator does not import the SDK, so its handler has the handler's shape but not its type.
  const requestHandler = emulator.requestHandler() as NonNullable<SdkOptions['requestHandler']>;
  const place = { ...PLACE, requestHandler };
  const sdk = createSdk(place);
  const runs = createRuns(sdk.call, 'bench-dev-runs');
  const machine = { clock: MACHINE_CLOCK, chance: MACHINE_CHANCE, log: QUIET_LOG };
  const ports = { ...machine, queues: createQueues(sdk.call), runs };
  const handler = toHandler(createWorker(app, 'dev', ports), ports);
  await provision(emulator, topology(app), () => ({
    start: () => ({
      // The emulator's mapping makes the events of SQS, and its context has what a worker reads.
      invoke: (event, context) => handler(event as SqsEvent, context as LambdaContext),
      kill: () => {},
    }),
  }));
  const client = connect(app, place);
  // The emulator's timers do not keep a process alive, and without a socket nothing else does.
  const alive = setInterval(() => {}, 1_000);
  return {
    name: 'Celeriac in one process',
    ...measured(client),
    async stop() {
      clearInterval(alive);
      await client.close();
      sdk.close();
      await emulator.close();
    },
  };
}

function measured(client: Client): Pick<Contender, 'burstMs' | 'onceMs' | 'toldMs'> {
  return {
    async burstMs(count) {
      const begin = performance.now();
      const outcomes = await client.sendMany(Array.from({ length: count }, (_, index) => recorded(index)));
      const answers = await Promise.all(
        outcomes.map((one) => (one.status === 'sent' ? one.result.get() : Promise.reject(one.error))),
      );
      const sum = answers.reduce((total, answer) => total + answer, 0);
      if (sum !== (count * (count + 1)) / 2) throw new Error(`the answers add up to ${sum}`);
      return performance.now() - begin;
    },
    onceMs: (count) =>
      medianMs(count, async () => {
        const result = await client.send(recorded(1));
        if ((await result.get()) !== 2) throw new Error('a wrong answer');
      }),
    toldMs: (count) =>
      medianMs(count, async () => {
        if ((await client.call(recorded(1))) !== 2) throw new Error('a wrong answer');
      }),
  };
}

/** The median of so many rounds, one after the other, in milliseconds. */
export async function medianMs(count: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
}

/** The app's template with the bundle of its worker. */
function synthesize(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-tasks-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const cdk = new App({ outdir: folder, context });
  // As many environments as Celery has processes here.
  const workers = { kept: { concurrency: 2 } };
  new Broker(new Stack(cdk, 'Bench'), 'Broker', { app, entry: 'test/bench/rpc-worker.ts', workers });
  cdk.synth();
  return folder;
}
