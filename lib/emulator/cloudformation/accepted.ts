/**
 * Resource types that the emulator takes without effect, each with the reason. They have names and ARNs, so
 * that others can refer to them. A type that is neither here nor among the providers is refused: better no
 * app than a wrong one.
 */
import type { Made, Provider, ProviderContext } from './provider.ts';
import { LATER, type Shape } from './shape.ts';

type Properties = Readonly<Record<string, unknown>>;
type ToMade = (properties: Properties, context: ProviderContext) => Made;
type Accepted = readonly [type: string, reason: string, attributes: readonly string[], make: ToMade];

const NO_IAM = 'the emulator lets every caller do everything';
const NO_METRICS = 'the emulator measures nothing, so an alarm would never ring';
const NO_LOGS = 'functions print to the terminal';
const NO_SCALING = 'capacity never runs out here';
const NO_KEYS = 'nothing is encrypted here';

const ACCEPTED: readonly Accepted[] = [
  ['AWS::IAM::Role', NO_IAM, ['Arn', 'RoleId'], iam('role', 'RoleName')],
  ['AWS::IAM::User', NO_IAM, ['Arn'], iam('user', 'UserName')],
  ['AWS::IAM::Group', NO_IAM, ['Arn'], iam('group', 'GroupName')],
  ['AWS::IAM::ManagedPolicy', NO_IAM, ['PolicyArn', 'PolicyId'], iam('policy', 'ManagedPolicyName')],
  ['AWS::IAM::InstanceProfile', NO_IAM, ['Arn'], iam('instance-profile', 'InstanceProfileName')],
  ['AWS::IAM::Policy', NO_IAM, ['Id'], named('PolicyName')],
  ['AWS::IAM::RolePolicy', NO_IAM, [], named('PolicyName')],
  ['AWS::IAM::UserPolicy', NO_IAM, [], named('PolicyName')],
  ['AWS::IAM::GroupPolicy', NO_IAM, [], named('PolicyName')],
  ['AWS::IAM::UserToGroupAddition', NO_IAM, ['Id'], named('Name')],
  ['AWS::IAM::ServiceLinkedRole', NO_IAM, ['RoleName'], named('RoleName')],
  ['AWS::Logs::LogGroup', NO_LOGS, ['Arn'], logGroup],
  ['AWS::Logs::LogStream', NO_LOGS, [], named('LogStreamName')],
  ['AWS::Logs::MetricFilter', NO_METRICS, [], named('FilterName')],
  ['AWS::Logs::QueryDefinition', NO_LOGS, ['QueryDefinitionId'], named('Name')],
  ['AWS::Logs::ResourcePolicy', NO_IAM, [], named('PolicyName')],
  ['AWS::CloudWatch::Alarm', NO_METRICS, ['Arn'], alarm],
  ['AWS::CloudWatch::CompositeAlarm', NO_METRICS, ['Arn'], alarm],
  ['AWS::CloudWatch::Dashboard', NO_METRICS, [], named('DashboardName')],
  ['AWS::ApplicationAutoScaling::ScalableTarget', NO_SCALING, ['Id'], named('ResourceId')],
  ['AWS::ApplicationAutoScaling::ScalingPolicy', NO_SCALING, ['Arn'], named('PolicyName')],
  ['AWS::KMS::Key', NO_KEYS, ['Arn', 'KeyId'], key],
  ['AWS::KMS::Alias', NO_KEYS, [], named('AliasName')],
  ['AWS::S3::BucketPolicy', NO_IAM, [], named('Bucket')],
  ['AWS::CDK::Metadata', 'tells AWS which constructs are used', [], named('Id')],
  ['AWS::CloudFormation::WaitConditionHandle', 'an empty stack needs some resource', [], named('Id')],
];

/** Types that are refused with more than 'unknown', because users will ask. */
export const REFUSED: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::CustomResource':
    'custom resources would have to run their provider, which is not served',
  'AWS::CloudFormation::Stack': 'nested stacks are not served; use stacks or stages of the app',
  'AWS::CloudFormation::Macro': 'macros are not served',
  'AWS::Lambda::LayerVersion': 'layers are not served; bundle the code into the function',
};

/** Why a type is refused, in words for its user. */
export function toRefusal(type: string): string | undefined {
  if (type.startsWith('Custom::')) return REFUSED['AWS::CloudFormation::CustomResource'];
  return Object.hasOwn(REFUSED, type) ? REFUSED[type] : undefined;
}

const ANYTHING: Shape<Properties> = {
  required: false,
  // The loader hands an object over; its members are not looked at but for a name.
  read: (value) => (value === LATER ? undefined : (value as Properties)),
};

/** Providers for the types without effect. */
export const effectless: readonly Provider<Properties>[] = ACCEPTED.map(
  ([type, reason, attributes, make]) => ({
    type,
    properties: ANYTHING,
    attributes,
    replacedBy: [],
    effectless: reason,
    create: async (properties, context) => make(properties, context),
    update: async (_made, properties, _change, context) => make(properties, context),
    delete: async () => undefined,
  }),
);

function nameOf(properties: Properties, property: string, context: ProviderContext, lengthMax = 128): string {
  const given = properties[property];
  return typeof given === 'string' ? given : context.name(lengthMax);
}

function named(property: string): ToMade {
  return (properties, context) => {
    const name = nameOf(properties, property, context);
    return {
      physicalId: name,
      ref: name,
      attributes: { Id: name, Arn: name, RoleName: name, QueryDefinitionId: context.id() },
    };
  };
}

function iam(kind: string, property: string): ToMade {
  return (properties, context) => {
    const name = nameOf(properties, property, context, 64);
    const arn = `arn:aws:iam::${context.account}:${kind}/${name}`;
    const id = context.id().replaceAll('-', '').slice(0, 17).toUpperCase();
    const attributes = { Arn: arn, PolicyArn: arn, RoleId: `AROA${id}`, PolicyId: `ANPA${id}` };
    // The one IAM type whose Ref is its ARN.
    return { physicalId: name, ref: kind === 'policy' ? arn : name, attributes };
  };
}

function logGroup(properties: Properties, context: ProviderContext): Made {
  const name = nameOf(properties, 'LogGroupName', context, 512);
  const arn = `arn:aws:logs:${context.region}:${context.account}:log-group:${name}:*`;
  return { physicalId: name, ref: name, attributes: { Arn: arn } };
}

function alarm(properties: Properties, context: ProviderContext): Made {
  const name = nameOf(properties, 'AlarmName', context, 255);
  const arn = `arn:aws:cloudwatch:${context.region}:${context.account}:alarm:${name}`;
  return { physicalId: name, ref: name, attributes: { Arn: arn } };
}

function key(_properties: Properties, context: ProviderContext): Made {
  const id = context.id();
  const arn = `arn:aws:kms:${context.region}:${context.account}:key/${id}`;
  return { physicalId: id, ref: id, attributes: { Arn: arn, KeyId: id } };
}
