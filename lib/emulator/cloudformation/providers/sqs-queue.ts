/** AWS::SQS::Queue: every property. A property that leaves the template goes back to SQS's default. */
import { ServiceError } from '../../error.ts';
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, json, record, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange, toTagMap } from '../tags.ts';

const PROPERTIES = record({
  ContentBasedDeduplication: flag(),
  DeduplicationScope: text(),
  DelaySeconds: integer(),
  FifoQueue: flag(),
  FifoThroughputLimit: text(),
  KmsDataKeyReusePeriodSeconds: integer(),
  KmsMasterKeyId: text(),
  MaximumMessageSize: integer(),
  MessageRetentionPeriod: integer(),
  QueueName: text(),
  ReceiveMessageWaitTimeSeconds: integer(),
  RedriveAllowPolicy: json(),
  RedrivePolicy: json(),
  SqsManagedSseEnabled: flag(),
  Tags: TAGS,
  VisibilityTimeout: integer(),
});
type Properties = ValueOf<typeof PROPERTIES>;

/** What SQS takes for an attribute that a template no longer sets (CreateQueue's defaults). */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  DelaySeconds: '0',
  FifoThroughputLimit: 'perQueue',
  KmsDataKeyReusePeriodSeconds: '300',
  KmsMasterKeyId: '',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  RedriveAllowPolicy: '',
  RedrivePolicy: '',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};
const NAME_LENGTH_MAX = 80;

export const sqsQueue: Provider<Properties> = {
  type: 'AWS::SQS::Queue',
  properties: PROPERTIES,
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  nameProperty: 'QueueName',
  replacedBy: ['FifoQueue', 'QueueName'],

  async create(properties, context) {
    const name =
      properties.QueueName ?? context.name(NAME_LENGTH_MAX, properties.FifoQueue === true ? '.fifo' : '');
    await refuseExisting(name, context);
    const tags = toTagMap(properties.Tags);
    const answer = await context.call('sqs', 'CreateQueue', {
      QueueName: name,
      Attributes: toAttributes(properties),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    });
    return toMade(name, readText(answer, 'QueueUrl'), context);
  },

  async update(made, properties, { before, changed }, context) {
    const wanted = toAttributes(properties);
    const attributes = Object.keys(DEFAULTS).filter((name) => changed.has(name));
    if (attributes.length > 0) {
      await context.call('sqs', 'SetQueueAttributes', {
        QueueUrl: made.ref,
        Attributes: Object.fromEntries(
          attributes.map((name) => [name, wanted[name] ?? DEFAULTS[name] ?? '']),
        ),
      });
    }
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    if (unset.length > 0) await context.call('sqs', 'UntagQueue', { QueueUrl: made.ref, TagKeys: unset });
    if (Object.keys(set).length > 0) await context.call('sqs', 'TagQueue', { QueueUrl: made.ref, Tags: set });
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('sqs', 'DeleteQueue', { QueueUrl: made.ref });
  },

  async refresh(made, context) {
    const name = made.attributes.QueueName ?? '';
    const answer = await context.call('sqs', 'GetQueueUrl', { QueueName: name });
    return toMade(name, readText(answer, 'QueueUrl'), context);
  },
};

function toAttributes(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'QueueName' || name === 'Tags' || value === undefined) continue;
    // FifoQueue false is what SQS itself refuses, though templates may say it.
    if (name === 'FifoQueue' && value === false) continue;
    attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return attributes;
}

// CreateQueue answers for a queue that is there already; a template must not take over what it did not make.
async function refuseExisting(name: string, context: ProviderContext): Promise<void> {
  try {
    await context.call('sqs', 'GetQueueUrl', { QueueName: name });
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'QueueDoesNotExist') return;
    throw error;
  }
  throw new ServiceError('QueueNameExists', `the queue '${name}' exists already, and not from this template`);
}

function toMade(name: string, url: string, context: ProviderContext): Made {
  const arn = `arn:aws:sqs:${context.region}:${context.account}:${name}`;
  return { physicalId: name, ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}
