/** ListObjects and ListObjectsV2: keys in order, by prefix, folded at a delimiter, in pages. */
import { number, type Operations, text } from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { type Bucket, findBucket, type Store, type StoredObject, sortedKeys } from './bucket.ts';
import { invalidArgument } from './errors.ts';

const KEYS_MAX = 1000;

interface Listed {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** The last key or prefix of this page, when there are more. */
  readonly last?: string;
}

/** The operations that list a bucket. */
export function listOperations(store: Store): Operations {
  return {
    ListObjectsV2(input) {
      const bucket = findBucket(store, input);
      const token = text(input, 'ContinuationToken');
      const after = token === undefined ? (text(input, 'StartAfter') ?? '') : fromToken(token);
      const listed = list(bucket, input, after);
      return {
        ...shared(bucket, input, listed),
        KeyCount: listed.objects.length + listed.prefixes.length,
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(input.StartAfter === undefined ? {} : { StartAfter: encoded(input, String(input.StartAfter)) }),
        ...(listed.last === undefined ? {} : { NextContinuationToken: toToken(listed.last) }),
      };
    },
    ListObjects(input) {
      const bucket = findBucket(store, input);
      const marker = text(input, 'Marker') ?? '';
      const listed = list(bucket, input, marker);
      // Without a delimiter the last key is the marker, and S3 says none.
      const next = input.Delimiter === undefined ? undefined : listed.last;
      return {
        ...shared(bucket, input, listed),
        Marker: encoded(input, marker),
        ...(next === undefined ? {} : { NextMarker: encoded(input, next) }),
      };
    },
  };
}

function shared(bucket: Bucket, input: Input, { objects, prefixes, last }: Listed): Output {
  const delimiter = text(input, 'Delimiter');
  const encoding = text(input, 'EncodingType');
  return {
    ...{ Name: bucket.name, Prefix: encoded(input, text(input, 'Prefix') ?? ''), MaxKeys: maxOf(input) },
    ...(delimiter === undefined ? {} : { Delimiter: encoded(input, delimiter) }),
    ...(encoding === undefined ? {} : { EncodingType: encoding }),
    IsTruncated: last !== undefined,
    Contents: objects.map(({ key, at, etag, body, shown, checksums }) => ({
      ...{ Key: encoded(input, key), LastModified: new Date(at), ETag: etag, Size: body.length },
      StorageClass: shown.StorageClass ?? 'STANDARD',
      ...algorithms(checksums),
    })),
    CommonPrefixes: prefixes.map((Prefix) => ({ Prefix: encoded(input, Prefix) })),
  };
}

function list(bucket: Bucket, input: Input, after: string): Listed {
  const prefix = text(input, 'Prefix') ?? '';
  const delimiter = text(input, 'Delimiter') ?? '';
  const max = maxOf(input);
  const objects: StoredObject[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of sortedKeys(bucket)) {
    if (!key.startsWith(prefix) || Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue;
    const fold = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const folded = fold < 0 ? undefined : key.slice(0, fold + delimiter.length);
    // A page that ended with a prefix has shown all that is under it.
    if (folded !== undefined && (folded === prefixes.at(-1) || folded === after)) continue;
    if (objects.length + prefixes.length >= max)
      return last === undefined ? { objects, prefixes } : { objects, prefixes, last };
    const object = bucket.objects.get(key);
    if (folded !== undefined) prefixes.push(folded);
    else if (object !== undefined) objects.push(object);
    last = folded ?? key;
  }
  return { objects, prefixes };
}

function maxOf(input: Input): number {
  const max = number(input, 'MaxKeys') ?? KEYS_MAX;
  if (max < 0) throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  return Math.min(max, KEYS_MAX);
}

/** XML cannot hold every character of a key, so clients ask for it as it would stand in a URL. */
function encoded(input: Input, value: string): string {
  return input.EncodingType === 'url' ? encodeURIComponent(value).replaceAll('%2F', '/') : value;
}

function algorithms(checksums: Readonly<Record<string, string>>): Output {
  const names = Object.keys(checksums).map((name) => name.replace('Checksum', ''));
  return names.length === 0 ? {} : { ChecksumAlgorithm: names, ChecksumType: 'FULL_OBJECT' };
}

function toToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function fromToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
