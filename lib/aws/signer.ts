/** Signs requests to function URLs that ask for it (SigV4), with the credentials that every SDK client finds. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { findIdentity } from './desk-sdk.ts';
import type { SdkOptions } from './sdk.ts';

/** Sends a request to a function URL under its own path, signed. */
export type SignedFetch = (request: Request) => Promise<Response>;

/** Bytes or text, as the signer hands them over. */
type Data = string | ArrayBuffer | ArrayBufferView;

/** Node's digests, in the shape that the signer wants. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: Data): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    throw new Error('a digest is made once');
  }
}

/** Headers of a browser's request that are of this hop alone, or would let its cookies out. */
const OWN_HOP = /^(host|connection|cookie|origin|referer|content-length|accept-encoding|sec-.*|keep-alive)$/;

/**
 * A fetch that signs. Requests keep method, path, query and body, and are sent to the host of `url`.
 */
export function createSignedFetch(url: string, options: SdkOptions = {}): SignedFetch {
  const target = new URL(url);
  const { credentials, region } = findIdentity(options);
  const signer = new SignatureV4({ service: 'lambda', credentials, region, sha256: Sha256 });
  return async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const path = `${target.pathname.replace(/\/$/, '')}${pathname}`;
    const bytes = new Uint8Array(await request.arrayBuffer());
    const kept = [...request.headers].filter(([name]) => !OWN_HOP.test(name));
    const signed = await signer.sign({
      method: request.method,
      protocol: target.protocol,
      hostname: target.hostname,
      ...(target.port === '' ? {} : { port: Number(target.port) }),
      path,
      query: toQuery(searchParams),
      headers: { ...Object.fromEntries(kept), host: target.host },
      body: bytes,
    });
    // The host is in the signature, and fetch sets it by itself.
    const { host: _, ...headers } = signed.headers;
    const body = bytes.length === 0 ? {} : { body: bytes };
    const init = { method: request.method, headers, redirect: 'manual', ...body } as const;
    return fetch(`${target.origin}${path}${search}`, init);
  };
}

function toQuery(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [first = '', ...more] = parameters.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

function toBytes(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
