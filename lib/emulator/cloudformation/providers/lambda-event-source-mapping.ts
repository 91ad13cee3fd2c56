/** AWS::Lambda::EventSourceMapping, from SQS and from DynamoDB streams. */

import type { Output } from '../../service.ts';
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, list, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  {
    BatchSize: integer(),
    BisectBatchOnFunctionError: flag(),
    DestinationConfig: record({ OnFailure: record({ Destination: required(text()) }) }),
    Enabled: flag(),
    EventSourceArn: required(text()),
    FilterCriteria: record({ Filters: list(record({ Pattern: text() })) }),
    FunctionName: required(text()),
    FunctionResponseTypes: list(text('ReportBatchItemFailures')),
    MaximumBatchingWindowInSeconds: integer(),
    MaximumRecordAgeInSeconds: integer(),
    MaximumRetryAttempts: integer(),
    ParallelizationFactor: integer(),
    ScalingConfig: record({ MaximumConcurrency: integer() }),
    StartingPosition: text('TRIM_HORIZON', 'LATEST'),
  },
  {
    KmsKeyArn: 'nothing is encrypted here',
    MetricsConfig: 'the emulator measures nothing',
    Tags: 'tags of mappings have no effect',
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaEventSourceMapping: Provider<Properties> = {
  type: 'AWS::Lambda::EventSourceMapping',
  properties: PROPERTIES,
  attributes: ['Id', 'EventSourceMappingArn'],
  replacedBy: ['EventSourceArn', 'StartingPosition'],
  link: true,

  check({ EventSourceArn: source }, notices) {
    if (source === undefined || isStream(source) || /^arn:aws[a-z-]*:sqs:/.test(source)) return;
    const served = 'the emulator serves mappings of SQS queues and DynamoDB streams only';
    notices.invalid('EventSourceArn', `is '${source}'; ${served}`);
  },

  async create(properties, context) {
    const { EventSourceArn, StartingPosition } = properties;
    const start = StartingPosition === undefined ? {} : { StartingPosition };
    const input = { ...toInput(properties), ...start, EventSourceArn };
    return toMade(await context.call('lambda', 'CreateEventSourceMapping', input), context);
  },

  async update(made, properties, _change, context) {
    await context.call('lambda', 'UpdateEventSourceMapping', { ...toInput(properties), UUID: made.ref });
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('lambda', 'DeleteEventSourceMapping', { UUID: made.ref });
  },
};

// Written out whole, since Lambda keeps the old value of what an update does not mention.
function toInput(properties: Properties): Readonly<Record<string, unknown>> {
  if (isStream(properties.EventSourceArn)) return toStreamInput(properties);
  const fifo = properties.EventSourceArn.endsWith('.fifo');
  return {
    BatchSize: properties.BatchSize ?? 10,
    Enabled: properties.Enabled ?? true,
    FilterCriteria: properties.FilterCriteria ?? {},
    FunctionName: properties.FunctionName,
    FunctionResponseTypes: properties.FunctionResponseTypes ?? [],
    ScalingConfig: properties.ScalingConfig ?? {},
    // What only streams have is refused by Lambda, by its name.
    ...onlyOf(properties, [
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
      'ParallelizationFactor',
      'StartingPosition',
    ]),
    // FIFO queues have no window, not even one of zero seconds.
    ...(fifo && properties.MaximumBatchingWindowInSeconds === undefined
      ? {}
      : { MaximumBatchingWindowInSeconds: properties.MaximumBatchingWindowInSeconds ?? 0 }),
  };
}

function toStreamInput(properties: Properties): Readonly<Record<string, unknown>> {
  return {
    BatchSize: properties.BatchSize ?? 100,
    BisectBatchOnFunctionError: properties.BisectBatchOnFunctionError ?? false,
    DestinationConfig: properties.DestinationConfig ?? { OnFailure: {} },
    Enabled: properties.Enabled ?? true,
    FilterCriteria: properties.FilterCriteria ?? {},
    FunctionName: properties.FunctionName,
    FunctionResponseTypes: properties.FunctionResponseTypes ?? [],
    MaximumBatchingWindowInSeconds: properties.MaximumBatchingWindowInSeconds ?? 0,
    MaximumRecordAgeInSeconds: properties.MaximumRecordAgeInSeconds ?? -1,
    MaximumRetryAttempts: properties.MaximumRetryAttempts ?? -1,
    ...onlyOf(properties, ['ParallelizationFactor', 'ScalingConfig']),
  };
}

function onlyOf(
  properties: Properties,
  names: readonly (keyof Properties)[],
): Readonly<Record<string, unknown>> {
  const given = names.filter((name) => properties[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, properties[name]]));
}

function isStream(arn: string): boolean {
  return /^arn:aws[a-z-]*:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\//.test(arn);
}

function toMade(answer: Output, context: ProviderContext): Made {
  const id = readText(answer, 'UUID');
  const arn = `arn:aws:lambda:${context.region}:${context.account}:event-source-mapping:${id}`;
  return { physicalId: id, ref: id, attributes: { Id: id, EventSourceMappingArn: arn } };
}
