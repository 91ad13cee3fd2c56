/** HTTP/1.1 as it comes off a connection: whole, in pieces, several at once, and wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ReadRequest,
  RequestReader,
  UnreadableRequest,
} from '../../../lib/emulator/wire/http-reader.ts';

const BODY_BYTES_MAX = 100;

/** Gives a reader the pieces one by one and takes out each request that has become whole. */
function readAll(pieces: readonly (string | Buffer)[]): readonly ReadRequest[] {
  const reader = new RequestReader(BODY_BYTES_MAX);
  const read: ReadRequest[] = [];
  for (const piece of pieces) {
    reader.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    for (let next = reader.next(); next !== undefined; next = reader.next()) read.push(next);
  }
  return read;
}

function readOne(text: string): ReadRequest {
  const [request] = readAll([text]);
  if (request === undefined) throw new Error('the request is not whole');
  return request;
}

function bodyOf(request: ReadRequest): string {
  return Buffer.from(request.body).toString();
}

describe('a request', () => {
  test('has its method, its target as it was sent, its headers by lower names, and its body', () => {
    const request = readOne(
      'POST /a%20b?c=d HTTP/1.1\r\nHost: here\r\nX-Amz-Target:\t AmazonSQS.SendMessage \r\n' +
        'content-length: 3\r\n\r\nabc',
    );

    expect({ ...request, body: bodyOf(request) }).toEqual({
      method: 'POST',
      url: '/a%20b?c=d',
      headers: { host: 'here', 'x-amz-target': 'AmazonSQS.SendMessage', 'content-length': '3' },
      body: 'abc',
      keepsAlive: true,
    });
  });

  test('without a length has no body', () => {
    const request = readOne('GET / HTTP/1.1\r\nHost: here\r\n\r\n');

    expect(request.body).toHaveLength(0);
  });

  test('may come after empty lines that an earlier one has left', () => {
    const request = readOne('\r\n\r\nGET /a HTTP/1.1\r\n\r\n');

    expect(request.url).toBe('/a');
  });

  test('may send its body in chunks, with extensions and a trailer', () => {
    const head = 'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';

    const [first, second] = readAll([
      `${head}3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\nx-amz-checksum: 1\r\n\r\n${head}0\r\n\r\n`,
    ]);

    expect(first && bodyOf(first)).toBe('abc0123456789');
    expect(second && bodyOf(second)).toBe('');
  });

  test.each([
    ['HTTP/1.1', '', true],
    ['HTTP/1.1', 'Connection: Close\r\n', false],
    ['HTTP/1.0', '', false],
    ['HTTP/1.0', 'Connection: Keep-Alive\r\n', true],
  ])('of %s with "%s" keeps its connection: %s', (version, header, keepsAlive) => {
    const request = readOne(`GET / ${version}\r\n${header}\r\n`);

    expect(request.keepsAlive).toBe(keepsAlive);
  });

  test('with a header twice has a list of both, or the first where a list means nothing', () => {
    const request = readOne(
      'GET / HTTP/1.1\r\nA: 1\r\nHost: b\r\nCookie: c=1\r\na: 2\r\nhost: d\r\ncookie: e=2\r\n\r\n',
    );

    expect(request.headers).toEqual({ a: '1, 2', host: 'b', cookie: 'c=1; e=2' });
  });

  test('keeps the last byte of a letter in a header, though it is a blank in Latin-1', () => {
    const voila = Buffer.from('voilà').toString('latin1');

    const request = readOne(`GET / HTTP/1.1\r\nx-amz-meta-a: ${voila}\r\n\r\n`);

    expect(Buffer.from(request.headers['x-amz-meta-a'] ?? '', 'latin1').toString()).toBe('voilà');
  });

  test('cannot name a member of every object by a header', () => {
    const request = readOne('GET / HTTP/1.1\r\n__proto__: 1\r\n\r\n');

    expect(Object.getPrototypeOf(request.headers)).toBe(Object.prototype);
  });
});

describe('pieces', () => {
  test('wherever the bytes are cut, the same requests come out', () => {
    const bytes = Buffer.from(
      'POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst' +
        'PUT /2 HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n' +
        '3\r\nsec\r\n3;x\r\nond\r\n0\r\ntrailer: 1\r\n\r\n' +
        'GET /3 HTTP/1.1\r\n\r\n\r\nPOST /4 HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n',
    );
    const whole = readAll([bytes]);

    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const places = [0, ...cuts.sort((left, right) => left - right), bytes.length];
        const pieces = places.slice(1).map((place, index) => bytes.subarray(places[index], place));

        expect(readAll(pieces)).toEqual(whole);
      }),
    );
    expect(whole.map(bodyOf)).toEqual(['first', 'second', '', '\r\n\r\n']);
  });

  test('a client that waits for a word before its body is known once, and not when it has sent it', () => {
    const reader = new RequestReader(BODY_BYTES_MAX);
    reader.push(Buffer.from('PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n'));
    const before = reader.next();

    const asked = [reader.takeContinue(), reader.takeContinue()];
    reader.push(Buffer.from('ab'));
    const request = reader.next();

    expect(before).toBeUndefined();
    expect(asked).toEqual([true, false]);
    expect(request && bodyOf(request)).toBe('ab');
    expect(reader.takeContinue()).toBe(false);
  });
});

describe('what is no request', () => {
  test.each([
    ['GET /\r\n\r\n', 400, "'GET /' is no request line of HTTP/1.1"],
    ['GET / HTTP/2\r\n\r\n', 400, "'GET / HTTP/2' is no request line of HTTP/1.1"],
    ['GET / b HTTP/1.1\r\n\r\n', 400, "'GET / b HTTP/1.1' is no request line of HTTP/1.1"],
    ['GET / HTTP/1.1\r\nno header\r\n\r\n', 400, "'no header' is no header"],
    ['GET / HTTP/1.1\r\na : b\r\n\r\n', 400, "'a : b' is no header"],
    ['GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n', 400, "' c' is no header"],
    ['GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n', 400, "'a: b\nc: d' is no header"],
    [
      'GET / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'there are two lengths of the content',
    ],
    [
      'GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n',
      400,
      "the content-length is '-1'; it must be a whole number",
    ],
    [
      'GET / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n',
      400,
      "the transfer-encoding is 'gzip, chunked'; it must be chunked alone",
    ],
    [
      'GET / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n',
      400,
      "the transfer-encoding is 'chunked'; it must be chunked alone",
    ],
    ['PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nx\r\n', 400, 'a chunk begins without its size'],
    ['PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc', 400, 'a chunk is longer than its size'],
    [
      `PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n${'1'.repeat(2_000)}`,
      400,
      'a chunk begins with a line without end',
    ],
    ['PUT / HTTP/1.1\r\ncontent-length: 101\r\n\r\n', 413, 'the body is larger than 100 bytes'],
    [
      'PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n64\r\n',
      413,
      'the body is larger than 100 bytes',
    ],
    [`GET /${'a'.repeat(70_000)}`, 431, 'the head is larger than 65536 bytes'],
    [`GET /${'a'.repeat(70_000)} HTTP/1.1\r\n\r\n`, 431, 'the head is larger than 65536 bytes'],
  ])('%j is refused with %i: %s', (text, status, message) => {
    expect(() => readAll([text])).toThrow(
      expect.objectContaining({ name: UnreadableRequest.name, status, message }),
    );
  });
});
