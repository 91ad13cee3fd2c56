/** The HTTP door: serves a router on node:http, for every AWS client that can be given an endpoint. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY_BYTES_MAX, jsonResponse, type Router, type WireResponse } from './router.ts';

/** Longer than clients keep idle connections, so that none is closed just as a request goes out on it. */
const KEEP_ALIVE_MS = 75_000;

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
    serve(router, bodyBytesMax, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
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

async function serve(
  router: Router,
  bodyBytesMax: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const away = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) away.abort();
  });
  const body = await readBody(request, bodyBytesMax);
  if (body === 'aborted') return;
  if (body === 'too large') {
    // What is left of the body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close');
    send(response, jsonResponse(413, { message: `the body is larger than ${bodyBytesMax} bytes` }));
    return;
  }
  const { method = 'GET', url = '/' } = request;
  const headers = singleHeaders(request);
  const answer = await router.handle({ method, url, headers, body, signal: away.signal });
  if (!away.signal.aborted) send(response, answer);
}

function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | 'aborted' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.pause();
        resolve('too large');
      } else chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}

/** Only set-cookie comes as a list from Node, and AWS reads no cookies. */
function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function send(response: ServerResponse, { status, headers, body }: WireResponse): void {
  // An answer to HEAD says how long the body would be.
  response.writeHead(status, { ...headers, 'content-length': headers['content-length'] ?? body.length });
  response.end(body);
}
