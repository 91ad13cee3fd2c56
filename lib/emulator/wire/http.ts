/** The HTTP door: serves a router on node:http, for every AWS client that can be given an endpoint. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY_BYTES_MAX, jsonResponse, type Router, type WireRequest, type WireResponse } from './router.ts';

/** Longer than clients keep idle connections, so that none is closed just as a request goes out on it. */
const KEEP_ALIVE_MS = 75_000;

/** Copying a larger body costs more than a second write. */
const ONE_PIECE_BYTES_MAX = 64 * 1024;

export interface ListenOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** The largest body that is read; a larger one is answered with 413. @default 128 MiB */
  readonly bodyBytesMax?: number;
}

export interface HttpListener {
  /** `http://127.0.0.1:4566`, without a slash at the end. */
  readonly url: string;
  /**
   * Takes no more connections, ends the open ones (their long polls are aborted), and resolves when all are
   * gone.
   */
  close(): Promise<void>;
}

/** Serves the router over HTTP until it is closed. Rejects when the port is taken. */
export async function listen(router: Router, options: ListenOptions = {}): Promise<HttpListener> {
  const { port = 0, host = '127.0.0.1', bodyBytesMax = BODY_BYTES_MAX } = options;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    serve(router, bodyBytesMax, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} of ${host} is in use by another program`) : error);
    });
    server.listen(port, host, resolve);
  });
  // A TCP server that listens has an address of this form; a string stands for a pipe only.
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          // Closing what is closed already is no mistake.
          if (error === undefined || ('code' in error && error.code === 'ERR_SERVER_NOT_RUNNING')) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      }),
  };
}

/** Reads a request whole, then has it answered; one that breaks off is forgotten. */
function serve(
  router: Router,
  bodyBytesMax: number,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
    else {
      request.pause();
      // What is left of the body is not read, so the connection cannot be used again.
      response.setHeader('connection', 'close');
      send(response, jsonResponse(413, { message: `the body is larger than ${bodyBytesMax} bytes` }));
    }
  });
  request.on('end', () => {
    const [only] = chunks;
    const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    router.handle(new HttpRequest(request, response, body)).then(
      (answer) => {
        if (!response.destroyed) send(response, answer);
      },
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
}

/** A request of which the signal is made when it is asked for: most requests end before that. */
class HttpRequest implements WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: WireRequest['headers'];
  readonly body: Uint8Array;
  readonly #response: ServerResponse;
  #signal: AbortSignal | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, body: Uint8Array) {
    this.method = request.method ?? 'GET';
    this.url = request.url ?? '/';
    this.headers = singleHeaders(request);
    this.body = body;
    this.#response = response;
  }

  get signal(): AbortSignal {
    this.#signal ??= signalOf(this.#response);
    return this.#signal;
  }
}

/** Aborted when the client goes away before it has its answer. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function singleHeaders(request: IncomingMessage): Readonly<Record<string, string | undefined>> {
  const { headers } = request;
  delete headers['set-cookie'];
  // Only set-cookie comes as a list from Node, and AWS reads no cookies.
  return headers as Readonly<Record<string, string | undefined>>;
}

function send(response: ServerResponse, answer: WireResponse): void {
  const { status, headers, cookies } = answer;
  if (cookies !== undefined) response.setHeader('set-cookie', [...cookies]);
  // Node sends head and body in one piece where both are text; in latin1 each byte is a character.
  if (answer.text !== undefined) {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(answer.text) });
    response.end(answer.text);
    return;
  }
  const { body } = answer;
  // An answer to HEAD says how long the body would be.
  response.writeHead(status, { ...headers, 'content-length': headers['content-length'] ?? body.length });
  if (body.length > ONE_PIECE_BYTES_MAX) response.end(body);
  else response.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'), 'latin1');
}
