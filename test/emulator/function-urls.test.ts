import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmulator, type Emulator } from '../../lib/emulator/index.ts';
import { createSigned } from '../signed.ts';

const FUNCTION = {
  ...{ FunctionName: 'web', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} },
  Role: 'arn:aws:iam::000000000000:role/r',
};

interface Web {
  readonly emulator: Emulator;
  /** Where the function is served. */
  readonly url: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** A function of this process behind a URL. */
async function open(
  answer: (event: unknown) => unknown,
  config: object = { AuthType: 'NONE' },
): Promise<Web> {
  const emulator = createEmulator();
  onTestFinished(() => emulator.close());
  const events: Readonly<Record<string, unknown>>[] = [];
  const invoke = async (event: unknown) => {
    events.push(Object(event));
    return answer(event);
  };
  emulator.services.lambda.registerInline('web', { start: () => ({ invoke }) });
  await emulator.call('lambda', 'CreateFunction', FUNCTION);
  const { url: endpoint } = await emulator.listen();
  const input = { FunctionName: 'web', ...config };
  const { FunctionUrl } = await emulator.call('lambda', 'CreateFunctionUrlConfig', input, { endpoint });
  return { emulator, url: String(FunctionUrl), events };
}

describe('a request to a function URL', () => {
  test('is an event of payload format 2.0', async () => {
    const { url, events } = await open(() => 'ok');

    await fetch(`${url}some/p%C3%A4th?a=1&a=2&b=x%20y`, {
      method: 'PUT',
      headers: { cookie: 'one=1; two=2', 'content-type': 'application/json', 'x-own': 'Yes' },
      body: '{"n":1}',
    });

    const id = new URL(url).pathname.split('/')[3];
    expect(id).toMatch(/^[a-z0-9]{32}$/);
    expect(events[0]).toMatchObject({
      ...{ version: '2.0', routeKey: '$default', rawPath: '/some/päth', rawQueryString: 'a=1&a=2&b=x%20y' },
      ...{ cookies: ['one=1', 'two=2'], queryStringParameters: { a: '1,2', b: 'x y' } },
      headers: { 'content-type': 'application/json', 'x-own': 'Yes' },
      requestContext: {
        ...{ accountId: 'anonymous', apiId: id, domainPrefix: id, stage: '$default' },
        domainName: `${id}.lambda-url.us-east-1.on.aws`,
        http: { method: 'PUT', path: '/some/päth', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      ...{ body: '{"n":1}', isBase64Encoded: false },
    });
  });

  test('carries bytes in base64, and no body where there is none', async () => {
    const { url, events } = await open(() => 'ok');

    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Blob([Uint8Array.from([0, 255]).buffer]),
    });
    await fetch(url);

    expect(events[0]).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
    expect(events[1]).toMatchObject({ rawPath: '/', rawQueryString: '', isBase64Encoded: false });
    expect(Object.keys(events[1] ?? {})).not.toContain('body');
  });

  test('can name the function by the host of AWS', async () => {
    const { emulator, url } = await open((event) => Object(event).rawPath);
    const id = new URL(url).pathname.split('/')[3];
    // The in-process door, since fetch does not let one set the host.
    const request = { method: 'GET', protocol: 'https:', path: '/x', headers: {} };
    const hostname = `${id}.lambda-url.us-east-1.on.aws`;

    const { response } = await emulator.requestHandler().handle({ ...request, hostname });

    expect(String(response.body)).toBe('"/x"');
  });
});

describe('the answer of a function URL', () => {
  const read = async (response: Response) => [
    response.status,
    response.headers.get('content-type'),
    await response.text(),
  ];

  test.each<[string, unknown, readonly [number, string, string]]>([
    ['a value', { a: 1 }, [200, 'application/json', '{"a":1}']],
    ['a text', 'hello', [200, 'application/json', '"hello"']],
    [
      'a response',
      { statusCode: 201, headers: { 'Content-Type': 'text/plain' }, body: 'made' },
      [201, 'text/plain', 'made'],
    ],
    ['bytes', { statusCode: 200, isBase64Encoded: true, body: 'aGk=' }, [200, 'application/json', 'hi']],
    ['a body that is an object', { statusCode: 400, body: { no: 1 } }, [400, 'application/json', '{"no":1}']],
    ['a status that is none', { statusCode: 'x' }, [502, 'application/json', 'Internal Server Error']],
  ])('is made of %s', async (_title, answer, expected) => {
    const { url } = await open(() => answer);

    expect(await read(await fetch(url))).toEqual(expected);
  });

  test('is a 502 when the function fails', async () => {
    const { url } = await open(() => {
      throw new Error('no');
    });

    expect(await read(await fetch(url))).toEqual([502, 'application/json', 'Internal Server Error']);
  });

  test('is a 429 when the function has no room', async () => {
    const { emulator, url } = await open(() => 'ok');
    const ReservedConcurrentExecutions = 0;
    await emulator.call('lambda', 'PutFunctionConcurrency', {
      FunctionName: 'web',
      ReservedConcurrentExecutions,
    });

    expect((await fetch(url)).status).toBe(429);
  });

  test('sets several cookies', async () => {
    const { url } = await open(() => ({ statusCode: 200, cookies: ['a=1', 'b=2; Secure'] }));

    expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2; Secure']);
  });
});

describe('a function URL', () => {
  test('with AWS_IAM refuses who has not signed, and names who has', async () => {
    const { url, events } = await open(() => 'ok', { AuthType: 'AWS_IAM' });
    const credentials = { accessKeyId: '000000000000', secretAccessKey: 'x' };

    const unsigned = await fetch(url);
    const signed = await createSigned(credentials)(url);

    expect([unsigned.status, await unsigned.json(), signed.status]).toEqual([
      403,
      { Message: 'Forbidden' },
      200,
    ]);
    expect(events).toHaveLength(1);
    expect(events[0]?.requestContext).toMatchObject({
      accountId: '000000000000',
      authorizer: { iam: { accessKey: '000000000000' } },
    });
  });

  test('answers what browsers of other sites ask first', async () => {
    const Cors = { AllowOrigins: ['https://a.example'], AllowMethods: ['GET', 'PUT'], MaxAge: 60 };
    const { url, events } = await open(() => 'ok', { AuthType: 'NONE', Cors });
    const origin = 'https://a.example';

    const asked = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT' },
    });
    const got = await fetch(url, { headers: { origin } });
    const foreign = await fetch(url, { headers: { origin: 'https://b.example' } });

    expect(asked.headers.get('access-control-allow-methods')).toBe('GET,PUT');
    expect(asked.headers.get('access-control-max-age')).toBe('60');
    const allowed = [asked, got, foreign].map(({ headers }) => headers.get('access-control-allow-origin'));
    expect(allowed).toEqual([origin, origin, null]);
    expect(events).toHaveLength(2);
  });

  test('is described, changed, listed and deleted', async () => {
    const { emulator, url } = await open(() => 'ok');
    const call = (operation: string, more = {}) =>
      emulator.call('lambda', operation, { FunctionName: 'web', ...more });

    const changed = await call('UpdateFunctionUrlConfig', { AuthType: 'AWS_IAM' });
    const listed = await call('ListFunctionUrlConfigs');
    await call('DeleteFunctionUrlConfig');

    expect(changed).toMatchObject({ FunctionUrl: url, AuthType: 'AWS_IAM', InvokeMode: 'BUFFERED' });
    expect(listed.FunctionUrlConfigs).toHaveLength(1);
    await expect(call('GetFunctionUrlConfig')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The resource you requested does not exist.',
    });
    expect((await fetch(url)).status).toBe(404);
  });

  test('that exists already or would stream is refused', async () => {
    const { emulator } = await open(() => 'ok');
    const create = (more: object) =>
      emulator.call('lambda', 'CreateFunctionUrlConfig', { FunctionName: 'web', ...more });

    await expect(create({ AuthType: 'NONE' })).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await emulator.call('lambda', 'DeleteFunctionUrlConfig', { FunctionName: 'web' });
    await expect(create({ AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' })).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'the emulated Lambda does not serve InvokeMode RESPONSE_STREAM of a function URL',
    });
    await expect(create({})).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('the policy of a function', () => {
  const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:web';

  test.each<[string, object, object]>([
    ['a service', { Principal: 'events.amazonaws.com' }, { Principal: { Service: 'events.amazonaws.com' } }],
    ['an account', { Principal: '123456789012' }, { Principal: { AWS: 'arn:aws:iam::123456789012:root' } }],
    [
      'a source',
      { Principal: 'sns.amazonaws.com', SourceArn: 'arn:x' },
      { Condition: { ArnLike: { 'AWS:SourceArn': 'arn:x' } } },
    ],
    [
      'everybody, by URL',
      { Principal: '*', FunctionUrlAuthType: 'NONE' },
      { Principal: '*', Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } } },
    ],
  ])('has a statement for %s', async (_title, more, expected) => {
    const { emulator } = await open(() => 'ok');
    const input = { FunctionName: 'web', StatementId: 's', Action: 'lambda:InvokeFunction', ...more };

    await emulator.call('lambda', 'AddPermission', input);
    const { Policy } = await emulator.call('lambda', 'GetPolicy', { FunctionName: 'web' });

    const common = { Sid: 's', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: ARN };
    expect(JSON.parse(String(Policy))).toMatchObject({ Statement: [{ ...common, ...expected }] });
  });

  test('refuses a statement twice, and one that is not there', async () => {
    const { emulator } = await open(() => 'ok');
    const statement = { FunctionName: 'web', StatementId: 's' };
    const add = () =>
      emulator.call('lambda', 'AddPermission', {
        ...statement,
        Action: 'lambda:InvokeFunction',
        Principal: '*',
      });
    await add();

    await expect(add()).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: expect.stringContaining('The statement id (s) provided already exists.'),
    });
    await emulator.call('lambda', 'RemovePermission', statement);
    await expect(emulator.call('lambda', 'RemovePermission', statement)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Statement s is not found in resource policy.',
    });
    await expect(emulator.call('lambda', 'GetPolicy', { FunctionName: 'web' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
