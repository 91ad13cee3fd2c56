/**
 * Reads HTTP/1.1 requests off a connection's bytes (RFC 9112). node:http does it too, but makes two streams
 * for each request, which cost more than all that SQS does for ten messages; AWS's requests are small and
 * are needed whole.
 */

/** Node's own limit is 16 KiB; a presigned URL with a session token comes near that. */
const HEAD_BYTES_MAX = 64 * 1024;
/** The longest line that may announce a chunk: its size and extensions. */
const CHUNK_LINE_BYTES_MAX = 1024;

const CRLF = '\r\n';
const NOTHING = Buffer.alloc(0);
/** The characters of a header's name, and of a method. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/;
/** What the value of a header may not have. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it is about.
const FORBIDDEN = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Headers that mean nothing in a list: of several the first counts, as node:http does it. */
const SINGLE: ReadonlySet<string> = new Set([
  ...['authorization', 'content-type', 'host', 'if-modified-since', 'if-unmodified-since', 'user-agent'],
]);

/** A request that is whole. */
export interface ReadRequest {
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Whether the client keeps its connection for another request. */
  readonly keepsAlive: boolean;
}

/** What cannot be read; nothing that follows on the connection can be, either. */
export class UnreadableRequest extends Error {
  readonly status: 400 | 413 | 431;

  constructor(status: UnreadableRequest['status'], message: string) {
    super(message);
    this.name = 'UnreadableRequest';
    this.status = status;
  }
}

interface Head extends Omit<ReadRequest, 'body'> {
  readonly bodyBytes: number | 'chunked';
  readonly expectsContinue: boolean;
}

/** The bytes of one connection, and how far they have been read. */
export class RequestReader {
  readonly #bodyBytesMax: number;
  /** What has come and was not read; `#more` is joined to `#bytes` only once there is enough of it. */
  #bytes: Buffer = NOTHING;
  #more: Buffer[] = [];
  #size = 0;
  /** Fewer bytes need not be looked at: a large body would be joined anew with each piece of it. */
  #needed = 0;
  #head: Head | undefined;
  /** The parts of a chunked body, as far as they have come. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #continues = false;

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** How many bytes wait to be read. */
  get waiting(): number {
    return this.#size;
  }

  /** Whether a client waits for a word before it sends its body; says so once a request. */
  takeContinue(): boolean {
    const asked = this.#continues;
    this.#continues = false;
    return asked;
  }

  push(chunk: Buffer): void {
    if (this.#size === 0) this.#bytes = chunk;
    else this.#more.push(chunk);
    this.#size += chunk.length;
  }

  /** The next request, if all of it has come. Throws an UnreadableRequest. */
  next(): ReadRequest | undefined {
    if (this.#size < this.#needed) return undefined;
    const head = this.#head ?? this.#readHead();
    if (head === undefined) return undefined;
    const body = head.bodyBytes === 'chunked' ? this.#readChunks() : this.#take(head.bodyBytes);
    if (body === undefined) {
      this.#continues = head.expectsContinue && this.#head === undefined && this.#size === 0;
      this.#head = head;
      return undefined;
    }
    this.#head = undefined;
    this.#continues = false;
    const { method, url, headers, keepsAlive } = head;
    return { method, url, headers, body, keepsAlive };
  }

  #readHead(): Head | undefined {
    this.#join();
    let start = 0;
    // Some clients end the request before with an empty line too many.
    while (this.#bytes[start] === 13 && this.#bytes[start + 1] === 10) start += 2;
    const end = this.#bytes.indexOf('\r\n\r\n', start, 'latin1');
    if (end < 0 ? this.#size > HEAD_BYTES_MAX : end > HEAD_BYTES_MAX) {
      throw new UnreadableRequest(431, `the head is larger than ${HEAD_BYTES_MAX} bytes`);
    }
    if (end < 0) return undefined;
    const head = parseHead(this.#bytes.toString('latin1', start, end));
    this.#drop(end + 4);
    if (typeof head.bodyBytes === 'number') this.#checkSize(head.bodyBytes);
    return head;
  }

  /** Reads as many chunks as are whole; the body, once the last one and its trailer have come. */
  #readChunks(): Buffer | undefined {
    this.#join();
    for (;;) {
      const lineEnd = this.#bytes.indexOf(CRLF, 0, 'latin1');
      if (lineEnd < 0 ? this.#size > CHUNK_LINE_BYTES_MAX : lineEnd > CHUNK_LINE_BYTES_MAX) {
        throw new UnreadableRequest(400, 'a chunk begins with a line without end');
      }
      if (lineEnd < 0) return undefined;
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(this.#bytes.toString('latin1', 0, lineEnd))?.[1];
      if (size === undefined) throw new UnreadableRequest(400, 'a chunk begins without its size');
      const bytes = Number.parseInt(size, 16);
      this.#checkSize(this.#partsBytes + bytes);
      const start = lineEnd + CRLF.length;
      if (bytes === 0) return this.#endChunks(start);
      this.#needed = start + bytes + CRLF.length;
      if (this.#size < this.#needed) return undefined;
      this.#needed = 0;
      if (this.#bytes.toString('latin1', start + bytes, start + bytes + 2) !== CRLF) {
        throw new UnreadableRequest(400, 'a chunk is longer than its size');
      }
      this.#parts.push(this.#bytes.subarray(start, start + bytes));
      this.#partsBytes += bytes;
      this.#drop(start + bytes + CRLF.length);
    }
  }

  /** Passes over the trailer, which AWS's services do not need: the aws-chunked one is inside the body. */
  #endChunks(start: number): Buffer | undefined {
    const ends = this.#bytes.toString('latin1', start, start + 2) === CRLF;
    const end = ends ? start + 2 : this.#bytes.indexOf('\r\n\r\n', start, 'latin1') + 4;
    if (!ends && end < 4) {
      if (this.#size > HEAD_BYTES_MAX) throw new UnreadableRequest(431, 'the trailer is too large');
      return undefined;
    }
    this.#drop(end);
    const body = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsBytes = 0;
    return body;
  }

  #take(bytes: number): Buffer | undefined {
    if (this.#size < bytes) return undefined;
    this.#join();
    const taken = this.#bytes.subarray(0, bytes);
    this.#drop(bytes);
    return taken;
  }

  #drop(bytes: number): void {
    this.#size -= bytes;
    this.#bytes = this.#size === 0 ? NOTHING : this.#bytes.subarray(bytes);
  }

  #join(): void {
    if (this.#more.length === 0) return;
    this.#bytes = Buffer.concat([this.#bytes, ...this.#more]);
    this.#more = [];
  }

  #checkSize(bytes: number): void {
    if (bytes <= this.#bodyBytesMax) return;
    throw new UnreadableRequest(413, `the body is larger than ${this.#bodyBytesMax} bytes`);
  }
}

function parseHead(text: string): Head {
  const [line = '', ...fields] = text.split(CRLF);
  const [method = '', url = '', version = '', rest] = line.split(' ');
  const minor = /^HTTP\/1\.([01])$/.exec(version)?.[1];
  if (minor === undefined || rest !== undefined || url === '' || !TOKEN.test(method)) {
    throw new UnreadableRequest(400, `'${line.slice(0, 100)}' is no request line of HTTP/1.1`);
  }
  const headers = parseFields(fields);
  const connection = headers.connection?.toLowerCase() ?? '';
  return {
    method,
    url,
    headers,
    bodyBytes: bodyBytesOf(headers),
    expectsContinue: minor === '1' && headers.expect?.toLowerCase() === '100-continue',
    keepsAlive: minor === '1' ? !connection.includes('close') : connection.includes('keep-alive'),
  };
}

function parseFields(fields: readonly string[]): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(0, colon)).toLowerCase();
    if (!TOKEN.test(name) || FORBIDDEN.test(field)) {
      throw new UnreadableRequest(400, `'${field.slice(0, 100)}' is no header`);
    }
    const value = toValue(field, colon + 1);
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (name === 'content-length' && before !== value) {
      throw new UnreadableRequest(400, 'there are two lengths of the content');
    } else if (name !== 'content-length' && !SINGLE.has(name)) {
      headers[name] = `${before}${name === 'cookie' ? ';' : ','} ${value}`;
    }
  }
  return headers;
}

/** Without the blanks around it; what `trim` takes too can be the last byte of a letter in UTF-8. */
function toValue(field: string, from: number): string {
  let start = from;
  let end = field.length;
  while (start < end && isBlank(field.charCodeAt(start))) start += 1;
  while (end > start && isBlank(field.charCodeAt(end - 1))) end -= 1;
  return field.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function bodyBytesOf(headers: Readonly<Record<string, string | undefined>>): Head['bodyBytes'] {
  const { 'transfer-encoding': encoding, 'content-length': length } = headers;
  if (encoding !== undefined) {
    // Two words on where the body ends may differ, and then one of them hides a request.
    if (length !== undefined || encoding.toLowerCase() !== 'chunked') {
      throw new UnreadableRequest(400, `the transfer-encoding is '${encoding}'; it must be chunked alone`);
    }
    return 'chunked';
  }
  if (length === undefined) return 0;
  if (/^\d{1,15}$/.test(length)) return Number(length);
  throw new UnreadableRequest(400, `the content-length is '${length}'; it must be a whole number`);
}
