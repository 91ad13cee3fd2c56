/** What holds for every protocol: who calls, packed bodies, and the pages that are not AWS's. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createRouter, jsonResponse } from '../../../lib/emulator/wire/router.ts';
import { ask, createStub, createStubRouter, json, signedFor } from './stub-service.ts';

async function callerOf(headers: Record<string, string>, url = '/') {
  const stub = createStub();
  const request = json('AmazonSQS.ListQueues', {});
  await ask(createStubRouter(stub), { ...request, url, headers: { ...request.headers, ...headers } });
  return stub.calls[0]?.caller;
}

describe('the caller', () => {
  test.each([
    ['a common access key', signedFor('sqs'), '000000000000', 'eu-north-1'],
    ['an account as access key', signedFor('sqs', '123456789012', 'us-west-2'), '123456789012', 'us-west-2'],
    ['an access key with a slash', signedFor('sqs', 'a/b', 'us-west-2'), '000000000000', 'us-west-2'],
    [
      'a signature for several regions',
      'AWS4-ECDSA-P256-SHA256 Credential=123456789012/20260101/sqs/aws4_request, SignedHeaders=host',
      '123456789012',
      'us-east-1',
    ],
    ['a signature that is none', 'Bearer token', '000000000000', 'us-east-1'],
  ])('%s', async (_name, authorization, account, region) => {
    await expect(callerOf({ authorization })).resolves.toEqual({
      account,
      region,
      endpoint: 'http://emulator:4566',
    });
  });

  test('a presigned URL names account and region too', async () => {
    const credential = encodeURIComponent('123456789012/20260101/ap-south-1/sqs/aws4_request');

    const caller = await callerOf({}, `/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}`);

    expect(caller).toMatchObject({ account: '123456789012', region: 'ap-south-1' });
  });

  test('the endpoint is the host that the client used', async () => {
    const caller = await callerOf({ host: '[::1]:9999' });

    expect(caller?.endpoint).toBe('http://[::1]:9999');
  });

  test.each([
    ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=7:a87bd80c:0', 7],
    ['Lineage=12', 12],
    ['Root=1-5759e988-bd862e3fe1be46a994272793', undefined],
    ['Root=1;XLineage=3', undefined],
    ['Lineage=many', undefined],
  ])('the trace header %s gives the lineage %s', async (header, lineage) => {
    const caller = await callerOf({ 'x-amzn-trace-id': header });

    expect(caller?.lineage).toBe(lineage);
  });
});

describe('packed bodies', () => {
  test('gzip is unpacked', async () => {
    const stub = createStub();
    const { headers, body } = json('AmazonSQS.GetQueueUrl', { QueueName: 'orders' });

    await ask(createStubRouter(stub), {
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(body),
    });

    expect(stub.calls[0]?.input).toEqual({ QueueName: 'orders' });
  });

  test.each([
    ['what is no gzip', 'gzip', 400, 'The request body is not gzip, or too large'],
    ['another packing', 'br', 501, 'content-encoding: br is not served by this emulator'],
  ])('%s is refused', async (_name, encoding, status, message) => {
    const { headers, body } = json('AmazonSQS.ListQueues', {});

    const answer = await ask(createStubRouter(createStub()), {
      headers: { ...headers, 'content-encoding': encoding },
      body,
    });

    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ message });
  });
});

describe('pages of our own', () => {
  test('health lists the services', async () => {
    const answer = await ask(createStubRouter(createStub()), { method: 'GET', url: '/_celeriac/health' });

    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok', services: ['dynamodb', 'lambda', 'sqs'] });
  });

  test('other paths go to the hook, and to no service', async () => {
    const stub = createStub();
    const router = createRouter({
      services: { sqs: stub.service },
      admin: ({ url, method }) => (url === '/_celeriac/kill?x=1' ? jsonResponse(202, { method }) : undefined),
    });

    const found = await ask(router, { url: '/_celeriac/kill?x=1' });
    const missing = await ask(router, { url: '/_celeriac/other?x=1' });

    expect([found.status, found.json()]).toEqual([202, { method: 'POST' }]);
    expect([missing.status, missing.json()]).toEqual([404, { message: 'there is no POST /_celeriac/other' }]);
    expect(stub.calls).toEqual([]);
  });

  test('the hook may have a health page of its own', async () => {
    const router = createRouter({ services: {}, admin: () => jsonResponse(200, { status: 'well' }) });

    const answer = await ask(router, { method: 'GET', url: '/_celeriac/health' });

    expect(answer.json()).toEqual({ status: 'well' });
  });

  test('an exception of the hook is an answer, and is reported', async () => {
    const reported: unknown[] = [];
    const router = createRouter({
      services: {},
      admin: () => {
        throw new Error('a broken page');
      },
      report: (error, what) => reported.push([what, error]),
    });

    const answer = await ask(router, { url: '/_celeriac/kill' });

    expect([answer.status, answer.json()]).toEqual([500, { message: 'a broken page' }]);
    expect(reported).toEqual([['POST /_celeriac/kill', new Error('a broken page')]]);
  });
});

describe('an exception that is no refusal', () => {
  const failing = (error: Error) => {
    const reported: unknown[] = [];
    const service = {
      call: () => {
        throw error;
      },
    };
    const router = createRouter({
      services: { sqs: service },
      report: (reason, what) => reported.push([what, reason]),
    });
    return { router, reported };
  };

  test('is an InternalFailure, and is reported', async () => {
    const { router, reported } = failing(new TypeError('a defect'));

    const answer = await ask(router, json('AmazonSQS.ListQueues', {}));

    expect([answer.status, answer.json()]).toMatchObject([500, { message: 'TypeError: a defect' }]);
    expect(reported).toEqual([['POST /', new TypeError('a defect')]]);
  });

  test('is not reported when its client went away, for it is how a long poll ends then', async () => {
    const { router, reported } = failing(new Error('aborted'));

    await ask(router, { ...json('AmazonSQS.ListQueues', {}), signal: AbortSignal.abort() });

    expect(reported).toEqual([]);
  });
});

test('a packed request is aborted like any other', async () => {
  const stub = createStub();
  const controller = new AbortController();
  const request = json('AmazonSQS.ListQueues', {});
  const packed = {
    headers: { ...request.headers, 'content-encoding': 'gzip' },
    body: gzipSync(request.body),
  };

  await ask(createStubRouter(stub), { ...packed, signal: controller.signal });
  controller.abort();

  expect(stub.calls[0]?.caller.signal?.aborted).toBe(true);
});
