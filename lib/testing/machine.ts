/**
 * The machine of a simulation: the production polling worker over the production adapters, on virtual time. A
 * crash ends it as it ends a process, with everything that it runs; another one starts a second later. What
 * has one crash left runs in a process of its own, as on a real machine.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { createMessaging } from '../aws/messaging.ts';
import { createPauses } from '../aws/pauses.ts';
import { createQueues } from '../aws/queues.ts';
import { createReceiver } from '../aws/receiver.ts';
import { createState } from '../aws/state.ts';
import { createWorkers } from '../aws/workers.ts';
import type { PoolKind } from '../core/worker-record.ts';
import { queueNames, runsTableName } from '../define/resource-name.ts';
import { ON_MACHINE, type WorkersByQueue } from '../define/worker.ts';
import { createMachineWorker } from '../runtime/machine-worker.ts';
import { createPollingWorker, type PollingWorker } from '../runtime/polling-worker.ts';
import { createAsyncPool, type Pool, withIsolation } from '../runtime/pool.ts';
import type { Clock, Ports } from '../runtime/ports.ts';
import { createCall, createClock, type World } from './environment.ts';
import { createLife, type Life, untilEnd } from './life.ts';
import { passive, passiveAll } from './passive.ts';
import { REGION } from './place.ts';

/** How many messages it runs at once. */
const CONCURRENCY = 10;
const BEAT_MS = 15_000;
const SOFT_MS = 10_000;
const RESTART_MS = 1_000;

/** A simulation's machine. */
export interface Machine {
  /** The worker that runs on it now. */
  readonly worker: PollingWorker;
  /** Ends a process of it, as by a kill: that of the task that calls, where it has one of its own. */
  kill(): void;
}

interface Place {
  readonly world: World;
  /** The queues that it works off. */
  readonly names: readonly string[];
  /** Whether the app has a table of runs. */
  readonly state: boolean;
}

/** Starts a machine for the queues that are worked off by one; undefined: there are none. */
export function startMachine(world: World, workers: WorkersByQueue, state: boolean): Machine | undefined {
  const names = Object.keys(workers).filter((name) => workers[name] === ON_MACHINE);
  if (names.length === 0) return undefined;
  const { clock } = world.emulator;
  const start = (): Process => {
    const process = startProcess({ world, names, state });
    process.life.onEnd(() => {
      clock.at(clock.now() + RESTART_MS, () => {
        now = start();
      });
    });
    return process;
  };
  let now = start();
  return {
    get worker() {
      return now.worker;
    },
    kill: () => (own.getStore() ?? now.life).end('killed'),
  };
}

interface Process {
  readonly worker: PollingWorker;
  readonly life: Life;
}

/** The process that a message has of its own, for what it runs. */
const own = new AsyncLocalStorage<Life>();

function startProcess(place: Place): Process {
  const { world, names, state } = place;
  const { app, stage } = world;
  const life = createLife();
  const { ports, call } = createPorts(place, life);
  const apart = new Set<Life>();
  const inner = createMachineWorker(app, stage, ports);
  const pool = withIsolation(createAsyncPool(inner, BEAT_MS), createApart(place, apart), inner);
  const kind: PoolKind = 'async';
  const workers = state ? createWorkers(call, runsTableName(app.name, stage)) : undefined;
  const pauses = state ? createPauses(call, runsTableName(app.name, stage)) : undefined;
  const worker = createPollingWorker({ ...ports, receiver: createReceiver(call), workers, pauses }, pool, {
    about: { id: `machine-${ports.clock.now()}`, host: 'simulated', pid: 1, pool: kind, queues: names },
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
  life.onEnd(() => {
    worker.stop('warm');
    for (const other of apart) other.end('its parent has died');
  });
  return { worker, life };
}

/** Each batch in a process of its own. */
function createApart(place: Place, lives: Set<Life>): Pool {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  return {
    async handle(batch) {
      const life = createLife();
      lives.add(life);
      const worker = createMachineWorker(place.world.app, place.world.stage, createPorts(place, life).ports);
      try {
        const work = own.run(life, () => worker.handle({ ...batch, interrupted: stopping.signal }));
        return await untilEnd(life, work);
      } finally {
        lives.delete(life);
      }
    },
    putOff: async (_name, deliveries) => deliveries.map(({ messageId }) => messageId),
    interrupt: () => stopping.abort(new Error('the worker stops')),
    kill: () => {
      for (const life of lives) life.end('killed');
    },
    resize: () => {},
    close: async () => {},
    problem: () => undefined,
    children: () => [],
  };
}

function createPorts({ world, state }: Place, life: Life) {
  const { app, stage, chance, log } = world;
  const clock = createMachineClock(world, life);
  const call = createCall(world, life, clock, () => 0);
  const machine = { clock, chance, log };
  const records = state ? createState(call, { app, stage }, machine) : { runs: undefined };
  const messaging = passiveAll(
    clock,
    createMessaging({ call, region: async () => REGION }, world, world.needs),
  );
  const ports: Ports = { ...machine, queues: passive(clock, createQueues(call)), ...records, ...messaging };
  return { ports, call };
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
