/** What the emulated EventBridge takes and shows besides its API. */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import type { Service } from '../service.ts';

/** One line of what happened, for an inspector; a plain object that is not kept here. */
export interface EventbridgeTraceEntry {
  readonly at: number;
  readonly service: 'eventbridge';
  readonly operation: 'event' | 'deliver' | 'retry' | 'deadLetter' | 'drop';
  readonly account: string;
  readonly region: string;
  /** The bus's name. */
  readonly target: string;
  readonly [detail: string]: unknown;
}

export interface EventbridgeOptions {
  readonly clock: Clock;
  /** Where targets that are queues, and dead-letter queues, get their events. */
  readonly sqs: Service;
  /** Where targets that are functions get theirs. */
  readonly lambda: Service;
  /** Where targets that are topics get theirs. */
  readonly sns: Service;
  /** Chance in [0, 1): ids of events, jitter of retries. Seed it to replay. @default Math.random */
  readonly random?: () => number;
  readonly trace?: (entry: EventbridgeTraceEntry) => void;
  /** Where changes are noted that are to outlive the process. */
  readonly journal?: Journal;
}

/** A bus with its rules, for assertions and dashboards. */
export interface BusSnapshot {
  readonly arn: string;
  readonly name: string;
  readonly rules: readonly RuleSnapshot[];
}

export interface RuleSnapshot {
  readonly arn: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly eventPattern?: string;
  readonly scheduleExpression?: string;
  /** The ARNs of its targets. */
  readonly targets: readonly string[];
}

/** The emulated Amazon EventBridge (the classic bus) of every account and region. */
export interface Eventbridge extends Service {
  /** Every bus that has been used, the default ones included; reads, changes nothing. */
  snapshot(): readonly BusSnapshot[];
  /** Events on their way to a target or a dead-letter queue, those that wait for a retry included. */
  pendingDeliveries(): number;
  /** What outlives the process, to be written whole or taken back. */
  kept(): readonly Kept[];
  /** Goes on with what was taken back: deliveries, schedules and replays. */
  resume(): void;
  /** Ends schedules and replays, and drops what is on its way. */
  close(): void;
}
