/** AWS::Lambda::Url: an address of a function, served by the emulator itself. */
import type { Output } from '../../service.ts';
import { type Made, type Provider, type ProviderContext, readText } from '../provider.ts';
import { flag, integer, list, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({
  AuthType: required(text('NONE', 'AWS_IAM')),
  Cors: record({
    AllowCredentials: flag(),
    AllowHeaders: list(text()),
    AllowMethods: list(text()),
    AllowOrigins: list(text()),
    ExposeHeaders: list(text()),
    MaxAge: integer(),
  }),
  InvokeMode: text('BUFFERED', 'RESPONSE_STREAM'),
  Qualifier: text(),
  TargetFunctionArn: required(text()),
});
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaUrl: Provider<Properties> = {
  type: 'AWS::Lambda::Url',
  properties: PROPERTIES,
  attributes: ['FunctionArn', 'FunctionUrl'],
  replacedBy: ['TargetFunctionArn', 'Qualifier'],
  link: true,

  check({ InvokeMode: mode }, notices) {
    if (mode === 'RESPONSE_STREAM')
      notices.invalid('InvokeMode', 'streams; the emulator serves BUFFERED only');
  },

  async create(properties, context) {
    return toMade(await context.call('lambda', 'CreateFunctionUrlConfig', toInput(properties)));
  },

  async update(_made, properties, _change, context) {
    // An empty Cors takes away what an update would leave alone.
    const input = { Cors: {}, ...toInput(properties) };
    return toMade(await context.call('lambda', 'UpdateFunctionUrlConfig', input));
  },

  async delete(made, _properties, context) {
    await context.call('lambda', 'DeleteFunctionUrlConfig', { FunctionName: made.ref });
  },

  async refresh(made, context: ProviderContext) {
    return toMade(await context.call('lambda', 'GetFunctionUrlConfig', { FunctionName: made.ref }));
  },
};

function toInput({
  AuthType,
  Cors,
  Qualifier,
  TargetFunctionArn,
}: Properties): Readonly<Record<string, unknown>> {
  const of = { FunctionName: TargetFunctionArn, ...(Qualifier === undefined ? {} : { Qualifier }) };
  return { ...of, AuthType, ...(Cors === undefined ? {} : { Cors }) };
}

function toMade(answer: Output): Made {
  const FunctionArn = readText(answer, 'FunctionArn');
  const FunctionUrl = readText(answer, 'FunctionUrl');
  return { physicalId: FunctionArn, ref: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
}
