/** AWS::SSM::Parameter: a text, or a list of texts, under a name. */
import type { Input } from '../../service.ts';
import type { Made, Provider, ProviderContext } from '../provider.ts';
import { record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  {
    AllowedPattern: text(),
    DataType: text('text', 'aws:ec2:image'),
    Description: text(),
    Name: text(),
    Tier: text('Standard', 'Advanced', 'Intelligent-Tiering'),
    Type: required(text('String', 'StringList')),
    Value: required(text()),
  },
  { Tags: 'tags of parameters are not served' },
);
type Properties = ValueOf<typeof PROPERTIES>;

/** Of the whole ARN AWS allows 1,011 characters (PutParameter, Name). */
const NAME_LENGTH_MAX = 900;

export const ssmParameter: Provider<Properties> = {
  type: 'AWS::SSM::Parameter',
  properties: PROPERTIES,
  attributes: ['Type', 'Value'],
  nameProperty: 'Name',
  replacedBy: ['Name'],

  async create(properties, context) {
    const name = properties.Name ?? `CFN-${context.name(NAME_LENGTH_MAX)}`;
    // Without Overwrite: a template must not take over what it did not make.
    await put(name, properties, { Overwrite: false }, context);
    return toMade(name, properties);
  },

  async update(made, properties, _change, context) {
    await put(made.ref, properties, { Overwrite: true }, context);
    return toMade(made.ref, properties);
  },

  async delete(made, _properties, context) {
    await context.call('ssm', 'DeleteParameter', { Name: made.ref });
  },
};

async function put(name: string, properties: Properties, more: Input, context: ProviderContext) {
  await context.call('ssm', 'PutParameter', {
    ...properties,
    ...{ Name: name, Description: properties.Description ?? '' },
    ...more,
  });
}

function toMade(name: string, { Type, Value }: Properties): Made {
  return { physicalId: name, ref: name, attributes: { Type, Value } };
}
