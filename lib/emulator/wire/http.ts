/** The HTTP door: serves a router over sockets, for every AWS client that can be given an endpoint. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ReadRequest, RequestReader, UnreadableRequest } from './http-reader.ts';
import { writeAnswer } from './http-writer.ts';
import { BODY_BYTES_MAX, jsonResponse, type Router, type WireRequest, type WireResponse } from './router.ts';

/** Longer than clients keep idle connections, so that none is closed just as a request goes out on it. */
const KEEP_ALIVE_MS = 75_000;

/** A client that sends more before it has its answer is not read until then. */
const AHEAD_BYTES_MAX = 64 * 1024;

/** How long a client may take to read why it is not served. */
const LINGER_MS = 5_000;

const KEEPS = `connection: keep-alive\r\nkeep-alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n`;
const CLOSES = 'connection: close\r\n';

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
  const sockets = new Set<Socket>();
  const outbox = new Outbox();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new Connection(socket, { router, outbox, bodyBytesMax }).open();
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
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Answers wait for the end of the event loop's turn and go out together: waking a client that sleeps takes
 * longer than anything else an answer needs, and one that is just being woken takes the next ones for less.
 */
class Outbox {
  #due: (() => void)[] = [];

  add(write: () => void): void {
    if (this.#due.push(write) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const due = this.#due;
    this.#due = [];
    for (const write of due) write();
  };
}

/** One client's connection: a request at a time, each answered before the next is looked at. */
class Connection {
  readonly #socket: Socket;
  readonly #router: Router;
  readonly #outbox: Outbox;
  readonly #reader: RequestReader;
  /** Aborted when the client goes away; one for all requests, since it is they who go with the connection. */
  #gone: AbortController | undefined;
  #answering = false;
  #ended = false;

  constructor(
    socket: Socket,
    { router, outbox, bodyBytesMax }: { router: Router; outbox: Outbox; bodyBytesMax: number },
  ) {
    this.#socket = socket;
    this.#router = router;
    this.#outbox = outbox;
    this.#reader = new RequestReader(bodyBytesMax);
  }

  open(): void {
    const socket = this.#socket;
    socket.setTimeout(KEEP_ALIVE_MS);
    socket.on('timeout', () => {
      // A long poll and a function take their time; a client that sends nothing has had its own.
      if (!this.#answering) socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    // What breaks is closed next.
    socket.on('error', () => {});
    socket.on('close', () => this.#gone?.abort());
  }

  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#socket.destroyed) this.#gone.abort();
    return this.#gone.signal;
  }

  #receive(chunk: Buffer): void {
    // After its last request, what a client says is not heard.
    if (this.#ended) return;
    this.#reader.push(chunk);
    if (!this.#answering) this.#serveNext();
    else if (this.#reader.waiting > AHEAD_BYTES_MAX) this.#socket.pause();
  }

  #serveNext(): void {
    try {
      const read = this.#reader.next();
      if (read !== undefined) this.#serve(read);
      else if (this.#reader.takeContinue()) {
        this.#outbox.add(() => this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1'));
      }
    } catch (error) {
      if (!(error instanceof UnreadableRequest)) throw error;
      this.#end(jsonResponse(error.status, { message: error.message }), 'GET');
    }
  }

  #serve(read: ReadRequest): void {
    this.#answering = true;
    this.#router.handle(new HttpRequest(read, this)).then(
      (answer) => {
        this.#answering = false;
        if (this.#socket.destroyed) return;
        if (!read.keepsAlive) {
          this.#end(answer, read.method);
          return;
        }
        this.#outbox.add(() => writeAnswer(this.#socket, answer, read.method, KEEPS));
        if (this.#reader.waiting === 0) return;
        this.#socket.resume();
        this.#serveNext();
      },
      (error: unknown) => this.#socket.destroy(error instanceof Error ? error : undefined),
    );
  }

  /** The last answer of the connection. */
  #end(answer: WireResponse, method: string): void {
    this.#ended = true;
    this.#outbox.add(() => {
      writeAnswer(this.#socket, answer, method, CLOSES);
      this.#socket.end();
      // Closing on a client that still sends would take the answer away from it.
      this.#socket.resume();
      this.#socket.setTimeout(LINGER_MS);
    });
  }
}

/** A request of which the signal is made when it is asked for: most requests end before that. */
class HttpRequest implements WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: WireRequest['headers'];
  readonly body: Uint8Array;
  readonly #connection: Connection;

  constructor({ method, url, headers, body }: ReadRequest, connection: Connection) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.body = body;
    this.#connection = connection;
  }

  get signal(): AbortSignal {
    return this.#connection.signal;
  }
}
