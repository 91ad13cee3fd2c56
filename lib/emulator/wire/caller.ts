/**
 * Who calls: account and region from the signature, the address from the Host header, the recursion guard's
 * counter from the trace header. Signatures are not checked, only their credential scope is read: any
 * credentials will do.
 */
import type { Caller } from '../service.ts';
import type { WireRequest } from './router.ts';

/** The account of callers whose access key id is not itself an account's number. */
export const DEFAULT_ACCOUNT = '000000000000';
export const DEFAULT_REGION = 'us-east-1';

export interface Scope {
  readonly accessKeyId: string;
  /** Empty where the signature is not for one region. */
  readonly region: string;
  /** The service's signing name. */
  readonly service: string;
}

/** Reads the credential scope of a signature in the Authorization header or in a presigned URL. */
export function readScope(request: WireRequest): Scope | undefined {
  const credential = headerCredential(request.headers.authorization) ?? presignedCredential(request.url);
  if (credential === undefined) return undefined;
  // accessKeyId/date/region/service/aws4_request, for several regions without the region; a key id may hold
  // slashes.
  const parts = credential.split('/');
  const service = parts.at(-2);
  if (service === undefined || parts.length < 4) return undefined;
  const hasRegion = parts.length > 4;
  return {
    accessKeyId: parts.slice(0, hasRegion ? -4 : -3).join('/'),
    region: hasRegion ? (parts.at(-3) ?? '') : '',
    service,
  };
}

/** Makes the caller that a service sees. */
export function readCaller(request: WireRequest, scope: Scope | undefined): Caller {
  return new WireCaller(request, scope);
}

/** A class for the sake of its getter: a signal costs time to make, and few services ask for it. */
class WireCaller implements Caller {
  readonly account: string;
  readonly region: string;
  readonly endpoint: string;
  readonly lineage: number | undefined;
  readonly #request: WireRequest;

  constructor(request: WireRequest, scope: Scope | undefined) {
    const { host = 'localhost', 'x-amzn-trace-id': trace } = request.headers;
    this.account =
      scope !== undefined && /^\d{12}$/.test(scope.accessKeyId) ? scope.accessKeyId : DEFAULT_ACCOUNT;
    this.region = scope?.region || DEFAULT_REGION;
    this.endpoint = `${request.scheme ?? 'http'}://${host}`;
    this.lineage = readLineage(trace);
    this.#request = request;
  }

  get signal(): AbortSignal | undefined {
    return this.#request.signal;
  }
}

/**
 * The trace header's `Lineage=<count>:…` member says how many functions a chain of requests has passed
 * through; a function's SDK copies it from the environment that its runner sets to every request it makes.
 */
function readLineage(header: string | undefined): number | undefined {
  const count = header === undefined ? undefined : /(?:^|;)\s*Lineage=(\d{1,9})\b/.exec(header)?.[1];
  return count === undefined ? undefined : Number(count);
}

function headerCredential(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /\bCredential=([^,\s]+)/.exec(authorization)?.[1];
}

function presignedCredential(url: string): string | undefined {
  const query = url.indexOf('?');
  if (query < 0 || !url.includes('X-Amz-Credential=', query)) return undefined;
  return new URLSearchParams(url.slice(query + 1)).get('X-Amz-Credential') ?? undefined;
}
