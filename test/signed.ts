/** A fetch that signs for Lambda as AWS's own signer does, and lets a test change what was signed. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface SignedOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** When it says that it was signed. @default now */
  readonly at?: Date;
  readonly service?: string;
  readonly region?: string;
  /** Changes the request after it was signed. */
  readonly change?: (request: SignedRequest) => Partial<SignedRequest>;
}

export interface SignedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; sessionToken?: string };

/** Signs in the header. */
export function createSigned(credentials: Credentials) {
  return async (url: string, options: SignedOptions = {}): Promise<Response> =>
    send(await sign(credentials, url, options), options);
}

/** The request, signed in its header. */
export async function sign(
  credentials: Credentials,
  url: string,
  {
    method = 'GET',
    body = '',
    headers = {},
    at,
    service = 'lambda',
    region = 'us-east-1',
  }: SignedOptions = {},
): Promise<SignedRequest> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const request = { ...toRequest(url), method, body };
  const signed = await signer.sign(
    { ...request, headers: { ...headers, host: request.host } },
    at === undefined ? {} : { signingDate: at },
  );
  return { url, method, headers: signed.headers, body };
}

/** The same in the address. */
export async function presign(
  credentials: Credentials,
  url: string,
  { at, expiresIn = 60 }: { readonly at?: Date; readonly expiresIn?: number } = {},
): Promise<string> {
  const signer = new SignatureV4({ service: 'lambda', region: 'us-east-1', credentials, sha256: Sha256 });
  const request = { ...toRequest(url), method: 'GET', headers: { host: new URL(url).host } };
  const { query = {} } = await signer.presign(request, {
    expiresIn,
    ...(at === undefined ? {} : { signingDate: at }),
  });
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value));
  return address.href;
}

/** Sends a signed request, the same as often as one likes. */
export function send(
  request: SignedRequest,
  { change }: Pick<SignedOptions, 'change'> = {},
): Promise<Response> {
  const { url, method, headers, body } = { ...request, ...change?.(request) };
  // Fetch sets it by itself.
  const { host: _, ...rest } = headers;
  return fetch(url, { method, headers: rest, ...(body === '' ? {} : { body }) });
}

function toRequest(url: string) {
  const { protocol, hostname, host, port, pathname, searchParams } = new URL(url);
  const place = { protocol, hostname, host, path: pathname, query: Object.fromEntries(searchParams) };
  return { ...place, ...(port === '' ? {} : { port: Number(port) }) };
}

/** Node's digest, in the shape that the signer wants. */
class Sha256 {
  readonly #hash;

  constructor(secret?: Parameters<typeof toBytes>[0]) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: Parameters<typeof toBytes>[0]): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    throw new Error('a digest is made once');
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
