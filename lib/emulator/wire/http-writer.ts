/** Writes answers in HTTP/1.1: head and body of most go out in one piece, which costs the least. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { httpDate } from './http-clock.ts';
import { jsonResponse, type WireResponse } from './router.ts';

/** Copying a larger body costs more than a second write. */
const ONE_PIECE_BYTES_MAX = 64 * 1024;

const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
const NAME = /^[!#$%&'*+.^_`|~0-9a-zA-Z-]+$/;

/**
 * Writes the answer to a request of this method, and the headers that tell of the connection; an answer with
 * headers that HTTP cannot carry becomes a 500.
 */
export function writeAnswer(socket: Socket, answer: WireResponse, method: string, connection: string): void {
  const { status, headers, text } = answer;
  // In ASCII each character is a byte.
  const isText = text !== undefined && Buffer.byteLength(text) === text.length;
  const body = isText ? text : answer.body;
  const head = toHead(answer, body.length, connection);
  if (head === undefined) {
    const message = `an answer of ${status} has headers that HTTP cannot carry: ${Object.keys(headers)}`;
    writeAnswer(socket, jsonResponse(500, { message }), method, connection);
    return;
  }
  if (method === 'HEAD' || !hasBody(status)) socket.write(head, 'latin1');
  else if (typeof body === 'string') socket.write(head + body, 'latin1');
  else if (body.length <= ONE_PIECE_BYTES_MAX) socket.write(head + toLatin1(body), 'latin1');
  else {
    socket.write(head, 'latin1');
    socket.write(body);
  }
}

function toHead(
  { status, headers, cookies }: WireResponse,
  bytes: number,
  connection: string,
): string | undefined {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (FORBIDDEN.test(value) || !NAME.test(name)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  for (const cookie of cookies ?? []) {
    if (FORBIDDEN.test(cookie)) return undefined;
    head += `set-cookie: ${cookie}\r\n`;
  }
  // An answer to HEAD says by itself how long the body would be.
  const length = headers['content-length'] === undefined && hasBody(status);
  return `${head}${length ? `content-length: ${bytes}\r\n` : ''}date: ${httpDate()}\r\n${connection}\r\n`;
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

function toLatin1(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
}
