/**
 * AWS::Lambda::Permission: a statement in a function's policy, which is kept and shown; the emulator lets
 * every caller do everything.
 */
import type { Made, Provider } from '../provider.ts';
import { flag, record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record({
  Action: required(text()),
  EventSourceToken: text(),
  FunctionName: required(text()),
  FunctionUrlAuthType: text('NONE', 'AWS_IAM'),
  InvokedViaFunctionUrl: flag(),
  Principal: required(text()),
  PrincipalOrgID: text(),
  SourceAccount: text(),
  SourceArn: text(),
});
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaPermission: Provider<Properties> = {
  type: 'AWS::Lambda::Permission',
  properties: PROPERTIES,
  attributes: ['Id'],
  // CloudFormation replaces a permission whatever changes of it.
  replacedBy: [
    ...['Action', 'EventSourceToken', 'FunctionName', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'],
    ...['Principal', 'PrincipalOrgID', 'SourceAccount', 'SourceArn'],
  ],
  link: true,

  async create(properties, context) {
    const id = context.name(100);
    await context.call('lambda', 'AddPermission', { ...properties, StatementId: id });
    const made: Made = { physicalId: id, ref: id, attributes: { Id: id } };
    return made;
  },

  update: async (made) => made,

  async delete(made, { FunctionName }, context) {
    await context.call('lambda', 'RemovePermission', { FunctionName, StatementId: made.ref });
  },
};
