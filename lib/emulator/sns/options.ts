/** What the emulated SNS takes and shows besides its API. */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Service } from '../service.ts';

/** One line of what happened, for an inspector; a plain object that is not kept here. */
export interface SnsTraceEntry {
  readonly at: number;
  readonly service: 'sns';
  readonly operation: 'publish' | 'deliver' | 'retry' | 'deadLetter' | 'drop';
  readonly account: string;
  readonly region: string;
  /** The topic's name. */
  readonly target: string;
  readonly [detail: string]: unknown;
}

export interface SnsOptions {
  readonly clock: Clock;
  /** Where subscriptions of the protocol sqs, and dead-letter queues, get their messages. */
  readonly sqs: Service;
  /** Where subscriptions of the protocol lambda get theirs. */
  readonly lambda: Service;
  /** Chance in [0, 1): ids of messages and subscriptions. Seed it to replay. @default Math.random */
  readonly random?: () => number;
  readonly trace?: (entry: SnsTraceEntry) => void;
  /** Where changes are noted that are to outlive the process. */
  readonly journal?: Journal;
}

/** A topic with its subscriptions, for assertions and dashboards. */
export interface TopicSnapshot {
  readonly arn: string;
  readonly name: string;
  readonly fifo: boolean;
  /** As set; what a topic has by default is absent. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly subscriptions: readonly SubscriptionSnapshot[];
}

export interface SubscriptionSnapshot {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The emulated Amazon SNS of every account and region. */
export interface Sns extends Service {
  /** Every topic of every account and region; reads, changes nothing. */
  snapshot(): readonly TopicSnapshot[];
  /** Messages on their way to an endpoint or a dead-letter queue, those that wait for a retry included. */
  pendingDeliveries(): number;
  /** What outlives the process, to be written whole or taken back. */
  kept(): readonly Kept[];
  /** Goes on with the deliveries that were taken back. */
  resume(): void;
  /** Drops what is on its way, and every timer. */
  close(): void;
}
