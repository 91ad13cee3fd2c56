/**
 * The in-process door: an object that SDK clients take as their `requestHandler`, so that the real SDK
 * talks to the emulator without a socket. Structural types stand here because the emulator does not import
 * the SDK.
 */
import { Readable } from 'node:stream';
import type { Router, WireRequest } from './router.ts';

/** An SDK's HTTP request, as far as it is read here. */
export interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable;
}

/** What an SDK v3 client asks of its `requestHandler`. */
export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly response: SdkResponse }>;
  updateHttpClientConfig(key: string, value: unknown): void;
  httpHandlerConfigs(): Record<string, unknown>;
  destroy(): void;
}

const NO_BODY = new Uint8Array(0);

/** Makes the `requestHandler` of SDK clients that talk to the router in this process. */
export function toRequestHandler(router: Router): RequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, options = {}) {
      const signal = toSignal(options.abortSignal);
      if (signal?.aborted === true) throw aborted();
      const answer = router.handle(await toWire(request, signal));
      const { status, headers, body, streams } = await (signal === undefined
        ? answer
        : unlessAborted(answer, signal));
      // Bytes are read soonest, but what an operation gives as a stream has to be one.
      const read = streams === true ? Readable.from([body], { objectMode: false }) : body;
      return { response: { statusCode: status, headers, body: read } };
    },
    // There is no connection to configure or to close.
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

async function toWire(request: SdkRequest, signal: AbortSignal | undefined): Promise<WireRequest> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  headers.host ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
  return {
    method: request.method,
    url: request.path + toQueryString(request.query),
    headers,
    body: await toBody(request.body),
    scheme: request.protocol === 'https:' ? 'https' : 'http',
    ...(signal === undefined ? {} : { signal }),
  };
}

function toQueryString(query: SdkRequest['query']): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const each of typeof value === 'string' || value === null ? [value] : value) {
      pairs.push(encodeURIComponent(name) + (each === null ? '' : `=${encodeURIComponent(each)}`));
    }
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

async function toBody(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return NO_BODY;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = [];
    // What an SDK gives as a stream is a Readable or a web stream, both of bytes or text.
    for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  throw new TypeError('the body of the request is neither text nor bytes nor a stream');
}

/** The signal as the platform's; an older SDK's own kind, which has only `onabort`, is bridged. */
function toSignal(given: unknown): AbortSignal | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  if (given instanceof AbortSignal) return given;
  const controller = new AbortController();
  if ('aborted' in given && given.aborted === true) controller.abort();
  Object.assign(given, { onabort: () => controller.abort() });
  return controller.signal;
}

function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(aborted());
    // A service that is called at once may have seen the abort before anybody could listen for it here.
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** SDK clients know an aborted request by this name. */
function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}
