/** `runWorker`: a worker for machines without Lambda, with the same tasks and the same outcomes. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { StopKind, WorkerRecord } from '../core/worker-record.ts';
import type { App } from '../define/app.ts';
import { queueNames, runsTableName } from '../define/resource-name.ts';
import { createMachineWorker } from '../runtime/machine-worker.ts';
import { createPollingWorker, type PollingWorker } from '../runtime/polling-worker.ts';
import { createAsyncPool, type Pool, withIsolation } from '../runtime/pool.ts';
import type { Ports } from '../runtime/ports.ts';
import { ownChild, toModuleUrl } from './child-module.ts';
import { createChildPool } from './child-pool.ts';
import { listen } from './health.ts';
import { CONSOLE_LOG } from './machine.ts';
import { createPauses } from './pauses.ts';
import { createReceiver } from './receiver.ts';
import { createSdk, REPLY_COMMANDS, type Sdk, type SdkOptions } from './sdk.ts';
import { createTaskProtection } from './task-protection.ts';
import { type RunWorkerOptions, type WorkerSettings, workerSettings } from './worker-options.ts';
import { createWorkerPorts } from './worker-ports.ts';
import { createWorkers } from './workers.ts';

/** A worker that runs. */
export interface RunningWorker {
  /** Under which it is known to `listWorkers`. */
  readonly id: string;
  /** Where the health endpoint is, if there is one. */
  readonly health: string | undefined;
  /** Resolves when it has stopped. After a cold stop, tasks of this process may still be running. */
  readonly done: Promise<void>;
  /** How it is now. */
  status(): WorkerRecord;
  /** Stops it; a harder way may follow a softer one. */
  stop(how?: StopKind): void;
  /** Changes how many messages run at once. */
  resize(concurrency: number): void;
}

/**
 * Works off queues of an app in this process, until it is stopped: SIGTERM and SIGINT stop it warm (what runs
 * is finished), a second one soft (tasks are told to stop, and run again elsewhere), a third one and SIGQUIT
 * cold (everything is handed back at once). No message is lost in any way. Region, credentials and endpoint
 * default to the environment, as with `connect`. The queues must not have a Lambda worker beside it: give
 * `Broker({ workers: { name: 'machine' } })`.
 * @throws DefinitionError with all that is wrong with the options; CeleriacError CHILD_FAILED; the error of
 * the SDK where there is no Region, and of Node where the port of its health is taken. Nothing was received
 * then.
 */
export async function runWorker(app: App, options: RunWorkerOptions = {}): Promise<RunningWorker> {
  const settings = workerSettings(app, options);
  const { region, endpoint, credentials, requestHandler, log = CONSOLE_LOG } = options;
  const place = defined({ region, endpoint, credentials });
  const sdk = createSdk({ ...place, ...defined({ requestHandler }) }, REPLY_COMMANDS);
  const ports = createWorkerPorts(app, settings.stage, sdk, log);
  let worker: PollingWorker | undefined;
  const health = options.health && (await listen(options.health, () => worker));
  // All that may fail comes before the worker, which begins to receive when it is made.
  const pool = await ready(sdk, () => createPool(app, settings, options, place, ports)).catch(
    async (error: unknown) => {
      await health?.close();
      sdk.close();
      throw error;
    },
  );
  const id = randomUUID();
  const table = ports.runs === undefined ? undefined : runsTableName(app.name, settings.stage);
  const workers = table === undefined ? undefined : createWorkers(sdk.call, table);
  const pauses = table === undefined ? undefined : createPauses(sdk.call, table);
  const polling = createPollingWorker(
    { ...ports, receiver: createReceiver(sdk.call), workers, pauses },
    pool,
    {
      about: {
        ...{ id, host: hostname(), pid: process.pid, pool: settings.pool },
        queues: settings.queues.map(({ name }) => name),
      },
      sources: settings.queues.map((queue) => ({
        // SQS has a queue for each level; the highest is looked at first.
        queueNames: queueNames(app.name, settings.stage, queue).toReversed(),
        visibilityMs: queue.visibilityMs,
        ordered: queue.ordered,
      })),
      ...settings,
      autoscale: options.autoscale,
    },
  );
  worker = polling;
  const agent = process.env.ECS_AGENT_URI;
  const protection =
    agent === undefined || agent === ''
      ? undefined
      : createTaskProtection({ ...ports, fetch }, agent, () => polling.held() > 0);
  const forget = options.signals === false ? () => {} : onSignals(polling);
  const about = { id, queues: polling.record().queues, pool: settings.pool, health: health?.url };
  log({ level: 'info', message: 'works', ...about, concurrency: settings.concurrency });
  const end = async (): Promise<void> => {
    await polling.done;
    forget();
    await protection?.end();
    await health?.close();
    sdk.close();
    log({ level: 'info', message: 'stopped', id, processed: polling.record().processed });
  };
  return {
    ...{ id, health: health?.url, done: end(), status: polling.record },
    stop: (how = 'warm') => polling.stop(how),
    resize: polling.resize,
  };
}

/** Without a Region every call would fail, at each of its tries. */
async function ready(sdk: Sdk, make: () => Promise<Pool>): Promise<Pool> {
  await sdk.region();
  return make();
}

async function createPool(
  app: App,
  { stage, pool, concurrency, beatMs }: WorkerSettings,
  { entry, child = ownChild(), maxTasksPerChild, maxMemoryPerChild }: RunWorkerOptions,
  place: Omit<SdkOptions, 'requestHandler'>,
  ports: Ports,
): Promise<Pool> {
  const worker = createMachineWorker(app, stage, ports);
  const children = (kind: 'threads' | 'processes', size: number): Promise<Pool> =>
    createChildPool({ ...ports, state: ports.state }, worker, {
      ...{ kind, child: String(child), size, beatMs },
      settings: { entry: toModuleUrl(entry ?? ''), app: app.name, stage, place },
      tasksMax: maxTasksPerChild,
      memoryBytesMax: maxMemoryPerChild === undefined ? undefined : maxMemoryPerChild * BYTES_PER_MB,
    });
  const made = pool === 'async' ? createAsyncPool(worker, beatMs) : await children(pool, concurrency);
  if (pool === 'processes' || entry === undefined) return made;
  return withIsolation(made, await children('processes', 0), worker);
}

const BYTES_PER_MB = 1_000_000;

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT'];
const STOPS: readonly StopKind[] = ['warm', 'soft', 'cold'];

/** Each further signal stops it harder. Returns a function that lets go of them. */
function onSignals(worker: PollingWorker): () => void {
  let count = 0;
  const hear = (signal: NodeJS.Signals): void => {
    worker.stop(signal === 'SIGQUIT' ? 'cold' : (STOPS[count] ?? 'cold'));
    count += 1;
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}

/** Without what is undefined, which would stand in the way of the environment. */
function defined<T extends object>(options: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // It has the members that are there.
  return Object.fromEntries(given) as { [Name in keyof T]?: NonNullable<T[Name]> };
}
