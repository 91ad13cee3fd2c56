/**
 * Functions from their real bundles, each environment a worker thread: own process.env, own modules, own heap
 * limit, and a terminate that stops even an endless loop. A thread instead of a process because it starts and
 * answers as fast with a third of the memory, and nothing is left behind when this process dies.
 *
 * Time inside a thread is real, so its timeouts are too: this file sets Node's timers where the emulator else
 * has its clock.
 */
import { Worker } from 'node:worker_threads';
import { IDLE_MAX_MS, INIT_MAX_MS } from './limits.ts';
import { createLineSplitter } from './lines.ts';
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

/** How long threads may do nothing. */
export interface ThreadOptions {
  /** Real milliseconds after which an unused thread is dropped. @default 600000 */
  readonly idleMs?: number;
  /** Real milliseconds that loading the module may take. @default 10000 */
  readonly initMs?: number;
}

type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly failure: FunctionFailure };

/** A runner whose environments are worker threads. */
export function createThreadRunner(options: ThreadOptions = {}): Runner {
  return { start: (setup, first, ended) => new Thread(setup, first, ended, options) };
}

class Thread implements Sandbox {
  readonly ready: Promise<FunctionFailure | undefined>;
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #lines = createLineSplitter((stream, text) => this.#request.line(stream, text));
  #request: InvocationRequest;
  #state: 'starting' | 'idle' | 'busy' | 'ending' | 'ended' = 'starting';
  /** Ends the wait of whoever started or invoked; undefined while nobody waits. */
  #finish: ((outcome: InvocationOutcome | undefined) => void) | undefined;
  /** Why it ends, when this side decided so. */
  #reason: FunctionFailure | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The turn that a time that is over is still given. */
  #lastTurn: NodeJS.Immediate | undefined;

  constructor(setup: EnvironmentSetup, first: InvocationRequest, ended: () => void, options: ThreadOptions) {
    this.#options = options;
    this.#request = first;
    this.#worker = new Worker(new URL('./thread.js', import.meta.url), workerOptions(setup));
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      this.#exit(code);
      ended();
    });
    const initMs = options.initMs ?? INIT_MAX_MS;
    this.#limit(initMs, timeoutFailure(first.requestId, initMs));
    this.ready = new Promise((resolve) => {
      this.#finish = (outcome) => resolve(outcome?.kind === 'ended' ? outcome.failure : undefined);
    });
  }

  get alive(): boolean {
    return this.#state !== 'ending' && this.#state !== 'ended';
  }

  invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    if (this.#state !== 'idle') {
      return Promise.resolve({ kind: 'ended', failure: exitFailure(request.requestId, KILLED) });
    }
    this.#state = 'busy';
    this.#request = request;
    // Only a busy thread keeps the process alive: idle ones must not hold a finished script open.
    this.#worker.ref();
    this.#limit(request.timeoutMs, timeoutFailure(request.requestId, request.timeoutMs));
    const { requestId, payload, timeoutMs, traceHeader, clientContext } = request;
    this.#worker.postMessage({ requestId, payload, timeoutMs, traceHeader, clientContext });
    return new Promise((resolve) => {
      this.#finish = (outcome) => {
        if (outcome !== undefined) resolve(outcome);
      };
    });
  }

  kill(): void {
    this.#end(exitFailure(this.#request.requestId, KILLED));
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'output':
        this.#lines.add(message.stream, message.text);
        break;
      case 'ready':
      case 'returned':
        this.#rest(message.kind === 'ready' ? undefined : message);
        break;
      case 'failed':
        if (this.#state === 'starting') this.#end(message.failure);
        else this.#rest(message);
        break;
    }
  }

  /** The thread has finished what it was asked for. What comes after its time was over does not count. */
  #rest(outcome: InvocationOutcome | undefined): void {
    if (this.#state !== 'busy' && this.#state !== 'starting') return;
    this.#state = 'idle';
    this.#lines.flush();
    this.#stopTimers();
    this.#timer = setTimeout(() => this.kill(), this.#options.idleMs ?? IDLE_MAX_MS).unref();
    this.#worker.unref();
    this.#settle(outcome);
  }

  #limit(ms: number, failure: FunctionFailure): void {
    this.#stopTimers();
    this.#timer = setTimeout(() => {
      // Node fires timers before it reads messages. When this side was busy with something else for so long,
      // the thread's answer may be here already, and counts: it is read before the turn's end.
      this.#lastTurn = setImmediate(() => this.#end(failure));
    }, ms);
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#lastTurn);
  }

  /**
   * Starts its end; whoever waits hears of it when the thread is really gone and can have no more effects.
   */
  #end(reason: FunctionFailure): void {
    if (this.#state === 'ending' || this.#state === 'ended') return;
    this.#state = 'ending';
    this.#reason = reason;
    this.#stopTimers();
    void this.#worker.terminate();
  }

  #fail(error: Error & { readonly code?: string }): void {
    const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const type = outOfMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
    const reason = outOfMemory ? KILLED : `Runtime exited with error: ${error.message}`;
    this.#reason ??= exitFailure(this.#request.requestId, reason, type);
  }

  #exit(code: number): void {
    this.#state = 'ended';
    this.#stopTimers();
    this.#lines.flush();
    const said =
      code === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${code}`;
    const failure = this.#reason ?? exitFailure(this.#request.requestId, said);
    this.#settle({ kind: 'ended', failure });
  }

  #settle(outcome: InvocationOutcome | undefined): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(outcome);
  }
}

function workerOptions(setup: EnvironmentSetup): ConstructorParameters<typeof Worker>[1] {
  return {
    name: setup.functionName,
    env: { ...setup.variables },
    // The parent's own flags (loaders, inspectors) are none of the function's; NODE_OPTIONS among its
    // variables counts.
    execArgv: [],
    // What escapes the capture inside the thread must not mix with the emulator's own output.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: setup.memoryMb },
    workerData: {
      folder: setup.folder,
      handler: setup.handler,
      context: {
        functionName: setup.functionName,
        functionVersion: setup.functionVersion,
        invokedFunctionArn: setup.functionArn,
        memoryLimitInMB: String(setup.memoryMb),
        logGroupName: setup.logGroup,
        logStreamName: setup.logStream,
      },
    },
  };
}
