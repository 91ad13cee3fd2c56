/** AWS::Lambda::Alias: a name for one version of a function. */
import { type Made, type Provider, readText } from '../provider.ts';
import { json, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  {
    Description: text(),
    FunctionName: required(text()),
    FunctionVersion: required(text()),
    Name: required(text()),
    RoutingConfig: json(),
  },
  { ProvisionedConcurrencyConfig: 'environments start when they are needed' },
);
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaAlias: Provider<Properties> = {
  type: 'AWS::Lambda::Alias',
  properties: PROPERTIES,
  attributes: ['AliasArn'],
  replacedBy: ['FunctionName', 'Name'],

  check({ RoutingConfig: routing }, notices) {
    const weights = Object(routing).AdditionalVersionWeights;
    if (Array.isArray(weights) && weights.length > 0)
      notices.invalid('RoutingConfig', 'divides invocations; an alias of the emulator names one version');
  },

  async create(properties, context) {
    const { RoutingConfig: _none, ...input } = properties;
    const arn = readText(await context.call('lambda', 'CreateAlias', input), 'AliasArn');
    const made: Made = { physicalId: arn, ref: arn, attributes: { AliasArn: arn } };
    return made;
  },

  async update(made, { RoutingConfig: _none, ...properties }, _change, context) {
    const Description = properties.Description ?? '';
    await context.call('lambda', 'UpdateAlias', { ...properties, Description });
    return made;
  },

  async delete(_made, { FunctionName, Name }, context) {
    await context.call('lambda', 'DeleteAlias', { FunctionName, Name });
  },
};
