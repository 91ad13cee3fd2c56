/** AWS::Lambda::Version: what a function is when the version is made, as cdk's `currentVersion` makes it. */
import { ServiceError } from '../../error.ts';
import { type Made, type Provider, readText } from '../provider.ts';
import { record, required, text, type ValueOf } from '../shape.ts';

const PROPERTIES = record(
  { CodeSha256: text(), Description: text(), FunctionName: required(text()) },
  {
    ProvisionedConcurrencyConfig: 'environments start when they are needed',
    RuntimePolicy: "functions run on this process's own Node.js",
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

export const lambdaVersion: Provider<Properties> = {
  type: 'AWS::Lambda::Version',
  properties: PROPERTIES,
  attributes: ['FunctionArn', 'Version'],
  replacedBy: ['CodeSha256', 'Description', 'FunctionName'],

  async create(properties, context) {
    const { FunctionName } = properties;
    const { Versions: before } = await context.call('lambda', 'ListVersionsByFunction', { FunctionName });
    const answer = await context.call('lambda', 'PublishVersion', properties);
    const arn = readText(answer, 'FunctionArn');
    const version = readText(answer, 'Version');
    const known = Array.isArray(before) && before.some((each) => Object(each).FunctionArn === arn);
    // Publishing what is published already gives the same version, which another resource may own.
    if (known) {
      const advice = 'Modify the function to create a new version.';
      const message = `A version for this Lambda function exists ( ${version} ). ${advice}`;
      throw new ServiceError('AlreadyExists', message);
    }
    const made: Made = { physicalId: arn, ref: arn, attributes: { FunctionArn: arn, Version: version } };
    return made;
  },

  update: async (made) => made,

  async delete(made, _properties, context) {
    await context.call('lambda', 'DeleteFunction', { FunctionName: made.ref });
  },
};
