/**
 * What the emulated SQS takes and shows besides its API: clock, chance, faults, trace, and the door for event
 * source mappings.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Service } from '../service.ts';

/** Faults that real SQS has. A seeded plan of the caller decides; an absent function never strikes. */
export interface SqsFaults {
  /**
   * Asked once for each delivery of a standard queue's message: true delivers it and leaves it visible too,
   * so that it is delivered again with a handle of its own (SQS's at-least-once). Deleting either copy
   * deletes the message. Never asked for FIFO.
   */
  readonly duplicate?: (queueName: string, messageId: string) => boolean;
  /**
   * Asked once for each place in a standard queue's receive: true takes a later message instead of the next
   * one.
   */
  readonly reorder?: (queueName: string) => boolean;
  /**
   * Asked once for each valid delete: true answers success but keeps the message, which comes back when its
   * visibility timeout ends. On FIFO this is the one fault allowed: a lost delete, never a duplicate.
   */
  readonly loseDelete?: (queueName: string, messageId: string) => boolean;
}

/** One line of what happened, for an inspector; a plain object that is not kept here. */
export interface SqsTraceEntry {
  readonly at: number;
  readonly service: 'sqs';
  readonly operation:
    | 'send'
    | 'receive'
    | 'delete'
    | 'visibility'
    | 'deadLetter'
    | 'move'
    | 'purge'
    | 'expire';
  readonly account: string;
  readonly region: string;
  /** The queue's name; for `deadLetter` and `move` the queue that the message leaves. */
  readonly queue: string;
  readonly [detail: string]: unknown;
}

export interface SqsOptions {
  readonly clock: Clock;
  /**
   * Chance in [0, 1): ids of messages and move tasks, which message a reordering takes. Seed it to replay.
   * @default Math.random
   */
  readonly random?: () => number;
  readonly faults?: SqsFaults;
  readonly trace?: (entry: SqsTraceEntry) => void;
  /**
   * Enforces the 60-second rules (PurgeQueueInProgress, QueueDeletedRecently), which test suites rarely want.
   * @default false
   */
  readonly strict?: boolean;
  /** Where changes are noted that are to outlive the process. */
  readonly journal?: Journal;
}

/** Counts of one queue, for assertions and dashboards: exact, unlike the API's Approximate* attributes. */
export interface QueueSnapshot {
  readonly arn: string;
  readonly url: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly messages: readonly MessageSnapshot[];
}

export interface MessageSnapshot {
  readonly messageId: string;
  readonly body: string;
  readonly state: 'visible' | 'inFlight' | 'delayed';
  readonly sentAt: number;
  readonly receiveCount: number;
  /** When it becomes receivable, for a message that is in flight or delayed. */
  readonly availableAt?: number;
  readonly groupId?: string;
}

/** The emulated Amazon SQS of every account and region. */
export interface Sqs extends Service {
  /**
   * Calls `wake` each time messages of the queue have become receivable: after a send, a visibility change,
   * the end of a visibility timeout or delay, the release of a FIFO group, a redrive; and if there are some
   * when the watch begins. It comes as a timer of the clock for the same time, so never inside the call that
   * caused it, and once for all that happened in one turn. It tells of news only, not of what a receive left
   * behind: whoever was woken receives until a receive comes back empty. A wake is a hint; the receive may
   * find nothing. The queue need not exist yet. One timer per watched queue stands at its earliest due time.
   * The function returned ends the watch.
   */
  watch(queueArn: string, wake: () => void): () => void;
  /**
   * Every queue of every account and region with its messages, for tests and inspectors; reads, changes
   * nothing.
   */
  snapshot(): readonly QueueSnapshot[];
  /** What outlives the process, to be written whole or taken back. */
  kept(): readonly Kept[];
}
