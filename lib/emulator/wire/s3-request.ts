/**
 * Which bucket, key and operation a request to S3 means. Other than elsewhere, the query string tells most of
 * it, and the bucket stands in the path or before the host's name.
 */
import type { WireRequest } from './router.ts';
import type { HttpData, ServiceData } from './schema-data.ts';

export interface S3Address {
  readonly bucket?: string;
  readonly key?: string;
}

/**
 * Hosts that may have a bucket before them: those of AWS, and those by which this emulator is known. Before
 * any other name (`emulator.internal`) nothing can tell a bucket from the name, so there the path says it.
 */
const VIRTUAL_HOST =
  /^(.+?)\.(?:s3[.-](?:[a-z0-9-]+\.)*(?:amazonaws\.com(?:\.cn)?|localhost)|localhost|emulator)$/;

/** Reads bucket and key; a bucket's name in front of the host goes before one in the path. */
export function readAddress(request: WireRequest): S3Address {
  const path = (request.url.split('?')[0] ?? '').replace(/^\//, '');
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const before = VIRTUAL_HOST.exec(host)?.[1];
  if (before !== undefined && before !== 's3') return toAddress(before, path);
  const slash = path.indexOf('/');
  return slash < 0 ? toAddress(path, '') : toAddress(path.slice(0, slash), path.slice(slash + 1));
}

/** The operation's name, if S3 has one for this. */
export function findOperation(
  data: ServiceData,
  request: WireRequest,
  address: S3Address,
  query: URLSearchParams,
): string | undefined {
  const known = Object.entries(data.operations).map(([name, [, , http]]) => [name, http] as const);
  const named = [...known, ...Object.entries(data.others ?? {})];
  const depth = address.key !== undefined ? '/{Key+}' : '/';
  let best: { readonly name: string; readonly weight: number } | undefined;
  for (const [name, http] of named) {
    if (!Array.isArray(http) || http[0] !== request.method) continue;
    // HttpData is the one form of an array here; narrowing by isArray loses the tuple.
    const weight = weigh(name, http as HttpData, depth, request, query, address);
    if (weight !== undefined && (best === undefined || weight > best.weight)) best = { name, weight };
  }
  return best?.name;
}

/** How much of a request a template explains; undefined when it does not fit. */
function weigh(
  name: string,
  [, template]: HttpData,
  depth: string,
  request: WireRequest,
  query: URLSearchParams,
  address: S3Address,
): number | undefined {
  const [path, search = ''] = template.split('?');
  if (path !== depth) return undefined;
  const needed = [...new URLSearchParams(search)].filter(([key]) => key !== 'x-id');
  if (!needed.every(([key, value]) => (value === '' ? query.has(key) : query.get(key) === value)))
    return undefined;
  const told = TOLD_BY[name];
  if (told !== undefined && !told(request, query, address)) return undefined;
  return needed.length * 2 + (told === undefined ? 0 : 1);
}

type Told = (request: WireRequest, query: URLSearchParams, address: S3Address) => boolean;

/** What tells operations apart whose templates are alike but for the name that only some SDKs send. */
const TOLD_BY: Readonly<Record<string, Told>> = {
  ListBuckets: (_request, _query, { bucket }) => bucket === undefined,
  ListDirectoryBuckets: () => false,
  CopyObject: (request, query) =>
    request.headers['x-amz-copy-source'] !== undefined && !query.has('uploadId'),
  UploadPart: (request, query) =>
    query.has('partNumber') && query.has('uploadId') && request.headers['x-amz-copy-source'] === undefined,
  UploadPartCopy: (request, query) =>
    query.has('partNumber') && query.has('uploadId') && request.headers['x-amz-copy-source'] !== undefined,
  ListParts: (_request, query) => query.has('uploadId'),
  AbortMultipartUpload: (_request, query) => query.has('uploadId'),
  CompleteMultipartUpload: (_request, query) => query.has('uploadId'),
  GetBucketAnalyticsConfiguration: (_request, query) => query.has('id'),
  GetBucketIntelligentTieringConfiguration: (_request, query) => query.has('id'),
  GetBucketInventoryConfiguration: (_request, query) => query.has('id'),
  GetBucketMetricsConfiguration: (_request, query) => query.has('id'),
};

function toAddress(bucket: string, key: string): S3Address {
  return {
    ...(bucket === '' ? {} : { bucket: decode(bucket) }),
    ...(key === '' ? {} : { key: decode(key) }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
