/**
 * One execution of a function, whoever asks for it: the recursion guard and the concurrency limits at the
 * door, an environment inside, and the answer with its log. Callers, the asynchronous queue and mappings all
 * come through here.
 */
import type { Clock } from '../clock.ts';
import { baseArn } from './arn.ts';
import type { Environments } from './environments.ts';
import { recursionDetected, throttled } from './errors.ts';
import type { LambdaFunction } from './function.ts';
import { ACCOUNT_CONCURRENCY, RECURSION_MAX, SYNC_PAYLOAD_MAX_BYTES } from './limits.ts';
import { traceHeader, uuid } from './lineage.ts';
import { createLogTail, type LogTail } from './log-tail.ts';
import type { FunctionFailure, InvocationOutcome, InvocationRequest } from './runner.ts';
import type { Statistics } from './statistics.ts';

/** What an execution came to. */
export interface Execution {
  readonly requestId: string;
  /** The function's answer as JSON; that of a failure is the failure itself. */
  readonly payload: string;
  readonly failure?: FunctionFailure;
  /** The last part of the log, where it was asked for. */
  readonly log?: string;
}

/** What to execute a function with, and for whom. */
export interface ExecutionRequest {
  readonly payload: string;
  /** How many functions the chain had passed through before this one. */
  readonly lineage: number;
  readonly requestId?: string;
  readonly clientContext?: string;
  readonly tail?: boolean;
  /** Who asks, for the trace: 'invoke', 'async', or a mapping's id. */
  readonly source: string;
}

/** One line that a function printed. */
export interface LogLine {
  readonly functionName: string;
  readonly account: string;
  readonly region: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly requestId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** One line of what happened, for an inspector. */
export interface LambdaTraceEntry {
  readonly at: number;
  readonly service: 'lambda';
  readonly operation: 'invoke' | 'answer' | 'throttle' | 'recursion' | 'drop' | 'kill' | 'filter' | 'batch';
  readonly account: string;
  readonly region: string;
  readonly function: string;
  readonly [detail: string]: unknown;
}

/** What the executor works with. */
export interface ExecutorOptions {
  readonly clock: Clock;
  readonly environments: Environments;
  readonly statistics: Statistics;
  readonly random: () => number;
  readonly concurrency?: number;
  /** What is reserved for the function of an ARN. */
  readonly reserved: (arn: string) => number | undefined;
  readonly log?: (line: LogLine) => void;
  readonly trace?: (entry: LambdaTraceEntry) => void;
}

/** The one way to a function's environments. */
export interface Executor {
  /**
   * Throws TooManyRequestsException and RecursiveInvocationException; what the function itself does is a
   * result.
   */
  execute(fn: LambdaFunction, request: ExecutionRequest): Promise<Execution>;
  running(arn: string): number;
  requestId(): string;
}

/** Makes an executor that counts from zero. */
export function createExecutor(options: ExecutorOptions): Executor {
  return new CountingExecutor(options);
}

class CountingExecutor implements Executor {
  readonly #options: ExecutorOptions;
  /** Invocations under way, by function and by account and region. */
  readonly #running = new Map<string, number>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  running(key: string): number {
    return this.#running.get(key) ?? 0;
  }

  requestId(): string {
    return uuid(this.#options.random);
  }

  async execute(fn: LambdaFunction, request: ExecutionRequest): Promise<Execution> {
    const { clock, environments, statistics } = this.#options;
    const leave = this.#enter(fn, request);
    const requestId = request.requestId ?? this.requestId();
    const tail = request.tail === true ? createLogTail() : undefined;
    const startedAt = clock.now();
    const invocation = this.#toInvocation(fn, request, requestId, tail);
    this.#trace('invoke', fn, request, { requestId });
    tail?.add(`START RequestId: ${requestId} Version: ${fn.version}`);
    try {
      const { outcome, cold } = await clock.run(`function ${fn.name}`, () =>
        environments.run(fn, invocation),
      );
      const execution = toExecution(requestId, outcome);
      const durationMs = clock.now() - startedAt;
      const error = execution.failure?.errorType;
      statistics.count(fn.arn, { cold, error, durationMs });
      this.#trace('answer', fn, request, { requestId, cold, ...(error === undefined ? {} : { error }) });
      if (tail === undefined) return execution;
      return { ...execution, log: report(tail, execution, durationMs, fn.settings.memoryMb) };
    } finally {
      leave();
    }
  }

  /** Lets an execution in, or throws; what it returns lets it out again. */
  #enter(fn: LambdaFunction, request: ExecutionRequest): () => void {
    const counted = this.#options.statistics.of(fn.arn);
    if (request.lineage >= RECURSION_MAX && fn.recursiveLoop === 'Terminate') {
      counted.recursionsDropped += 1;
      this.#trace('recursion', fn, request, { lineage: request.lineage });
      throw recursionDetected();
    }
    const account = `${fn.account}/${fn.region}`;
    // Versions and aliases share what is reserved for their function.
    const base = baseArn(fn.arn);
    const reserved = this.#options.reserved(base);
    const limit = reserved ?? this.#options.concurrency ?? ACCOUNT_CONCURRENCY;
    if (this.running(reserved === undefined ? account : base) >= limit) {
      counted.throttles += 1;
      this.#trace('throttle', fn, request, {});
      throw throttled(
        reserved === undefined
          ? 'ConcurrentInvocationLimitExceeded'
          : 'ReservedFunctionConcurrentInvocationLimitExceeded',
      );
    }
    // Reserved executions are set aside for their function, so only the others share the account's limit.
    const keys = new Set([fn.arn, base, ...(reserved === undefined ? [account] : [])]);
    for (const key of keys) this.#running.set(key, this.running(key) + 1);
    return () => {
      for (const key of keys) this.#running.set(key, this.running(key) - 1);
    };
  }

  #toInvocation(
    fn: LambdaFunction,
    request: ExecutionRequest,
    requestId: string,
    tail: LogTail | undefined,
  ): InvocationRequest {
    const { clock, random, log } = this.#options;
    const lineage = request.lineage + 1;
    const { name: functionName, account, region } = fn;
    const { logGroup } = fn.settings;
    let logStream = '';
    return {
      requestId,
      payload: request.payload,
      timeoutMs: fn.settings.timeoutS * 1000,
      traceHeader: traceHeader(fn.arn, lineage, clock.now(), random),
      lineage,
      ...(request.clientContext === undefined ? {} : { clientContext: request.clientContext }),
      line(stream, text) {
        tail?.add(text);
        log?.({ functionName, account, region, logGroup, logStream, requestId, stream, text });
      },
      placed(name) {
        logStream = name;
      },
    };
  }

  #trace(
    operation: LambdaTraceEntry['operation'],
    fn: LambdaFunction,
    { source }: ExecutionRequest,
    details: Readonly<Record<string, unknown>>,
  ): void {
    const at = this.#options.clock.now();
    const { account, name, region } = fn;
    const what = { account, region, function: name, source };
    this.#options.trace?.({ at, service: 'lambda', operation, ...what, ...details });
  }
}

function toExecution(requestId: string, outcome: InvocationOutcome): Execution {
  if (outcome.kind !== 'returned') return failed(requestId, outcome.failure);
  // A JSON text has at most three bytes a character, so short ones need not be measured.
  const { payload } = outcome;
  if (payload.length * 3 <= SYNC_PAYLOAD_MAX_BYTES || Buffer.byteLength(payload) <= SYNC_PAYLOAD_MAX_BYTES) {
    return { requestId, payload };
  }
  const allowed = `maximum allowed payload size (${SYNC_PAYLOAD_MAX_BYTES} bytes).`;
  return failed(requestId, {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded ${allowed}`,
  });
}

function failed(requestId: string, failure: FunctionFailure): Execution {
  return { requestId, payload: JSON.stringify(failure), failure };
}

function report(tail: LogTail, { requestId, failure }: Execution, ms: number, memoryMb: number): string {
  if (failure?.errorType === 'Sandbox.Timedout' || failure?.errorType === 'Runtime.ExitError') {
    tail.add(failure.errorMessage);
  }
  tail.add(`END RequestId: ${requestId}`);
  const durations = `Duration: ${ms.toFixed(2)} ms\tBilled Duration: ${Math.max(1, Math.ceil(ms))} ms`;
  tail.add(`REPORT RequestId: ${requestId}\t${durations}\tMemory Size: ${memoryMb} MB`);
  return tail.text();
}
