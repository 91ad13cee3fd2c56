/**
 * The assembly: one clock, the models of the services on it, and three doors to them. Door 1 is `call`,
 * straight on the models; door 2 is `requestHandler()`, for an SDK client in the same process; door 3 is
 * `listen()`, HTTP for everyone.
 */
import { createAdmin } from './admin.ts';
import { createAround } from './around.ts';
import { type Clock, createRealClock, createVirtualClock, type VirtualClock } from './clock.ts';
import { createBook } from './cloudformation/book.ts';
import { createKeeper } from './cloudformation/keep.ts';
import { createLoader, type LoadOptions } from './cloudformation/loader.ts';
import type { LoadReport } from './cloudformation/report.ts';
import { type DataOptions, openData } from './data/data.ts';
import { createDoors, type Doors, type Listening } from './doors.ts';
import type { Faults } from './faults/faults.ts';
import type { FaultPlan } from './faults/plan.ts';
import { withFunctionUrls } from './function-urls.ts';
import { toHost, toUrlHost } from './hosts.ts';
import type { OnCall } from './instrument.ts';
import {
  closeAll,
  createModels,
  findService,
  instrumentAll,
  keptOf,
  resumeAll,
  type Services,
} from './models.ts';
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
import { createRouter, type Router } from './wire/router.ts';

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

/** Which clock, which chance, and what is kept. */
export interface EmulatorOptions {
  /** The machine's time, or a time that stands still until `advance`. @default 'real' */
  readonly clock?: 'real' | VirtualClockOption['clock'];
  /** Makes ids, receipt handles and every other chance replayable. Without it they are random. */
  readonly seed?: number;
  /** Faults of SQS itself: duplicates, reordered messages, lost deletes. */
  readonly sqsFaults?: SqsFaults;
  /** EventBridge Scheduler invokes by chance within so many ms of a time; 0 is on time. @default 60_000 */
  readonly schedulerPrecisionMs?: number;
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
  /**
   * Secret access keys by their ids. Requests to function URLs with AWS_IAM that are signed by one of them
   * are refused when the signature is wrong; nobody else's can be checked. @default none
   */
  readonly credentials?: Readonly<Record<string, string>>;
  /**
   * A folder in which everything outlives the process, also when it is killed, what is on its way included:
   * an answer is given once what it tells of is there. Throws a DataError when the folder is in
   * use, damaged or of a newer format. Without it everything is in memory only.
   */
  readonly data?: string | DataOptions;
  /**
   * Faults by a plan: errors, throttles, latency, lost answers, duplicates, reordered and undeleted messages,
   * killed functions. Throws a FaultPlanError when the plan is wrong. Another one can be set later, under
   * `/_celeriac/faults` or by `emulator.faults`.
   */
  readonly faults?: FaultPlan;
}

/** AWS in this process: its services, its clock, and the doors to it. */
export interface Emulator extends AsyncDisposable {
  readonly clock: Clock;
  readonly services: Services;
  readonly trace: Trace;
  /** The plan of faults in force. */
  readonly faults: Pick<Faults, 'set' | 'clear' | 'read'>;
  /** Calls since the start by service and operation; those of clients unless asked for Lambda's own. */
  calls(source?: CallSource): readonly CallCount[];
  /** Calls a model directly: a service by its name, an operation of its API, the SDK's input. */
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

/** An emulator whose time is moved by hand. */
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
  const data = options.data === undefined ? undefined : openData(toDataOptions(options.data));
  const virtual = toVirtual(options.clock, data?.lastAt);
  const clock = virtual ?? createRealClock();
  const ring = createTrace(options.traceEntriesMax ?? TRACE_ENTRIES_MAX);
  const counters = createCounters();
  const doors = createDoors();
  const kill = (name: string) => void models.lambda.kill(name);
  const deployed = () => stacks.look();
  const around = createAround({ asked: options, data, clock, ring, kill, deployed });
  const { faults, onCall } = around;
  const book = createBook();
  const toCaller = (caller: Partial<Caller>): Caller => ({
    ...{ account: ACCOUNT, region: REGION, endpoint: doors.url() ?? UNHEARD },
    ...caller,
  });
  // Functions run in threads of their own, and only HTTP leads from there to here.
  const reach = async (functions: boolean) =>
    doors.url() ?? (functions ? (await doors.open(router)).url : UNHEARD);
  const host = toHost(() => models, toCaller, reach, clock);
  const models = createModels({
    ...options,
    ...(data === undefined ? {} : { kept: data }),
    // Ids that were given out before a restart must not be given out again.
    ...(options.seed === undefined ? {} : { seed: options.seed + (data?.generation ?? 0) }),
    ...{ ...around, clock, counters, book, host, url: doors.url },
  });
  const stacks = createKeeper(book, data?.journal);
  data?.attach([...keptOf(models), ...stacks.kept], () => clock.now(), stacks.lookAtWork);
  const services = instrumentAll(models, counters, onCall);
  const { lambda } = models;
  const resume = () => resumeAll(models);
  const admin = { clock, lambda, faults, trace: ring, counters, services: Object.keys(services) };
  const inner = createRouter({
    services: { ...services },
    admin: createAdmin(virtual === undefined ? admin : { ...admin, virtual }),
    report: (error, what) => options.log?.(`${what}: ${error instanceof Error ? error.stack : error}`),
  });
  const router = withFunctionUrls(inner, toUrlHost(services, toCaller, clock, options.credentials));
  const loader = createLoader(host, book);
  const emulator: Emulator = {
    clock,
    services,
    ...{ trace: ring, faults },
    calls: counters.read,
    ...toEntrances({ resume, services, router, doors, toCaller }),
    async load(folder, loadOptions) {
      const report = await loader.load(folder, loadOptions);
      resume();
      if (data !== undefined) stacks.look();
      await data?.commit();
      traceLoad(report, ring, clock.now());
      return report;
    },
    async close() {
      // Functions end first, since they would see their connections break.
      await lambda.close();
      closeAll(models);
      await doors.close();
      await book.folders.remove();
      await data?.close();
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
  return virtual === undefined ? emulator : toMovable(emulator, virtual, resume);
}

/** The three doors. What an earlier process left begins when the first of them is used: it may need them. */
function toEntrances(inside: {
  readonly resume: () => void;
  readonly services: Services;
  readonly router: Router;
  readonly doors: Doors;
  readonly toCaller: (caller: Partial<Caller>) => Caller;
}): Pick<Emulator, 'call' | 'requestHandler' | 'listen'> {
  const { resume, services, router, doors, toCaller } = inside;
  return {
    async call(service, operation, input, caller = {}) {
      resume();
      return findService(services, service).call(operation, input, toCaller(caller));
    },
    requestHandler() {
      resume();
      return toRequestHandler(router);
    },
    async listen(at) {
      const door = await doors.open(router, at);
      resume();
      return door;
    },
  };
}

/** An emulator with an app: what a test file needs. */
export interface StartOptions extends EmulatorOptions {
  /** The folder of a synthesized app, `cdk.out`. */
  readonly template?: string;
  readonly parameters?: LoadOptions['parameters'];
}

/**
 * Makes an emulator and loads an app into it: what a test file begins with. Nothing listens and no socket is
 * opened unless the app has functions, which run in threads and reach the emulator over HTTP. SDK clients get
 * `requestHandler: emulator.requestHandler()`; account and region are those of their credentials and region.
 *
 * ```ts
 * const emulator = await startEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' }, template: 'cdk.out' });
 * const sqs = new SQSClient({ region: 'us-east-1', credentials, requestHandler: emulator.requestHandler() });
 * await emulator.advance(60_000);
 * ```
 */
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

function toDataOptions(data: string | DataOptions): DataOptions {
  return typeof data === 'string' ? { folder: data } : data;
}

/** Virtual time does not go back behind what has been kept. */
function toVirtual(clock: EmulatorOptions['clock'], lastAt = 0): VirtualClock | undefined {
  if (clock === undefined || clock === 'real') return undefined;
  const start = new Date(clock.virtual).getTime();
  if (Number.isNaN(start))
    throw new RangeError(`clock.virtual is '${String(clock.virtual)}', which is no time`);
  return createVirtualClock(Math.max(start, lastAt));
}

function toMovable(emulator: Emulator, clock: VirtualClock, resume: () => void): VirtualEmulator {
  const advance = (ms: number) => {
    resume();
    return clock.advance(ms);
  };
  return { ...emulator, clock, advance, settled: () => clock.settled() };
}

function traceLoad(report: LoadReport, ring: TraceRing, at: number): void {
  for (const { kind, logicalId, type, physicalId, stack } of report.changes) {
    const place = report.stacks.find(({ name }) => name === stack);
    const what = {
      account: place?.account,
      region: place?.region,
      target: logicalId,
      type,
      physicalId,
      stack,
    };
    ring.add({ at, service: 'cloudformation', operation: kind, ...what });
  }
}
