/**
 * The HTTP API over a desk, as one function from a request to an answer: Node's server, a Lambda function
 * and a test call the same one. A page of another site cannot act through a browser that is logged in here:
 * a POST needs a header that no form can send and no script of another origin may.
 */
import { Hono } from 'hono';
import { CeleriacError } from '../../errors.ts';
import type { Desk } from '../desk.ts';
import { toFailure } from './failure.ts';
import { toOpenApi } from './open-api.ts';
import { ROUTES } from './routes.ts';

/** A file of the page, as its build has made it. */
export interface PageFile {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** What an API serves besides answers, and what it refuses. */
export interface ApiOptions {
  /** Refuses every action with 403 READ_ONLY. @default false */
  readonly readOnly?: boolean;
  /** The page's files by path ('/' is the page itself); undefined for a path that is none of them. */
  readonly page?: (path: string) => Promise<PageFile | undefined>;
  /** Told of what is answered with 500. */
  readonly onFailure?: (error: unknown) => void;
}

/** Answers a request; it needs no server around it. */
export type Api = (request: Request) => Promise<Response>;

/** The header that a POST has to carry; its value does not matter. */
const CSRF_HEADER = 'x-celeriac';

/** A body is an input or a message, which SQS limits to 1 MiB, and what JSON adds around it. */
const BODY_BYTES_MAX = 2_200_000;

/** A key of DynamoDB has at most 1,024 bytes (2,048 of a partition), and the name is not all of it. */
const NAME_BYTES_MAX = 900;

/**
 * No inline script or style, nothing from elsewhere, in no frame; charts set styles of elements by script,
 * which a policy of styles does not concern.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The HTTP API of a desk, as docs/openapi.json describes it. */
export function createApi(desk: Desk, options: ApiOptions = {}): Api {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  });
  app.get('/healthcheck', (context) => context.text('OK'));
  app.get('/metrics', async (context) =>
    context.text(await desk.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.get('/openapi.json', (context) => context.json(toOpenApi()));
  for (const route of ROUTES) {
    app.on(route.method.toUpperCase(), route.path, async (context) => {
      const body = route.method === 'post' ? await readBody(context.req.raw, options) : undefined;
      const path: Readonly<Record<string, string>> = context.req.param();
      for (const name of Object.values(path)) refuseLong(name);
      const answer = await route.run(desk, { path, query: context.req.query(), body });
      return route.answer === undefined ? context.body(null, 204) : context.json(toJson(answer));
    });
  }
  app.get('*', async (context) => {
    const file = context.req.path.startsWith('/api/') ? undefined : await options.page?.(context.req.path);
    if (file === undefined) throw notFound(context.req.method, context.req.path);
    return context.body(file.body, 200, { 'content-type': file.type });
  });
  app.notFound((context) => {
    const { status, body } = toFailure(notFound(context.req.method, context.req.path));
    return context.json(body, status);
  });
  app.onError((error, context) => {
    const { status, body } = toFailure(error);
    if (status === 500) options.onFailure?.(error);
    return context.json(body, status);
  });
  return async (request) => app.fetch(request);
}

async function readBody(request: Request, { readOnly = false }: ApiOptions): Promise<unknown> {
  if (!request.headers.has(CSRF_HEADER)) {
    throw new CeleriacError('CSRF', `a POST needs the header '${CSRF_HEADER}', this one has none`);
  }
  if (readOnly) throw new CeleriacError('READ_ONLY', 'this desk answers questions only');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > BODY_BYTES_MAX) {
    throw new CeleriacError('INVALID_REQUEST', `the body has ${bytes.byteLength} bytes`, {
      value: bytes.byteLength,
      allowed: BODY_BYTES_MAX,
    });
  }
  const written = new TextDecoder().decode(bytes);
  if (written.trim() === '') return {};
  try {
    return JSON.parse(written);
  } catch (cause) {
    throw new CeleriacError('INVALID_REQUEST', 'the body has to be JSON', { cause });
  }
}

/** Nothing is called so; DynamoDB refuses to look for it. */
function refuseLong(name: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes <= NAME_BYTES_MAX) return;
  throw new CeleriacError('NOT_FOUND', `nothing has a name or id of ${bytes} bytes`, { value: name });
}

function notFound(method: string, path: string): CeleriacError {
  return new CeleriacError('NOT_FOUND', `there is no ${method} ${path}; /openapi.json lists what there is`);
}

/** A desk's rows are JSON: what is undefined is left out. */
function toJson(answer: unknown): object {
  // The answer's schema is an object or a list, which the type of a route keeps.
  return answer as object;
}
