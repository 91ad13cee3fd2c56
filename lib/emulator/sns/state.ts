/** All topics and subscriptions of all accounts, and what every operation gets. */
import type { FilterPolicy } from '../pattern/filter-policy.ts';
import type { Caller, Input, Output } from '../service.ts';
import type { Window } from '../sqs/window.ts';
import type { NewDelivery } from './delivery.ts';
import { requiredText, text } from './fields.ts';
import type { Keeper } from './keep.ts';
import { PAGE } from './limits.ts';
import type { SnsTraceEntry } from './options.ts';
import { invalid, topicDoesNotExist } from './refusal.ts';

/** What a publish was answered with: a duplicate gets the same. */
export interface Published {
  readonly messageId: string;
  readonly sequenceNumber: string | undefined;
}

export interface Topic {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly tags: Map<string, string>;
  /** By ARN, in the order of subscribing. */
  readonly subscriptions: Map<string, Subscription>;
  /** The same, by protocol and endpoint: a topic has each of them once. */
  readonly byEndpoint: Map<string, Subscription>;
  readonly deduplication: Window<Published>;
  /** As set. */
  attributes: Readonly<Record<string, string>>;
  filterPolicies: number;
  subscriptionsDeleted: number;
  sequence: number;
}

export interface Subscription {
  readonly arn: string;
  readonly topic: Topic;
  readonly protocol: 'sqs' | 'lambda';
  readonly endpoint: string;
  readonly owner: string;
  /** As set. */
  attributes: Readonly<Record<string, string>>;
  settings: SubscriptionSettings;
}

/** What the attributes of a subscription mean. */
export interface SubscriptionSettings {
  readonly raw: boolean;
  readonly filter: FilterPolicy | undefined;
  readonly deadLetterArn: string | undefined;
}

export interface State {
  /** By ARN. */
  readonly topics: Map<string, Topic>;
  /** By ARN. */
  readonly subscriptions: Map<string, Subscription>;
  readonly random: () => number;
  readonly trace: ((entry: SnsTraceEntry) => void) | undefined;
  readonly deliver: (delivery: NewDelivery) => void;
  /** Told what happens where something is kept on disk. */
  keeper?: Keeper;
}

export interface Call {
  readonly state: State;
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** The topic that a member of the request names. */
export function topicOf(call: Call, member = 'TopicArn'): Topic {
  return findTopic(call, requiredText(call.input, member), member);
}

export function findTopic(call: Call, arn: string, member: string): Topic {
  checkArn(arn, member);
  const [, , , region] = arn.split(':');
  // A topic answers in its own region only.
  if (region !== call.caller.region) throw invalid(member);
  const topic = call.state.topics.get(arn);
  if (topic === undefined) throw topicDoesNotExist();
  return topic;
}

export function checkArn(arn: string, member: string): void {
  const elements = arn.split(':').length;
  if (elements < 6) {
    throw invalid(`${member} Reason: An ARN must have at least 6 elements, not ${elements}`);
  }
}

/** One page of a list under its name, and the token of the next page: the place where that starts. */
export function pageOf(call: Call, name: string, all: readonly unknown[]): Output {
  const token = text(call.input, 'NextToken') ?? '0';
  const start = /^\d{1,9}$/.test(token) ? Number(token) : Number.NaN;
  if (!(start <= all.length)) throw invalid('NextToken');
  const end = start + PAGE;
  return { [name]: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}
