/**
 * All that the runtime asks of the world, in its own words. Adapters stand in lib/aws; a simulation has its
 * own clock.
 */

import type { Beaten } from '../core/heartbeat.ts';
import type { FilterAttribute } from '../core/routing/filter-policy.ts';
import type { RunAdmin, RunControl } from './control-port.ts';
import type { Limits, Locks } from './gate-ports.ts';
import type { Gate } from './gated.ts';
import type { Runs } from './run-ports.ts';
import type { Scheduling } from './schedule-ports.ts';
import type { Workflows } from './workflow-ports.ts';
import type { WorkflowViews } from './workflow-view-ports.ts';

export type {
  ClaimOutcome,
  ClaimRequest,
  Ending,
  RunRecord,
  Runs,
  WaitNote,
  WaitOutcome,
} from './run-ports.ts';
export type { Pauses, Workers } from './worker-ports.ts';

/** Time. A virtual one in simulations. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `ring` after `ms`, in the background: nobody counts as waiting meanwhile. Returns a function that
   * cancels it.
   */
  alarm(ms: number, ring: () => void): () => void;
  /** Runs a handler under its name; a simulation's time stands still while one is busy. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /**
   * Passes on a promise that the work of others fulfils (a shared batch, a shared poll): who awaits it is not
   * busy.
   */
  waiting<T>(promise: Promise<T>): Promise<T>;
}

/** Chance: a number in [0, 1). Seeded in simulations. */
export type Chance = () => number;

/** A message as a queue takes it. */
export interface OutgoingMessage {
  readonly body: string;
  /** Whole seconds, 0–900; not on an ordered queue. */
  readonly delaySeconds?: number;
  /**
   * On an ordered queue: the message group, and the id that makes a second send of the same message a
   * duplicate.
   */
  readonly group?: string;
  readonly deduplication?: string;
}

/** One entry of a batch that was refused. */
export interface EntryFailure {
  /** Its place in the batch. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
  /** Whether sending it again may help. */
  readonly retryable: boolean;
}

/**
 * Queues. Each call is one request: at most 10 entries and 1 MiB. A call that fails as a whole rejects; where
 * trying again cannot help its error has `retryable: false`, and where one of the entries may be the reason,
 * `entryFault: true` besides.
 */
export interface Queues {
  send(queueName: string, messages: readonly OutgoingMessage[]): Promise<readonly EntryFailure[]>;
  /** Acks: what is deleted does not come back. */
  remove(queueName: string, receipts: readonly string[]): Promise<readonly EntryFailure[]>;
  /** Hides deliveries for so long from now; they then come back by themselves. */
  hide(queueName: string, receipts: readonly string[], seconds: number): Promise<readonly EntryFailure[]>;
}

/** A message as a topic takes it. */
export interface TopicMessage {
  readonly body: string;
  /** What subscriptions filter by, as core/routing/filter-policy.ts makes it. */
  readonly attributes: Readonly<Record<string, FilterAttribute>>;
  /** On an ordered topic, or for fair queues: the message group; on an ordered topic, the duplicates' id. */
  readonly group?: string;
  readonly deduplication?: string;
}

/** Topics. Each call is one request, as for queues. */
export interface Topics {
  publish(topicName: string, messages: readonly TopicMessage[]): Promise<readonly EntryFailure[]>;
}

/** An event as a bus takes it: `detail` as JSON text, made by core/routing/event-pattern.ts. */
export interface BusEvent {
  readonly source: string;
  readonly detail: string;
}

/** Buses. Each call is one request: at most 10 events and 1 MB. */
export interface Buses {
  put(busName: string, events: readonly BusEvent[]): Promise<readonly EntryFailure[]>;
  /** Starts a replay of an archive to the rules that feed these queues; resolves to its name. */
  replay(request: ReplayRequest): Promise<string>;
}

export interface ReplayRequest {
  readonly busName: string;
  readonly archiveName: string;
  readonly replayName: string;
  readonly from: Date;
  readonly to: Date;
  /** The rules whose target these queues are; undefined: all rules. */
  readonly queueNames?: readonly string[];
}

/** Payloads that are too large for a message. */
export interface Blobs {
  put(key: string, text: string): Promise<void>;
  /** undefined: it is not there, or not any more. */
  get(key: string): Promise<string | undefined>;
}

/** How long queues are, as far as the service knows. */
export interface Depths {
  /** Messages that wait and are not delayed; with `delayed`, those too. */
  waiting(queueName: string, delayed?: boolean): Promise<number>;
}

/** A message of a reply queue. */
export interface ReplyDelivery {
  readonly body: string;
  readonly receipt: string;
}

/**
 * Reply queues: made by the client that waits, deleted by it, swept when it died. What is received from them
 * is acked through Queues.
 */
export interface ReplyQueues {
  /** Makes the queue, or finds it made; `beatAt` says that its client lives. */
  open(queueName: string, beatAt: number): Promise<void>;
  /** Says once more that the client lives; nothing happens when the queue is gone. */
  beat(queueName: string, beatAt: number): Promise<void>;
  /**
   * Waits up to `waitSeconds` (0–20) for messages, at most 10; undefined: the queue is gone. Rejects when the
   * signal is aborted.
   */
  receive(
    queueName: string,
    waitSeconds: number,
    signal: AbortSignal,
  ): Promise<readonly ReplyDelivery[] | undefined>;
  /** Removes the queue, with all that is in it; nothing happens when it is gone. */
  remove(queueName: string): Promise<void>;
  /** The queues with this prefix, and when their clients last said that they live. */
  list(prefix: string): Promise<readonly Beaten[]>;
}

/** One structured line. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [detail: string]: unknown;
}

export type Log = (line: LogLine) => void;

/** What is kept in the table of runs besides the records themselves. */
export interface State {
  readonly control: RunControl;
  /** undefined in a worker. */
  readonly admin?: RunAdmin;
  /** The way of a run past keys and limits, and what it is made of; undefined where no task has any. */
  readonly gate?: Gate;
  readonly locks?: Locks;
  readonly limits?: Limits;
  /** undefined where no workflow goes through. */
  readonly workflows?: Workflows;
  /** What workflows are read by; likewise. */
  readonly workflowViews?: WorkflowViews;
}

/** Everything a client or a worker needs. What an app has no use for is undefined, and not in its bundle. */
export interface Ports {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly queues: Queues;
  /** undefined where nothing keeps a record. */
  readonly runs: Runs | undefined;
  /** Keys, slots and what else the table of runs holds; undefined where nothing keeps a record. */
  readonly state?: State | undefined;
  /** undefined where no exchange is carried by SNS. */
  readonly topics?: Topics | undefined;
  /** undefined where no exchange is carried by EventBridge. */
  readonly buses?: Buses | undefined;
  /** undefined where no queue has largePayloads. */
  readonly blobs?: Blobs | undefined;
  /** undefined where no queue has maxLength. */
  readonly depths?: Depths | undefined;
  /** undefined in a worker, which waits for records instead. */
  readonly replies?: ReplyQueues | undefined;
  /** undefined in a worker, and in an app without `later`. */
  readonly scheduling?: Scheduling | undefined;
  readonly log: Log;
}
