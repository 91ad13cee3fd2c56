/** A bucket's state, and the store of all buckets: their names are one namespace over all accounts. */
import type { Clock } from '../clock.ts';
import { ServiceError } from '../error.ts';
import { requiredText, text } from '../operations.ts';
import type { Caller, Input } from '../service.ts';
import type { Checksums } from './checksum.ts';
import { noSuchBucket } from './errors.ts';
import type { Keeper } from './keep.ts';
import { type LifecycleRule, nextMidnight, toExpiry } from './lifecycle.ts';

/** Members of requests and answers that are kept with an object as they are. */
export type Shown = Readonly<Record<string, unknown>>;

export interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly etag: string;
  readonly at: number;
  readonly shown: Shown;
  readonly checksums: Checksums;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Part {
  readonly number: number;
  readonly body: Uint8Array;
  readonly etag: string;
  readonly at: number;
  readonly checksums: Checksums;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly at: number;
  readonly shown: Shown;
  readonly tags: Readonly<Record<string, string>>;
  readonly parts: Map<number, Part>;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  /** Keys in S3's order; undefined when one came or went since. */
  sorted?: readonly string[] | undefined;
  rules: readonly LifecycleRule[];
  /** When something may expire next. */
  sweepAt: number;
  encryption?: Input | undefined;
  /** Told the key of each object that comes, changes or goes. */
  readonly changed: (key: string) => void;
}

export interface Store {
  readonly clock: Clock;
  readonly random: () => number;
  readonly buckets: Map<string, Bucket>;
  /** Told what happens where something is kept on disk. */
  keeper?: Keeper;
}

/** The bucket of CDK's bootstrap stack, which every account and region seems to have. */
const BOOTSTRAP = /^cdk-[a-z0-9]{1,10}-assets-(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d)$/;

/** Finds a bucket by its name alone; what has expired in it is gone. */
export function lookUp(store: Store, name: string): Bucket | undefined {
  const bucket = store.buckets.get(name) ?? bootstrap(store, name);
  if (bucket !== undefined) sweep(bucket, store.clock.now());
  return bucket;
}

/** Finds the bucket of a request, or refuses it. */
export function findBucket(store: Store, input: Input): Bucket {
  const name = requiredText(input, 'Bucket');
  const bucket = lookUp(store, name);
  if (bucket === undefined) throw noSuchBucket(name);
  const owner = text(input, 'ExpectedBucketOwner');
  if (owner !== undefined && owner !== bucket.account)
    throw new ServiceError('AccessDenied', 'Access Denied', { status: 403 });
  return bucket;
}

/** Makes a bucket. */
export function addBucket(
  store: Store,
  name: string,
  { account, region }: Pick<Caller, 'account' | 'region'>,
  createdAt = store.clock.now(),
): Bucket {
  const bucket: Bucket = {
    ...{ name, account, region, createdAt, rules: [], sweepAt: Number.POSITIVE_INFINITY },
    ...{ objects: new Map(), uploads: new Map() },
    changed: (key) => store.keeper?.objectChanged(bucket, key),
  };
  store.buckets.set(name, bucket);
  return bucket;
}

/** Puts an object in the place of another. */
export function putStored(bucket: Bucket, object: StoredObject): void {
  if (!bucket.objects.has(object.key)) bucket.sorted = undefined;
  bucket.objects.set(object.key, object);
  bucket.changed(object.key);
  if (bucket.rules.length > 0) bucket.sweepAt = Math.min(bucket.sweepAt, nextMidnight(object.at));
}

/** Takes an object away; says whether there was one. */
export function removeStored(bucket: Bucket, key: string): boolean {
  const removed = bucket.objects.delete(key);
  if (removed) bucket.sorted = undefined;
  if (removed) bucket.changed(key);
  return removed;
}

/** All keys in the order of their UTF-8 bytes. */
export function sortedKeys(bucket: Bucket): readonly string[] {
  bucket.sorted ??= [...bucket.objects.keys()]
    .map((key) => [key, Buffer.from(key)] as const)
    .sort(([, a], [, b]) => Buffer.compare(a, b))
    .map(([key]) => key);
  return bucket.sorted;
}

/** Rules act at midnight only, so looking once a day finds all that they end. */
function sweep(bucket: Bucket, now: number): void {
  if (now < bucket.sweepAt) return;
  for (const object of bucket.objects.values()) {
    const expiry = toExpiry(bucket.rules, object);
    if (expiry !== undefined && expiry.at <= now) removeStored(bucket, object.key);
  }
  bucket.sweepAt = bucket.rules.length === 0 ? Number.POSITIVE_INFINITY : nextMidnight(now);
}

function bootstrap(store: Store, name: string): Bucket | undefined {
  const [, account, region] = BOOTSTRAP.exec(name) ?? [];
  return account === undefined || region === undefined
    ? undefined
    : addBucket(store, name, { account, region });
}
