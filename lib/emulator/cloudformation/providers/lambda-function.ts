/** AWS::Lambda::Function: code from an asset folder or written in the template, on Node.js. */
import type { Input } from '../../service.ts';
import {
  type CheckContext,
  complete,
  type Made,
  type Provider,
  type ProviderContext,
  readText,
} from '../provider.ts';
import { dictionary, integer, list, type Notices, record, required, text, type ValueOf } from '../shape.ts';
import { TAGS, toTagChange, toTagMap } from '../tags.ts';

const CODE = record({ S3Bucket: text(), S3Key: text(), ZipFile: text() });
const PROPERTIES = record(
  {
    Architectures: list(text('arm64', 'x86_64')),
    Code: required(CODE),
    DeadLetterConfig: record({ TargetArn: text() }),
    Description: text(),
    Environment: record({ Variables: dictionary(text()) }),
    EphemeralStorage: record({ Size: required(integer()) }),
    FunctionName: text(),
    Handler: required(text()),
    LoggingConfig: record(
      { LogFormat: text('Text', 'JSON'), LogGroup: text() },
      {
        ApplicationLogLevel: 'every line is printed',
        SystemLogLevel: 'every line is printed',
      },
    ),
    MemorySize: integer(),
    PackageType: text('Zip'),
    RecursiveLoop: text('Allow', 'Terminate'),
    ReservedConcurrentExecutions: integer(),
    Role: required(text()),
    Runtime: required(text()),
    Tags: TAGS,
    Timeout: integer(),
  },
  {
    CodeSigningConfigArn: 'signatures are not checked',
    KmsKeyArn: 'nothing is encrypted here',
    RuntimeManagementConfig: "functions run on this process's own Node.js",
    TracingConfig: 'the emulator traces by itself',
    VpcConfig: 'functions reach what this machine reaches',
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 64;
/** Properties that UpdateFunctionConfiguration takes. */
const CONFIGURATION = [
  ...['DeadLetterConfig', 'Description', 'Environment', 'EphemeralStorage', 'Handler', 'LoggingConfig'],
  ...['MemorySize', 'Role', 'Runtime', 'Timeout'],
];

export const lambdaFunction: Provider<Properties> = {
  type: 'AWS::Lambda::Function',
  properties: PROPERTIES,
  attributes: ['Arn'],
  nameProperty: 'FunctionName',
  replacedBy: ['FunctionName', 'PackageType'],

  check(properties, notices, context) {
    if (properties.Runtime !== undefined && !properties.Runtime.startsWith('nodejs')) {
      notices.invalid('Runtime', `is '${properties.Runtime}'; the emulator runs Node.js functions only`);
    }
    if (properties.Code !== undefined) checkCode(properties.Code, notices, context);
  },

  async create(properties, context) {
    const FunctionName = properties.FunctionName ?? context.name(NAME_LENGTH_MAX);
    const answer = await context.call('lambda', 'CreateFunction', {
      FunctionName,
      ...toConfiguration(properties, context),
      Architectures: properties.Architectures ?? ['x86_64'],
      Code: await toCode(properties, context),
      Tags: toTagMap(properties.Tags),
    });
    await complete(
      async () => {
        await setConcurrency(FunctionName, properties, context);
        if (properties.RecursiveLoop !== undefined) await setRecursion(FunctionName, properties, context);
      },
      () => context.call('lambda', 'DeleteFunction', { FunctionName }),
    );
    const arn = readText(answer, 'FunctionArn');
    const made: Made = { physicalId: FunctionName, ref: FunctionName, attributes: { Arn: arn } };
    return made;
  },

  async update(made, properties, { before, changed }, context) {
    const FunctionName = made.ref;
    if (changed.has('Code') || changed.has('Architectures')) {
      const Architectures = properties.Architectures ?? ['x86_64'];
      const code = await toCode(properties, context);
      await context.call('lambda', 'UpdateFunctionCode', { FunctionName, Architectures, ...code });
    }
    if (CONFIGURATION.some((property) => changed.has(property))) {
      const input = { FunctionName, ...toConfiguration(properties, context) };
      await context.call('lambda', 'UpdateFunctionConfiguration', input);
    }
    if (changed.has('ReservedConcurrentExecutions')) await setConcurrency(FunctionName, properties, context);
    if (changed.has('RecursiveLoop')) await setRecursion(FunctionName, properties, context);
    const Resource = made.attributes.Arn;
    const { set, unset } = toTagChange(before.Tags, properties.Tags);
    if (unset.length > 0) await context.call('lambda', 'UntagResource', { Resource, TagKeys: unset });
    if (Object.keys(set).length > 0) await context.call('lambda', 'TagResource', { Resource, Tags: set });
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('lambda', 'DeleteFunction', { FunctionName: made.ref });
  },
};

function checkCode(code: ValueOf<typeof CODE>, notices: Notices, context: CheckContext): void {
  if (code.ZipFile !== undefined) return;
  if (code.S3Key === undefined) {
    notices.invalid('Code', 'must have an S3Key or a ZipFile');
    return;
  }
  const asset = context.asset(code.S3Key);
  if (asset === undefined) {
    if (code.S3Bucket !== undefined && context.stored(code.S3Bucket, code.S3Key)) return;
    const where = `no object of the emulated bucket '${code.S3Bucket ?? ''}'`;
    notices.invalid('Code.S3Key', `'${code.S3Key}' is no asset of this app, and ${where}`);
  } else if (asset.packaging !== 'zip') {
    notices.invalid('Code.S3Key', `${asset.path} is an archive; the emulator runs code from folders`);
  }
}

/**
 * Where the code is: the folder that a deploy would zip, the object of S3 where it lies zipped, or a folder
 * with the text of the template as its index file.
 */
async function toCode({ Code }: Properties, context: ProviderContext): Promise<Input> {
  const asset = Code.S3Key === undefined ? undefined : context.asset(Code.S3Key);
  if (asset === undefined && Code.S3Key !== undefined) return { S3Bucket: Code.S3Bucket, S3Key: Code.S3Key };
  // CloudFormation saves it under this name (AWS::Lambda::Function Code, ZipFile).
  const folder = asset?.path ?? (await context.folder({ 'index.js': Code.ZipFile ?? '' }));
  return { Folder: folder };
}

// Written out whole, since Lambda keeps the old value of what an update does not mention.
function toConfiguration(properties: Properties, context: ProviderContext): Input {
  return {
    DeadLetterConfig: { TargetArn: properties.DeadLetterConfig?.TargetArn ?? '' },
    Description: properties.Description ?? '',
    Environment: { Variables: properties.Environment?.Variables ?? {} },
    EphemeralStorage: properties.EphemeralStorage ?? { Size: 512 },
    Handler: properties.Handler,
    LoggingConfig: {
      LogFormat: properties.LoggingConfig?.LogFormat ?? 'Text',
      LogGroup:
        properties.LoggingConfig?.LogGroup ??
        `/aws/lambda/${properties.FunctionName ?? context.name(NAME_LENGTH_MAX)}`,
    },
    MemorySize: properties.MemorySize ?? 128,
    Role: properties.Role,
    Runtime: properties.Runtime,
    Timeout: properties.Timeout ?? 3,
  };
}

async function setConcurrency(
  FunctionName: string,
  { ReservedConcurrentExecutions }: Properties,
  context: ProviderContext,
): Promise<void> {
  if (ReservedConcurrentExecutions === undefined) {
    await context.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  } else {
    await context.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
  }
}

async function setRecursion(
  FunctionName: string,
  properties: Properties,
  context: ProviderContext,
): Promise<void> {
  const RecursiveLoop = properties.RecursiveLoop ?? 'Terminate';
  await context.call('lambda', 'PutFunctionRecursionConfig', { FunctionName, RecursiveLoop });
}
