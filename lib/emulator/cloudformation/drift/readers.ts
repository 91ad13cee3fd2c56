/**
 * How to read the properties of a resource back from its service, in the words of its resource type. Only
 * what can be read back stands in the answer: code and what the emulator keeps nowhere do not.
 */
import type { Output } from '../../service.ts';
import type { Made, ProviderContext } from '../provider.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Reads what a resource is now; rejects with the service's error when it is gone. */
export type Reader = (made: Made, properties: Properties, context: ProviderContext) => Promise<Properties>;

type Call = (operation: string, input: Properties) => Promise<Output>;

const of =
  (service: string, context: ProviderContext): Call =>
  (operation, input) =>
    context.call(service, operation, input);

const queue: Reader = async (made, _properties, context) => {
  const call = of('sqs', context);
  const { Attributes } = await call('GetQueueAttributes', { QueueUrl: made.ref, AttributeNames: ['All'] });
  const { Tags } = await call('ListQueueTags', { QueueUrl: made.ref });
  const read = Object(Attributes);
  const names = [
    ...['ContentBasedDeduplication', 'DeduplicationScope', 'DelaySeconds', 'FifoThroughputLimit'],
    ...['KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'MaximumMessageSize', 'MessageRetentionPeriod'],
    ...['ReceiveMessageWaitTimeSeconds', 'SqsManagedSseEnabled', 'VisibilityTimeout'],
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, read[name]])),
    RedrivePolicy: parsed(read.RedrivePolicy),
    RedriveAllowPolicy: parsed(read.RedriveAllowPolicy),
    Tags: pairs(Tags),
  };
};

const topic: Reader = async (made, _properties, context) => {
  const call = of('sns', context);
  const { Attributes } = await call('GetTopicAttributes', { TopicArn: made.ref });
  const { Tags } = await call('ListTagsForResource', { ResourceArn: made.ref });
  const read = Object(Attributes);
  const names = [
    ...['ContentBasedDeduplication', 'DisplayName', 'FifoThroughputScope', 'KmsMasterKeyId'],
    ...['MaximumMessageSize', 'SignatureVersion', 'TracingConfig'],
  ];
  return { ...Object.fromEntries(names.map((name) => [name, read[name]])), Tags };
};

const subscription: Reader = async (made, _properties, context) => {
  const input = { SubscriptionArn: made.ref };
  const { Attributes } = await of('sns', context)('GetSubscriptionAttributes', input);
  const { Endpoint, FilterPolicyScope, Protocol, RawMessageDelivery, TopicArn, ...read } = Object(Attributes);
  return {
    ...{ Endpoint, FilterPolicyScope, Protocol, RawMessageDelivery, TopicArn },
    ...{ FilterPolicy: parsed(read.FilterPolicy), RedrivePolicy: parsed(read.RedrivePolicy) },
  };
};

const table: Reader = async (made, properties, context) => {
  const call = of('dynamodb', context);
  const { Table } = await call('DescribeTable', { TableName: made.ref });
  const read = Object(Table);
  const { TimeToLiveDescription } = await call('DescribeTimeToLive', { TableName: made.ref });
  const ttl = Object(TimeToLiveDescription);
  const { Tags } = await call('ListTagsOfResource', { ResourceArn: read.TableArn });
  const view = read.StreamSpecification?.StreamViewType;
  const enabled = ttl.TimeToLiveStatus === 'ENABLED';
  return {
    AttributeDefinitions: read.AttributeDefinitions,
    BillingMode: read.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    DeletionProtectionEnabled: read.DeletionProtectionEnabled,
    GlobalSecondaryIndexes: indexes(read.GlobalSecondaryIndexes, properties.GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexes(read.LocalSecondaryIndexes, properties.LocalSecondaryIndexes),
    KeySchema: read.KeySchema,
    StreamSpecification: view === undefined ? undefined : { StreamViewType: view },
    Tags,
    TimeToLiveSpecification: enabled
      ? { AttributeName: ttl.AttributeName, Enabled: true }
      : // A template may say that it is off, with a name or without.
        { ...Object(properties.TimeToLiveSpecification), Enabled: false },
  };
};

const lambda: Reader = async (made, _properties, context) => {
  const call = of('lambda', context);
  const FunctionName = made.ref;
  const { Concurrency, Configuration, Tags } = await call('GetFunction', { FunctionName });
  const { RecursiveLoop } = await call('GetFunctionRecursionConfig', { FunctionName });
  const read = Object(Configuration);
  const dead = read.DeadLetterConfig?.TargetArn;
  return {
    ...{ Architectures: read.Architectures, Description: read.Description, Handler: read.Handler },
    DeadLetterConfig: dead === undefined ? undefined : { TargetArn: dead },
    Environment: { Variables: read.Environment?.Variables ?? {} },
    ...{ EphemeralStorage: read.EphemeralStorage, MemorySize: read.MemorySize, Role: read.Role },
    ...{ Runtime: read.Runtime, Timeout: read.Timeout, RecursiveLoop },
    ReservedConcurrentExecutions: Object(Concurrency).ReservedConcurrentExecutions,
    Tags: pairs(Tags),
  };
};

const mapping: Reader = async (made, properties, context) => {
  const read = await of('lambda', context)('GetEventSourceMapping', { UUID: made.ref });
  // What a mapping does not have it shows as absent; the rest has the template's own names.
  const shown = Object.fromEntries(Object.keys(properties).map((name) => [name, read[name]]));
  const { FunctionName: _named, Tags: _none, ...compared } = shown;
  const state = String(read.State);
  return { ...compared, Enabled: state === 'Enabled' || state === 'Enabling' || state === 'Creating' };
};

const alias: Reader = async (_made, { FunctionName, Name }, context) => {
  const read = await of('lambda', context)('GetAlias', { FunctionName, Name });
  return { Description: read.Description, FunctionVersion: read.FunctionVersion };
};

const version: Reader = async (made, _properties, context) => {
  const read = await of('lambda', context)('GetFunctionConfiguration', { FunctionName: made.ref });
  return { Description: read.Description };
};

const bus: Reader = async (made, _properties, context) => {
  const call = of('eventbridge', context);
  const read = await call('DescribeEventBus', { Name: made.physicalId });
  const { Tags } = await call('ListTagsForResource', { ResourceARN: read.Arn });
  return { DeadLetterConfig: read.DeadLetterConfig, Description: read.Description, Tags };
};

const rule: Reader = async (made, { EventBusName }, context) => {
  const call = of('eventbridge', context);
  const read = await call('DescribeRule', { Name: made.physicalId, EventBusName });
  const { Targets } = await call('ListTargetsByRule', { Rule: made.physicalId, EventBusName });
  const { Tags } = await call('ListTagsForResource', { ResourceARN: read.Arn });
  return {
    ...{ Description: read.Description, ScheduleExpression: read.ScheduleExpression, State: read.State },
    ...{ EventPattern: parsed(read.EventPattern), Tags, Targets },
  };
};

/** The types whose drift can be detected. */
export const readers: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    'AWS::SQS::Queue': queue,
    'AWS::SNS::Topic': topic,
    'AWS::SNS::Subscription': subscription,
    'AWS::DynamoDB::Table': table,
    'AWS::Lambda::Function': lambda,
    'AWS::Lambda::EventSourceMapping': mapping,
    'AWS::Lambda::Alias': alias,
    'AWS::Lambda::Version': version,
    'AWS::Events::EventBus': bus,
    'AWS::Events::Rule': rule,
  }),
);

function parsed(json: unknown): unknown {
  return typeof json === 'string' && json !== '' ? JSON.parse(json) : undefined;
}

/** Tags as templates write them. */
function pairs(tags: unknown): readonly Properties[] {
  return Object.entries(Object(tags)).map(([Key, Value]) => ({ Key, Value }));
}

/** Indexes with the members that templates have; throughput only where one is asked for. */
function indexes(shown: unknown, expected: unknown): unknown {
  if (!Array.isArray(shown)) return undefined;
  const asked = Array.isArray(expected) ? expected.map((each) => Object(each)) : [];
  return shown.map((each) => {
    const { IndexName, KeySchema, Projection, ProvisionedThroughput } = Object(each);
    const wants = asked.find((index) => index.IndexName === IndexName)?.ProvisionedThroughput;
    const { ReadCapacityUnits, WriteCapacityUnits } = Object(ProvisionedThroughput);
    const throughput = { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } };
    return { IndexName, KeySchema, Projection, ...(wants === undefined ? {} : throughput) };
  });
}
