/** AWS::SNS::TopicPolicy: kept with its topics and shown by SNS; nobody's rights are checked. */
import { defaultPolicy } from '../../sns/topic-attributes.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { json, list, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({ PolicyDocument: required(json()), Topics: required(list(text())) });
type Properties = ValueOf<typeof PROPERTIES>;

export const snsTopicPolicy: Provider<Properties> = {
  type: 'AWS::SNS::TopicPolicy',
  properties: PROPERTIES,
  attributes: ['Id'],
  replacedBy: [],
  link: true,

  async create(properties, context) {
    await setPolicy(properties.Topics, JSON.stringify(properties.PolicyDocument), context);
    const name = context.name(128);
    return { physicalId: name, ref: name, attributes: { Id: name } };
  },

  async update(made, properties, { before }, context) {
    const left = before.Topics.filter((arn) => !properties.Topics.includes(arn));
    await resetPolicy(left, context);
    await setPolicy(properties.Topics, JSON.stringify(properties.PolicyDocument), context);
    return made;
  },

  async delete(_made, properties, context) {
    await resetPolicy(properties.Topics, context);
  },
};

async function setPolicy(topics: readonly string[], policy: string, context: ProviderContext): Promise<void> {
  for (const TopicArn of topics) {
    const input = { TopicArn, AttributeName: 'Policy', AttributeValue: policy };
    await context.call('sns', 'SetTopicAttributes', input);
  }
}

/** A topic without a policy of its own has SNS's. */
async function resetPolicy(topics: readonly string[], context: ProviderContext): Promise<void> {
  const { account } = context;
  for (const arn of topics) await setPolicy([arn], defaultPolicy({ arn, account }), context);
}
