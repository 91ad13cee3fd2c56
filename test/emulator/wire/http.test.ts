/** The HTTP door: connections, limits, and how it ends. */
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
