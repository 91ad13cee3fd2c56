/**
 * Who may use a deployed desk whose function URL is open to the world: whoever has the token that lies in
 * Secrets Manager. A browser logs in once and gets a cookie, which holds a time and a code made of it with
 * the token, never the token itself; programs send the token with each request. Another token ends every
 * cookie.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { CeleriacError } from '../errors.ts';
import { toFailure } from './api/failure.ts';
import type { Api } from './api/server.ts';

export interface TokenOptions {
  /** Reads the token. */
  readonly secret: () => Promise<string>;
  readonly now: () => number;
}

/** A browser logs in again after so long. */
export const SESSION_MS = 12 * 3_600_000;
/** A changed token holds after so long. */
const SECRET_MS = 60_000;
/** '__Host-': a browser takes it only over TLS, for this host alone, and for all paths. */
const COOKIE = '__Host-celeriac';
const TOKEN_LENGTH_MIN = 16;
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
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/healthcheck') return api(request);
    const secret = await token();
    if (pathname === '/login' && request.method === 'POST') return logIn(request, secret, options.now());
    if (pathname === '/logout') return redirect('/', `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
    if (isIn(request, secret, options.now())) return api(request);
    const wantsPage = request.method === 'GET' && !pathname.startsWith('/api/') && pathname !== '/metrics';
    return wantsPage ? loginPage(401, '') : refused();
  };
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

function isIn(request: Request, secret: string, now: number): boolean {
  const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  if (bearer !== undefined) return isSame(bearer, secret);
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const [until = '', code = ''] = value?.split('.') ?? [];
  return isSame(code, sign(until, secret)) && Number(until) > now;
}

async function logIn(request: Request, secret: string, now: number): Promise<Response> {
  const form = await request.text();
  const given = form.length > FORM_BYTES_MAX ? '' : (new URLSearchParams(form).get('token') ?? '');
  if (!isSame(given.trim(), secret)) return loginPage(401, 'That is not the token.');
  const until = String(now + SESSION_MS);
  return redirect(
    '/',
    `${COOKIE}=${until}.${sign(until, secret)}; ${ATTRIBUTES}; Max-Age=${SESSION_MS / 1_000}`,
  );
}

const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

function sign(until: string, secret: string): string {
  return createHmac('sha256', secret).update(`celeriac-session/${until}`).digest('base64url');
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
