/** The page and a desk over HTTP, on a port of this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Desk } from '../../../lib/dashboard/desk.ts';
import { findPage } from '../../../lib/dashboard/page-files.ts';
import { CeleriacError } from '../../../lib/errors.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

const page = findPage();
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export async function serveDesk(desk: Desk): Promise<Served> {
  const server = createServer((request, response) => {
    void answer(desk, request, response).catch((error: unknown) => {
      const code = error instanceof CeleriacError ? error.code : 'INTERNAL';
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(code === 'NOT_FOUND' ? 404 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code, message }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const file = await page(url.pathname);
  if (file !== undefined) {
    response.writeHead(200, { 'content-type': file.type, 'content-security-policy': CSP });
    response.end(file.body);
    return;
  }
  const parts = url.pathname.split('/').filter(Boolean).slice(1).map(decodeURIComponent);
  const query = Object.fromEntries(url.searchParams);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
  const result = await ask(desk, request.method ?? 'GET', parts, query, body);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(result ?? {}));
}

// biome-ignore format: a table.
async function ask(desk: Desk, method: string, [what = '', name = '', verb = '']: string[], query: Record<string, string>, body: Record<string, never>): Promise<unknown> {
  const key = what === 'limits' && method === 'POST' ? ['POST limits'] : method === 'GET' ? [what, name && ':', verb] : ['POST', what, verb ? ':' : name, verb];
  switch (key.filter(Boolean).join(' ')) {
    case 'overview': return desk.overview();
    case 'tasks': return desk.tasks();
    case 'runs': return desk.runs(query as never);
    case 'runs :': return desk.run(name);
    case 'workflows': return desk.workflows(query as never);
    case 'workflows :': return desk.workflow(name, { ...query, ...(query.after ? { after: Number(query.after) } : {}) } as never);
    case 'queues': return desk.queues();
    case 'queues : messages': return desk.peek(name, Number(query.limit));
    case 'dead-letters': return desk.deadLetters(query as never);
    case 'exchanges': return desk.exchanges();
    case 'exchanges : route': return desk.route(name, query.key ?? '', JSON.parse(query.headers ?? '{}'));
    case 'schedules': return desk.schedules(query);
    case 'workers': return desk.workers();
    case 'limits': return desk.limits();
    case 'cost': return desk.cost();
    case 'waiting :': return { waiting: await desk.waiting(name) };
    case 'POST tasks : send': return desk.send(name, body.input ?? '', body.options);
    case 'POST tasks : call': return desk.call(name, body.input ?? '', 1);
    case 'POST exchanges : publish': return desk.publish(name, body.key ?? '', body.body ?? '', body.headers ?? {});
    case 'POST runs : revoke': return desk.revoke(name, Boolean(body.terminate));
    case 'POST runs : retry': return desk.retry(name, body.input);
    case 'POST runs : forget': return desk.forget(name);
    case 'POST queues : purge': return desk.purge(name);
    case 'POST queues : pause': return desk.pauseQueue(name);
    case 'POST queues : resume': return desk.resumeQueue(name);
    case 'POST dead-letters redrive': return desk.redrive(body as never);
    case 'POST schedules': return desk.addSchedule(body.name ?? '', body.trigger ?? '', body.task ?? '', body.input ?? '');
    case 'POST schedules : pause': return desk.pauseSchedule(name);
    case 'POST schedules : resume': return desk.resumeSchedule(name);
    case 'POST schedules : run': return desk.runSchedule(name);
    case 'POST schedules : remove': return desk.removeSchedule(name);
    case 'POST schedules : reschedule': return desk.rescheduleSchedule(name, body.trigger ?? '');
    case 'POST limits :': case 'POST limits': return desk.setLimits(name, body.rateLimit ?? null, body.concurrency ?? null);
    case 'POST workers : shutdown': return desk.shutdownWorker(name);
    case 'POST workers : resize': return desk.resizeWorker(name, Number(body.concurrency));
    default: throw new CeleriacError('NOT_FOUND', `there is no ${method} ${what}`);
  }
}
