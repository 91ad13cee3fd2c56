/**
 * Bodies in chunks, as S3's clients send what they sign or checksum while they read it: `length;…`, the
 * bytes, and after the last chunk the trailers, a checksum among them.
 */
import { ServiceError } from '../error.ts';

export interface Chunked {
  readonly body: Uint8Array;
  /** With names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** Whether a request says that its body is in chunks. */
export function isChunked(headers: Headers): boolean {
  return (
    headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true ||
    codings(headers).includes('aws-chunked')
  );
}

/** The content encoding of the object itself: `aws-chunked` is of the transfer. */
export function contentEncoding(headers: Headers): string | undefined {
  const kept = codings(headers).filter((coding) => coding !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}

/** Puts a body together; throws IncompleteBody. */
export function readChunks(bytes: Uint8Array): Chunked {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = buffer.indexOf('\r\n', at);
    const size = end < 0 ? '' : buffer.toString('latin1', at, end);
    const length = /^([0-9a-f]{1,8})(;|$)/i.exec(size)?.[1];
    if (length === undefined) throw incomplete();
    const start = end + 2;
    const bytesLong = Number.parseInt(length, 16);
    if (bytesLong === 0) return { body: Buffer.concat(chunks), trailers: readTrailers(buffer, start) };
    if (start + bytesLong > buffer.length) throw incomplete();
    chunks.push(buffer.subarray(start, start + bytesLong));
    at = start + bytesLong + 2;
  }
}

function readTrailers(buffer: Buffer, start: number): Readonly<Record<string, string>> {
  const trailers: Record<string, string> = {};
  for (const line of buffer.toString('latin1', start).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

function codings(headers: Headers): readonly string[] {
  return (headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '');
}

function incomplete(): ServiceError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new ServiceError('IncompleteBody', message);
}
