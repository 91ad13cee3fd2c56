/**
 * From the exchanges and bindings of an app to topics, subscriptions, the bus and its rules, as finished
 * data: one subscription or rule for each pair of exchange and queue, so that a queue gets a message once.
 */
import type { FilterPolicyObject } from '../core/routing/filter-policy.ts';
import type { App } from './app.ts';

/** An SNS topic: an exchange that SNS carries. */
export interface TopicResource {
  readonly exchange: string;
  readonly topicName: string;
  readonly fifo: boolean;
  /** Whether publishers give the facts that subscriptions filter by, beside the key. */
  readonly facts: boolean;
  /** The largest message with its attributes, and the largest batch: 1 MiB, or 256 KiB above 100 queues. */
  readonly bytesMax: number;
}

/** All bindings between one exchange and one queue, over SNS. */
export interface SubscriptionResource {
  readonly exchange: string;
  readonly topicName: string;
  /** The queue's name in the app, and its SQS queue (a level of it). */
  readonly queue: string;
  readonly queueName: string;
  /** undefined: every message. */
  readonly filterPolicy: FilterPolicyObject | undefined;
  /** Whether exactly the right messages pass; else the worker drops those that are for nobody. */
  readonly exact: boolean;
}

/** All bindings between one exchange and one queue, over EventBridge. */
export interface RuleResource {
  readonly exchange: string;
  readonly busName: string;
  readonly queue: string;
  readonly queueName: string;
  readonly pattern: object;
  readonly exact: boolean;
}

/** An archive of an exchange's messages. */
export interface ArchiveResource {
  readonly exchange: string;
  readonly busName: string;
  readonly archiveName: string;
  readonly pattern: object;
  readonly days: number;
}

export interface ExchangeResources {
  readonly topics: readonly TopicResource[];
  readonly subscriptions: readonly SubscriptionResource[];
  /** undefined where no exchange is carried by EventBridge. */
  readonly busName: string | undefined;
  readonly rules: readonly RuleResource[];
  readonly archives: readonly ArchiveResource[];
}

/**
 * The resources of an app's exchanges.
 * @throws DefinitionError with every limit of a service that a binding passes.
 */
export function exchangeResources(_app: App, _stage: string): ExchangeResources {
  return { topics: [], subscriptions: [], busName: undefined, rules: [], archives: [] };
}
