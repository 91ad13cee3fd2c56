/**
 * What runs a function's code: the one interface behind which stand worker threads with a real bundle, and
 * functions of this process in a simulation. A runner knows nothing of concurrency, retries or mappings; it
 * starts, invokes and kills.
 */

/** Where a finished line of output goes. */
export type LineSink = (stream: 'stdout' | 'stderr', text: string) => void;

/**
 * Everything that an environment is started from; it keeps these until it ends, whatever is configured later.
 */
export interface EnvironmentSetup {
  readonly functionName: string;
  readonly functionArn: string;
  readonly functionVersion: string;
  readonly handler: string;
  /** The unpacked bundle; absent for a function without code of its own. */
  readonly folder?: string;
  readonly memoryMb: number;
  readonly logGroup: string;
  readonly logStream: string;
  /** The complete process.env of the function. */
  readonly variables: Readonly<Record<string, string>>;
}

/** One invocation as the environment gets it. */
export interface InvocationRequest {
  readonly requestId: string;
  /** The event, as JSON. */
  readonly payload: string;
  readonly timeoutMs: number;
  /** What calls that the function makes carry on: X-Ray's header with the lineage of the chain. */
  readonly traceHeader: string;
  /** How many functions the chain has passed through, this one included. */
  readonly lineage: number;
  /** The client context of the caller, as JSON. */
  readonly clientContext?: string;
  readonly line: LineSink;
  /** Hears, before any line, in which log stream they belong. */
  readonly placed?: (logStream: string) => void;
}

/** An error as Lambda hands it to the caller: this object is the payload of a failed invocation. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How an invocation ended. */
export type InvocationOutcome =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: FunctionFailure }
  /** The environment did not survive: timeout, exit, kill. */
  | { readonly kind: 'ended'; readonly failure: FunctionFailure };

/** One execution environment: at most one invocation at a time. */
export interface Sandbox {
  /**
   * Settles once the function's module is loaded; a failure says why it could not be, and the environment is
   * gone.
   */
  readonly ready: Promise<FunctionFailure | undefined>;
  /** False from the moment on that its end has begun. */
  readonly alive: boolean;
  /** Never rejects: what goes wrong is an outcome. */
  invoke(request: InvocationRequest): Promise<InvocationOutcome>;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): void;
}

/** A way to run functions. */
export interface Runner {
  /**
   * Starts an environment. `first` is the invocation that it is started for: output of the init phase is
   * attributed to it. `ended` is called once when the environment is gone, whatever the reason.
   */
  start(setup: EnvironmentSetup, first: InvocationRequest, ended: () => void): Sandbox;
}

/** The end of an environment under an invocation, in the words of the platform. */
export function exitFailure(
  requestId: string,
  reason: string,
  errorType = 'Runtime.ExitError',
): FunctionFailure {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` };
}

/** The end of an invocation that took too long. */
export function timeoutFailure(requestId: string, timeoutMs: number): FunctionFailure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return exitFailure(requestId, `Task timed out after ${seconds} seconds`, 'Sandbox.Timedout');
}

/** The reason when an environment was ended from outside. */
export const KILLED = 'Runtime exited with error: signal: killed';
