/** The dashboard as it is deployed: synthesized, loaded into the emulator, and reached through its URL. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulator } from '#lib/emulator';
import { type Asked, deploy, ENTRY } from './deployed-desk.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

const POST = { method: 'POST', headers: { 'x-celeriac': '1' } };

test.each<[string, Asked]>([
  ['with a token', { auth: 'token' }],
  ['with signatures', { auth: 'iam' }],
  ['that is read only', { auth: 'iam', readOnly: true }],
])('a dashboard %s has no finding of the validator and of cdk-nag', (_, asked) => {
  const { cdk } = synthesize(shop, { dashboard: { entry: ENTRY, ...asked } }, { validated: true });

  expect(() => cdk.synth()).not.toThrow();
});

test('a URL without signatures has both permissions that AWS wants, one with them has neither', () => {
  const open = synthesize(shop, { dashboard: { entry: ENTRY, auth: 'token' } }).template();
  const signed = synthesize(shop, { dashboard: { entry: ENTRY, auth: 'iam' } }).template();

  const permissions = Object.values(open.findResources('AWS::Lambda::Permission')).map(
    ({ Properties }) => Properties,
  );
  expect(permissions.map(({ Action }) => Action).sort()).toEqual([
    'lambda:InvokeFunction',
    'lambda:InvokeFunctionUrl',
  ]);
  expect(permissions).toContainEqual(
    expect.objectContaining({ Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true }),
  );
  expect(permissions).toContainEqual(
    expect.objectContaining({ Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' }),
  );
  expect(Object.keys(signed.findResources('AWS::Lambda::Permission'))).toEqual([]);
});

test('a read-only dashboard may change nothing', () => {
  const { template } = synthesize(shop, { dashboard: { entry: ENTRY, auth: 'iam', readOnly: true } });

  const policies = Object.entries(template().findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.includes('Dashboard'),
  );
  const actions = policies.flatMap(([, { Properties }]) =>
    Properties.PolicyDocument.Statement.flatMap(({ Action }: { Action: string | string[] }) => Action),
  );

  expect(actions).toContain('dynamodb:Query');
  expect(
    actions.filter((action) => !/^logs:/.test(action) && /Update|Send|Purge|Delete|Put|Publish/.test(action)),
  ).toEqual([]);
});

describe('through its URL with a token', () => {
  let emulator: Emulator;
  let url: string;
  let token: string;

  beforeAll(async () => {
    const loaded = await deploy({ auth: 'token' });
    ({ emulator, url } = loaded);
    const { SecretList } = await emulator.call('secretsmanager', 'ListSecrets', {});
    const [secret] = Array.isArray(SecretList) ? SecretList : [];
    const { SecretString } = await emulator.call('secretsmanager', 'GetSecretValue', {
      SecretId: secret.ARN,
    });
    token = String(SecretString);
  });
  afterAll(() => emulator.close());

  test('nobody gets in without it, or with another one', async () => {
    const [without, wrong, half, page] = await Promise.all([
      fetch(`${url}api/queues`),
      fetch(`${url}api/queues`, bearer('x'.repeat(48))),
      fetch(`${url}api/queues`, bearer(token.slice(0, 24))),
      fetch(url),
    ]);

    expect([without, wrong, half, page].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(await without.json()).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('<form method="post" action="/login">');
  });

  test('a program sends it with each request', async () => {
    const answered = await fetch(`${url}api/queues`, bearer(token));
    const rows = await answered.json();

    expect(answered.status).toBe(200);
    expect(Object(rows).map(({ name }: { name: string }) => name)).toContain('ledger');
  });

  test('the page has been brought along with the function', async () => {
    const paths = ['', 'page.js', 'page.css', 'icon.svg'];
    const files = await Promise.all(paths.map((path) => fetch(`${url}${path}`, bearer(token))));
    const [html, script] = await Promise.all(files.map((file) => file.text()));

    expect(files.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(files.map(({ headers }) => headers.get('content-type')?.split(';')[0])).toEqual([
      'text/html',
      'text/javascript',
      'text/css',
      'image/svg+xml',
    ]);
    expect(html).toContain('<script type="module" src="page.js">');
    expect(script?.length).toBeGreaterThan(50_000);
  });

  test('a browser logs in, and its cookie does what the token does', async () => {
    const refused = await logIn(`${token}x`);
    const entered = await logIn(token);
    const cookie = entered.headers.get('set-cookie') ?? '';
    const [pair = ''] = cookie.split(';');

    const answered = await fetch(`${url}api/tasks`, { headers: { cookie: pair } });
    const sent = await fetch(`${url}api/tasks/book/send`, {
      ...POST,
      headers: { ...POST.headers, cookie: pair },
      body: '{"input":{}}',
    });
    const forged = await fetch(`${url}api/tasks/book/send`, {
      method: 'POST',
      headers: { cookie: pair },
      body: '{}',
    });

    expect(refused.status).toBe(401);
    expect(entered.status).toBe(303);
    expect(cookie).toMatch(/^__Host-celeriac=\d+\.[\w-]{22}\.[\w-]{43}; Path=\/; /);
    expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict; Max-Age=43200$/);
    expect(cookie).not.toContain(token);
    expect(answered.status).toBe(200);
    // The page offers to log out by it.
    expect(answered.headers.has('x-celeriac-session')).toBe(true);
    expect(await sent.json()).toMatchObject({ id: expect.stringMatching(/^\w{30}$/) });
    expect(await forged.json()).toMatchObject({ code: 'CSRF' });
  });

  test('a cookie as we make them lets in; expired, changed, of another token or app none does', async () => {
    const past = String(Date.now() - 1_000);
    const future = String(Date.now() + 3_600_000);
    const cookies = {
      ours: `${future}.one.${code(future, token)}`,
      expired: `${past}.one.${code(past, token)}`,
      prolonged: `${future}.one.${code(past, token)}`,
      renamed: `${future}.two.${code(future, token)}`,
      'of another token': `${future}.one.${code(future, `${token}x`)}`,
      'of another app': `${future}.one.${code(future, token, 'other-dev')}`,
      'of another stage': `${future}.one.${code(future, token, 'shop-prod')}`,
      'as they were without an id': `${future}.${code(future, token)}`,
      unsigned: `${future}.one.`,
      empty: '',
    };

    const statuses = await Promise.all(
      Object.entries(cookies).map(async ([name, value]) => [name, await asks(`__Host-celeriac=${value}`)]),
    );

    expect(Object.fromEntries(statuses)).toEqual({
      ...Object.fromEntries(Object.keys(cookies).map((name) => [name, 401])),
      ours: 200,
    });
  });

  test('a cookie that was logged out opens nothing any more, and another session goes on', async () => {
    const [mine, other] = [await enter(), await enter()];

    const before = await asks(mine);
    const left = await fetch(`${url}logout`, { headers: { cookie: mine }, redirect: 'manual' });
    const replayed = [await asks(mine), await acts(mine), await asks(mine)];
    const again = await fetch(`${url}logout`, { headers: { cookie: mine }, redirect: 'manual' });

    expect(before).toBe(200);
    expect([left.status, left.headers.get('set-cookie')]).toEqual([
      303,
      '__Host-celeriac=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0',
    ]);
    expect(replayed).toEqual([401, 401, 401]);
    expect(again.status).toBe(303);
    expect(await asks(other)).toBe(200);
  });

  test('a log-in that is sent again opens a session of its own, and none without the token', async () => {
    const first = await enter();
    await fetch(`${url}logout`, { headers: { cookie: first }, redirect: 'manual' });

    const replayed = await enter();
    const halves = await Promise.all([logIn(''), logIn(first), logIn(first.split('=')[1] ?? '')]);

    expect(replayed).not.toBe(first);
    expect([await asks(first), await asks(replayed)]).toEqual([401, 200]);
    expect(halves.map(({ status, headers }) => [status, headers.get('set-cookie')])).toEqual([
      [401, null],
      [401, null],
      [401, null],
    ]);
  });

  test('only who is in can end a session, and that is all which is written', async () => {
    const session = await enter();
    const { TableNames } = await emulator.call('dynamodb', 'ListTables', {});
    const TableName = Object(TableNames).find((name: string) => name.includes('Sessions'));
    const count = async () => Number((await emulator.call('dynamodb', 'Scan', { TableName })).Count);
    const before = await count();

    const forged = session.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const headers of [{}, { cookie: forged }, { cookie: '__Host-celeriac=1.2.3' }])
      await fetch(`${url}logout`, { headers, redirect: 'manual' });
    const refused = await count();
    await fetch(`${url}logout`, { headers: { cookie: session }, redirect: 'manual' });

    expect([refused - before, (await count()) - before]).toEqual([0, 1]);
    expect(await asks(session)).toBe(401);
  });

  const enter = async (): Promise<string> =>
    (await logIn(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
  const asks = async (cookie: string): Promise<number> =>
    (await fetch(`${url}api/tasks`, { headers: { cookie } })).status;
  const acts = async (cookie: string): Promise<number> => {
    const headers = { ...POST.headers, cookie };
    return (await fetch(`${url}api/tasks/book/send`, { ...POST, headers, body: '{"input":{}}' })).status;
  };

  const logIn = (given: string): Promise<Response> =>
    fetch(`${url}login`, { method: 'POST', body: new URLSearchParams({ token: given }), redirect: 'manual' });
});

function bearer(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` } };
}

/** The code of the session 'one'. */
function code(until: string, token: string, realm = 'shop-dev'): string {
  return createHmac('sha256', token).update(`celeriac-session/${realm}/${until}/one`).digest('base64url');
}
