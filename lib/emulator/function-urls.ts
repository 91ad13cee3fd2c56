/**
 * The door of function URLs: HTTP requests become events of payload format 2.0, and answers of functions
 * become responses. A URL is served under `/_celeriac/url/<id>/…`, and for whoever sends AWS's host name
 * (`<id>.lambda-url.<region>.on.aws`) under any path.
 *
 * With AWS_IAM a request must be signed, for Lambda, now and with its own body; whether the signature is
 * right is known of credentials whose secret the emulator knows (signature.ts). What a caller may do is not
 * looked at, like everywhere in the emulator.
 */
import type { LambdaFunction } from './lambda/function.ts';
import { type Cors, type FunctionUrl, URL_PATH } from './lambda/urls.ts';
import type { Caller, Input, Output } from './service.ts';
import { judge, type Verdict } from './signature.ts';
import { jsonResponse, type Router, type WireRequest, type WireResponse } from './wire/router.ts';

/** What the door needs of Lambda. */
export interface UrlHost {
  /** The function whose URL has this id. */
  find(id: string): (LambdaFunction & { readonly url?: FunctionUrl | undefined }) | undefined;
  invoke(input: Input, caller: Pick<Caller, 'account' | 'region'>): Promise<Output>;
  now(): number;
  requestId(): string;
  /** The secret of a key that came with a session's token; undefined where anybody may have made it up. */
  secretOf(accessKey: string, token: string | undefined): string | undefined;
}

/** Request and response at most (Lambda, function URLs). */
const BYTES_MAX = 6 * 1024 * 1024;
const TEXT =
  /^(?:text\/|application\/(?:json|javascript|xml|x-www-form-urlencoded|[\w.-]+\+(?:json|xml))\b)/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Puts the door in front of a router. */
export function withFunctionUrls(router: Router, host: UrlHost): Router {
  return {
    handle(request) {
      const target = toTarget(request);
      return target === undefined ? router.handle(request) : serve(request, target, host);
    },
  };
}

interface Target {
  readonly id: string;
  readonly path: string;
  readonly query: string;
}

function toTarget({ url, headers }: WireRequest): Target | undefined {
  const [path = '', query = ''] = split(url, '?');
  if (path.startsWith(URL_PATH)) {
    const [id = '', rest = ''] = split(path.slice(URL_PATH.length), '/');
    return { id, path: `/${rest}`, query };
  }
  const id = /^([a-z0-9]{32})\.lambda-url\./.exec(headers.host ?? '')?.[1];
  return id === undefined ? undefined : { id, path, query };
}

async function serve(request: WireRequest, target: Target, host: UrlHost): Promise<WireResponse> {
  const fn = host.find(target.id);
  const url = fn?.url;
  if (fn === undefined || url === undefined) return jsonResponse(404, { Message: 'Not Found' });
  const shared = url.cors === undefined ? {} : corsHeaders(url.cors, request);
  if (url.cors !== undefined && isPreflight(request))
    return { status: 200, headers: { ...shared, ...preflightHeaders(url.cors) }, body: new Uint8Array(0) };
  const caller = url.authType === 'NONE' ? undefined : callerOf(request, fn, host);
  if (caller?.kind === 'unsigned') return jsonResponse(403, { Message: 'Forbidden' });
  if (caller?.kind === 'refused') return jsonResponse(403, { message: caller.message });
  if (request.body.length > BYTES_MAX) return jsonResponse(413, { Message: 'Request Entity Too Large' });
  const event = toEvent(request, target, { fn, host, credential: caller?.accessKey });
  const response = await invoke(fn, event, host);
  return { ...response, headers: { ...shared, ...response.headers } };
}

async function invoke(fn: LambdaFunction, event: unknown, host: UrlHost): Promise<WireResponse> {
  const broken = {
    status: 502,
    headers: { 'content-type': 'application/json' },
    body: text('Internal Server Error'),
  };
  let answer: Output;
  try {
    answer = await host.invoke({ FunctionName: fn.arn, Payload: text(JSON.stringify(event)) }, fn);
  } catch (error) {
    const throttled = error instanceof Error && error.name === 'TooManyRequestsException';
    return throttled ? jsonResponse(429, { Message: 'Rate Exceeded.' }) : broken;
  }
  if (answer.FunctionError !== undefined || !(answer.Payload instanceof Uint8Array)) return broken;
  return toResponse(Buffer.from(answer.Payload).toString(), host) ?? broken;
}

/** An answer without a status is the body of a 200; one that cannot be understood is none. */
function toResponse(payload: string, host: UrlHost): WireResponse | undefined {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': host.requestId() };
  let parsed: unknown;
  try {
    parsed = payload === '' ? null : JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(parsed) || parsed.statusCode === undefined)
    return { status: 200, headers, body: text(payload) };
  const status = Number(parsed.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const written = typeof parsed.body === 'string' ? parsed.body : JSON.stringify(parsed.body ?? '');
  const own = isObject(parsed.headers) ? Object.entries(parsed.headers) : [];
  const cookies = Array.isArray(parsed.cookies) ? parsed.cookies.map(String) : [];
  return {
    status,
    headers: {
      ...headers,
      ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), String(value)])),
    },
    body: parsed.isBase64Encoded === true ? Uint8Array.from(Buffer.from(written, 'base64')) : text(written),
    ...(cookies.length === 0 ? {} : { cookies }),
  };
}

interface EventFacts {
  readonly fn: LambdaFunction;
  readonly host: UrlHost;
  readonly credential: string | undefined;
}

function toEvent(
  request: WireRequest,
  { id, path, query }: Target,
  { fn, host, credential }: EventFacts,
): unknown {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name, value]) => value !== undefined && name !== 'cookie'),
  );
  const cookies = request.headers.cookie?.split(/;\s*/).filter(Boolean);
  const now = new Date(host.now());
  const isText = TEXT.test(request.headers['content-type'] ?? 'text/plain');
  const body = Buffer.from(request.body).toString(isText ? 'utf8' : 'base64');
  return {
    ...{ version: '2.0', routeKey: '$default', rawPath: decode(path), rawQueryString: query },
    ...(cookies === undefined ? {} : { cookies }),
    headers,
    ...(query === '' ? {} : { queryStringParameters: toParameters(query) }),
    requestContext: {
      ...(credential === undefined ? { accountId: 'anonymous' } : toAuthorizer(fn.account, credential)),
      apiId: id,
      domainName: `${id}.lambda-url.${fn.region}.on.aws`,
      domainPrefix: id,
      http: {
        ...{ method: request.method, path: decode(path), protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        userAgent: request.headers['user-agent'] ?? '',
      },
      ...{ requestId: host.requestId(), routeKey: '$default', stage: '$default' },
      ...{ time: toLogTime(now), timeEpoch: now.getTime() },
    },
    ...(request.body.length === 0 ? {} : { body }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

function toAuthorizer(account: string, accessKey: string) {
  const userArn = `arn:aws:iam::${account}:root`;
  const iam = {
    accessKey,
    accountId: account,
    callerId: account,
    cognitoIdentity: null,
    principalOrgId: null,
  };
  return {
    accountId: account,
    authentication: null,
    authorizer: { iam: { ...iam, userArn, userId: account } },
  };
}

/** Who has signed a request to the URL of a function. */
function callerOf(request: WireRequest, { region }: LambdaFunction, host: UrlHost): Verdict {
  return judge(request, { service: 'lambda', region, now: host.now(), secretOf: host.secretOf });
}

function isPreflight({ method, headers }: WireRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

function corsHeaders(cors: Cors, { headers }: WireRequest): Record<string, string> {
  const { origin } = headers;
  const allowed = cors.AllowOrigins ?? [];
  if (origin === undefined || !(allowed.includes('*') || allowed.includes(origin))) return {};
  return {
    'access-control-allow-origin': allowed.includes('*') && cors.AllowCredentials !== true ? '*' : origin,
    vary: 'Origin',
    ...(cors.AllowCredentials === true ? { 'access-control-allow-credentials': 'true' } : {}),
    ...listHeader('access-control-expose-headers', cors.ExposeHeaders),
  };
}

function preflightHeaders(cors: Cors): Record<string, string> {
  return {
    ...listHeader('access-control-allow-methods', cors.AllowMethods),
    ...listHeader('access-control-allow-headers', cors.AllowHeaders),
    ...(cors.MaxAge === undefined ? {} : { 'access-control-max-age': String(cors.MaxAge) }),
  };
}

function listHeader(name: string, values: readonly string[] | undefined): Record<string, string> {
  return values === undefined || values.length === 0 ? {} : { [name]: values.join(',') };
}

function toParameters(query: string): Readonly<Record<string, string>> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(parameters);
}

function toLogTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}`;
  return `${day}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A path that is no encoding of anything stands for itself.
    return path;
  }
}

function split(written: string, separator: string): readonly [string, string?] {
  const at = written.indexOf(separator);
  return at < 0 ? [written] : [written.slice(0, at), written.slice(at + 1)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: string): Uint8Array {
  return Buffer.from(value);
}
