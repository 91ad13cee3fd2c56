/** Uploads in parts: kept beside the bucket until they are completed to an object or given up. */
import { createHash } from 'node:crypto';
import { ServiceError } from '../error.ts';
import {
  bytes,
  number,
  type Operations,
  refuse,
  requiredText,
  structure,
  structures,
  text,
} from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { type Bucket, findBucket, type Part, putStored, type Store, type Upload } from './bucket.ts';
import { checkBody, toEtag } from './checksum.ts';
import { checkWrite } from './conditions.ts';
import { invalidArgument, noSuchUpload } from './errors.ts';
import { encryption, findSource, readNew, readTags, UNSERVED } from './objects.ts';

/** Of every part but the last. */
const PART_MIN_BYTES = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;

/** The operations on uploads in parts. */
export function multipartOperations(store: Store): Operations {
  return {
    CreateMultipartUpload(input) {
      refuse('s3: CreateMultipartUpload', input, ...UNSERVED);
      const bucket = findBucket(store, input);
      const key = requiredText(input, 'Key');
      const id = Array.from({ length: 48 }, () => Math.floor(store.random() * 36).toString(36)).join('');
      const shown = readNew(input);
      const at = store.clock.now();
      const upload: Upload = { id, key, at, shown, tags: readTags(input), parts: new Map() };
      bucket.uploads.set(id, upload);
      store.keeper?.uploadChanged(bucket, upload);
      const algorithm = text(input, 'ChecksumAlgorithm');
      return {
        ...{ Bucket: bucket.name, Key: key, UploadId: id },
        ...encryption({ shown }),
        ...(algorithm === undefined ? {} : { ChecksumAlgorithm: algorithm }),
      };
    },
    ...partOperations(store),
    CompleteMultipartUpload: (input) => complete(store, input),
    AbortMultipartUpload(input) {
      const bucket = findBucket(store, input);
      const upload = findUpload(bucket, input);
      bucket.uploads.delete(upload.id);
      store.keeper?.uploadChanged(bucket, upload);
      return {};
    },
    ListParts(input) {
      const bucket = findBucket(store, input);
      const { id, key, parts } = findUpload(bucket, input);
      const after = number(input, 'PartNumberMarker') ?? 0;
      const max = number(input, 'MaxParts') ?? 1000;
      const all = inOrder(parts).filter((part) => part.number > after);
      return {
        ...{ Bucket: bucket.name, Key: key, UploadId: id, MaxParts: max, PartNumberMarker: String(after) },
        IsTruncated: all.length > max,
        ...(all.length > max ? { NextPartNumberMarker: String(all[max - 1]?.number ?? after) } : {}),
        Parts: all.slice(0, max).map((part) => ({
          ...{ PartNumber: part.number, ETag: part.etag, Size: part.body.length },
          LastModified: new Date(part.at),
        })),
        StorageClass: 'STANDARD',
      };
    },
    ListMultipartUploads(input) {
      refuse('s3: ListMultipartUploads', input, 'Delimiter', 'KeyMarker', 'UploadIdMarker');
      const bucket = findBucket(store, input);
      const prefix = text(input, 'Prefix') ?? '';
      const uploads = [...bucket.uploads.values()].filter(({ key }) => key.startsWith(prefix));
      return {
        ...{ Bucket: bucket.name, Prefix: prefix, MaxUploads: 1000, IsTruncated: false },
        Uploads: uploads.map(({ id, key, at }) => ({ UploadId: id, Key: key, Initiated: new Date(at) })),
      };
    },
  };
}

function partOperations(store: Store): Operations {
  return {
    UploadPart(input) {
      refuse('s3: UploadPart', input, 'SSECustomerAlgorithm');
      const bucket = findBucket(store, input);
      const upload = findUpload(bucket, input);
      const part = partNumber(input);
      const body = bytes(input, 'Body') ?? new Uint8Array(0);
      const checksums = checkBody(input, body);
      const etag = toEtag(body);
      upload.parts.set(part, { number: part, body, etag, at: store.clock.now(), checksums });
      store.keeper?.partChanged(bucket, upload, part);
      return { ETag: etag, ...encryption(upload), ...checksums };
    },
    UploadPartCopy(input) {
      refuse('s3: UploadPartCopy', input, 'SSECustomerAlgorithm', 'CopySourceSSECustomerAlgorithm');
      const bucket = findBucket(store, input);
      const upload = findUpload(bucket, input);
      const part = partNumber(input);
      const { source } = findSource(store, input);
      const body = cutExactly(source.body, text(input, 'CopySourceRange'));
      const etag = toEtag(body);
      const at = store.clock.now();
      upload.parts.set(part, { number: part, body, etag, at, checksums: {} });
      store.keeper?.partChanged(bucket, upload, part);
      return { CopyPartResult: { ETag: etag, LastModified: new Date(at) }, ...encryption(upload) };
    },
  };
}

function partNumber(input: Input): number {
  const part = number(input, 'PartNumber') ?? 0;
  if (Number.isInteger(part) && part >= 1 && part <= PART_NUMBER_MAX) return part;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
}

/** Unlike a reader's range, that of a part that is copied has both ends, and inside of the source. */
function cutExactly(body: Uint8Array, range: string | undefined): Uint8Array {
  if (range === undefined) return body;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === undefined || end < start)
    throw invalidArgument('The x-amz-copy-source-range value must be of the form bytes=first-last');
  if (end >= body.length)
    throw invalidArgument(`Range specified is not valid for source of size: ${body.length}`);
  return body.slice(start, end + 1);
}

function complete(store: Store, input: Input): Output {
  const bucket = findBucket(store, input);
  const upload = findUpload(bucket, input);
  const { key, shown, tags } = upload;
  checkWrite(input, bucket.objects.get(key), key);
  const parts = chosen(upload, structures(structure(input, 'MultipartUpload'), 'Parts'));
  const digests = parts.map(({ body }) => createHash('md5').update(body).digest());
  const digest = createHash('md5').update(Buffer.concat(digests)).digest('hex');
  const etag = `"${digest}-${parts.length}"`;
  const body = Buffer.concat(parts.map((part) => part.body));
  putStored(bucket, { key, body, etag, at: store.clock.now(), shown, tags, checksums: {} });
  bucket.uploads.delete(upload.id);
  store.keeper?.uploadChanged(bucket, upload);
  return { Bucket: bucket.name, Key: key, ETag: etag, Location: `/${bucket.name}/${key}` };
}

/** The parts that make up the object, as the client lists them. */
function chosen(upload: Upload, listed: readonly Input[]): readonly Part[] {
  if (listed.length === 0) {
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    throw new ServiceError('MalformedXML', message);
  }
  const numbers = listed.map((given) => number(given, 'PartNumber') ?? 0);
  if (numbers.some((each, index) => each <= (numbers[index - 1] ?? 0))) {
    const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
    throw new ServiceError('InvalidPartOrder', message);
  }
  return listed.map((given, index) => {
    const wanted = numbers[index] ?? 0;
    const part = upload.parts.get(wanted);
    if (part === undefined || part.etag.replaceAll('"', '') !== text(given, 'ETag')?.replaceAll('"', '')) {
      const message =
        'One or more of the specified parts could not be found.  The part may not have been uploaded, ' +
        "or the specified entity tag may not match the part's entity tag.";
      throw new ServiceError('InvalidPart', message, { fields: { PartNumber: wanted } });
    }
    if (index < listed.length - 1 && part.body.length < PART_MIN_BYTES) {
      const message = 'Your proposed upload is smaller than the minimum allowed size';
      throw new ServiceError('EntityTooSmall', message, { fields: { PartNumber: wanted } });
    }
    return part;
  });
}

function findUpload(bucket: Bucket, input: Input): Upload {
  const id = requiredText(input, 'UploadId');
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== requiredText(input, 'Key')) throw noSuchUpload(id);
  return upload;
}

function inOrder(parts: ReadonlyMap<number, Part>): readonly Part[] {
  return [...parts.values()].sort((a, b) => a.number - b.number);
}
