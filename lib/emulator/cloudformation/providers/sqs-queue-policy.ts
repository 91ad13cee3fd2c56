/**
 * AWS::SQS::QueuePolicy: kept with its queues and shown by SQS; the emulator lets every caller do everything.
 */
import type { Made, Provider, ProviderContext } from '../provider.ts';
import { json, list, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({ PolicyDocument: required(json()), Queues: required(list(text())) });
type Properties = ValueOf<typeof PROPERTIES>;

export const sqsQueuePolicy: Provider<Properties> = {
  type: 'AWS::SQS::QueuePolicy',
  properties: PROPERTIES,
  attributes: ['Id'],
  replacedBy: [],
  link: true,

  async create(properties, context) {
    await setPolicy(properties.Queues, JSON.stringify(properties.PolicyDocument), context);
    const name = context.name(128);
    const made: Made = { physicalId: name, ref: name, attributes: { Id: name } };
    return made;
  },

  async update(made, properties, { before }, context) {
    await setPolicy(
      before.Queues.filter((url) => !properties.Queues.includes(url)),
      '',
      context,
    );
    await setPolicy(properties.Queues, JSON.stringify(properties.PolicyDocument), context);
    return made;
  },

  async delete(_made, properties, context) {
    await setPolicy(properties.Queues, '', context);
  },
};

async function setPolicy(queues: readonly string[], policy: string, context: ProviderContext): Promise<void> {
  for (const QueueUrl of queues) {
    await context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: policy } });
  }
}
