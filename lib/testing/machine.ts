/**
 * The machine of a simulation: the production polling worker over the production adapters, on virtual time. A
 * crash ends it as it ends a process, with everything that it runs; another one starts a second later.
 */
import { createMessaging } from '../aws/messaging.ts';
import { createQueues } from '../aws/queues.ts';
import { createReceiver } from '../aws/receiver.ts';
import { createState } from '../aws/state.ts';
import { createWorkers } from '../aws/workers.ts';
import type { PoolKind } from '../core/worker-record.ts';
import { queueNames, runsTableName } from '../define/resource-name.ts';
import { ON_MACHINE, type WorkersByQueue } from '../define/worker.ts';
import { createPollingWorker, type PollingWorker } from '../runtime/polling-worker.ts';
import { createAsyncPool } from '../runtime/pool.ts';
import type { Clock, Ports } from '../runtime/ports.ts';
import { createWorker } from '../runtime/worker.ts';
import { createCall, createClock, REGION, type World } from './environment.ts';
import { createLife, type Life } from './life.ts';

/** How many messages it runs at once. */
const CONCURRENCY = 10;
const BEAT_MS = 15_000;
const SOFT_MS = 10_000;
const RESTART_MS = 1_000;

/** A simulation's machine. */
export interface Machine {
  /** The worker that runs on it now. */
  readonly worker: PollingWorker;
  /** Ends its process, as by a kill. */
  kill(): void;
}

/** Starts a machine for the queues that are worked off by one; undefined: there are none. */
export function startMachine(world: World, workers: WorkersByQueue, state: boolean): Machine | undefined {
  const names = Object.keys(workers).filter((name) => workers[name] === ON_MACHINE);
  if (names.length === 0) return undefined;
  const start = (): { readonly worker: PollingWorker; readonly life: Life } => {
    const life = createLife();
    const worker = createMachineWorker(world, life, names, state);
    life.onEnd(() => {
      worker.stop('warm');
      world.emulator.clock.at(world.emulator.clock.now() + RESTART_MS, () => {
        now = start();
      });
    });
    return { worker, life };
  };
  let now = start();
  return {
    get worker() {
      return now.worker;
    },
    kill: () => now.life.end('killed'),
  };
}

function createMachineWorker(
  world: World,
  life: Life,
  names: readonly string[],
  state: boolean,
): PollingWorker {
  const { app, stage, chance, log } = world;
  const clock = createMachineClock(world, life);
  const call = createCall(world, life, clock, () => 0);
  const own = { clock, chance, log };
  const records = state ? createState(call, world, own) : { runs: undefined };
  const messaging = createMessaging({ call, region: async () => REGION }, world, world.needs);
  const ports: Ports = { ...own, queues: createQueues(call), ...records, ...messaging };
  const workers = state ? createWorkers(call, runsTableName(app.name, stage)) : undefined;
  const pool = createAsyncPool(createWorker(app, stage, ports), BEAT_MS);
  const kind: PoolKind = 'async';
  return createPollingWorker({ ...ports, receiver: createReceiver(call), workers }, pool, {
    about: { id: `machine-${clock.now()}`, host: 'simulated', pid: 1, pool: kind, queues: names },
    sources: app.queues
      .filter(({ name }) => names.includes(name))
      .map((queue) => ({
        queueNames: queueNames(app.name, stage, queue).toReversed(),
        visibilityMs: queue.visibilityMs,
        ordered: queue.ordered,
      })),
    ...{ concurrency: CONCURRENCY, prefetch: undefined, autoscale: undefined },
    ...{ beatMs: BEAT_MS, softMs: SOFT_MS },
  });
}

/** A dead machine's alarms do not ring. */
function createMachineClock(world: World, life: Life): Clock {
  const clock = createClock(world, life);
  return {
    ...clock,
    alarm: (ms, ring) =>
      clock.alarm(ms, () => {
        if (life.alive) ring();
      }),
  };
}
