/**
 * The assembly: one clock, the models of the services on it, and three doors to them. Door 1 is `call`,
 * straight on the models; door 2 is `requestHandler()`, for an SDK client in the same process; door 3 is
 * `listen()`, HTTP for everyone.
 */
import { createAdmin } from './admin.ts';
import { type Clock, createRealClock, createVirtualClock, type VirtualClock } from './clock.ts';
import { createLoader, type LoadOptions } from './cloudformation/loader.ts';
import type { LoadReport } from './cloudformation/report.ts';
import { createDoors, type Listening } from './doors.ts';
import type { OnCall } from './instrument.ts';
import { createModels, findService, instrumentAll, type Services } from './models.ts';
import type { Caller, Input, Output } from './service.ts';
import type { SqsFaults } from './sqs/sqs.ts';
import {
  type CallCount,
  type CallSource,
  createCounters,
  createTrace,
  type Trace,
  type TraceRing,
} from './trace.ts';
import type { ListenOptions } from './wire/http.ts';
import { type RequestHandler, toRequestHandler } from './wire/request-handler.ts';
import { createRouter } from './wire/router.ts';

/** Callers and stacks that say nothing else are here. */
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
/** Stands in queue URLs while nothing listens. */
const UNHEARD = 'http://127.0.0.1:4566';
const TRACE_ENTRIES_MAX = 10_000;

/** A time that stands still until `advance`, and where it starts. */
export interface VirtualClockOption {
  readonly clock: { readonly virtual: string | Date | number };
}

export interface EmulatorOptions {
  /** The machine's time, or a time that stands still until `advance`. @default 'real' */
  readonly clock?: 'real' | VirtualClockOption['clock'];
  /** Makes ids, receipt handles and every other chance replayable. Without it they are random. */
  readonly seed?: number;
  /** Faults of SQS itself: duplicates, reordered messages, lost deletes. */
  readonly sqsFaults?: SqsFaults;
  /**
   * Stands around every call of a service: may throw instead of calling on (an error), wait before (latency)
   * or throw after (a lost answer). What `proceed` resolves to must be returned.
   */
  readonly onCall?: OnCall;
  /** Receives each line that functions print and the emulator says; without it they are dropped. */
  readonly log?: (line: string) => void;
  /** How many entries the trace keeps. @default 10_000 */
  readonly traceEntriesMax?: number;
  /**
   * Enforces SQS's 60-second rules (purge, delete and create again), which test suites rarely want. @default
   * false
   */
  readonly strict?: boolean;
}

export interface Emulator extends AsyncDisposable {
  readonly clock: Clock;
  readonly services: Services;
  readonly trace: Trace;
  /** Calls since the start by service and operation; those of clients unless asked for Lambda's own. */
  calls(source?: CallSource): readonly CallCount[];
  /**
   * Calls a model directly: service `sqs`, `dynamodb` or `lambda`, an operation of its API, the SDK's input.
   */
  call(service: string, operation: string, input: Input, caller?: Partial<Caller>): Promise<Output>;
  /** The `requestHandler` of an SDK client that talks to this emulator without a socket. */
  requestHandler(): RequestHandler;
  /**
   * Serves HTTP; a port of 0 takes a free one. Functions reach the emulator here, so `load` listens if
   * nothing does.
   */
  listen(options?: ListenOptions): Promise<Listening>;
  /** Creates what a synthesized app (`cdk.out`) describes; the same folder again applies the difference. */
  load(folder: string, options?: LoadOptions): Promise<LoadReport>;
  /** Ends functions, listeners and timers. What is under way is dropped. */
  close(): Promise<void>;
}

export interface VirtualEmulator extends Emulator {
  readonly clock: VirtualClock;
  /** Moves time forward by milliseconds, firing everything that is due on the way. */
  advance(ms: number): Promise<void>;
  /** Resolves when nothing runs but what waits on the clock. */
  settled(): Promise<void>;
}

/** Makes an emulator without resources. */
export function createEmulator(options: EmulatorOptions & VirtualClockOption): VirtualEmulator;
export function createEmulator(options?: EmulatorOptions): Emulator;
export function createEmulator(options: EmulatorOptions = {}): Emulator | VirtualEmulator {
  const virtual = toVirtual(options.clock);
  const clock = virtual ?? createRealClock();
  const ring = createTrace(options.traceEntriesMax ?? TRACE_ENTRIES_MAX);
  const counters = createCounters();
  const doors = createDoors();
  const models = createModels({ ...options, clock, ring, counters, url: doors.url });
  const services = instrumentAll(models, counters, options.onCall);
  const { lambda } = models;
  const admin = { clock, lambda, trace: ring, counters, services: Object.keys(services) };
  const router = createRouter({
    services: { ...services },
    admin: createAdmin(virtual === undefined ? admin : { ...admin, virtual }),
    report: (error, what) => options.log?.(`${what}: ${error instanceof Error ? error.stack : error}`),
  });
  const toCaller = (caller: Partial<Caller>): Caller => ({
    ...{ account: ACCOUNT, region: REGION, endpoint: doors.url() ?? UNHEARD },
    ...caller,
  });
  const loader = createLoader({
    // Straight on the models: what a load does is no client's call, and no fault plan's business.
    call: async (service, operation, input, caller) =>
      findService(models, service).call(operation, input, toCaller(caller)),
    // Functions run in threads of their own, and only HTTP leads from there to here.
    endpoint: async (functions) => doors.url() ?? (functions ? (await doors.open(router)).url : UNHEARD),
  });
  const emulator: Emulator = {
    clock,
    services,
    trace: ring,
    calls: counters.read,
    call: async (service, operation, input, caller = {}) =>
      findService(services, service).call(operation, input, toCaller(caller)),
    requestHandler: () => toRequestHandler(router),
    listen: (at) => doors.open(router, at),
    async load(folder, loadOptions) {
      const report = await loader.load(folder, loadOptions);
      traceLoad(report, ring, clock.now());
      return report;
    },
    async close() {
      // Functions end first, since they would see their connections break.
      await lambda.close();
      await doors.close();
      await loader.close();
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
  return virtual === undefined ? emulator : toMovable(emulator, virtual);
}

/** An emulator with an app: what a test file needs. */
export interface StartOptions extends EmulatorOptions {
  /** The folder of a synthesized app, `cdk.out`. */
  readonly template?: string;
  readonly parameters?: LoadOptions['parameters'];
}

/** Makes an emulator and loads an app into it. */
export function startEmulator(options: StartOptions & VirtualClockOption): Promise<VirtualEmulator>;
export function startEmulator(options?: StartOptions): Promise<Emulator>;
export async function startEmulator(options: StartOptions = {}): Promise<Emulator> {
  const { template, parameters, ...rest } = options;
  const emulator = createEmulator(rest);
  if (template === undefined) return emulator;
  try {
    await emulator.load(template, parameters === undefined ? {} : { parameters });
    return emulator;
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

function toVirtual(clock: EmulatorOptions['clock']): VirtualClock | undefined {
  if (clock === undefined || clock === 'real') return undefined;
  const start = new Date(clock.virtual).getTime();
  if (Number.isNaN(start))
    throw new RangeError(`clock.virtual is '${String(clock.virtual)}', which is no time`);
  return createVirtualClock(start);
}

function toMovable(emulator: Emulator, clock: VirtualClock): VirtualEmulator {
  return { ...emulator, clock, advance: (ms) => clock.advance(ms), settled: () => clock.settled() };
}

function traceLoad(report: LoadReport, ring: TraceRing, at: number): void {
  for (const { kind, logicalId, type, physicalId, stack } of report.changes) {
    const what = { target: logicalId, type, physicalId, stack };
    ring.add({ at, service: 'cloudformation', operation: kind, ...what });
  }
}
