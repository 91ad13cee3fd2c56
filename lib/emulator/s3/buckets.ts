/** The operations on buckets themselves. */
import { ServiceError } from '../error.ts';
import { number, type Operations, refuse, requiredText, structure, text } from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { addBucket, type Bucket, findBucket, lookUp, type Store } from './bucket.ts';
import { nextMidnight, readRules } from './lifecycle.ts';

/** What every bucket has since 2023, unless it is told otherwise. */
const ENCRYPTION: Input = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

/** The operations on buckets. */
export function bucketOperations(store: Store): Operations {
  return {
    CreateBucket: (input, caller) => create(store, input, caller),
    DeleteBucket(input) {
      const bucket = findBucket(store, input);
      if (bucket.objects.size > 0) {
        const message = 'The bucket you tried to delete is not empty';
        const fields = { BucketName: bucket.name };
        throw new ServiceError('BucketNotEmpty', message, { status: 409, fields });
      }
      store.buckets.delete(bucket.name);
      const uploads = [...bucket.uploads.values()];
      bucket.uploads.clear();
      for (const upload of uploads) store.keeper?.uploadChanged(bucket, upload);
      return {};
    },
    HeadBucket(input) {
      const bucket = lookUp(store, requiredText(input, 'Bucket'));
      if (bucket === undefined) throw new ServiceError('NotFound', 'Not Found', { status: 404 });
      return { BucketRegion: findBucket(store, input).region };
    },
    // The oldest Region has no name of its own here.
    GetBucketLocation(input) {
      const { region } = findBucket(store, input);
      return region === 'us-east-1' ? {} : { LocationConstraint: region };
    },
    ListBuckets: (input, { account }) => listBuckets(store, input, account),
    GetBucketVersioning(input) {
      findBucket(store, input);
      return {};
    },
    GetBucketEncryption: (input) => ({
      ServerSideEncryptionConfiguration: findBucket(store, input).encryption ?? ENCRYPTION,
    }),
    PutBucketEncryption(input) {
      findBucket(store, input).encryption = structure(input, 'ServerSideEncryptionConfiguration');
      return {};
    },
    DeleteBucketEncryption(input) {
      findBucket(store, input).encryption = undefined;
      return {};
    },
    ...lifecycleOperations(store),
  };
}

function lifecycleOperations(store: Store): Operations {
  return {
    PutBucketLifecycleConfiguration(input) {
      const bucket = findBucket(store, input);
      bucket.rules = readRules(input);
      bucket.sweepAt = nextMidnight(store.clock.now());
      return {};
    },
    GetBucketLifecycleConfiguration(input) {
      const { rules, name } = findBucket(store, input);
      if (rules.length === 0) {
        throw new ServiceError('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', {
          status: 404,
          fields: { BucketName: name },
        });
      }
      return { Rules: rules.map(({ written }) => written) };
    },
    DeleteBucketLifecycle(input) {
      const bucket = findBucket(store, input);
      bucket.rules = [];
      bucket.sweepAt = Number.POSITIVE_INFINITY;
      return {};
    },
  };
}

function create(
  store: Store,
  input: Input,
  caller: { readonly account: string; readonly region: string },
): Output {
  refuse('s3: CreateBucket', input, 'ObjectLockEnabledForBucket', 'BucketNamespace');
  const name = requiredText(input, 'Bucket');
  if (!isName(name)) {
    const fields = { BucketName: name };
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', { fields });
  }
  const { region } = caller;
  const asked = text(structure(input, 'CreateBucketConfiguration'), 'LocationConstraint');
  const location = asked === 'EU' ? 'eu-west-1' : asked;
  if (location === undefined ? region !== 'us-east-1' : region !== 'us-east-1' && location !== region) {
    throw new ServiceError(
      'IllegalLocationConstraintException',
      `The ${asked ?? 'unspecified'} location constraint is incompatible for the region specific endpoint ` +
        'this request was sent to.',
    );
  }
  const known = lookUp(store, name);
  if (known !== undefined) refuseExisting(known, caller.account, region);
  else addBucket(store, name, { account: caller.account, region: location ?? region });
  return { Location: `/${name}` };
}

// In the oldest Region making one's own bucket again has always gone well.
function refuseExisting(known: Bucket, account: string, region: string): void {
  if (known.account === account && region === 'us-east-1' && known.region === region) return;
  const fields = { BucketName: known.name };
  if (known.account === account) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new ServiceError('BucketAlreadyOwnedByYou', message, { status: 409, fields });
  }
  const message =
    'The requested bucket name is not available. The bucket namespace is shared by all users of the ' +
    'system. Please select a different name and try again.';
  throw new ServiceError('BucketAlreadyExists', message, { status: 409, fields });
}

function listBuckets(store: Store, input: Input, account: string): Output {
  const prefix = text(input, 'Prefix') ?? '';
  const region = text(input, 'BucketRegion');
  const after = text(input, 'ContinuationToken') ?? '';
  const max = number(input, 'MaxBuckets') ?? 10_000;
  const mine = [...store.buckets.values()]
    .filter((bucket) => bucket.account === account && bucket.name.startsWith(prefix) && bucket.name > after)
    .filter((bucket) => region === undefined || bucket.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const last = mine.length > max ? mine[max - 1] : undefined;
  return {
    Buckets: mine.slice(0, max).map((bucket) => ({
      ...{ Name: bucket.name, CreationDate: new Date(bucket.createdAt), BucketRegion: bucket.region },
    })),
    Owner: { ID: account },
    ...(last === undefined ? {} : { ContinuationToken: last.name }),
  };
}

/** Bucket naming rules of general purpose buckets. */
function isName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-)|(-s3alias|--ol-s3)$/.test(name)
  );
}
