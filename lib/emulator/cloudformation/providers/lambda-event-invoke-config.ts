/** AWS::Lambda::EventInvokeConfig: retries, age and destinations of asynchronous invocations. */
import type { Made, Provider } from '../provider.ts';
import { integer, record, required, text, type ValueOf } from '../shape.ts';

const DESTINATION = record({ Destination: required(text()) });
const PROPERTIES = record({
  DestinationConfig: record({ OnFailure: DESTINATION, OnSuccess: DESTINATION }),
  FunctionName: required(text()),
  MaximumEventAgeInSeconds: integer(),
  MaximumRetryAttempts: integer(),
  Qualifier: required(text()),
});
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaEventInvokeConfig: Provider<Properties> = {
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: PROPERTIES,
  attributes: [],
  replacedBy: ['FunctionName', 'Qualifier'],
  link: true,

  async create(properties, context) {
    await context.call('lambda', 'PutFunctionEventInvokeConfig', properties);
    const id = context.id();
    const made: Made = { physicalId: id, ref: id, attributes: {} };
    return made;
  },

  async update(made, properties, _change, context) {
    await context.call('lambda', 'PutFunctionEventInvokeConfig', properties);
    return made;
  },

  async delete(_made, { FunctionName, Qualifier }, context) {
    await context.call('lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier });
  },
};
