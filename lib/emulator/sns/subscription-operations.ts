/** Subscribing queues and functions to topics, and all about their subscriptions. */
import { notServed } from '../operations.ts';
import type { Output } from '../service.ts';
import { randomId } from '../sqs/state.ts';
import { requiredText, text, textMap } from './fields.ts';
import {
  FIFO_SUBSCRIPTIONS_MAX,
  FILTER_POLICIES_MAX,
  LARGE_TOPIC_SUBSCRIPTIONS_MAX,
  MESSAGE_BYTES_DEFAULT,
  SUBSCRIPTIONS_MAX,
} from './limits.ts';
import { invalid, missing, overLimit, subscriptionDoesNotExist } from './refusal.ts';
import { type Call, checkArn, pageOf, type Subscription, type Topic, topicOf } from './state.ts';
import { checkNames, readSettings, showSubscription, withoutEmpty } from './subscription-attributes.ts';
import { messageBytesMax } from './topic-attributes.ts';

/** Protocols of SNS that lead out of AWS, or to services that are not served. */
const ELSEWHERE: readonly string[] = [
  ...['http', 'https', 'email', 'email-json', 'sms', 'application', 'firehose'],
];
const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$/;
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Answers the ARN of a subscription that is there already, unless the request gives it other attributes. */
export function subscribe(call: Call): Output {
  const { caller, input, state } = call;
  const topicArn = requiredText(input, 'TopicArn');
  const protocol = readProtocol(requiredText(input, 'Protocol'));
  const endpoint = text(input, 'Endpoint') ?? '';
  const given = textMap(input, 'Attributes');
  checkArn(topicArn, 'TopicArn');
  checkEndpoint(protocol, endpoint, topicArn);
  const topic = topicOf(call);
  checkNames(Object.keys(given), 'Subscribe');
  const attributes = withoutEmpty(given);
  const settings = readSettings({ ...given, ...attributes }, { topic, protocol, endpoint }, 'Subscribe');
  const existing = topic.byEndpoint.get(`${protocol} ${endpoint}`);
  if (existing !== undefined) return same(existing, attributes);
  checkQuotas(topic, settings.filter !== undefined);
  const arn = `${topic.arn}:${randomId(state.random)}`;
  const owner = caller.account;
  const subscription: Subscription = { arn, topic, protocol, endpoint, owner, attributes, settings };
  topic.subscriptions.set(arn, subscription);
  topic.byEndpoint.set(`${protocol} ${endpoint}`, subscription);
  if (settings.filter !== undefined) topic.filterPolicies += 1;
  state.subscriptions.set(arn, subscription);
  return { SubscriptionArn: arn };
}

/** Ends a subscription; one that is not there has ended. */
export function unsubscribe(call: Call): Output {
  const arn = text(call.input, 'SubscriptionArn') ?? '';
  if (arn === '') throw missing('SubscriptionArn');
  checkArn(arn, 'SubscriptionArn');
  if (!UUID.test(arn.split(':')[6] ?? '')) throw invalid('SubscriptionId');
  const subscription = call.state.subscriptions.get(arn);
  if (subscription === undefined) return {};
  const { endpoint, protocol, settings, topic } = subscription;
  call.state.subscriptions.delete(arn);
  topic.subscriptions.delete(arn);
  topic.byEndpoint.delete(`${protocol} ${endpoint}`);
  topic.subscriptionsDeleted += 1;
  if (settings.filter !== undefined) topic.filterPolicies -= 1;
  return {};
}

/** Queues and functions need no confirmation, so nobody has a token for one. */
export function confirmSubscription(): never {
  throw notServed('sns: ConfirmSubscription');
}

export function getSubscriptionAttributes(call: Call): Output {
  return { Attributes: showSubscription(subscriptionOf(call)) };
}

export function setSubscriptionAttributes(call: Call): Output {
  const subscription = subscriptionOf(call);
  const name = requiredText(call.input, 'AttributeName');
  const value = text(call.input, 'AttributeValue') ?? '';
  checkNames([name], 'SetSubscriptionAttributes');
  const { [name]: _before, ...others } = subscription.attributes;
  const attributes = withoutEmpty({ ...others, [name]: value });
  // A truth value that is empty is wrong, where an empty policy is none.
  const asked = name === 'RawMessageDelivery' ? { ...others, [name]: value } : attributes;
  const settings = readSettings(asked, subscription, 'SetSubscriptionAttributes');
  const had = subscription.settings.filter !== undefined;
  const has = settings.filter !== undefined;
  if (has && !had) checkFilterQuota(subscription.topic);
  subscription.topic.filterPolicies += Number(has) - Number(had);
  subscription.attributes = attributes;
  subscription.settings = settings;
  return {};
}

export function listSubscriptions(call: Call): Output {
  const { account, region } = call.caller;
  const all = [...call.state.subscriptions.values()];
  return show(
    call,
    all.filter(({ owner, topic }) => owner === account && topic.region === region),
  );
}

export function listSubscriptionsByTopic(call: Call): Output {
  return show(call, [...topicOf(call).subscriptions.values()]);
}

function show(call: Call, all: readonly Subscription[]): Output {
  const shown = all.map(({ arn, endpoint, owner, protocol, topic }) => ({
    SubscriptionArn: arn,
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
    TopicArn: topic.arn,
  }));
  return pageOf(call, 'Subscriptions', shown);
}

function subscriptionOf(call: Call): Subscription {
  const arn = requiredText(call.input, 'SubscriptionArn');
  checkArn(arn, 'SubscriptionArn');
  const subscription = call.state.subscriptions.get(arn);
  if (subscription === undefined) throw subscriptionDoesNotExist();
  return subscription;
}

function readProtocol(protocol: string): 'sqs' | 'lambda' {
  if (protocol === 'sqs' || protocol === 'lambda') return protocol;
  if (ELSEWHERE.includes(protocol)) throw notServed(`sns: Subscribe with the protocol ${protocol}`);
  throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
}

function checkEndpoint(protocol: 'sqs' | 'lambda', endpoint: string, topicArn: string): void {
  if (endpoint === '') throw missing('Endpoint');
  const fifo = topicArn.endsWith('.fifo');
  if (protocol === 'lambda') {
    if (!FUNCTION_ARN.test(endpoint)) throw invalid('Lambda endpoint ARN');
    if (fifo) throw invalid('Invalid parameter: Endpoint Reason: FIFO SNS Topics deliver to SQS Queues only');
    return;
  }
  if (!QUEUE_ARN.test(endpoint)) throw invalid('SQS endpoint ARN');
  if (!fifo && endpoint.endsWith('.fifo')) {
    const rule = 'FIFO SQS Queues can not be subscribed to standard SNS topics';
    throw invalid(`Invalid parameter: Endpoint Reason: ${rule}`);
  }
}

function checkQuotas(topic: Topic, filtered: boolean): void {
  const { size } = topic.subscriptions;
  const max = topic.fifo ? FIFO_SUBSCRIPTIONS_MAX : SUBSCRIPTIONS_MAX;
  if (size >= max) throw overLimit('Subscription', `The topic already has ${max} subscriptions`);
  if (messageBytesMax(topic) > MESSAGE_BYTES_DEFAULT && size >= LARGE_TOPIC_SUBSCRIPTIONS_MAX) {
    throw overLimit(
      'Subscription',
      `A topic with a MaximumMessageSize above ${MESSAGE_BYTES_DEFAULT} can have at most ` +
        `${LARGE_TOPIC_SUBSCRIPTIONS_MAX} subscriptions`,
    );
  }
  if (filtered) checkFilterQuota(topic);
}

function checkFilterQuota(topic: Topic): void {
  if (topic.filterPolicies < FILTER_POLICIES_MAX) return;
  throw overLimit('FilterPolicy', `The topic already has ${FILTER_POLICIES_MAX} filter policies`);
}

function same(existing: Subscription, attributes: Readonly<Record<string, string>>): Output {
  const has = showSubscription(existing);
  if (Object.entries(attributes).every(([name, value]) => has[name] === value)) {
    return { SubscriptionArn: existing.arn };
  }
  throw invalid('Attributes Reason: Subscription already exists with different attributes');
}
