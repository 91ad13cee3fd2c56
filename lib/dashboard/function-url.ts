/** The desk behind a Lambda function URL: events of payload format 2.0 become requests, responses answers. */
import type { Api } from './api/server.ts';

/** What Lambda hands a function for a request to its URL, as far as it is read here. */
export interface UrlEvent {
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly domainName: string;
    readonly http: { readonly method: string };
    /** Who has signed the request, where the URL asks for a signature. */
    readonly authorizer?: { readonly iam?: object | undefined } | undefined;
  };
}

/** What Lambda takes as the answer of a function URL. */
export interface UrlAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** A handler of a function URL. */
export type UrlHandler = (event: UrlEvent) => Promise<UrlAnswer>;

const TEXT = /^(text\/|application\/(json|javascript)|image\/svg)/;

/** A handler of a function URL. */
export function toUrlHandler(api: Api): UrlHandler {
  return async (event) => toAnswer(await api(toRequest(event)));
}

function toRequest(event: UrlEvent): Request {
  const { rawPath, rawQueryString, cookies = [], body, isBase64Encoded, requestContext } = event;
  const { method } = requestContext.http;
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers))
    if (value !== undefined) headers.set(name, value);
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
  const bytes = body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const url = new URL(`https://${requestContext.domainName}`);
  // Lambda has decoded the path already; the setter encodes it again.
  url.pathname = rawPath;
  return new Request(`${url.origin}${url.pathname}${query}`, {
    method,
    headers,
    ...(bytes === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(bytes) }),
  });
}

async function toAnswer(response: Response): Promise<UrlAnswer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const isText = bytes.length === 0 || TEXT.test(response.headers.get('content-type') ?? '');
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
  return {
    statusCode: response.status,
    headers: Object.fromEntries(headers),
    cookies: response.headers.getSetCookie(),
    body: bytes.toString(isText ? 'utf8' : 'base64'),
    isBase64Encoded: !isText,
  };
}
