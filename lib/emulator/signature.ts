/**
 * Signatures of HTTP requests (Signature Version 4), where they are what lets somebody in. All that can be
 * said without the secret key is always looked at: whether a signature is whole, of now, for this service and
 * Region, and of this very body. Whether it is right is known of credentials whose secret is known: those
 * that the emulator gives out, and those it was told of. A signature of several Regions (v4a) is looked at
 * for its form and time alone.
 *
 * The texts are those of AWS's front ends in general; what function URLs say to each was found for a missing,
 * an expired and a wrong signature, and is taken to be the same for the rest.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from './wire/router.ts';

export type Verdict =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'signed'; readonly accessKey: string };

export interface SignatureRules {
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The secret of a key, with the session's token that came with it; undefined where it is not known. */
  readonly secretOf: (accessKey: string, token: string | undefined) => string | undefined;
}

/** How far the time of a request may be from AWS's. */
const SKEW_MS = 5 * 60_000;
/** How long a signature in an address may hold (AWS). */
const EXPIRES_SECONDS_MAX = 604_800;

interface Given {
  readonly form: 'header' | 'query';
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** As it is written: 20260101T000000Z. */
  readonly date: string;
  readonly expiresSeconds: number;
  readonly token: string | undefined;
}

/** Looks at the signature of a request. */
export function judge(request: WireRequest, rules: SignatureRules): Verdict {
  const given = read(request);
  if (given === undefined) return { kind: 'unsigned' };
  const accessKey = given.credential.split('/')[0] ?? '';
  const message =
    formProblem(given) ??
    timeProblem(given, rules.now) ??
    scopeProblem(given, rules) ??
    contentProblem(request, given, rules);
  return message === undefined ? { kind: 'signed', accessKey } : { kind: 'refused', message };
}

function read({ headers, url }: WireRequest): Given | undefined {
  const { authorization } = headers;
  if (authorization?.startsWith('AWS4-') === true) {
    const [algorithm = ''] = authorization.split(' ', 1);
    const part = (name: string): string =>
      new RegExp(`[ ,]${name}=([^,\\s]*)`).exec(authorization)?.[1] ?? '';
    return {
      ...{ form: 'header', algorithm, expiresSeconds: SKEW_MS / 1_000 },
      ...{
        credential: part('Credential'),
        signedHeaders: part('SignedHeaders'),
        signature: part('Signature'),
      },
      date: headers['x-amz-date'] ?? '',
      token: headers['x-amz-security-token'],
    };
  }
  const query = new URLSearchParams(queryOf(url));
  if (!query.has('X-Amz-Signature')) return undefined;
  const value = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
  return {
    ...{
      form: 'query',
      algorithm: value('Algorithm'),
      expiresSeconds: Number(value('Expires') || Number.NaN),
    },
    ...{
      credential: value('Credential'),
      signedHeaders: value('SignedHeaders'),
      signature: value('Signature'),
    },
    date: value('Date'),
    token: query.get('X-Amz-Security-Token') ?? undefined,
  };
}

/** What is missing, or written as nothing that can be a signature. */
function formProblem(given: Given): string | undefined {
  const { form, algorithm, credential, signedHeaders, signature, date, expiresSeconds } = given;
  const where = form === 'header' ? 'Authorization header' : 'AWS query-string parameters';
  if (!/^AWS4-(HMAC|ECDSA-P256)-SHA256$/.test(algorithm))
    return `Unsupported AWS 'algorithm': '${algorithm}'.`;
  const parts = { Credential: credential, Signature: signature, SignedHeaders: signedHeaders };
  for (const [name, value] of Object.entries(parts))
    if (value === '') return `${where} requires '${name}' parameter.`;
  if (toTime(date) === undefined)
    return `${where} requires existence of either a 'X-Amz-Date' or a 'Date' header in a valid form.`;
  if (!signedHeaders.split(';').includes('host'))
    return "'Host' must be a 'SignedHeader' in the AWS request.";
  const expires = Number.isInteger(expiresSeconds) && expiresSeconds > 0;
  if (!expires || expiresSeconds > EXPIRES_SECONDS_MAX)
    return `X-Amz-Expires must be a number of seconds between 1 and ${EXPIRES_SECONDS_MAX}.`;
  return undefined;
}

/** A request that comes late was perhaps seen by somebody on its way, and is sent once more. */
function timeProblem({ form, date, expiresSeconds }: Given, now: number): string | undefined {
  const at = toTime(date) ?? 0;
  const lastMs = form === 'header' ? SKEW_MS : expiresSeconds * 1_000;
  if (now - at > lastMs)
    return form === 'header'
      ? `Signature expired: ${date} is now earlier than ${toDate(now - SKEW_MS)} (${toDate(now)} - 5 min.)`
      : `Signature expired: ${toDate(at + lastMs)} is now earlier than ${toDate(now)}`;
  if (at - now <= SKEW_MS) return undefined;
  const latest = `${toDate(now + SKEW_MS)} (${toDate(now)} + 5 min.)`;
  return `Signature not yet current: ${date} is still later than ${latest}`;
}

function scopeProblem(given: Given, { service, region }: SignatureRules): string | undefined {
  const [, day, ...rest] = given.credential.split('/');
  // A signature of several Regions names none in its scope.
  const wanted = isOfSeveral(given) ? [service, 'aws4_request'] : [region, service, 'aws4_request'];
  if (day !== given.date.slice(0, 8))
    return 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP';
  return rest.join('/') === wanted.join('/')
    ? undefined
    : `Credential should be scoped to a valid region and to correct service: '${service}'.`;
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret ' +
  'Access Key and signing method. Consult the service documentation for details.';
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

function contentProblem(request: WireRequest, given: Given, rules: SignatureRules): string | undefined {
  const { headers, body } = request;
  const digest = createHash('sha256').update(body).digest('hex');
  const said = headers['x-amz-content-sha256'];
  // Lambda signs bodies: it knows no unsigned one.
  if (said === UNSIGNED_PAYLOAD || (said !== undefined && said !== digest)) return MISMATCH;
  if (isOfSeveral(given)) return undefined;
  if (!/^[0-9a-f]{64}$/.test(given.signature)) return MISMATCH;
  const [accessKey = ''] = given.credential.split('/');
  const secret = rules.secretOf(accessKey, given.token);
  if (secret === undefined) return undefined;
  const right = sign(canonical(request, given, digest), given, secret);
  return timingSafeEqual(Buffer.from(right), Buffer.from(given.signature)) ? undefined : MISMATCH;
}

function isOfSeveral({ algorithm }: Given): boolean {
  return algorithm.startsWith('AWS4-ECDSA');
}

/** The request as it is signed. */
function canonical({ method, url, headers }: WireRequest, { signedHeaders }: Given, digest: string): string {
  const [path = ''] = url.split('?', 1);
  const parameters = [...new URLSearchParams(queryOf(url))]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const lines = signedHeaders.split(';').map((name) => {
    const value = (headers[name] ?? '').trim().replace(/ +/g, ' ');
    return `${name}:${value}\n`;
  });
  // Paths are encoded once more than they are in the request, as everywhere but in S3.
  const encoded = path.split('/').map(encode).join('/');
  return [method, encoded, parameters.join('&'), lines.join(''), signedHeaders, digest].join('\n');
}

function sign(request: string, { credential, date }: Given, secret: string): string {
  const [, ...scope] = credential.split('/');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), hash(request)].join('\n');
  const key = scope.reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, text).toString('hex');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** RFC 3986's unreserved characters stay as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

function toTime(date: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  if (year === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function toDate(time: number): string {
  return new Date(time).toISOString().replace(/\.\d{3}|[-:]/g, '');
}
