/** REST-JSON by hand, on Lambda's paths. */
import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import { ask, createStub, createStubRouter, type Stub, signedFor } from './stub-service.ts';

const FUNCTIONS = '/2015-03-31/functions';

function send(stub: Stub, method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  return ask(createStubRouter(stub), {
    method,
    url,
    headers: { host: 'emulator:4566', authorization: signedFor('lambda'), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

describe('reading', () => {
  test('a label is decoded, headers and the payload become members', async () => {
    const stub = createStub();
    const arn = 'arn:aws:lambda:eu-north-1:000000000000:function:charge';

    await send(
      stub,
      'POST',
      `${FUNCTIONS}/${encodeURIComponent(arn)}/invocations?Qualifier=live`,
      { a: 1 },
      {
        'x-amz-invocation-type': 'Event',
      },
    );

    expect(stub.calls).toMatchObject([
      {
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Qualifier: 'live' },
      },
    ]);
    expect(Buffer.from(Object(stub.calls[0]?.input.Payload)).toString()).toBe('{"a":1}');
  });

  test('the query string is read as numbers and lists, the body as the rest', async () => {
    const stub = createStub();

    await send(stub, 'GET', '/2015-03-31/event-source-mappings/?MaxItems=5&FunctionName=a%20b');
    await send(stub, 'DELETE', '/2017-03-31/tags/arn%3Aa?tagKeys=one&tagKeys=two');
    await send(stub, 'PUT', `${FUNCTIONS}/charge/configuration`, { Timeout: 3, FunctionName: 'another' });

    expect(stub.calls).toMatchObject([
      { operation: 'ListEventSourceMappings', input: { MaxItems: 5, FunctionName: 'a b' } },
      { operation: 'UntagResource', input: { Resource: 'arn:a', TagKeys: ['one', 'two'] } },
      { operation: 'UpdateFunctionConfiguration', input: { FunctionName: 'charge', Timeout: 3 } },
    ]);
  });

  test.each([
    ['GET', FUNCTIONS, 'ListFunctions'],
    ['GET', `${FUNCTIONS}/`, 'ListFunctions'],
    ['POST', FUNCTIONS, 'CreateFunction'],
    ['GET', `${FUNCTIONS}/charge`, 'GetFunction'],
    ['GET', `${FUNCTIONS}/charge/configuration`, 'GetFunctionConfiguration'],
    ['GET', '/2018-10-31/layers', 'ListLayers'],
    ['GET', '/2018-10-31/layers?find=LayerVersion&Arn=a', 'GetLayerVersionByArn'],
  ])('%s %s is %s', async (method, url, operation) => {
    const stub = createStub();

    // Nothing is required of what is only looked up here.
    await send(stub, method, url, method === 'POST' ? { FunctionName: 'f', Role: 'r', Code: {} } : undefined);

    expect(stub.calls.map((call) => call.operation)).toEqual([operation]);
  });

  test('an unsigned request is recognised by its path', async () => {
    const stub = createStub();

    await ask(createStubRouter(stub), { method: 'GET', url: FUNCTIONS });

    expect(stub.calls.map((call) => call.operation)).toEqual(['ListFunctions']);
  });
});

describe('writing', () => {
  test('status, headers and payload come from their members', async () => {
    const stub = createStub();
    stub.answer = () => ({
      StatusCode: 202,
      FunctionError: 'Unhandled',
      ExecutedVersion: '$LATEST',
      Payload: new TextEncoder().encode('"ok"'),
    });

    const answer = await send(stub, 'POST', `${FUNCTIONS}/charge/invocations`, '{}');

    expect(answer).toMatchObject({ status: 202, text: '"ok"' });
    expect(answer.headers).toMatchObject({
      'x-amz-function-error': 'Unhandled',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': 'request-1',
    });
  });

  test('the status of success is that of the schema', async () => {
    const stub = createStub();
    stub.answer = () => ({ FunctionName: 'f', Timeout: 3 });

    const created = await send(stub, 'POST', FUNCTIONS, { FunctionName: 'f', Role: 'r', Code: {} });
    const deleted = await send(stub, 'DELETE', '/2021-10-31/functions/f/url');

    expect(created.status).toBe(201);
    expect(created.json()).toEqual({ FunctionName: 'f', Timeout: 3 });
    expect(deleted).toMatchObject({ status: 204, text: '' });
  });
});

describe('errors', () => {
  test('the name is in a header, status, members and headers are those of the shape', async () => {
    const stub = createStub();
    stub.answer = () => {
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
        fields: { retryAfterSeconds: '1', Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
      });
    };

    const answer = await send(stub, 'POST', `${FUNCTIONS}/f/invocations`, '{}');

    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({
      'x-amzn-errortype': 'TooManyRequestsException',
      'retry-after': '1',
    });
    expect(answer.json()).toEqual({
      Type: 'User',
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });

  test('all required members that are missing are listed', async () => {
    const stub = createStub();

    const answer = await send(stub, 'POST', FUNCTIONS, {
      FunctionName: 'f',
      FileSystemConfigs: [{ Arn: 'a' }],
    });

    expect(answer.status).toBe(400);
    expect(answer.headers['x-amzn-errortype']).toBe('ValidationException');
    const missing = ['role', 'code', 'fileSystemConfigs.1.member.localMountPath'].map(
      (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
    expect(answer.json()).toEqual({ message: `3 validation errors detected: ${missing.join('; ')}` });
    expect(stub.calls).toEqual([]);
  });

  test.each([
    [
      'GET',
      '/2015-03-31/nothing',
      404,
      'UnknownOperationException',
      'lambda has no operation for GET /2015-03-31/nothing',
    ],
    [
      'POST',
      '/2021-11-15/functions/f/response-streaming-invocations',
      501,
      'NotImplemented',
      'lambda: InvokeWithResponseStream (event stream) is not served by this emulator',
    ],
    [
      'PUT',
      `${FUNCTIONS}/f/configuration`,
      400,
      'SerializationException',
      'STRING_VALUE cannot be converted to Integer',
    ],
    [
      'GET',
      `${FUNCTIONS}?MaxItems=many`,
      400,
      'SerializationException',
      'STRING_VALUE cannot be converted to Integer',
    ],
  ])('%s %s is refused with %i %s', async (method, url, status, name, message) => {
    const answer = await send(createStub(), method, url, { Timeout: '3' });

    expect(answer.status).toBe(status);
    expect(answer.headers['x-amzn-errortype']).toBe(name);
    expect(answer.json()).toEqual({ message });
  });

  test('a service that is not known is refused by its name', async () => {
    const answer = await ask(createStubRouter(createStub()), {
      method: 'GET',
      url: '/streams/one?limit=2',
      headers: { authorization: signedFor('kafka') },
    });

    expect(answer.status).toBe(501);
    expect(answer.json()).toEqual({ message: 'kafka: GET /streams/one is not served by this emulator' });
  });
});
