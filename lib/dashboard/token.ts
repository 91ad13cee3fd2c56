/**
 * Who may use a deployed desk whose function URL is open to the world: whoever has the token that lies in
 * Secrets Manager. A browser logs in once and gets a cookie, which holds a time, the session's id and a code
 * made of both with the token, never the token itself; programs send the token with each request. Another
 * token ends every cookie.
 *
 * A session that was logged out is remembered until its time is over, so a copy of its cookie opens nothing
 * any more. To remember those that are open instead would cost a write for each log-in, and few log out.
 * While the table is out of reach only those get in who send the token itself. A log-in that is sent once
 * more holds the token, so it gives nothing that whoever has it does not have already.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { CeleriacError } from '../errors.ts';
import type { EndedSessions } from '../runtime/desk-ports.ts';
import { toFailure } from './api/failure.ts';
import type { Api } from './api/server.ts';

export interface TokenOptions {
  /** Reads the token. */
  readonly secret: () => Promise<string>;
  readonly now: () => number;
  /** The sessions that were logged out. */
  readonly ended: EndedSessions;
  /** Whose cookies these are: those of another app are none here, even under the same token. */
  readonly realm: string;
}

/** A browser logs in again after so long. */
const SESSION_MS = 12 * 3_600_000;
/** A changed token holds after so long. */
const SECRET_MS = 60_000;
/** '__Host-': a browser takes it only over TLS, for this host alone, and for all paths. */
const COOKIE = '__Host-celeriac';
const SESSION_HEADER = 'x-celeriac-session';
const TOKEN_LENGTH_MIN = 16;
/** Of a session's id, which nobody has to guess: the code keeps it from being made up. */
const ID_BYTES = 16;
const FORM_BYTES_MAX = 4_096;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Lets only those in who show the token, or a cookie that was given for it. */
export function withToken(api: Api, options: TokenOptions): Api {
  const token = remembered(options);
  const { ended, now } = options;
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthcheck') return api(request);
    const keys = { secret: await token(), realm: options.realm };
    if (pathname === '/login' && request.method === 'POST') return logIn(request, keys, now());
    const bearer = bearerOf(request);
    const session = bearer === undefined ? sessionOf(request, keys, now()) : undefined;
    if (pathname === '/logout') {
      // Only what is open is ended: nobody writes into the table who could not get in.
      if (session !== undefined) await ended.end(session.id, session.until);
      return redirect('/', `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
    }
    const isIn =
      bearer === undefined
        ? session !== undefined && !(await ended.has(session.id))
        : isSame(bearer, keys.secret);
    if (isIn) return session === undefined ? api(request) : inSession(await api(request));
    const wantsPage = request.method === 'GET' && !pathname.startsWith('/api/') && pathname !== '/metrics';
    return wantsPage ? loginPage(401, '') : refused();
  };
}

/** Tells the page that there is a session to end, which no script of it can see. */
function inSession(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.set(SESSION_HEADER, '1');
  return new Response(answer.body, { status: answer.status, headers });
}

function remembered({ secret, now }: TokenOptions): () => Promise<string> {
  let known: { readonly at: number; readonly token: Promise<string> } | undefined;
  return async () => {
    if (known === undefined || now() - known.at > SECRET_MS) known = { at: now(), token: secret() };
    try {
      const token = await known.token;
      if (token.length >= TOKEN_LENGTH_MIN) return token;
    } catch (error) {
      known = undefined;
      throw error;
    }
    const text = `the dashboard's token has less than ${TOKEN_LENGTH_MIN} characters, so nobody gets in`;
    throw new CeleriacError('TOKEN_TOO_SHORT', text);
  };
}

/** What cookies are signed with. */
interface Keys {
  readonly secret: string;
  readonly realm: string;
}

/** A session by a cookie that we have given, whose time is not over. */
interface Session {
  readonly id: string;
  readonly until: number;
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

function sessionOf(request: Request, keys: Keys, now: number): Session | undefined {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const [until = '', id = '', code = ''] = value?.split('.') ?? [];
  if (!isSame(code, sign(until, id, keys)) || Number(until) <= now) return undefined;
  return { id, until: Number(until) };
}

async function logIn(request: Request, keys: Keys, now: number): Promise<Response> {
  const form = await request.text();
  const given = form.length > FORM_BYTES_MAX ? '' : (new URLSearchParams(form).get('token') ?? '');
  if (!isSame(given.trim(), keys.secret)) return loginPage(401, 'That is not the token.');
  const until = String(now + SESSION_MS);
  const id = randomBytes(ID_BYTES).toString('base64url');
  const value = `${until}.${id}.${sign(until, id, keys)}`;
  return redirect('/', `${COOKIE}=${value}; ${ATTRIBUTES}; Max-Age=${SESSION_MS / 1_000}`);
}

const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

function sign(until: string, id: string, { secret, realm }: Keys): string {
  return createHmac('sha256', secret).update(`celeriac-session/${realm}/${until}/${id}`).digest('base64url');
}

/** In a time that tells nothing of where they differ, nor of how long they are. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function redirect(to: string, cookie: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: to, 'set-cookie': cookie, 'cache-control': 'no-store' },
  });
}

function refused(): Response {
  const text = 'log in with the token, or send it as Authorization: Bearer';
  const { status, body } = toFailure(new CeleriacError('UNAUTHORIZED', text));
  return Response.json(body, {
    status,
    headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
  });
}

/** Without script or style: neither is needed to paste one line. */
function loginPage(status: number, said: string): Response {
  const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Celeriac: log in</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body><main><h1>Celeriac</h1><p role="alert">${said}</p>
<form method="post" action="/login"><p><label>Token
<input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Log in</button></p></form>
<p>The token is in Secrets Manager; the stack's output names it.</p></main></body></html>
`;
  return new Response(page, { status, headers: HEADERS });
}
