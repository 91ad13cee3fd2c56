/** The attributes of topics: which there are, what they may be, and how a topic shows them. */
import { notServed } from '../operations.ts';
import { parseObject } from './fields.ts';
import {
  DISPLAY_NAME_MAX,
  LARGE_TOPIC_SUBSCRIPTIONS_MAX,
  MESSAGE_BYTES_DEFAULT,
  MESSAGE_BYTES_MAX,
  MESSAGE_BYTES_MIN,
} from './limits.ts';
import { invalid } from './refusal.ts';
import type { Topic } from './state.ts';

type Attributes = Readonly<Record<string, string>>;

/** Says what is wrong with a value; undefined for a good one. */
type Check = (value: string) => string | undefined;

const anything: Check = () => undefined;
const truth: Check = (value) =>
  value === 'true' || value === 'false' ? undefined : `Invalid value [${value}]. Must be true or false.`;
const json: Check = (value) => (value === '' || parseObject(value) ? undefined : 'failed to parse JSON.');

const CHECKS: Readonly<Record<string, Check>> = {
  DeliveryPolicy: json,
  DisplayName: (value) =>
    value.length <= DISPLAY_NAME_MAX ? undefined : `must be at most ${DISPLAY_NAME_MAX} characters long`,
  FifoTopic: truth,
  KmsMasterKeyId: anything,
  MaximumMessageSize: (value) => {
    const bytes = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (bytes >= MESSAGE_BYTES_MIN && bytes <= MESSAGE_BYTES_MAX) return undefined;
    return `Invalid value [${value}]. Must be an integer from ${MESSAGE_BYTES_MIN} to ${MESSAGE_BYTES_MAX}.`;
  },
  Policy: (value) =>
    parseObject(value)?.Statement === undefined ? 'Policy statement action out of service scope!' : undefined,
  SignatureVersion: oneOf('1', '2'),
  TracingConfig: oneOf('PassThrough', 'Active'),
  ContentBasedDeduplication: truth,
  FifoThroughputScope: oneOf('Topic', 'MessageGroup'),
};

/** Attributes that FIFO topics alone have. */
const FIFO_ONLY: readonly string[] = ['ContentBasedDeduplication', 'FifoThroughputScope'];
/** Kept and shown; the emulator writes no delivery logs. */
const FEEDBACK =
  /^(HTTP|Firehose|Lambda|Application|SQS)((Success|Failure)FeedbackRoleArn|SuccessFeedbackSampleRate)$/;
const NOT_SERVED: readonly string[] = ['ArchivePolicy', 'DataProtectionPolicy'];

/** Checks one attribute; `before` stands in front of what is wrong. */
export function checkTopicAttribute(name: string, value: string, before: string, fifo: boolean): void {
  if (NOT_SERVED.includes(name)) throw notServed(`sns: the topic attribute ${name}`);
  const check = FEEDBACK.test(name) ? anything : Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) {
    throw invalid(before === '' ? 'AttributeName' : `${before}Unknown attribute ${name}`);
  }
  const wrong = check(value);
  if (wrong !== undefined) throw invalid(`${before}${name}: ${wrong}`);
  if (!fifo && FIFO_ONLY.includes(name)) {
    throw invalid(`${before}${name}: is only supported on FIFO topics`);
  }
}

/** Refuses larger messages for a topic that has too many subscriptions for them. */
export function checkLargeMessages(topic: Topic, value: string): void {
  if (Number(value) <= MESSAGE_BYTES_DEFAULT || topic.subscriptions.size <= LARGE_TOPIC_SUBSCRIPTIONS_MAX)
    return;
  throw invalid(
    `MaximumMessageSize: a topic with a size above ${MESSAGE_BYTES_DEFAULT} can have at most ` +
      `${LARGE_TOPIC_SUBSCRIPTIONS_MAX} subscriptions`,
  );
}

/** The largest message of a topic, and the largest sum of a batch. */
export function messageBytesMax(topic: Topic): number {
  return Number(topic.attributes.MaximumMessageSize ?? MESSAGE_BYTES_DEFAULT);
}

/** What a topic has, set or not: what CreateTopic compares. */
export function effectiveAttributes(topic: Topic): Attributes {
  const defaults: Record<string, string> = {
    DisplayName: '',
    FifoTopic: 'false',
    MaximumMessageSize: String(MESSAGE_BYTES_DEFAULT),
    SignatureVersion: '1',
    TracingConfig: 'PassThrough',
  };
  if (topic.fifo) defaults.ContentBasedDeduplication = 'false';
  if (topic.fifo) defaults.FifoThroughputScope = 'Topic';
  return { ...defaults, Policy: defaultPolicy(topic), ...topic.attributes };
}

/** The answer of GetTopicAttributes. */
export function showTopic(topic: Topic): Attributes {
  const shown: Record<string, string> = {
    TopicArn: topic.arn,
    Owner: topic.account,
    DisplayName: '',
    Policy: defaultPolicy(topic),
    EffectiveDeliveryPolicy: JSON.stringify(effectiveDeliveryPolicy(topic.attributes.DeliveryPolicy)),
    SubscriptionsConfirmed: String(topic.subscriptions.size),
    SubscriptionsDeleted: String(topic.subscriptionsDeleted),
    SubscriptionsPending: '0',
  };
  if (topic.fifo) shown.ContentBasedDeduplication = 'false';
  return { ...shown, ...topic.attributes };
}

/** The policy of a topic to which none was given: its owner may do everything. */
export function defaultPolicy(topic: Pick<Topic, 'arn' | 'account'>): string {
  const actions = ['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission'];
  const more = ['DeleteTopic', 'Subscribe', 'ListSubscriptionsByTopic', 'Publish'];
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: [...actions, ...more].map((action) => `SNS:${action}`),
    Resource: topic.arn,
    Condition: { StringEquals: { 'AWS:SourceOwner': topic.account } },
  };
  return JSON.stringify({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] });
}

function effectiveDeliveryPolicy(given: string | undefined): unknown {
  const http = parseObject(given ?? '')?.http;
  // A parsed JSON value; anything but an object adds nothing.
  const own = Object(http) as Readonly<Record<string, unknown>>;
  const retry = {
    ...{ minDelayTarget: 20, maxDelayTarget: 20, numRetries: 3, numMaxDelayRetries: 0 },
    ...{ numNoDelayRetries: 0, numMinDelayRetries: 0, backoffFunction: 'linear' },
    ...Object(own.defaultHealthyRetryPolicy),
  };
  const request = { headerContentType: 'text/plain; charset=UTF-8', ...Object(own.defaultRequestPolicy) };
  const overrides = own.disableSubscriptionOverrides ?? false;
  return {
    http: {
      defaultHealthyRetryPolicy: retry,
      disableSubscriptionOverrides: overrides,
      defaultRequestPolicy: request,
    },
  };
}

function oneOf(...allowed: readonly string[]): Check {
  return (value) =>
    allowed.includes(value) ? undefined : `Invalid value [${value}]. Must be one of ${allowed.join(', ')}.`;
}
