/**
 * The execution environments of all functions: a warm one is taken again (the last used first, so that the
 * others can grow old), else a new one is started; one whose code or configuration changed ends after what it
 * is doing.
 */
import type { Clock } from '../clock.ts';
import { environmentVariables, type LambdaFunction } from './function.ts';
import { IDLE_MAX_MS } from './limits.ts';
import { hexDigits } from './lineage.ts';
import {
  exitFailure,
  type InvocationOutcome,
  type InvocationRequest,
  KILLED,
  type Runner,
  type Sandbox,
} from './runner.ts';

/** What environments are started with. */
export interface EnvironmentsOptions {
  readonly clock: Clock;
  readonly runnerOf: (fn: LambdaFunction) => Runner;
  readonly endpoint: () => string | undefined;
  readonly random: () => number;
}

/** What an invocation came to, and whether it had to wait for a new environment. */
export interface RunResult {
  readonly outcome: InvocationOutcome;
  readonly cold: boolean;
}

/** The pools of all functions, by ARN. */
export interface Environments {
  /** Runs one invocation in a warm or a new environment. Never rejects. */
  run(fn: LambdaFunction, request: InvocationRequest): Promise<RunResult>;
  /** How many environments the function has, busy ones included. */
  count(arn: string): number;
  /** Lets no later invocation use the environments of now: after a change, or a delete. */
  retire(arn: string): void;
  /** Ends all of them at once; says how many there were. */
  kill(arn: string): number;
  /** Ends every environment of every function, and resolves when all are gone. */
  close(): Promise<void>;
}

interface Environment {
  readonly sandbox: Sandbox;
  readonly logStream: string;
  busy: boolean;
  stale: boolean;
  idleSince: number;
}

interface Pool {
  /** Every environment that has not ended. */
  readonly all: Set<Environment>;
  /** The idle ones, the last used at the end. */
  readonly idle: Environment[];
}

/** Makes pools without environments. */
export function createEnvironments(options: EnvironmentsOptions): Environments {
  return new Pools(options);
}

class Pools implements Environments {
  readonly #options: EnvironmentsOptions;
  readonly #pools = new Map<string, Pool>();
  readonly #closers: (() => void)[] = [];
  #open = true;
  #alive = 0;

  constructor(options: EnvironmentsOptions) {
    this.#options = options;
  }

  async run(fn: LambdaFunction, request: InvocationRequest): Promise<RunResult> {
    if (!this.#open) {
      return { outcome: { kind: 'ended', failure: exitFailure(request.requestId, KILLED) }, cold: false };
    }
    const pool = this.#poolOf(fn.arn);
    const warm = takeWarm(pool, this.#options.clock.now());
    const environment = warm ?? this.#start(fn, pool, request);
    environment.busy = true;
    const cold = warm === undefined;
    if (!cold) request.placed?.(environment.logStream);
    if (cold) {
      const failure = await environment.sandbox.ready;
      if (failure !== undefined) return { outcome: { kind: 'ended', failure }, cold };
    }
    const outcome = await environment.sandbox.invoke(request);
    this.#release(pool, environment);
    return { outcome, cold };
  }

  count(arn: string): number {
    return this.#pools.get(arn)?.all.size ?? 0;
  }

  retire(arn: string): void {
    const pool = this.#poolOf(arn);
    pool.idle.length = 0;
    for (const environment of pool.all) {
      environment.stale = true;
      if (!environment.busy) environment.sandbox.kill();
    }
  }

  kill(arn: string): number {
    const pool = this.#poolOf(arn);
    const victims = [...pool.all].filter((environment) => environment.sandbox.alive);
    pool.idle.length = 0;
    for (const environment of victims) environment.sandbox.kill();
    return victims.length;
  }

  async close(): Promise<void> {
    this.#open = false;
    for (const arn of this.#pools.keys()) this.kill(arn);
    if (this.#alive === 0) return;
    await new Promise<void>((resolve) => this.#closers.push(resolve));
  }

  #poolOf(arn: string): Pool {
    let pool = this.#pools.get(arn);
    if (pool === undefined) {
      pool = { all: new Set(), idle: [] };
      this.#pools.set(arn, pool);
    }
    return pool;
  }

  #start(fn: LambdaFunction, pool: Pool, first: InvocationRequest): Environment {
    // A runner may call `ended` before `start` has returned, so the environment may not exist yet.
    let environment: Environment | undefined;
    let over = false;
    this.#alive += 1;
    const setup = toSetup(fn, this.#options);
    const { logStream } = setup;
    first.placed?.(logStream);
    const sandbox = this.#options.runnerOf(fn).start(setup, first, () => {
      if (over) return;
      over = true;
      this.#alive -= 1;
      if (environment !== undefined) pool.all.delete(environment);
      if (this.#alive === 0) for (const close of this.#closers) close();
    });
    environment = { sandbox, logStream, busy: true, stale: false, idleSince: 0 };
    if (!over) pool.all.add(environment);
    return environment;
  }

  #release(pool: Pool, environment: Environment): void {
    environment.busy = false;
    environment.idleSince = this.#options.clock.now();
    if (environment.stale) environment.sandbox.kill();
    else if (environment.sandbox.alive) pool.idle.push(environment);
  }
}

function takeWarm(pool: Pool, now: number): Environment | undefined {
  // Ages are looked at when somebody comes, not by timers: virtual time must not be kept busy by what only
  // grows old.
  while (pool.idle.length > 0 && now - (pool.idle[0]?.idleSince ?? now) > IDLE_MAX_MS) {
    pool.idle.shift()?.sandbox.kill();
  }
  for (let last = pool.idle.pop(); last !== undefined; last = pool.idle.pop()) {
    if (last.sandbox.alive) return last;
  }
  return undefined;
}

function toSetup(fn: LambdaFunction, options: EnvironmentsOptions) {
  const day = new Date(options.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  const logStream = `${day}/[${fn.version}]${hexDigits(32, options.random)}`;
  return {
    functionName: fn.name,
    functionArn: fn.arn,
    functionVersion: fn.version,
    handler: fn.settings.handler,
    ...(fn.bundle.folder === undefined ? {} : { folder: fn.bundle.folder }),
    memoryMb: fn.settings.memoryMb,
    logGroup: fn.settings.logGroup,
    logStream,
    variables: environmentVariables(fn, logStream, options.endpoint()),
  };
}
