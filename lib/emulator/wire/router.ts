/**
 * The one way into the emulated services for requests in AWS's protocols: finds out service, operation and
 * caller, decodes the input, calls the service, and encodes the answer or the error. It knows no service;
 * all it knows is the schema data.
 */
import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ServiceError } from '../error.ts';
import { LostAnswer } from '../faults/lost-answer.ts';
import type { Caller, Service } from '../service.ts';
import { readCaller, readScope, type Scope } from './caller.ts';
import { type Conversation, type ErrorWriter, notServed } from './conversation.ts';
import { jsonErrors, openJson, toBytes } from './json-protocol.ts';
import { openQuery, queryErrors, queryForm, serviceOfForm } from './query-protocol.ts';
import { checkRequired } from './required.ts';
import { openRest, restErrors, serviceOfPath } from './rest-protocol.ts';
import { isS3, openS3, s3Errors } from './s3-protocol.ts';

/**
 * The largest body that is read, unpacked: above a Lambda function's 50 MB of code in base64, the largest
 * that AWS takes.
 */
export const BODY_BYTES_MAX = 128 * 1024 * 1024;

const ADMIN_PATH = '/_celeriac/';

export interface WireRequest {
  readonly method: string;
  /** Path and query string, as in the request line. */
  readonly url: string;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Of the address under which the client knows this server. @default 'http' */
  readonly scheme?: 'http' | 'https';
  /** Aborted when the client goes away. A door may make it when it is first asked for. */
  readonly signal?: AbortSignal | undefined;
}

export interface WireResponse {
  readonly status: number;
  /** With names in lower case. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** The body before it became bytes, where it was text: a door that writes text takes it as it is. */
  readonly text?: string;
  /** Whether the body is one that clients read as a stream. */
  readonly streams?: boolean;
  /** Each is a header of its own, which no other header may be. */
  readonly cookies?: readonly string[];
}

export interface RouterOptions {
  /** By the name of its schema data: 'sqs', 'dynamodb', 'lambda'. */
  readonly services: Readonly<Record<string, Service>>;
  /** Makes request ids; a seeded one makes answers replayable. @default random UUIDs */
  readonly requestId?: () => string;
  /**
   * Answers requests under `/_celeriac/`; undefined means that it has no such page. A plain health page is
   * there without it.
   */
  readonly admin?: (request: WireRequest) => WireResponse | undefined | Promise<WireResponse | undefined>;
  /** Hears of exceptions that are no ServiceError, which a client only sees as an InternalFailure. */
  readonly report?: (error: unknown, what: string) => void;
}

export interface Router {
  handle(request: WireRequest): Promise<WireResponse>;
}

const unrecognised: ErrorWriter = jsonErrors('');

/** Makes a router over the given services. */
export function createRouter(options: RouterOptions): Router {
  const newId = options.requestId ?? randomUUID;
  return {
    async handle(request) {
      if (request.url.startsWith(ADMIN_PATH))
        return (await answerAdmin(options, request)) ?? notFound(request);
      const requestId = newId();
      const scope = readScope(request);
      let fail = unrecognised;
      try {
        // An object's encoding is its own business.
        const unpacked = isS3(scope) ? request : unpack(request);
        const caller = readCaller(unpacked, scope);
        const found = recognise(unpacked, scope, caller);
        fail = found.fail;
        const conversation = found.open();
        const output = call(options.services, conversation, caller);
        // Most models answer at once, and then nothing has to wait for a turn of promises.
        return conversation.write(output instanceof Promise ? await output : output, requestId);
      } catch (error) {
        if (error instanceof ServiceError) return fail(error, requestId);
        // The door breaks its connection, as a network would.
        if (error instanceof LostAnswer) throw error;
        // A long poll that its client gave up is no fault of anybody.
        if (request.signal?.aborted !== true) options.report?.(error, `${request.method} ${request.url}`);
        const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        return fail(
          new ServiceError('InternalFailure', message, { status: 500, fault: 'receiver' }),
          requestId,
        );
      }
    },
  };
}

/** An answer in JSON, for the pages under `/_celeriac/`. */
export function jsonResponse(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: toBytes(value) };
}

interface Recognised {
  readonly fail: ErrorWriter;
  readonly open: () => Conversation;
}

/** Tells the protocols apart, so that even a request that makes no sense is answered in its own. */
function recognise(request: WireRequest, scope: Scope | undefined, caller: Caller): Recognised {
  if (isS3(scope)) return { fail: s3Errors(request), open: () => openS3(request) };
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    return { fail: jsonErrors(target), open: () => openJson(target, request) };
  }
  const form = queryForm(request);
  if (form !== undefined) {
    const service = serviceOfForm(form, scope);
    return { fail: queryErrors(service), open: () => openQuery(form, request, scope, caller.endpoint) };
  }
  return { fail: restErrors(serviceOfPath(request, scope)), open: () => openRest(request, scope) };
}

function call(
  services: Readonly<Record<string, Service>>,
  { service, operation, read }: Conversation,
  caller: Caller,
): unknown {
  const model = Object.hasOwn(services, service.name) ? services[service.name] : undefined;
  if (model === undefined) throw notServed(`${service.name}: ${operation.name}`);
  const input = read();
  if (service.required === 'schema') checkRequired(operation.input, input);
  return model.call(operation.name, input, caller);
}

function unpack(request: WireRequest): WireRequest {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity' || encoding === '') return request;
  if (encoding !== 'gzip') throw notServed(`content-encoding: ${encoding}`);
  try {
    const body = gunzipSync(request.body, { maxOutputLength: BODY_BYTES_MAX });
    return {
      ...request,
      body,
      get signal() {
        return request.signal;
      },
    };
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not gzip, or too large');
  }
}

async function answerAdmin(options: RouterOptions, request: WireRequest): Promise<WireResponse | undefined> {
  try {
    const answer = await options.admin?.(request);
    if (answer !== undefined) return answer;
  } catch (error) {
    options.report?.(error, `${request.method} ${request.url}`);
    return jsonResponse(500, { message: error instanceof Error ? error.message : String(error) });
  }
  const [path] = request.url.split('?');
  if (path !== `${ADMIN_PATH}health` || request.method !== 'GET') return undefined;
  return jsonResponse(200, { status: 'ok', services: Object.keys(options.services).sort() });
}

function notFound(request: WireRequest): WireResponse {
  return jsonResponse(404, { message: `there is no ${request.method} ${request.url.split('?')[0]}` });
}
