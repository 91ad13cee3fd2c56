/** The operations on single objects: put, get, copy, delete, and their tags. */
import { ServiceError } from '../error.ts';
import {
  bytes,
  flag,
  type Operations,
  refuse,
  requiredText,
  structure,
  structures,
  text,
} from '../operations.ts';
import type { Input, Output } from '../service.ts';
import {
  type Bucket,
  findBucket,
  lookUp,
  putStored,
  removeStored,
  type Shown,
  type Store,
  type StoredObject,
} from './bucket.ts';
import { checkBody, toEtag } from './checksum.ts';
import { checkRead, checkWrite } from './conditions.ts';
import { invalidRequest, noSuchBucket, noSuchKey } from './errors.ts';
import { toExpiry } from './lifecycle.ts';
import { cut } from './range.ts';

/** Members that an object keeps as they were given and shows again. */
const KEPT = [
  ...['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'ContentType', 'Expires'],
  ...['Metadata', 'ServerSideEncryption', 'SSEKMSKeyId', 'BucketKeyEnabled', 'StorageClass'],
];
/** Those of them that a copy takes from its request alone, whatever its MetadataDirective says. */
const NEVER_COPIED = ['ServerSideEncryption', 'SSEKMSKeyId', 'BucketKeyEnabled', 'StorageClass'];
/** The type of an object whose writer named none. */
const PLAIN = { ContentType: 'binary/octet-stream' };
/** What a reader may have said otherwise in the answer, and the member that it replaces. */
const REPLACED: Readonly<Record<string, string>> = {
  ResponseCacheControl: 'CacheControl',
  ResponseContentDisposition: 'ContentDisposition',
  ResponseContentEncoding: 'ContentEncoding',
  ResponseContentLanguage: 'ContentLanguage',
  ResponseContentType: 'ContentType',
  ResponseExpires: 'Expires',
};
/** What would change how an object is kept or read, and is not served. */
export const UNSERVED = [
  ...['SSECustomerAlgorithm', 'SSECustomerKey', 'ObjectLockMode', 'ObjectLockLegalHoldStatus'],
  ...['ObjectLockRetainUntilDate', 'WriteOffsetBytes', 'WebsiteRedirectLocation'],
];
const DELETED_MAX = 1000;

/** The operations on objects. */
export function objectOperations(store: Store): Operations {
  return {
    PutObject: (input) => put(store, input),
    GetObject(input) {
      const bucket = findBucket(store, input);
      const object = findObject(bucket, input);
      checkRead(input, object);
      const { body, range } = cut(object.body, text(input, 'Range'));
      const whole = range === undefined && text(input, 'ChecksumMode') === 'ENABLED';
      return {
        ...show(bucket, object, body.length),
        ...replaced(input),
        ...(whole ? { ...object.checksums, ...checksumType(object) } : {}),
        ...(range === undefined ? {} : { ContentRange: range }),
        Body: body,
      };
    },
    HeadObject(input) {
      const bucket = findBucket(store, input);
      const object = bucket.objects.get(requiredText(input, 'Key'));
      if (object === undefined) throw new ServiceError('NotFound', 'Not Found', { status: 404 });
      refuseVersion(input);
      checkRead(input, object);
      const { body, range } = cut(object.body, text(input, 'Range'));
      const asked = text(input, 'ChecksumMode') === 'ENABLED';
      return {
        ...show(bucket, object, body.length),
        ...(asked ? { ...object.checksums, ...checksumType(object) } : {}),
        ...(range === undefined ? {} : { ContentRange: range }),
      };
    },
    CopyObject: (input) => copy(store, input),
    DeleteObject(input) {
      refuseVersion(input);
      refuse('s3: DeleteObject', input, 'IfMatchLastModifiedTime', 'IfMatchSize', 'MFA');
      const bucket = findBucket(store, input);
      const key = requiredText(input, 'Key');
      checkWrite(input, bucket.objects.get(key), key);
      removeStored(bucket, key);
      return {};
    },
    DeleteObjects: (input) => deleteAll(findBucket(store, input), input),
    ...tagOperations(store),
  };
}

/** Finds the object of a request, or refuses it. */
function findObject(bucket: Bucket, input: Input): StoredObject {
  refuseVersion(input);
  const key = requiredText(input, 'Key');
  const object = bucket.objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

/** The members that an object keeps. */
function readShown(input: Input): Shown {
  return Object.fromEntries(KEPT.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])));
}

/** The members of a new object: what its writer gave, and the type that it has anyway. */
export function readNew(input: Input): Shown {
  return { ...PLAIN, ...readShown(input) };
}

/** Tags as they stand in a header. */
export function readTags(input: Input): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(text(input, 'Tagging') ?? ''));
}

/** The encryption that answers name. */
export function encryption({ shown }: { readonly shown: Shown }): Output {
  return { ServerSideEncryption: shown.ServerSideEncryption ?? 'AES256' };
}

function put(store: Store, input: Input): Output {
  refuse('s3: PutObject', input, ...UNSERVED);
  const bucket = findBucket(store, input);
  const key = requiredText(input, 'Key');
  const body = bytes(input, 'Body') ?? new Uint8Array(0);
  checkWrite(input, bucket.objects.get(key), key);
  const checksums = checkBody(input, body);
  const shown = readNew(input);
  const at = store.clock.now();
  const object = { key, body, etag: toEtag(body), at, shown, checksums, tags: readTags(input) };
  putStored(bucket, object);
  return {
    ETag: object.etag,
    ...encryption(object),
    ...checksums,
    ...checksumType(object),
    ...expiration(bucket, object),
  };
}

function copy(store: Store, input: Input): Output {
  refuse('s3: CopyObject', input, ...UNSERVED, 'CopySourceSSECustomerAlgorithm', 'ChecksumAlgorithm');
  const bucket = findBucket(store, input);
  const { from, source, fromKey } = findSource(store, input);
  const key = requiredText(input, 'Key');
  const anew = text(input, 'MetadataDirective') === 'REPLACE';
  const retag = text(input, 'TaggingDirective') === 'REPLACE';
  if (from === bucket && fromKey === key && !anew && !retag && input.StorageClass === undefined) {
    throw invalidRequest(
      'This copy request is illegal because it is trying to copy an object to itself without changing the ' +
        "object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const shown = anew ? readNew(input) : copied(source.shown, readShown(input));
  const at = store.clock.now();
  const object = { ...source, key, at, shown, tags: retag ? readTags(input) : source.tags };
  putStored(bucket, object);
  const result = { ETag: object.etag, LastModified: new Date(at), ...object.checksums };
  return { CopyObjectResult: result, ...encryption(object) };
}

/** The object that a copy is made of, if its conditions hold. */
export function findSource(
  store: Store,
  input: Input,
): { readonly from: Bucket; readonly fromKey: string; readonly source: StoredObject } {
  const [path = '', search] = requiredText(input, 'CopySource').replace(/^\//, '').split('?');
  refuseVersion({ VersionId: new URLSearchParams(search ?? '').get('versionId') ?? undefined });
  const slash = path.indexOf('/');
  const [fromName, fromKey = ''] = [path.slice(0, slash), path.slice(slash + 1)].map(decodeURIComponent);
  const from = slash < 0 ? undefined : lookUp(store, fromName ?? '');
  if (from === undefined) throw noSuchBucket(fromName ?? path);
  const source = findObject(from, { Key: fromKey });
  checkRead(
    Object.fromEntries(
      ['IfMatch', 'IfNoneMatch', 'IfModifiedSince', 'IfUnmodifiedSince'].map((name) => [
        name,
        input[`CopySource${name}`],
      ]),
    ),
    source,
    'refuse',
  );
  return { from, fromKey, source };
}

/** With the directive COPY all metadata is the source's, and what the request says of it is ignored. */
function copied(source: Shown, given: Shown): Shown {
  const isOwn = ([name]: readonly [string, unknown]) => NEVER_COPIED.includes(name);
  return Object.fromEntries([
    ...Object.entries(source).filter((member) => !isOwn(member)),
    ...Object.entries(given).filter(isOwn),
  ]);
}

function deleteAll(bucket: Bucket, input: Input): Output {
  const given = structure(input, 'Delete');
  const objects = structures(given, 'Objects');
  if (objects.length === 0 || objects.length > DELETED_MAX) {
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    throw new ServiceError('MalformedXML', message);
  }
  for (const object of objects) refuseVersion(object);
  const keys = objects.map((object) => requiredText(object, 'Key'));
  // What was not there counts as deleted too.
  for (const key of keys) removeStored(bucket, key);
  return flag(given, 'Quiet') ? {} : { Deleted: keys.map((Key) => ({ Key })) };
}

function tagOperations(store: Store): Operations {
  const retag = (input: Input, tags: Readonly<Record<string, string>>): Output => {
    const bucket = findBucket(store, input);
    const object = findObject(bucket, input);
    bucket.objects.set(object.key, { ...object, tags });
    bucket.changed(object.key);
    return {};
  };
  return {
    GetObjectTagging(input) {
      const { tags } = findObject(findBucket(store, input), input);
      return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
    PutObjectTagging(input) {
      const pairs = structures(structure(input, 'Tagging'), 'TagSet');
      return retag(input, Object.fromEntries(pairs.map(({ Key, Value }) => [String(Key), String(Value)])));
    },
    DeleteObjectTagging: (input) => retag(input, {}),
  };
}

function show(bucket: Bucket, object: StoredObject, length: number): Output {
  const tagCount = Object.keys(object.tags).length;
  // Where S3 shows none, it is STANDARD.
  const { StorageClass: storage, ...shown } = object.shown;
  return {
    ...{ AcceptRanges: 'bytes', LastModified: new Date(object.at), ETag: object.etag, ContentLength: length },
    ...shown,
    ...(storage === undefined || storage === 'STANDARD' ? {} : { StorageClass: storage }),
    ...encryption(object),
    ...(tagCount === 0 ? {} : { TagCount: tagCount }),
    ...expiration(bucket, object),
  };
}

function expiration(bucket: Bucket, object: StoredObject): Output {
  const expiry = toExpiry(bucket.rules, object);
  if (expiry === undefined) return {};
  return { Expiration: `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${expiry.id}"` };
}

function checksumType({ checksums }: Pick<StoredObject, 'checksums'>): Output {
  return Object.keys(checksums).length === 0 ? {} : { ChecksumType: 'FULL_OBJECT' };
}

function replaced(input: Input): Output {
  const given = Object.entries(REPLACED).filter(([name]) => input[name] !== undefined);
  return Object.fromEntries(given.map(([name, member]) => [member, input[name]]));
}

/** There are no versions, so the one that every object has without them is called null. */
function refuseVersion(input: Input): void {
  const version = text(input, 'VersionId');
  if (version === undefined || version === 'null') return;
  throw new ServiceError('InvalidArgument', 'Invalid version id specified');
}
