/**
 * The cheapest possible client of SQS over HTTP, so that a bench measures servers and not clients: requests
 * written by hand on a few kept-alive connections, answers read by their content-length.
 */
import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** One connection, one request at a time. */
export class SqsConnection {
  readonly #socket: Socket;
  readonly #host: string;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes of the answer under way; undefined until its head is whole. */
  #expected: number | undefined;
  #answered: ((body: Buffer) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('the server closed the connection')));
  }

  /** Opens a connection to `http://host:port`. */
  static async open(url: string): Promise<SqsConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new SqsConnection(socket, host);
  }

  /** Calls an operation; rejects with the answer where it is refused. */
  async call(operation: string, input: object): Promise<SqsAnswer> {
    const body = JSON.stringify(input);
    const head =
      `POST / HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/x-amz-json-1.0\r\n` +
      `x-amz-target: AmazonSQS.${operation}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      'authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, ' +
      'SignedHeaders=host, Signature=0\r\n\r\n';
    const answer = await new Promise<Buffer>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(head + body);
    });
    const text = answer.toString();
    const headEnd = text.indexOf('\r\n\r\n');
    const content = text.slice(headEnd + 4);
    if (!text.startsWith('HTTP/1.1 200')) throw new Error(`${operation} was refused: ${content}`);
    // The servers of this bench answer in JSON of SQS's shapes.
    return content === '' ? {} : (JSON.parse(content) as SqsAnswer);
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#expected === undefined) {
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      const headEnd = all.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(all.toString('latin1', 0, headEnd))?.[1] ?? '0';
      this.#expected = headEnd + HEAD_END.length + Number(length);
      this.#chunks = [all];
    }
    if (this.#bytes < this.#expected) return;
    const [first = chunk] = this.#chunks;
    const answer = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    this.#expected = undefined;
    this.#answered?.(answer);
  }
}

/** What is read of answers. */
export interface SqsAnswer {
  readonly QueueUrl?: string;
  readonly Messages?: readonly { readonly ReceiptHandle: string }[];
  readonly Failed?: readonly unknown[];
}

/** A queue and the connections over which it is used at the same time. */
export interface LoadedQueue {
  readonly url: string;
  readonly connections: readonly SqsConnection[];
  close(): void;
}

/** Makes a queue of its own on a server. */
export async function openQueue(server: string, connections: number): Promise<LoadedQueue> {
  const opened = await Promise.all(Array.from({ length: connections }, () => SqsConnection.open(server)));
  const [first] = opened;
  const QueueName = `bench-${Math.round(performance.now() * 1_000)}`;
  const made = await first?.call('CreateQueue', { QueueName, Attributes: { VisibilityTimeout: '3600' } });
  return {
    url: made?.QueueUrl ?? '',
    connections: opened,
    close: () => {
      for (const connection of opened) connection.close();
    },
  };
}

/** Sends so many messages in batches of ten. */
export async function sendAll(queue: LoadedQueue, messages: number, body: string): Promise<void> {
  const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: body }));
  let left = messages / 10;
  await Promise.all(
    queue.connections.map(async (connection) => {
      while (left-- > 0) {
        const { Failed } = await connection.call('SendMessageBatch', { QueueUrl: queue.url, Entries });
        if (Failed !== undefined && Failed.length > 0) throw new Error('a message was refused');
      }
    }),
  );
}

/** Receives so many messages in batches of ten, and deletes them where that is asked for. */
export async function receiveAll(queue: LoadedQueue, messages: number, deletes: boolean): Promise<void> {
  const QueueUrl = queue.url;
  let left = messages;
  await Promise.all(
    queue.connections.map(async (connection) => {
      while (left > 0) {
        const { Messages = [] } = await connection.call('ReceiveMessage', {
          QueueUrl,
          MaxNumberOfMessages: 10,
        });
        left -= Messages.length;
        if (Messages.length === 0 || !deletes) continue;
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
        await connection.call('DeleteMessageBatch', { QueueUrl, Entries });
      }
    }),
  );
}
