import { describe, expect, test } from 'vitest';
import type { Call } from '../../lib/aws/call.ts';
import { createSdk, type SdkOptions } from '../../lib/aws/sdk.ts';

/** A request handler that keeps what it is asked and answers with an empty object, or as the test says. */
function createHandler(status = 200, body = '{}') {
  const requests: {
    readonly hostname: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }[] = [];
  let destroyed = 0;
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: (typeof requests)[number]) {
      requests.push(request);
      const headers = { 'content-type': 'application/x-amz-json-1.0' };
      return { response: { statusCode: status, headers, body: new TextEncoder().encode(body) } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy() {
      destroyed += 1;
    },
  };
  return {
    requests,
    destroyed: () => destroyed,
    // What an SDK client asks of a handler is here; its type has much that is optional besides.
    options: {
      region: 'eu-north-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
      requestHandler: requestHandler as unknown as NonNullable<SdkOptions['requestHandler']>,
    },
  };
}

test('region and credentials given are those of every request', async () => {
  const { options, requests } = createHandler();
  const { call } = createSdk(options);

  await call('sqs', 'GetQueueUrl', { QueueName: 'a' });
  await call('dynamodb', 'BatchGetItem', { RequestItems: {} });

  expect(requests.map(({ hostname }) => hostname)).toEqual([
    'sqs.eu-north-1.amazonaws.com',
    'dynamodb.eu-north-1.amazonaws.com',
  ]);
  for (const { headers } of requests) {
    expect(headers.authorization).toMatch(/Credential=AKIA\/\d{8}\/eu-north-1\//);
  }
});

test.each([
  ['GetItem', { TableName: 'shop-dev-runs', Key: {} }],
  ['BatchGetItem', { RequestItems: { 'shop-dev-runs': { Keys: [] } } }],
] as const)('a table that %s does not find is named, with what to look at', async (operation, input) => {
  const type = 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException';
  const { options } = createHandler(400, JSON.stringify({ __type: type, message: NOT_FOUND }));
  const { call } = createSdk(options);

  const calling = (call as (...given: unknown[]) => Promise<unknown>)('dynamodb', operation, input);

  await expect(calling).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `${NOT_FOUND}: table 'shop-dev-runs'; is the app deployed in this stage and Region?`,
  });
});

const NOT_FOUND = 'Requested resource not found';

test('calls of one operation, put together once, stay apart and do not grow', async () => {
  const { options, requests } = createHandler();
  const { call } = createSdk(options);

  for (const table of ['a', 'b', 'c'])
    await Promise.all([
      call('dynamodb', 'BatchGetItem', { RequestItems: { [table]: { Keys: [] } } }),
      call('dynamodb', 'BatchGetItem', { RequestItems: { [`${table}2`]: { Keys: [] } } }),
    ]);

  const tables = requests.map(({ body }) => Object.keys(JSON.parse(body).RequestItems));
  expect(tables).toEqual([['a'], ['a2'], ['b'], ['b2'], ['c'], ['c2']]);
  expect(new Set(requests.map(({ headers }) => headers['user-agent'])).size).toBe(1);
  expect(new Set(requests.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(6);
});

test('an endpoint given is that of every request', async () => {
  const { options, requests } = createHandler();
  const { call } = createSdk({ ...options, endpoint: 'http://127.0.0.1:4566' });

  await call('sqs', 'GetQueueUrl', { QueueName: 'a' });
  await call('dynamodb', 'BatchGetItem', { RequestItems: {} });

  expect(requests.map(({ hostname }) => hostname)).toEqual(['127.0.0.1', '127.0.0.1']);
});

test('a client that is not needed is not made, and what was made is let go', async () => {
  const { options, destroyed } = createHandler();
  const [idle, used] = [createSdk(options), createSdk(options)];
  await used.call('sqs', 'GetQueueUrl', { QueueName: 'a' });

  idle.close();
  const before = destroyed();
  used.close();
  used.close();

  expect(before).toBe(0);
  expect(destroyed()).toBe(1);
});

test('a refusal of the service is thrown with its name', async () => {
  const body = JSON.stringify({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'no such queue' });
  const { options } = createHandler(400, body);
  const { call } = createSdk(options);

  await expect(call('sqs', 'GetQueueUrl', { QueueName: 'a' })).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'no such queue',
  });
});

describe('what no adapter uses is not there', () => {
  test.each([
    ['sqs', 'ListQueues'],
    ['sns', 'Publish'],
  ])('%s %s', async (service, operation) => {
    const { options, requests } = createHandler();
    const { call } = createSdk(options);

    // The type of `call` refuses these already; a bundle may lack what the type has.
    await expect((call as (...given: unknown[]) => ReturnType<Call>)(service, operation, {})).rejects.toThrow(
      `this bundle does not hold ${service} ${operation}`,
    );
    expect(requests).toEqual([]);
  });
});
