/**
 * Functions of this process, for simulations: no thread, no bundle, and all waiting on the given clock, the
 * timeout too. A kill cannot stop code that runs; it ends the invocation, and tells the environment, which
 * has to stop on its own.
 */
import type { Clock } from '../clock.ts';
import {
  type EnvironmentSetup,
  exitFailure,
  type FunctionFailure,
  type InvocationOutcome,
  type InvocationRequest,
  KILLED,
  type Runner,
  type Sandbox,
  timeoutFailure,
} from './runner.ts';

/** What a function learns about its invocation: AWS's context, and the chain that it belongs to. */
export interface InlineContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext?: unknown;
  /** The function's variables; process.env is that of the whole process here. */
  readonly variables: Readonly<Record<string, string>>;
  /** To be passed as `Caller.lineage` by the calls that it makes, for the recursion guard. */
  readonly lineage: number;
  readonly traceHeader: string;
  getRemainingTimeInMillis(): number;
}

/** An execution environment in this process: at most one invocation at a time. */
export interface InlineEnvironment {
  /** Resolves to what the function returns; a rejection is the function's error. */
  invoke(event: unknown, context: InlineContext): Promise<unknown>;
  /** The environment is over: the function must have no effect from here on. */
  kill?(): void;
}

/** A function of this process. */
export interface InlineSource {
  /** Makes a fresh environment: a cold start. May throw, as a module may at import. */
  start(): InlineEnvironment;
}

/** A runner for one function of this process. */
export function createInlineRunner(clock: Clock, source: InlineSource): Runner {
  return { start: (setup, _first, ended) => startInline(clock, source, setup, ended) };
}

function startInline(
  clock: Clock,
  source: InlineSource,
  setup: EnvironmentSetup,
  ended: () => void,
): Sandbox {
  let environment: InlineEnvironment | undefined;
  let failure: FunctionFailure | undefined;
  let alive = true;
  let crash: ((reason: FunctionFailure) => void) | undefined;
  let requestId = '';
  try {
    environment = source.start();
  } catch (error) {
    failure = toFailure(error);
  }

  function end(reason: FunctionFailure): void {
    if (!alive) return;
    alive = false;
    environment?.kill?.();
    crash?.(reason);
    ended();
  }

  async function invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    if (environment === undefined || !alive) {
      return { kind: 'ended', failure: exitFailure(request.requestId, KILLED) };
    }
    requestId = request.requestId;
    const deadline = clock.now() + request.timeoutMs;
    const crashed = new Promise<InvocationOutcome>((resolve) => {
      crash = (reason) => resolve({ kind: 'ended', failure: reason });
    });
    const cancel = clock.at(deadline, () => end(timeoutFailure(request.requestId, request.timeoutMs)));
    try {
      return await Promise.race([answer(environment, setup, request, () => deadline - clock.now()), crashed]);
    } finally {
      cancel();
      crash = undefined;
    }
  }

  if (failure !== undefined) {
    alive = false;
    ended();
  }
  return {
    ready: Promise.resolve(failure),
    get alive() {
      return alive;
    },
    invoke,
    kill: () => end(exitFailure(requestId, KILLED)),
  };
}

async function answer(
  environment: InlineEnvironment,
  setup: EnvironmentSetup,
  request: InvocationRequest,
  remainingMs: () => number,
): Promise<InvocationOutcome> {
  try {
    const event: unknown = JSON.parse(request.payload);
    const result = await environment.invoke(event, toContext(setup, request, remainingMs));
    return { kind: 'returned', payload: JSON.stringify(result ?? null) ?? 'null' };
  } catch (error) {
    return { kind: 'failed', failure: toFailure(error) };
  }
}

function toContext(
  setup: EnvironmentSetup,
  request: InvocationRequest,
  remainingMs: () => number,
): InlineContext {
  return {
    awsRequestId: request.requestId,
    functionName: setup.functionName,
    functionVersion: setup.functionVersion,
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memoryMb),
    logGroupName: setup.logGroup,
    logStreamName: setup.logStream,
    ...(request.clientContext === undefined ? {} : { clientContext: JSON.parse(request.clientContext) }),
    variables: setup.variables,
    lineage: request.lineage,
    traceHeader: request.traceHeader,
    getRemainingTimeInMillis: remainingMs,
  };
}

function toFailure(error: unknown): FunctionFailure {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
