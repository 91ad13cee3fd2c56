/** Function URLs with AWS_IAM: who gets in, judged by AWS's own signer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator } from '../../lib/emulator/index.ts';
import { createSigned, presign, type SignedOptions, type SignedRequest, send, sign } from '../signed.ts';

const MINUTE = 60_000;
const MISMATCH = /^The request signature we calculated does not match the signature you provided\./;
const known = { accessKeyId: 'AKIAKNOWN', secretAccessKey: 'known-secret' };
const unknown = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'anything' };

let emulator: Emulator;
let url: string;

beforeAll(async () => {
  emulator = createEmulator({ credentials: { [known.accessKeyId]: known.secretAccessKey } });
  emulator.services.lambda.registerInline('web', { start: () => ({ invoke: async () => 'in' }) });
  await emulator.call('lambda', 'CreateFunction', {
    ...{ FunctionName: 'web', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: {} },
    Role: 'arn:aws:iam::000000000000:role/r',
  });
  const { url: endpoint } = await emulator.listen();
  const config = { FunctionName: 'web', AuthType: 'AWS_IAM' };
  const { FunctionUrl } = await emulator.call('lambda', 'CreateFunctionUrlConfig', config, { endpoint });
  url = String(FunctionUrl);
});
afterAll(() => emulator.close());

test.each([
  ['of a key that the emulator knows', known],
  ['of a key that it cannot know', unknown],
])('a signature lets in: %s', async (_, credentials) => {
  const answered = await createSigned(credentials)(`${url}a%20b/c?x=1&y=a%20b&z=`, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'x-own': 'two  blanks' },
  });

  expect([answered.status, await answered.json()]).toEqual([200, 'in']);
});

test('one in the address lets in, until its time is over', async () => {
  const at = new Date(Date.now() - 10 * MINUTE);

  const now = await fetch(await presign(known, `${url}?a=1`));
  const late = await fetch(await presign(known, `${url}?a=1`, { at, expiresIn: 599 }));
  const still = await fetch(await presign(known, `${url}?a=1`, { at, expiresIn: 900 }));
  const wrong = await fetch(await presign({ ...known, secretAccessKey: 'x' }, url));

  expect([now.status, late.status, still.status, wrong.status]).toEqual([200, 403, 200, 403]);
  expect(await late.json()).toEqual({ message: expect.stringMatching(/^Signature expired: /) });
});

describe('refused is', () => {
  test('a request that is not signed', async () => {
    const answers = await Promise.all([
      fetch(url),
      fetch(url, { method: 'POST', body: '{}' }),
      fetch(url, { headers: { authorization: 'Bearer AWS4-HMAC-SHA256' } }),
    ]);

    expect(await Promise.all(answers.map(read))).toEqual(Array(3).fill([403, { Message: 'Forbidden' }]));
  });

  test.each<[string, number, RegExp]>([
    [
      'the same again after five minutes',
      -5 * MINUTE - 1_000,
      /^Signature expired: \w+Z is now earlier than \w+Z \(\w+Z - 5 min\.\)$/,
    ],
    ['of yesterday', -86_400_000, /^Signature expired/],
    [
      'of the time to come',
      // More than a busy machine lets pass between the signing and the look at it.
      6 * MINUTE,
      /^Signature not yet current: \w+Z is still later than \w+Z \(\w+Z \+ 5 min\.\)$/,
    ],
  ])('a request %s, whoever has signed it', async (_, offsetMs, message) => {
    const at = new Date(Date.now() + offsetMs);

    const answers = [await createSigned(known)(url, { at }), await createSigned(unknown)(url, { at })];

    for (const answer of answers)
      expect(await read(answer)).toEqual([403, { message: expect.stringMatching(message) }]);
  });

  test.each<[string, NonNullable<SignedOptions['change']>]>([
    ['another body', () => ({ body: '{"a":2}' })],
    ['no body', () => ({ body: '' })],
    ['a body that is called unsigned', changed({ 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })],
  ])('a signed request with %s, whoever has signed it', async (_, change) => {
    const options: SignedOptions = { method: 'POST', body: '{"a":1}', change };

    const answers = [await createSigned(known)(url, options), await createSigned(unknown)(url, options)];

    for (const answer of answers)
      expect(await read(answer)).toEqual([403, { message: expect.stringMatching(MISMATCH) }]);
  });

  test.each<[string, NonNullable<SignedOptions['change']>]>([
    ['another path', ({ url }) => ({ url: `${url}more` })],
    ['another query', ({ url }) => ({ url: `${url}?a=2` })],
    ['another method', () => ({ method: 'PUT' })],
    ['another header', changed({ 'x-own': 'changed' })],
    ['another time', changed({ 'x-amz-date': toDate(Date.now() - MINUTE) })],
    ['another signature', edited(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['half a signature', edited(/.{32}$/, () => '')],
  ])('a request that was signed with %s, where the key is known', async (_, change) => {
    const options: SignedOptions = { method: 'POST', body: '{}', headers: { 'x-own': 'signed' }, change };

    const answer = await createSigned(known)(url, options);

    expect(await read(answer)).toEqual([403, { message: expect.stringMatching(MISMATCH) }]);
  });

  test('a request of a known key under another secret, and of what STS gives out', async () => {
    const { Credentials } = await emulator.call('sts', 'GetSessionToken', {});
    const { AccessKeyId, SecretAccessKey, SessionToken } = Object(Credentials);
    const session = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };

    const answers = await Promise.all([
      createSigned({ ...known, secretAccessKey: 'wrong' })(url),
      createSigned({ ...session, secretAccessKey: 'wrong' })(url),
      createSigned(session)(url),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 200]);
  });

  test.each<[string, NonNullable<SignedOptions['change']>, RegExp]>([
    ['no signature', edited(/, Signature=.*/, () => ''), /requires 'Signature' parameter/],
    ['no credential', edited(/Credential=[^,]*, /, () => ''), /requires 'Credential' parameter/],
    ['no list of headers', edited(/SignedHeaders=[^,]*, /, () => ''), /requires 'SignedHeaders' parameter/],
    ['a host that is not signed', edited(/SignedHeaders=host;/, () => 'SignedHeaders='), /'Host' must be a/],
    ['another algorithm', edited(/^AWS4-HMAC-SHA256/, () => 'AWS4-HMAC-MD5'), /^Unsupported AWS 'algorithm'/],
    ['no time', changed({ 'x-amz-date': '' }), /'X-Amz-Date'/],
    ['a time that is none', changed({ 'x-amz-date': '20261399T000000Z' }), /'X-Amz-Date'/],
    ['a scope of another day', edited(/\/\d{8}\//, () => '/20200101/'), /^Date in Credential scope/],
    ['a signature that is no digest', edited(/Signature=.*/, () => 'Signature=0'), MISMATCH],
  ])('a signature with %s, whoever has signed', async (_, change, message) => {
    const answer = await createSigned(unknown)(url, { change });

    expect(await read(answer)).toEqual([403, { message: expect.stringMatching(message) }]);
  });

  test.each<[string, SignedOptions]>([
    ['service', { service: 'execute-api' }],
    ['Region', { region: 'eu-west-1' }],
  ])('a signature for another %s', async (_, options) => {
    const answer = await createSigned(unknown)(url, options);

    expect(await read(answer)).toEqual([
      403,
      { message: expect.stringContaining('scoped to a valid region and to correct service') },
    ]);
  });
});

test('a request that was seen on its way may be sent again for five minutes, as at AWS', async () => {
  const request = await sign(known, url, { at: new Date(Date.now() - 4 * MINUTE) });

  const answers = [await send(request), await send(request)];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

async function read(response: Response): Promise<readonly [number, unknown]> {
  return [response.status, await response.json()];
}

/** Sets headers of a request that is signed already. */
function changed(headers: Readonly<Record<string, string>>) {
  return (request: SignedRequest) => ({ headers: { ...request.headers, ...headers } });
}

/** Edits the header with the signature. */
function edited(part: RegExp, by: (found: string) => string) {
  return ({ headers }: SignedRequest) => ({
    headers: { ...headers, authorization: (headers.authorization ?? '').replace(part, by) },
  });
}

function toDate(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}|[-:]/g, '');
}
