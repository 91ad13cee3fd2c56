/** The HTTP door: connections, limits, and how it ends. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpListener, type ListenOptions, listen } from '../../../lib/emulator/wire/http.ts';
import { createStub, createStubRouter, json, type Stub } from './stub-service.ts';

const opened: HttpListener[] = [];

async function open(stub: Stub, options: ListenOptions = {}): Promise<HttpListener> {
  const listener = await listen(createStubRouter(stub), options);
  opened.push(listener);
  return listener;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((listener) => listener.close()));
});

function post(url: string, input: unknown, signal?: AbortSignal) {
  const { headers, body } = json('AmazonSQS.ReceiveMessage', input);
  const { host: _host, ...others } = headers;
  return fetch(url, { method: 'POST', headers: others, body, ...(signal === undefined ? {} : { signal }) });
}

/** Sends text as it is over a connection of its own, and reads until the server closes it. */
async function converse(listener: HttpListener, ...texts: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1').setEncoding('latin1');
  let heard = '';
  for (const text of texts) {
    socket.write(text);
    // What waits for a word is sent when something was said.
    if (text !== texts.at(-1)) heard += String((await once(socket, 'data'))[0]);
  }
  for await (const text of socket) heard += text;
  return heard;
}

/** A service that answers when its caller goes away; tells when it was called and when it was let go. */
function waitingStub() {
  const stub = createStub();
  let enter: () => void = () => undefined;
  let leave: () => void = () => undefined;
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  stub.answer = ({ caller }) => {
    enter();
    return new Promise((resolve) => {
      caller.signal?.addEventListener('abort', () => {
        leave();
        resolve({});
      });
    });
  };
  return { stub, entered, left };
}

describe('connections', () => {
  test('one connection carries one request after the other', async () => {
    const listener = await open(createStub());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<unknown>();

    for (let index = 0; index < 3; index += 1) {
      await new Promise<void>((resolve, reject) => {
        request(`${listener.url}/_celeriac/health`, { agent }, (response) => {
          ports.add(response.socket.localPort);
          response.resume().on('end', resolve);
        })
          .on('error', reject)
          .end();
      });
    }
    agent.destroy();

    expect(ports.size).toBe(1);
  });

  test('a client that goes away frees what waits for it', async () => {
    const { stub, entered, left } = waitingStub();
    const listener = await open(stub);
    const controller = new AbortController();
    const poll = post(listener.url, { QueueUrl: 'q' }, controller.signal).catch((error: unknown) => error);
    await entered;

    controller.abort();

    await left;
    await expect(poll).resolves.toMatchObject({ name: 'AbortError' });
  });

  test('a client that goes away in the middle of its body calls nobody', async () => {
    const stub = createStub();
    const listener = await open(stub);
    const { port } = new URL(listener.url);
    const socket = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => socket.on('connect', resolve));
    const closed = new Promise((resolve) => socket.on('close', resolve));

    socket.write(
      'POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.ListQueues\r\nContent-Length: 10\r\n\r\n{}',
    );
    socket.destroy();
    await closed;
    await listener.close();

    expect(stub.calls).toEqual([]);
  });
});

describe('what clients of HTTP may do', () => {
  const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n';

  test('requests that come at once are answered one after the other, in their order', async () => {
    const stub = createStub();
    let calls = 0;
    stub.answer = async () => {
      calls += 1;
      const call = calls;
      await Promise.resolve();
      return { NextToken: `token ${call} of ${calls}` };
    };
    const listener = await open(stub);
    const one = `${HEAD}Content-Length: 2\r\n\r\n{}`;

    const heard = await converse(
      listener,
      `${one}${one}${HEAD}Connection: close\r\nContent-Length: 2\r\n\r\n{}`,
    );

    expect(heard.match(/token \d of \d/g)).toEqual(['token 1 of 1', 'token 2 of 2', 'token 3 of 3']);
    expect(heard.match(/^connection: .*$/gm)).toEqual([
      'connection: keep-alive',
      'connection: keep-alive',
      'connection: close',
    ]);
  });

  test('a client that asks whether it may send its body is told so', async () => {
    const stub = createStub();
    const listener = await open(stub);

    const heard = await converse(
      listener,
      `${HEAD}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`,
      '{}',
    );

    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(stub.calls).toHaveLength(1);
  });

  test('a client is told so after the answers to what it asked before', async () => {
    const listener = await open(createStub());
    const asking = `${HEAD}Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`;

    const heard = await converse(listener, `${HEAD}Content-Length: 2\r\n\r\n{}${asking}`, '{}');

    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 100', 'HTTP/1.1 200']);
  });

  test('what is not HTTP is answered with 400, and nothing after it is read', async () => {
    const stub = createStub();
    const listener = await open(stub);

    const heard = await converse(listener, `nonsense\r\n\r\n${HEAD}Content-Length: 2\r\n\r\n{}`);

    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(heard).toContain(`"'nonsense' is no request line of HTTP/1.1"`);
    expect(stub.calls).toEqual([]);
  });

  test('an answer to HEAD has a length and no body', async () => {
    const listener = await open(createStub());

    const heard = await converse(listener, 'HEAD /_celeriac/a HTTP/1.1\r\nConnection: close\r\n\r\n');

    expect(heard).toMatch(/^HTTP\/1\.1 404 Not Found\r\n.*content-length: [1-9]\d*\r\n.*\r\n\r\n$/s);
  });

  test.each([
    ['ASCII', 'plain'],
    ['letters of one byte in Latin-1 and two in UTF-8', 'déjà vu'],
    ['letters of several bytes', 'セロリ 🌱'],
    ['more than goes out in one piece', 'é'.repeat(100_000)],
  ])('an answer arrives as it was given: %s', async (_what, text) => {
    const stub = createStub();
    stub.answer = async () => ({ Messages: [{ Body: text }] });
    const listener = await open(stub);

    const response = await post(listener.url, {});

    await expect(response.json()).resolves.toEqual({ Messages: [{ Body: text }] });
  });

  test('cookies are headers of their own, and an answer without content has no length', async () => {
    const answer = { status: 204, headers: {}, body: new Uint8Array(0), cookies: ['a=1', 'b=2'] };
    const listener = await listen({ handle: async () => answer });
    opened.push(listener);

    const heard = await converse(listener, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n');

    expect(heard).toMatch(/^HTTP\/1\.1 204 No Content\r\nset-cookie: a=1\r\nset-cookie: b=2\r\ndate: /);
    expect(heard).not.toContain('content-length');
  });

  test.each([
    ['a line break in a value', { 'x-a': 'a\r\nx-b: c' }],
    ['a character that has more than one byte', { 'x-a': '€' }],
    ['a blank in a name', { 'x a': 'b' }],
  ])('an answer with %s in its headers becomes an error', async (_what, headers) => {
    const listener = await listen({
      handle: async () => ({ status: 200, headers, body: new Uint8Array(0) }),
    });
    opened.push(listener);

    const response = await fetch(listener.url);

    expect(response.status).toBe(500);
    await expect(response.json()).resolves.toEqual({
      message: `an answer of 200 has headers that HTTP cannot carry: ${Object.keys(headers)}`,
    });
  });

  test('an answer that is lost breaks the connection', async () => {
    const listener = await listen({ handle: () => Promise.reject(new Error('lost')) });
    opened.push(listener);

    await expect(converse(listener, 'GET / HTTP/1.1\r\n\r\n')).resolves.toBe('');
  });
});

describe('limits', () => {
  test('a body up to the limit is read, a larger one is refused', async () => {
    const stub = createStub();
    const body = JSON.stringify({ QueueUrl: 'x'.repeat(1000) });
    const listener = await open(stub, { bodyBytesMax: body.length });

    const fits = await post(listener.url, JSON.parse(body));
    const tooLarge = await post(listener.url, { QueueUrl: 'x'.repeat(1001) });

    expect(fits.status).toBe(200);
    expect(tooLarge.status).toBe(413);
    await expect(tooLarge.json()).resolves.toEqual({
      message: `the body is larger than ${body.length} bytes`,
    });
    expect(stub.calls).toHaveLength(1);
  });

  test('a port that is taken is refused by its number', async () => {
    const first = await open(createStub());
    const port = Number(new URL(first.url).port);

    await expect(open(createStub(), { port })).rejects.toThrow(
      `port ${port} of 127.0.0.1 is in use by another program`,
    );
  });

  test('the url names the port that was given by the system', async () => {
    const listener = await open(createStub());

    expect(listener.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const health = await fetch(`${listener.url}/_celeriac/health`);
    await expect(health.json()).resolves.toMatchObject({ status: 'ok' });
  });
});

describe('the end', () => {
  test('closing ends long polls and idle connections, and may be done twice', async () => {
    const { stub, entered, left } = waitingStub();
    const listener = await open(stub);
    const poll = post(listener.url, { QueueUrl: 'q' }).catch((error: unknown) => error);
    await entered;

    await listener.close();
    await listener.close();

    await left;
    await expect(poll).resolves.toBeInstanceOf(Error);
    await expect(post(listener.url, {})).rejects.toThrow('fetch failed');
  });
});
