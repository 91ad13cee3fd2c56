/** The attributes of subscriptions: what they may be and what they mean. */
import { notServed } from '../operations.ts';
import { compileFilterPolicy, type FilterPolicy } from '../pattern/filter-policy.ts';
import { parseObject } from './fields.ts';
import { invalid } from './refusal.ts';
import type { Subscription, SubscriptionSettings, Topic } from './state.ts';

type Attributes = Readonly<Record<string, string>>;
type Operation = 'Subscribe' | 'SetSubscriptionAttributes';

const NAMES: readonly string[] = [
  ...['DeliveryPolicy', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'],
];
const NOT_SERVED: readonly string[] = ['ReplayPolicy', 'SubscriptionRoleArn'];
const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo)?$/;

/** What the checks need to know of the subscription that would have the attributes. */
export interface SubscriptionKind {
  readonly topic: Pick<Topic, 'fifo'>;
  readonly protocol: 'sqs' | 'lambda';
  readonly endpoint: string;
}

/** Refuses names that are not those of attributes. */
export function checkNames(names: readonly string[], operation: Operation): void {
  for (const name of names) {
    if (NOT_SERVED.includes(name)) throw notServed(`sns: the subscription attribute ${name}`);
    if (!NAMES.includes(name)) {
      throw invalid(
        operation === 'Subscribe' ? `Attributes Reason: Unknown attribute: ${name}` : 'AttributeName',
      );
    }
  }
}

/** What is left when the attributes that say nothing are taken out: an empty policy is none. */
export function withoutEmpty(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => !isEmpty(value)));
}

/** Checks attributes and says what they mean. */
export function readSettings(
  attributes: Attributes,
  kind: SubscriptionKind,
  operation: Operation,
): SubscriptionSettings {
  const before = operation === 'Subscribe' ? 'Attributes Reason: ' : '';
  const raw = attributes.RawMessageDelivery ?? 'false';
  if (!/^(true|false)$/i.test(raw)) {
    throw invalid(`${before}RawMessageDelivery: Invalid value [${raw}]. Must be true or false.`);
  }
  const isRaw = raw.toLowerCase() === 'true';
  if (isRaw && kind.protocol === 'lambda') {
    throw invalid(`${before}Delivery protocol [lambda] does not support raw message delivery.`);
  }
  checkJson(attributes.DeliveryPolicy, 'DeliveryPolicy', before);
  return {
    raw: isRaw,
    filter: readFilter(attributes, before, operation),
    deadLetterArn: readRedrive(attributes.RedrivePolicy, kind, before),
  };
}

/** The answer of GetSubscriptionAttributes. */
export function showSubscription(subscription: Subscription): Attributes {
  const { attributes, topic } = subscription;
  const scope = attributes.FilterPolicyScope ?? 'MessageAttributes';
  return {
    ConfirmationWasAuthenticated: 'true',
    Endpoint: subscription.endpoint,
    Owner: subscription.owner,
    PendingConfirmation: 'false',
    Protocol: subscription.protocol,
    RawMessageDelivery: 'false',
    SubscriptionArn: subscription.arn,
    SubscriptionPrincipal: `arn:aws:iam::${subscription.owner}:root`,
    TopicArn: topic.arn,
    ...attributes,
    ...(attributes.FilterPolicy !== undefined && { FilterPolicyScope: scope }),
  };
}

function readFilter(attributes: Attributes, before: string, operation: Operation): FilterPolicy | undefined {
  const { FilterPolicy: policy, FilterPolicyScope: scope = 'MessageAttributes' } = attributes;
  if (scope !== 'MessageAttributes' && scope !== 'MessageBody') {
    throw invalid(
      `${before}FilterPolicyScope: Invalid value [${scope}]. ` +
        'Please use either MessageBody or MessageAttributes',
    );
  }
  return policy === undefined ? undefined : compileFilterPolicy(policy, { scope, operation });
}

function readRedrive(json: string | undefined, kind: SubscriptionKind, before: string): string | undefined {
  if (json === undefined) return undefined;
  const policy = checkJson(json, 'RedrivePolicy', before);
  const target = policy?.deadLetterTargetArn;
  if (typeof target !== 'string' || !QUEUE_ARN.test(target)) {
    throw invalid(`${before}RedrivePolicy: deadLetterTargetArn is an invalid arn`);
  }
  const ordered = kind.topic.fifo && kind.endpoint.endsWith('.fifo');
  if (ordered && !target.endsWith('.fifo')) {
    const rule = 'must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.';
    throw invalid(`${before}RedrivePolicy: ${rule}`);
  }
  if (!ordered && target.endsWith('.fifo')) {
    throw invalid(`${before}RedrivePolicy: must use a standard queue as DLQ for a standard Subscription.`);
  }
  return target;
}

function checkJson(json: string | undefined, name: string, before: string): ReturnType<typeof parseObject> {
  if (json === undefined) return undefined;
  const parsed = parseObject(json);
  if (parsed === undefined) throw invalid(`${before}${name}: failed to parse JSON.`);
  return parsed;
}

function isEmpty(value: string): boolean {
  return value === '' || /^\s*\{\s*\}\s*$/.test(value);
}
