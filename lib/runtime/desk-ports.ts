/**
 * What the desk (the dashboard, its API, the command line) asks of the world besides a client: lists of
 * records, queues as an administrator sees them, the functions behind them, and what is measured.
 */
import type { PriceName } from '../core/price.ts';
import type { RunRecord } from './ports.ts';

/** A run as an index has it: what a list shows. */
export type IndexedRun = Pick<
  RunRecord,
  'id' | 'task' | 'queue' | 'state' | 'retries' | 'sentAt' | 'startedAt' | 'endedAt' | 'reason'
>;

/** One page of one partition of an index; ids sort by time. */
export interface IndexPage {
  readonly shard: number;
  /** The smallest id, and the largest; both may be in the page. */
  readonly from: string;
  readonly to: string;
  readonly newestFirst: boolean;
  /** How many rows are looked at. */
  readonly limit: number;
}

/** What of an index by state is wanted; the others are looked at where they lie, and not sent. */
export interface IndexFilter {
  readonly task?: string;
  readonly queue?: string;
}

/** A stretch of one partition: what was wanted of the rows that were looked at. */
export interface IndexStretch<Row> {
  readonly rows: readonly Row[];
  /** How many rows were looked at. */
  readonly looked: number;
  /** The id of the last of them, where there may be more behind it. */
  readonly next?: string;
}

/** The records of runs, listed. Each call is one request, but for `rows`. */
export interface RunIndex {
  /** How many partitions each state and each task has. */
  readonly shards: number;
  byState(
    state: RunRecord['state'],
    page: IndexPage,
    filter?: IndexFilter,
  ): Promise<IndexStretch<IndexedRun>>;
  /** Ids only: that index holds nothing else. */
  byTask(task: string, page: IndexPage): Promise<IndexStretch<Pick<IndexedRun, 'id'>>>;
  /**
   * Records, at most 100. Those that are not `whole` have what a list shows: no results, and they may be as
   * they were a second ago, which costs half (DynamoDB's eventually consistent reads).
   */
  rows(ids: readonly string[], how?: { readonly whole: boolean }): Promise<ReadonlyMap<string, RunDetails>>;
  /** Which run has a key of `once`, and until when; undefined: nobody, as far as is known. */
  holder(key: string): Promise<{ readonly id: string; readonly until: number } | undefined>;
}

/** A record with what only its owner looks at. */
export interface RunDetails extends RunRecord {
  /** Until when its worker has it. */
  readonly leaseUntil?: number;
  /** When it was revoked, while an attempt was under way. */
  readonly revokedAt?: number;
  /** When its message comes back that waits (`wait`); missing once it has come. */
  readonly waitUntil?: number;
}

export interface QueueDepth {
  /** As SQS counts: approximate, within about a minute. */
  readonly ready: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** A message that is looked at. */
export interface LookedAt {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  /** How often it was received before. */
  readonly receives: number;
  readonly group?: string;
}

/** The same, received: it is hidden until its receipt is given back. */
export interface Taken extends LookedAt {
  readonly receipt: string;
}

/** Queues as an administrator sees them; names are SQS's own. */
export interface QueueAdmin {
  depth(queueName: string): Promise<QueueDepth>;
  /** At most 10 messages, hidden for so many seconds. */
  take(queueName: string, hiddenSeconds: number): Promise<readonly Taken[]>;
  /** Deletes all messages; it takes up to a minute (SQS). */
  purge(queueName: string): Promise<void>;
}

/** What brings the messages of a queue to a function. */
export interface QueueMapping {
  readonly id: string;
  readonly functionName: string;
  readonly enabled: boolean;
  /** How many run at once at most. */
  readonly concurrency?: number;
}

export interface FunctionAdmin {
  mappings(queueName: string): Promise<readonly QueueMapping[]>;
  /** Lets a mapping deliver, or not. */
  enable(mappingId: string, enabled: boolean): Promise<void>;
}

/** What a function did lately. */
export interface FunctionFigures {
  readonly active: number;
  readonly processed: number;
  readonly errors: number;
  /** Mean, milliseconds. */
  readonly duration?: number;
}

/** What is measured elsewhere: by CloudWatch, or by the emulator itself. */
export interface Gauges {
  /** Ages of the oldest messages in seconds, by queue name; one that is not known is missing. */
  oldest(queueNames: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** By function name, over the last hour. */
  functions(names: readonly string[]): Promise<ReadonlyMap<string, FunctionFigures>>;
  /** How queues were over the last hour, by the minute; undefined where nobody measures it. */
  history?(queueNames: readonly string[]): Promise<ReadonlyMap<string, readonly QueuePoint[]>>;
  /** Calls of AWS's services that were counted, and since when; undefined where nobody counts them. */
  calls?(): { readonly since: number; readonly counts: readonly CountedCalls[] };
  /** What was used within a day; undefined where calls are counted, or nobody measures. */
  usage?(of: UsageOf): Promise<{ readonly since: number; readonly used: readonly Usage[] }>;
}

/** A queue in one minute; a figure that was not measured is missing. */
export interface QueuePoint extends Partial<QueueDepth> {
  /** The minute's start. */
  readonly at: number;
  /** Age of the oldest message in seconds. */
  readonly oldest?: number;
  /** Messages that came, and that were acked. */
  readonly sent?: number;
  readonly deleted?: number;
}

/** What is asked for; names are AWS's own. */
export interface UsageOf {
  readonly queues: readonly { readonly queueName: string; readonly fifo: boolean }[];
  readonly functions: readonly string[];
  /** Taken for each function's memory. */
  readonly memoryMb: number;
  readonly tables: readonly { readonly tableName: string; readonly indexes: readonly string[] }[];
  /** Whose timers fire; undefined where there are none. */
  readonly timerGroup: string | undefined;
}

/** So many units of one price. */
export interface Usage {
  readonly price: PriceName;
  readonly what: string;
  readonly units: number;
  /** How it differs from what is billed; missing where it does not. */
  readonly estimate?: string;
}

export interface CountedCalls {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
}

/** A message that waits in a timer of its own, since SQS delays none for so long. */
export interface TimedMessage {
  /** Where it goes then; SQS's own name. */
  readonly queueName: string;
  readonly body: string;
  readonly dueAt: number;
  readonly group?: string;
}

export interface Timed {
  /** The message that waits under this name: a run's id, or that of one of its copies. */
  find(name: string): Promise<TimedMessage | undefined>;
}

/** A message of a queue that is seen without being received, and where it stands. */
export interface Seen extends LookedAt {
  readonly state: 'visible' | 'delayed' | 'inFlight';
  /** When a delayed one is delivered, and one in flight comes back. */
  readonly availableAt?: number;
}

/**
 * Looks into queues without receiving. SQS cannot; the emulator can, so a desk beside one sees more than a
 * desk on AWS.
 */
export type SeeQueue = (queueName: string) => readonly Seen[];

/** Sessions of browsers that were logged out, kept until they would have ended by themselves. */
export interface EndedSessions {
  /** Ends a session; `until` is when it would end by itself, in milliseconds since 1970. */
  end(id: string, until: number): Promise<void>;
  has(id: string): Promise<boolean>;
}
