import { describe, expect, test } from 'vitest';
import { toOpenApi } from '../../lib/dashboard/api/open-api.ts';
import { ROUTES } from '../../lib/dashboard/api/routes.ts';
import { type ApiOptions, createApi } from '../../lib/dashboard/api/server.ts';
import { createFakeDesk, type FakeDeskOptions, NOW } from './fake-desk.ts';
import { complaints, DOCUMENT } from './open-api.ts';

const POST = { method: 'POST', headers: { 'x-celeriac': '1' } };

/** A call of each route that the fake desk can answer. */
const CALLS: Readonly<Record<string, { readonly address: string; readonly body?: object }>> = {
  'get /api/overview': { address: '/api/overview' },
  'get /api/tasks': { address: '/api/tasks' },
  'get /api/runs': { address: '/api/runs?state=FAILURE&task=resize&limit=3&from=0&sort=-sentAt' },
  'get /api/runs/{id}': { address: '/api/runs/run-2' },
  'get /api/workflows': { address: '/api/workflows?limit=5' },
  'get /api/workflows/{id}': { address: '/api/workflows/flow-1?path=1&after=0' },
  'get /api/queues': { address: '/api/queues' },
  'get /api/history': { address: '/api/history' },
  'get /api/queues/{name}/waiting': { address: '/api/queues/mail/waiting?limit=2' },
  'get /api/queues/{name}/messages': { address: '/api/queues/mail/messages?limit=2' },
  'get /api/dead-letters': { address: '/api/dead-letters?queue=images&reason=failed' },
  'get /api/exchanges': { address: '/api/exchanges' },
  'get /api/exchanges/{name}/route': {
    address: '/api/exchanges/orders/route?key=order.eu.created&headers={"a":1}',
  },
  'get /api/schedules': { address: '/api/schedules?prefix=night' },
  'get /api/workers': { address: '/api/workers' },
  'get /api/limits': { address: '/api/limits' },
  'get /api/cost': { address: '/api/cost' },
  'get /api/waiting/{id}': { address: '/api/waiting/run-4' },
  'get /api/graph': { address: '/api/graph?format=dot' },
  'post /api/tasks/{name}/send': {
    address: '/api/tasks/charge/send',
    body: { input: '{"a":1}', options: { delay: '5s' } },
  },
  'post /api/tasks/{name}/call': {
    address: '/api/tasks/charge/call',
    body: { input: { a: 1 }, timeout: 1_000 },
  },
  'post /api/runs/{id}/result': { address: '/api/runs/run-0/result', body: { timeout: 1_000 } },
  'post /api/runs/{id}/revoke': { address: '/api/runs/run-4/revoke', body: { terminate: true } },
  'post /api/runs/{id}/retry': { address: '/api/runs/run-2/retry', body: { input: '{"a":2}' } },
  'post /api/runs/{id}/forget': { address: '/api/runs/run-2/forget' },
  'post /api/exchanges/{name}/publish': {
    address: '/api/exchanges/orders/publish',
    body: { key: 'order.eu.created', body: '{"id":1}', headers: { region: 'eu' } },
  },
  'post /api/queues/{name}/purge': { address: '/api/queues/mail/purge' },
  'post /api/queues/{name}/pause': { address: '/api/queues/mail/pause' },
  'post /api/queues/{name}/resume': { address: '/api/queues/mail/resume' },
  'post /api/dead-letters/redrive': {
    address: '/api/dead-letters/redrive',
    body: { queue: 'images', ids: ['run-2'] },
  },
  'post /api/schedules': {
    address: '/api/schedules',
    body: { name: 'tea', trigger: '* * * * *', task: 'charge' },
  },
  'post /api/schedules/{name}/reschedule': {
    address: '/api/schedules/nightly/reschedule',
    body: { trigger: '0 3 * * *' },
  },
  'post /api/schedules/{name}/pause': { address: '/api/schedules/nightly/pause' },
  'post /api/schedules/{name}/resume': { address: '/api/schedules/nightly/resume' },
  'post /api/schedules/{name}/run': { address: '/api/schedules/nightly/run' },
  'post /api/schedules/{name}/remove': { address: '/api/schedules/watch-tea/remove' },
  'post /api/limits/{task}': { address: '/api/limits/charge', body: { rateLimit: '5/m', concurrency: null } },
  'post /api/workers/{name}/shutdown': { address: '/api/workers/box-1/shutdown' },
  'post /api/workers/{name}/resize': { address: '/api/workers/box-1/resize', body: { concurrency: 4 } },
};

describe('the OpenAPI file', () => {
  test('is what the routes say', () => {
    const said = JSON.parse(JSON.stringify(toOpenApi()));

    expect(DOCUMENT).toEqual(said);
  });

  test('has each route, and each route of it is called below', () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const inFile = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const plain = ['get /metrics', 'get /healthcheck', 'get /openapi.json'];

    expect(inFile.sort()).toEqual([...routes, ...plain].sort());
    expect(Object.keys(CALLS).sort()).toEqual([...routes].sort());
  });

  test.each(Object.entries(CALLS))('%s answers by its schema', async (name, { address, body }) => {
    const [method = '', path = ''] = name.split(' ');
    const api = createApi(createFakeDesk());

    const answered = await api(request(address, method === 'post' ? { ...POST, ...json(body) } : {}));
    const written = await answered.text();
    const answer = written === '' ? undefined : JSON.parse(written);

    expect(answered.status).toBe(answer === undefined ? 204 : 200);
    expect(complaints(method, path, answered.status, answer)).toEqual([]);
  });

  test('refuses an answer with a member that it does not know, and one that lacks a member', async () => {
    const row = await createFakeDesk().queues();
    const [queue] = row;

    expect(complaints('get', '/api/queues', 200, [{ ...queue, secret: 1 }])).not.toEqual([]);
    expect(complaints('get', '/api/queues', 200, [{ name: 'mail' }])).not.toEqual([]);
  });
});

describe('an error', () => {
  test.each([
    ['/api/runs/none', 404, 'NOT_FOUND'],
    ['/api/nothing', 404, 'NOT_FOUND'],
    ['/api/runs?state=LOST', 400, 'INVALID_REQUEST'],
    ['/api/runs?limit=501', 400, 'INVALID_REQUEST'],
    ['/api/runs?from=yesterday', 400, 'INVALID_REQUEST'],
    ['/api/exchanges/orders/route?headers=[', 400, 'INVALID_REQUEST'],
  ])('of GET %s is answered with %i %s', async (address, status, code) => {
    const { status: got, answer } = await ask(address);

    expect({ status: got, code: answer.code }).toEqual({ status, code });
    expect(answer.message).toMatch(/\w/);
  });

  test.each([
    ['/api/schedules', { name: 'nightly', trigger: '* * * * *', task: 'charge' }, 409, 'SCHEDULE_EXISTS'],
    ['/api/schedules', { name: 'tea' }, 400, 'INVALID_REQUEST'],
    ['/api/runs/run-2/revoke', { terminate: 'yes' }, 400, 'INVALID_REQUEST'],
    ['/api/runs/run-2/revoke', { terminat: true }, 400, 'INVALID_REQUEST'],
    ['/api/runs/run-2/retry', { input: '{"a":' }, 400, 'INVALID_REQUEST'],
    ['/api/tasks/none/send', {}, 404, 'NOT_FOUND'],
  ])('of POST %s %j is answered with %i %s', async (address, body, status, code) => {
    const { status: got, answer } = await ask(address, { ...POST, ...json(body) });

    expect({ status: got, code: answer.code }).toEqual({ status, code });
  });

  test('of AWS is answered with 500, and told to the log', async () => {
    const failures: unknown[] = [];
    const broken = { ...createFakeDesk(), queues: () => Promise.reject(new Error('AccessDenied')) };
    const api = createApi(broken, { onFailure: (error) => failures.push(error) });

    const answered = await api(request('/api/queues'));

    expect(answered.status).toBe(500);
    expect(await answered.json()).toMatchObject({ code: 'INTERNAL', message: 'AccessDenied' });
    expect(failures).toHaveLength(1);
  });
});

describe('an action', () => {
  test('without the header that a foreign page cannot send is refused', async () => {
    const desk = createFakeDesk();
    const api = createApi(desk);

    const answered = await api(request('/api/queues/mail/purge', { method: 'POST' }));

    expect(answered.status).toBe(403);
    expect(await answered.json()).toMatchObject({
      code: 'CSRF',
      hint: expect.stringContaining('x-celeriac'),
    });
    expect(desk.done).toEqual([]);
  });

  test.each(Object.entries(CALLS).filter(([name]) => name.startsWith('post')))(
    'is refused where the desk is read only: %s',
    async (_, { address, body }) => {
      const desk = createFakeDesk();
      const api = createApi(desk, { readOnly: true });

      const answered = await api(request(address, { ...POST, ...json(body) }));

      expect(answered.status).toBe(403);
      expect(await answered.json()).toMatchObject({ code: 'READ_ONLY' });
      expect(desk.done).toEqual([]);
    },
  );

  test('takes an input as text or as the value itself', async () => {
    const desk = createFakeDesk();
    const api = createApi(desk);

    await api(request('/api/tasks/mail/send', { ...POST, ...json({ input: '{"to":"ann"}' }) }));
    await api(request('/api/tasks/mail/send', { ...POST, ...json({ input: { to: 'ann' } }) }));
    await api(request('/api/tasks/mail/send', POST));

    expect(desk.done).toEqual(['send mail {"to":"ann"}', 'send mail {"to":"ann"}', 'send mail null']);
  });
});

describe('a list', () => {
  test('is read to its end by `next`, each run once', async () => {
    const api = createApi(createFakeDesk({ runs: 137 }));
    const ids: string[] = [];
    let after: string | undefined = '';

    while (after !== undefined) {
      const answered = await api(request(`/api/runs?limit=50&after=${after}`));
      const page: { rows: { id: string }[]; next?: string } = await answered.json().then(Object);
      ids.push(...page.rows.map(({ id }) => id));
      after = page.next;
    }

    expect(new Set(ids).size).toBe(137);
    expect(ids).toHaveLength(137);
  });

  test('takes times in milliseconds and as ISO 8601', async () => {
    const since = new Date(NOW - 90_000).toISOString();

    const byText = await ask(`/api/runs?from=${since}`);
    const byNumber = await ask(`/api/runs?from=${NOW - 90_000}`);

    expect(byText.answer.rows).toHaveLength(2);
    expect(byText.answer).toEqual(byNumber.answer);
  });

  test('takes a time before 1970, which a year is while it is typed', async () => {
    const { status } = await ask(`/api/runs?from=${Date.UTC(1_902, 0)}`);

    expect(status).toBe(200);
  });
});

describe('every answer', () => {
  test.each(['/healthcheck', '/metrics', '/openapi.json', '/api/tasks', '/api/nothing', '/'])(
    '%s is not kept, and lets nothing in from elsewhere',
    async (address) => {
      const page = async (path: string) =>
        path === '/' ? { body: '<!doctype html>', type: 'text/html; charset=utf-8' } : undefined;
      const api = createApi(createFakeDesk(), { page });

      const { headers } = await api(request(address));

      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  test('of the page has its own type, and unknown files are not there', async () => {
    const page = async (path: string) =>
      path === '/app.js' ? { body: 'let a;', type: 'text/javascript' } : undefined;
    const api = createApi(createFakeDesk(), { page });

    const file = await api(request('/app.js'));
    const none = await api(request('/other.js'));

    expect(await file.text()).toBe('let a;');
    expect(file.headers.get('content-type')).toBe('text/javascript');
    expect(none.status).toBe(404);
  });
});

function request(address: string, init: RequestInit = {}): Request {
  return new Request(`http://localhost${address}`, init);
}

function json(body: object | undefined): { readonly body?: string } {
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

interface Asked {
  readonly status: number;
  readonly answer: { readonly code?: string; readonly message?: string; readonly rows?: readonly unknown[] };
}

async function ask(
  address: string,
  init: RequestInit = {},
  options: ApiOptions & FakeDeskOptions = {},
): Promise<Asked> {
  const answered = await createApi(createFakeDesk(options), options)(request(address, init));
  return { status: answered.status, answer: Object(await answered.json()) };
}
