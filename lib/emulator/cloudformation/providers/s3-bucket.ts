/** AWS::S3::Bucket, with the age at which its objects expire. */
import { ServiceError } from '../../error.ts';
import { complete, type Made, type Provider, type ProviderContext } from '../provider.ts';
import { integer, list, record, required, text, type ValueOf } from '../shape.ts';

const RULE = record({
  ExpirationInDays: integer(),
  Id: text(),
  Prefix: text(),
  Status: required(text('Enabled', 'Disabled')),
});
const NO_ACCESS = 'the emulator lets every caller do everything';
const PROPERTIES = record(
  { BucketName: text(), LifecycleConfiguration: record({ Rules: required(list(RULE)) }) },
  {
    BucketEncryption: 'nothing is encrypted here',
    OwnershipControls: NO_ACCESS,
    PublicAccessBlockConfiguration: NO_ACCESS,
    Tags: 'the emulated S3 keeps no tags of buckets',
  },
);
type Properties = ValueOf<typeof PROPERTIES>;

const NAME_LENGTH_MAX = 63;

export const s3Bucket: Provider<Properties> = {
  type: 'AWS::S3::Bucket',
  properties: PROPERTIES,
  attributes: ['Arn', 'DomainName', 'RegionalDomainName'],
  nameProperty: 'BucketName',
  replacedBy: ['BucketName'],

  async create(properties, context) {
    // Names that CloudFormation makes have capitals, those of buckets none.
    const name = properties.BucketName ?? context.name(NAME_LENGTH_MAX).toLowerCase();
    await refuseExisting(name, context);
    const { region } = context;
    const location =
      region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
    await context.call('s3', 'CreateBucket', { Bucket: name, ...location });
    await complete(
      () => setLifecycle(name, properties, context),
      () => context.call('s3', 'DeleteBucket', { Bucket: name }),
    );
    const made: Made = {
      physicalId: name,
      ref: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      },
    };
    return made;
  },

  async update(made, properties, { changed }, context) {
    if (changed.has('LifecycleConfiguration')) await setLifecycle(made.ref, properties, context);
    return made;
  },

  async delete(made, _properties, context) {
    await context.call('s3', 'DeleteBucket', { Bucket: made.ref });
  },
};

async function setLifecycle(name: string, properties: Properties, context: ProviderContext): Promise<void> {
  const rules = (properties.LifecycleConfiguration?.Rules ?? []).map((rule) => ({
    ...(rule.Id === undefined ? {} : { ID: rule.Id }),
    Status: rule.Status,
    Filter: { Prefix: rule.Prefix ?? '' },
    Expiration: { Days: rule.ExpirationInDays },
  }));
  if (rules.length === 0) await context.call('s3', 'DeleteBucketLifecycle', { Bucket: name });
  else {
    const input = { Bucket: name, LifecycleConfiguration: { Rules: rules } };
    await context.call('s3', 'PutBucketLifecycleConfiguration', input);
  }
}

// In us-east-1 CreateBucket answers for one's own bucket; a template must not take over what it did not make.
async function refuseExisting(name: string, context: ProviderContext): Promise<void> {
  try {
    await context.call('s3', 'HeadBucket', { Bucket: name });
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'NotFound') return;
    throw error;
  }
  throw new ServiceError('BucketExists', `the bucket '${name}' exists already, and not from this template`);
}
