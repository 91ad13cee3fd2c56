/** How a worker on a machine is run, and what is wrong with a wish. */
import { availableParallelism } from 'node:os';
import type { Autoscale } from '../core/autoscale.ts';
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import type { PoolKind } from '../core/worker-record.ts';
import type { App } from '../define/app.ts';
import { spaceProblems } from '../define/name.ts';
import { report } from '../define/problem.ts';
import type { Queue } from '../define/queue.ts';
import { DEFAULT_STAGE } from '../define/topology.ts';
import { isWorked } from '../define/work.ts';
import type { ErrorCode, Problem } from '../errors.ts';
import type { Log } from '../runtime/ports.ts';
import type { HealthOptions } from './health.ts';
import type { SdkOptions } from './sdk.ts';

/** What a worker on a machine works off, and how. */
export interface RunWorkerOptions extends SdkOptions {
  /** Which copy of the app. @default the environment variable CELERIAC_STAGE, else 'dev' */
  readonly stage?: string;
  /** The names of the queues to work off. @default all that have tasks or a consumer */
  readonly queues?: readonly string[];
  /**
   * async: in this process, side by side, for tasks that mostly wait. threads, processes: in children with an
   * event loop each, for tasks that compute; one message at a time in each, and `entry` is needed.
   * @default 'async'
   */
  readonly pool?: PoolKind;
  /** How many messages run at once. @default 10 for async, else the processors' number */
  readonly concurrency?: number;
  /**
   * How many more messages are held in advance; other workers do not get them meanwhile. @default as many as
   * begin within half a second, by how long messages take of late, at most 10
   */
  readonly prefetch?: number;
  /**
   * Changes the concurrency between two numbers: it grows by half each second while all is in use and more
   * waits, and shrinks to what was needed in the last 30 s. @default none
   */
  readonly autoscale?: Autoscale;
  /**
   * URL or path of the JavaScript module that exports the app, for children. Pool 'async' needs one where a
   * message that has one crash left is to run in a process of its own, away from all others.
   */
  readonly entry?: string | URL;
  /** After how many messages a child is replaced. @default never */
  readonly maxTasksPerChild?: number;
  /**
   * When a child is replaced, in MB that it needs after a message: all of a process, the heap of a thread.
   * @default never
   */
  readonly maxMemoryPerChild?: number;
  /** Serves `/healthz` and `/readyz` as JSON. @default none */
  readonly health?: HealthOptions;
  /**
   * How often a running task renews its claim, looks whether it was revoked, and how often the worker says
   * that it lives. A claim lapses after four beats, so what a killed worker ran begins anew after that.
   * 1 s – 1 m. @default '15s'
   */
  readonly heartbeat?: Duration;
  /** How long a soft stop waits for tasks whose signal was aborted. @default '10s' */
  readonly softTimeout?: Duration;
  /** Whether SIGTERM, SIGINT and SIGQUIT stop the worker. @default true */
  readonly signals?: boolean;
  /** Receives each log line. @default JSON, one a line, on stdout and stderr */
  readonly log?: Log;
  /**
   * URL of the module that children load, where this library is bundled into another one.
   * @default the one of this package
   */
  readonly child?: string | URL;
}

/** The defaults of RunWorkerOptions. */
export const RUN_WORKER_DEFAULTS = {
  pool: 'async',
  concurrency: 10,
  heartbeat: '15s',
  softTimeout: '10s',
  signals: true,
} as const;

const POOLS: readonly string[] = ['async', 'threads', 'processes'];
/** More would need more sockets than a client has, and one process has no use for it. */
export const CONCURRENCY_MAX = 1_000;
const HEARTBEAT_MS_MIN = 1_000;
const HEARTBEAT_MS_MAX = 60_000;

/** Options, complete and checked. */
export interface WorkerSettings {
  readonly stage: string;
  readonly queues: readonly Queue[];
  readonly pool: PoolKind;
  readonly concurrency: number;
  readonly prefetch: number | undefined;
  readonly beatMs: number;
  readonly softMs: number;
}

/** @throws DefinitionError with all that is wrong. */
export function workerSettings(app: App, options: RunWorkerOptions): WorkerSettings {
  const { stage = process.env.CELERIAC_STAGE ?? DEFAULT_STAGE } = options;
  const given = { ...RUN_WORKER_DEFAULTS, ...options };
  report(app.name, [...spaceProblems('stage', stage), ...problemsOf(app, options)]);
  const { pool, autoscale } = given;
  const wanted = options.concurrency ?? (pool === 'async' ? given.concurrency : availableParallelism());
  const worked = app.queues.filter((queue) => isWorked(app, queue));
  return {
    ...{ stage, pool, prefetch: options.prefetch },
    queues: worked.filter(({ name }) => options.queues === undefined || options.queues.includes(name)),
    concurrency: autoscale === undefined ? wanted : Math.max(autoscale.min, Math.min(autoscale.max, wanted)),
    beatMs: toMilliseconds(given.heartbeat),
    softMs: toMilliseconds(given.softTimeout),
  };
}

function problemsOf(app: App, options: RunWorkerOptions): readonly Problem[] {
  const { pool = RUN_WORKER_DEFAULTS.pool, autoscale } = options;
  const problems: Problem[] = [...queueProblems(app, options), ...durationProblems(options)];
  const fail = (code: ErrorCode, path: string, message: string) => problems.push({ code, path, message });
  if (!POOLS.includes(pool))
    fail('INVALID_POOL', 'pool', `pool is '${pool}'; give 'async', 'threads' or 'processes'`);
  if (pool !== 'async' && options.entry === undefined)
    fail(
      'ENTRY_MISSING',
      'entry',
      `children of pool '${pool}' load the app: give the module that exports it`,
    );
  if (pool !== 'async' && options.requestHandler !== undefined)
    fail('INVALID_OPTION', 'requestHandler', `it cannot be given to children; use pool 'async'`);
  for (const name of ['concurrency', 'maxTasksPerChild', 'maxMemoryPerChild'] as const) {
    const max = name === 'concurrency' ? CONCURRENCY_MAX : Number.MAX_SAFE_INTEGER;
    if (options[name] !== undefined) problems.push(...wholeProblems(name, options[name], 1, max));
  }
  if (options.prefetch !== undefined)
    problems.push(...wholeProblems('prefetch', options.prefetch, 0, CONCURRENCY_MAX));
  if (autoscale !== undefined) {
    problems.push(...wholeProblems('autoscale.min', autoscale.min, 1, CONCURRENCY_MAX));
    problems.push(...wholeProblems('autoscale.max', autoscale.max, autoscale.min, CONCURRENCY_MAX));
  }
  return problems;
}

function queueProblems(app: App, { queues }: RunWorkerOptions): readonly Problem[] {
  const worked = app.queues.filter((queue) => isWorked(app, queue)).map(({ name }) => name);
  const names = worked.map((name) => `'${name}'`).join(', ');
  if (worked.length === 0) {
    const message = `app '${app.name}' has no queue with a task or consumer; give tasks a 'run'`;
    return [{ code: 'NOTHING_TO_RUN', path: 'queues', message }];
  }
  return (queues ?? [])
    .filter((name) => !worked.includes(name))
    .map((name) => {
      const message = `app '${app.name}' has no queue '${name}' with a task or consumer; it has ${names}`;
      return { code: 'UNKNOWN_QUEUE', path: 'queues', message };
    });
}

function durationProblems(options: RunWorkerOptions): readonly Problem[] {
  return (['heartbeat', 'softTimeout'] as const).flatMap((path): readonly Problem[] => {
    const value = options[path];
    if (value === undefined) return [];
    if (!isDuration(value)) {
      const message = `${path} is '${value}'; write a duration such as '30s'`;
      return [{ code: 'INVALID_DURATION', path, message }];
    }
    return path === 'heartbeat'
      ? wholeProblems(path, toMilliseconds(value), HEARTBEAT_MS_MIN, HEARTBEAT_MS_MAX)
      : [];
  });
}

/** What is wrong with a number that must be whole and from `min` to `max`. */
export function wholeProblems(path: string, value: number, min: number, max: number): readonly Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  const message = `${path} is ${value}; give a whole number from ${min} to ${max}`;
  return [{ code: 'OUT_OF_RANGE', path, message }];
}
