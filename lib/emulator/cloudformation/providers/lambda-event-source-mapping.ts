/** AWS::Lambda::EventSourceMapping, from SQS. */

import type { Output } from '../../service.ts';
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, list, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  {
    BatchSize: integer(),
    Enabled: flag(),
    EventSourceArn: required(text()),
    FilterCriteria: record({ Filters: list(record({ Pattern: text() })) }),
    FunctionName: required(text()),
    FunctionResponseTypes: list(text('ReportBatchItemFailures')),
    MaximumBatchingWindowInSeconds: integer(),
    ScalingConfig: record({ MaximumConcurrency: integer() }),
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
  replacedBy: ['EventSourceArn'],
  link: true,

  check({ EventSourceArn: source }, notices) {
    if (source === undefined || /^arn:aws[a-z-]*:sqs:/.test(source)) return;
    notices.invalid('EventSourceArn', `is '${source}'; the emulator serves mappings of SQS queues only`);
  },

  async create(properties, context) {
    const { EventSourceArn } = properties;
    return toMade(
      await context.call('lambda', 'CreateEventSourceMapping', { ...toInput(properties), EventSourceArn }),
      context,
    );
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
  const fifo = properties.EventSourceArn.endsWith('.fifo');
  return {
    BatchSize: properties.BatchSize ?? 10,
    Enabled: properties.Enabled ?? true,
    FilterCriteria: properties.FilterCriteria ?? {},
    FunctionName: properties.FunctionName,
    FunctionResponseTypes: properties.FunctionResponseTypes ?? [],
    ScalingConfig: properties.ScalingConfig ?? {},
    // FIFO queues have no window, not even one of zero seconds.
    ...(fifo && properties.MaximumBatchingWindowInSeconds === undefined
      ? {}
      : { MaximumBatchingWindowInSeconds: properties.MaximumBatchingWindowInSeconds ?? 0 }),
  };
}

function toMade(answer: Output, context: ProviderContext): Made {
  const id = readText(answer, 'UUID');
  const arn = `arn:aws:lambda:${context.region}:${context.account}:event-source-mapping:${id}`;
  return { physicalId: id, ref: id, attributes: { Id: id, EventSourceMappingArn: arn } };
}
