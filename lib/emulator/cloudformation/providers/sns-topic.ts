/** AWS::SNS::Topic. A property that leaves the template goes back to SNS's default. */
import { ServiceError } from '../../error.ts';
import { complete, type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, list, record, required, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange } from '../tags.ts';

const SUBSCRIPTION = record({ Endpoint: required(text()), Protocol: required(text('sqs', 'lambda')) });
const PROPERTIES = record(
  {
    ContentBasedDeduplication: flag(),
    DisplayName: text(),
    FifoThroughputScope: text('Topic', 'MessageGroup'),
    FifoTopic: flag(),
    KmsMasterKeyId: text(),
    MaximumMessageSize: integer(),
    SignatureVersion: text(),
    Subscription: list(SUBSCRIPTION),
    Tags: TAGS,
    TopicName: text(),
    TracingConfig: text(),
  },
  { DeliveryStatusLogging: 'the emulator writes no delivery logs' },
);
type Properties = ValueOf<typeof PROPERTIES>;

/** What SNS takes for an attribute that a template no longer sets. */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DisplayName: '',
  FifoThroughputScope: 'Topic',
  KmsMasterKeyId: '',
  MaximumMessageSize: '262144',
  SignatureVersion: '1',
  TracingConfig: 'PassThrough',
};
const NAME_LENGTH_MAX = 256;

export const snsTopic: Provider<Properties> = {
  type: 'AWS::SNS::Topic',
  properties: PROPERTIES,
  attributes: ['TopicArn', 'TopicName'],
  nameProperty: 'TopicName',
  replacedBy: ['FifoTopic', 'TopicName'],

  async create(properties, context) {
    const fifo = properties.FifoTopic === true;
    const name = properties.TopicName ?? context.name(NAME_LENGTH_MAX, fifo ? '.fifo' : '');
    await refuseExisting(name, context);
    const answer = await context.call('sns', 'CreateTopic', {
      Name: name,
      Attributes: { ...toAttributes(properties), ...(fifo && { FifoTopic: 'true' }) },
      Tags: properties.Tags ?? [],
    });
    const arn = readText(answer, 'TopicArn');
    const made: Made = { physicalId: arn, ref: arn, attributes: { TopicArn: arn, TopicName: name } };
    await complete(
      () => subscribe(made, properties, context),
      () => context.call('sns', 'DeleteTopic', { TopicArn: arn }),
    );
    return made;
  },

  async update(made, properties, { before, changed }, context) {
    const wanted = toAttributes(properties);
    for (const name of Object.keys(DEFAULTS).filter((each) => changed.has(each))) {
      const AttributeValue = wanted[name] ?? DEFAULTS[name] ?? '';
      await context.call('sns', 'SetTopicAttributes', {
        TopicArn: made.ref,
        AttributeName: name,
        AttributeValue,
      });
    }
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    const pairs = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
    if (unset.length > 0)
      await context.call('sns', 'UntagResource', { ResourceArn: made.ref, TagKeys: unset });
    if (pairs.length > 0) await context.call('sns', 'TagResource', { ResourceArn: made.ref, Tags: pairs });
    await unsubscribe(made, before, properties, context);
    await subscribe(made, properties, context);
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('sns', 'DeleteTopic', { TopicArn: made.ref });
  },
};

function toAttributes(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (Object.hasOwn(DEFAULTS, name) && value !== undefined) attributes[name] = String(value);
  }
  return attributes;
}

/** Subscribing again what is subscribed changes nothing. */
async function subscribe(made: Made, properties: Properties, context: ProviderContext): Promise<void> {
  for (const { Endpoint, Protocol } of properties.Subscription ?? []) {
    await context.call('sns', 'Subscribe', { TopicArn: made.ref, Endpoint, Protocol });
  }
}

async function unsubscribe(
  made: Made,
  before: Properties,
  after: Properties,
  context: ProviderContext,
): Promise<void> {
  for (const { Endpoint, Protocol } of before.Subscription ?? []) {
    const stays = after.Subscription?.some(
      (each) => each.Endpoint === Endpoint && each.Protocol === Protocol,
    );
    if (stays === true) continue;
    // Subscribing is how a subscription's ARN is found.
    const found = await context.call('sns', 'Subscribe', { TopicArn: made.ref, Endpoint, Protocol });
    await context.call('sns', 'Unsubscribe', { SubscriptionArn: readText(found, 'SubscriptionArn') });
  }
}

// CreateTopic answers for a topic that is there already; a template must not take over what it did not make.
async function refuseExisting(name: string, context: ProviderContext): Promise<void> {
  const arn = `arn:aws:sns:${context.region}:${context.account}:${name}`;
  try {
    await context.call('sns', 'GetTopicAttributes', { TopicArn: arn });
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'NotFoundException') return;
    throw error;
  }
  throw new ServiceError('TopicExists', `the topic '${name}' exists already, and not from this template`);
}
