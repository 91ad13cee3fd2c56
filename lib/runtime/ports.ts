/**
 * All that the runtime asks of the world, in its own words. Adapters stand in lib/aws; a simulation has its
 * own clock.
 */

import type { Beaten } from '../core/heartbeat.ts';
import type { FilterAttribute } from '../core/routing/filter-policy.ts';
import type { FinalState, TaskState } from '../core/task-state.ts';
import type { WireError } from '../errors.ts';
import type { RunAdmin, RunControl } from './control-port.ts';
import type { Flows } from './flow-ports.ts';
import type { FlowViews } from './flow-view-ports.ts';
import type { Limits, Locks } from './gate-ports.ts';
import type { Gate } from './gated.ts';
import type { Scheduling } from './schedule-ports.ts';

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
  /** Messages that wait and are not delayed. */
  waiting(queueName: string): Promise<number>;
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

/** What is known of a run. */
export interface RunRecord {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: TaskState;
  readonly generation: number;
  /** How many attempts of this generation have ended in a throw. */
  readonly retries: number;
  /** The result as JSON text, once it succeeded with one. */
  readonly result?: string;
  /** Where the result lies instead, when it was too large for its record. */
  readonly blob?: string;
  /** Until when it is kept, where that is less than the record; it may be gone any time after. */
  readonly resultUntil?: number;
  readonly error?: WireError;
  /** How far it is, as JSON text (control-port.ts, Progress). */
  readonly progress?: string;
  /** The message of a run that failed, as JSON text, to run it again by hand. */
  readonly letter?: string;
  /** Whether what it brought was dropped. */
  readonly forgotten?: true;
  /** Why it ended as it did: a dead letter's reason, 'expired'. */
  readonly reason?: string;
  /** After which attempt it ended; the first is 1, 0 when none was made. */
  readonly attempts?: number;
  readonly sentAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Whether what follows from its end is known to have been sent. */
  readonly settled?: true;
  /** Of a workflow that is REVOKED: a part of it was (it expired, perhaps), and nobody revoked the whole. */
  readonly byPart?: true;
}

/** Names one attempt's right to run. */
export interface ClaimRequest {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly generation: number;
  /** The message's own count; undefined on an ordered queue, where the record alone counts. */
  readonly retries?: number;
  readonly sentAt: number;
  readonly now: number;
  /** That there is no record yet is likely, so that the claim may be tried as a new one first. */
  readonly first?: boolean;
}

export type ClaimOutcome =
  | {
      readonly kind: 'claimed';
      readonly retries: number;
      /** How many claims before this one, since the last outcome, ended without any: crashed workers. */
      readonly crashes: number;
    }
  /** It has ended already; what follows from its end may have to be sent again. */
  | { readonly kind: 'finished'; readonly record: RunRecord }
  /** Another worker runs it, at the latest until then. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** A later attempt or generation exists: this message is an old copy. */
  | { readonly kind: 'superseded' }
  /** It was revoked while an attempt was under way, and gets no other. */
  | { readonly kind: 'revoked' };

/** How a run ended. */
export interface Ending {
  readonly state: FinalState;
  readonly attempts?: number;
  readonly result?: string;
  readonly blob?: string;
  readonly resultUntil?: number;
  readonly error?: WireError;
  readonly reason?: string;
  readonly letter?: string;
}

/** The records of runs. Every change is one conditional write, so each takes effect exactly once. */
export interface Runs {
  /** Takes the right to run until `leaseUntil`, under a token that only this claim knows. */
  claim(request: ClaimRequest, owner: string, leaseUntil: number): Promise<ClaimOutcome>;
  /** Ends a run that `owner` has claimed; false: the claim has gone to somebody else. */
  complete(request: ClaimRequest, owner: string, ending: Ending): Promise<boolean>;
  /** Gives the claim up for another attempt, which counts one retry; false as above. */
  release(request: ClaimRequest, owner: string, retries: number, error: WireError): Promise<boolean>;
  /** Ends a run that nobody has claimed: expired, crashed, never to be understood. */
  finish(request: ClaimRequest, ending: Ending): Promise<ClaimOutcome>;
  /** Remembers that what follows from a run's end was sent: its duplicates need not send it once more. */
  settle(request: ClaimRequest): Promise<void>;
  /** Reads records; ids without one are missing in the answer. At most 100 ids a call. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, RunRecord>>;
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
  readonly flows?: Flows;
  /** What workflows are read by; likewise. */
  readonly flowViews?: FlowViews;
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
