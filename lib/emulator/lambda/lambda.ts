/**
 * The emulated AWS Lambda: functions from real bundles in worker threads or from this process, synchronous
 * and asynchronous invocation, concurrency, the recursion guard, and event source mappings from SQS.
 *
 * A function runs its real bundle in a worker thread unless code of this process was registered under its
 * name. On a virtual clock time stands still while a thread works; inside the thread, time and timeouts are
 * real.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Dynamodb } from '../dynamodb/dynamodb.ts';
import type { Caller, Input, Output, Service } from '../service.ts';
import type { Sqs } from '../sqs/sqs.ts';
import { type Archives, createArchives } from './archive.ts';
import { parseQueueArn } from './arn.ts';
import { type Asynchronous, createAsynchronous } from './asynchronous.ts';
import { folderBundle } from './bundle.ts';
import type { ObjectReader } from './code.ts';
import { createEnvironments, type Environments } from './environments.ts';
import { notServed } from './errors.ts';
import { createExecutor, type Executor, type LambdaTraceEntry, type LogLine } from './execution.ts';
import type { LambdaFunction } from './function.ts';
import { Functions, type Operation } from './functions.ts';
import { createInlineRunner, type InlineSource } from './inline.ts';
import { invokeOperation } from './invoke.ts';
import { createKeeper, type Keeper } from './keep.ts';
import { type MappingSummary, Mappings } from './mappings.ts';
import { createOutlets, type OutletServices } from './outlets.ts';
import { permissionOperations } from './permissions.ts';
import { createQueueClient, type QueueClient } from './queue-client.ts';
import type { Runner } from './runner.ts';
import { createStatistics, type FunctionStatistics } from './statistics.ts';
import { tagOperations } from './tags.ts';
import { createThreadRunner, type ThreadOptions } from './threads.ts';
import { urlOperations } from './urls.ts';

export type { LambdaTraceEntry, LogLine } from './execution.ts';
export type { InlineContext, InlineEnvironment, InlineSource } from './inline.ts';
export type { MappingSummary } from './mappings.ts';
export type { FunctionStatistics } from './statistics.ts';
export type { ThreadOptions } from './threads.ts';

/** What the emulated Lambda works with. */
export interface LambdaOptions {
  readonly clock: Clock;
  /** Where mappings, destinations and dead-letter queues find their queues. */
  readonly sqs: Pick<Sqs, 'call' | 'watch'>;
  /** Where destinations and dead-letter targets that are topics and buses are found. */
  readonly outlets?: OutletServices;
  /** Where mappings find the streams of tables. */
  readonly streams?: Pick<Dynamodb, 'readStream' | 'subscribe'>;
  /** What functions get as AWS_ENDPOINT_URL; undefined while nothing listens. */
  readonly endpoint: () => string | undefined;
  /** Each line that a function prints. */
  readonly log?: (line: LogLine) => void;
  readonly trace?: (entry: LambdaTraceEntry) => void;
  /** Chance in [0, 1): request ids, UUIDs, trace ids. Seed it to replay. @default Math.random */
  readonly random?: () => number;
  /** Concurrent executions of an account in a region. @default 1000 */
  readonly concurrency?: number;
  readonly threads?: ThreadOptions;
  /** Reads code that lies in S3. */
  readonly objects?: ObjectReader;
  /** Where changes are noted that are to outlive the process. */
  readonly journal?: Journal;
  /** Where the code of functions is kept for the next process. */
  readonly codeFolder?: string;
}

/** A function, for inspection. */
export interface FunctionSummary {
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  readonly timeoutS: number;
  readonly memoryMb: number;
  /** Absent for a function of this process. */
  readonly folder?: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The counts of a function, and what it does at this moment. */
export interface FunctionActivity extends Readonly<FunctionStatistics> {
  /** Invocations under way. */
  readonly running: number;
  /** Environments that exist, idle ones included. */
  readonly environments: number;
}

/** The emulated AWS Lambda of every account and region. */
export interface Lambda extends Service {
  /**
   * Gives every function of this name code of this process instead of a bundle, also before there is such a
   * function: CreateFunction then needs no code.
   */
  registerInline(functionName: string, source: InlineSource): void;
  /**
   * Ends every environment of a function at once, named by name or ARN; says how many there were. Its
   * invocations fail as crashed, so that messages come back when their visibility ends.
   */
  kill(functionName: string): number;
  /**
   * Gives a function new code: idle environments end, busy ones end after what they are doing. Says how many
   * functions.
   */
  reload(functionName: string, code: { readonly folder: string }): number;
  functions(): readonly FunctionSummary[];
  mappings(): readonly MappingSummary[];
  /** Counts of each function, by ARN. */
  stats(): Readonly<Record<string, FunctionActivity>>;
  /** Asynchronous events that are not finished. */
  pendingEvents(): number;
  /** The function whose URL has this id. */
  byUrl(id: string): LambdaFunction | undefined;
  /** What outlives the process, to be written whole or taken back. */
  kept(): readonly Kept[];
  /** Begins with what was taken back: mappings poll, waiting events run, and functions need an endpoint. */
  resume(): void;
  /** Stops mappings, drops waiting events, and resolves when every thread has ended. */
  close(): Promise<void>;
}

/** Makes an emulated Lambda without functions. */
export function createLambda(options: LambdaOptions): Lambda {
  return new EmulatedLambda(options);
}

/** Its members are own properties, so that a wrapper can copy them and put its own `call` in place. */
class EmulatedLambda implements Lambda {
  readonly #options: LambdaOptions;
  readonly #archives: Archives = createArchives();
  readonly #inline = new Map<string, Runner>();
  readonly #statistics = createStatistics();
  readonly #environments: Environments;
  readonly #executor: Executor;
  readonly #functions: Functions;
  readonly #asynchronous: Asynchronous;
  readonly #mappings: Mappings;
  readonly #operations: Readonly<Record<string, Operation>>;
  readonly #keeper: Keeper;
  #resumed = false;

  constructor(options: LambdaOptions) {
    const { clock, sqs, endpoint } = options;
    const random = options.random ?? Math.random;
    const threads = createThreadRunner(options.threads);
    const runnerOf = (fn: LambdaFunction) => this.#inline.get(fn.name) ?? threads;
    this.#options = options;
    this.#environments = createEnvironments({ clock, runnerOf, endpoint, random });
    const reserved = (arn: string) => this.#functions.find(arn)?.reservedConcurrency;
    const shared = { ...options, random, reserved, statistics: this.#statistics };
    this.#executor = createExecutor({ ...shared, environments: this.#environments });
    this.#functions = new Functions({
      ...shared,
      archives: this.#archives,
      isInline: (name) => this.#inline.has(name),
      retire: (arn) => this.#environments.retire(arn),
    });
    const find = (arn: string) => this.#functions.find(arn);
    const queue = queueClients(sqs, endpoint);
    const outlets = createOutlets({ queue, services: options.outlets ?? {}, endpoint });
    const background = { ...shared, executor: this.#executor, find, queue, outlets };
    this.#asynchronous = createAsynchronous(background);
    this.#mappings = new Mappings(background);
    this.#operations = {
      ...this.#functions.operations,
      ...this.#mappings.operations,
      ...tagOperations(find),
      ...permissionOperations((input, from) => this.#functions.resolve(input, from)),
      ...urlOperations(this.#functions, clock),
      Invoke: invokeOperation({
        functions: this.#functions,
        executor: this.#executor,
        asynchronous: this.#asynchronous,
      }),
    };
    this.#keeper = createKeeper({
      ...{ functions: this.#functions, mappings: this.#mappings, asynchronous: this.#asynchronous },
      ...{ journal: options.journal, codeFolder: options.codeFolder },
    });
  }

  readonly call = (operation: string, input: Input, caller: Caller): Output | Promise<Output> => {
    const carryOut = Object.hasOwn(this.#operations, operation) ? this.#operations[operation] : undefined;
    if (carryOut === undefined) throw notServed(operation);
    const answer = carryOut(input, caller);
    if (this.#options.journal === undefined) return answer;
    if (!(answer instanceof Promise)) {
      this.#keeper.after(operation);
      return answer;
    }
    return answer.then((output: Output) => {
      this.#keeper.after(operation);
      return output;
    });
  };

  readonly registerInline = (functionName: string, source: InlineSource): void => {
    this.#inline.set(functionName, createInlineRunner(this.#options.clock, source));
    for (const fn of this.#functions.named(functionName)) this.#environments.retire(fn.arn);
  };

  readonly kill = (functionName: string): number => {
    let killed = 0;
    for (const fn of this.#functions.named(functionName)) {
      const environments = this.#environments.kill(fn.arn);
      const at = this.#options.clock.now();
      const { account, name, region } = fn;
      const what = { account, region, function: name, environments };
      this.#options.trace?.({ at, service: 'lambda', operation: 'kill', ...what });
      killed += environments;
    }
    return killed;
  };

  readonly reload = (functionName: string, code: { readonly folder: string }): number => {
    const bundle = folderBundle(code.folder);
    const changed = this.#functions.named(functionName);
    for (const fn of changed) this.#functions.reload(fn, bundle);
    this.#keeper.after('reload');
    return changed.length;
  };

  readonly functions = (): readonly FunctionSummary[] => {
    return this.#functions.unqualified().map(toSummary);
  };

  readonly mappings = (): readonly MappingSummary[] => {
    return this.#mappings.all();
  };

  readonly stats = (): Readonly<Record<string, FunctionActivity>> => {
    const activity = ({ arn }: LambdaFunction): FunctionActivity => ({
      ...this.#statistics.of(arn),
      running: this.#executor.running(arn),
      environments: this.#environments.count(arn),
    });
    return Object.fromEntries(this.#functions.all().map((fn) => [fn.arn, activity(fn)]));
  };

  readonly pendingEvents = (): number => {
    return this.#asynchronous.pending();
  };

  readonly byUrl = (id: string): LambdaFunction | undefined => {
    return this.#functions.all().find(({ url }) => url?.id === id);
  };

  readonly kept = (): readonly Kept[] => {
    return this.#keeper.kept;
  };

  readonly resume = (): void => {
    if (this.#resumed) return;
    this.#resumed = true;
    this.#mappings.resume();
    this.#asynchronous.resume();
  };

  readonly close = async (): Promise<void> => {
    this.#mappings.close();
    this.#asynchronous.close();
    await this.#environments.close();
    this.#archives.close();
  };
}

function toSummary(fn: LambdaFunction): FunctionSummary {
  const { folder } = fn.bundle;
  return {
    name: fn.name,
    arn: fn.arn,
    handler: fn.settings.handler,
    timeoutS: fn.settings.timeoutS,
    memoryMb: fn.settings.memoryMb,
    ...(folder === undefined ? {} : { folder }),
    variables: fn.settings.variables,
  };
}

/** One client a queue: it remembers the queue's URL. */
function queueClients(
  sqs: Pick<Sqs, 'call'>,
  endpoint: () => string | undefined,
): (arn: string) => QueueClient {
  const clients = new Map<string, QueueClient>();
  return (arn) => {
    const name = parseQueueArn(arn);
    if (name === undefined) throw notServed(`the queue ${arn}`);
    const client = clients.get(arn) ?? createQueueClient(sqs, name, endpoint);
    clients.set(arn, client);
    return client;
  };
}
