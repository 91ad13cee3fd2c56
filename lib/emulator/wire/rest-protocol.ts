/**
 * REST-JSON: input and output spread over path, query string, headers and body by the schema's http traits.
 */
import { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import type { Scope } from './caller.ts';
import type { Conversation, ErrorWriter } from './conversation.ts';
import { errorMembers, knownError, notServed } from './conversation.ts';
import { readText } from './form.ts';
import { entriesOf, fromJson, toJson } from './json-codec.ts';
import { parseJson, toBytes } from './json-protocol.ts';
import { type RestMatch, RestPaths } from './rest-path.ts';
import type { WireRequest, WireResponse } from './router.ts';
import type { Member, Operation, Structure } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';
import { writeTimestamp } from './timestamp.ts';
import { writeText } from './xml.ts';

const NO_BODY = new Uint8Array(0);
const paths = new Map<string, RestPaths>();

/** Which service a request without target and form is for; undefined when its schema is not known. */
export function serviceOfPath(request: WireRequest, scope: Scope | undefined): KnownService | undefined {
  const rest = KNOWN_SERVICES.filter((service) => service.protocol === 'rest-json');
  if (scope !== undefined) return rest.find((service) => service.signingName === scope.service);
  return rest.find((service) => findPath(service, request) !== undefined);
}

/** Opens a REST-JSON request. Throws for a path that is not known. */
export function openRest(request: WireRequest, scope: Scope | undefined): Conversation {
  const service = serviceOfPath(request, scope);
  const asked = `${request.method} ${request.url.split('?')[0]}`;
  if (service === undefined) throw notServed(`${scope?.service ?? 'an unknown service'}: ${asked}`);
  const found = findPath(service, request);
  const operation = found === undefined ? undefined : schemaOf(service).operation(found.operation);
  if (found === undefined || operation === undefined) {
    throw new ServiceError('UnknownOperationException', `${service.name} has no operation for ${asked}`, {
      status: 404,
    });
  }
  if (operation.output.members.some(isEventStream))
    throw notServed(`${service.name}: ${operation.name} (event stream)`);
  return {
    service,
    operation,
    read: () => readInput(operation, request, found),
    write: (output, requestId) =>
      writeOutput(operation.output, entriesOf(output), operation.http?.[2] ?? 200, requestId),
  };
}

/** Answers errors with their name in a header and their members in a JSON body. */
export function restErrors(service: KnownService | undefined): ErrorWriter {
  return (error, requestId) => {
    const known = knownError(service === undefined ? undefined : schemaOf(service), error);
    const members = errorMembers(known.shape, error);
    const type = { Type: known.fault === 'sender' ? 'User' : 'Service' };
    const hasType = known.shape?.members.some((member) => member.name === 'Type') === true;
    const given = hasType ? { ...type, ...members } : members;
    const response =
      known.shape === undefined
        ? answer(known.status, requestId, toBytes(given))
        : writeOutput(known.shape, given, known.status, requestId);
    response.headers['x-amzn-errortype'] = error.name;
    return response;
  };
}

function findPath(service: KnownService, request: WireRequest): RestMatch | undefined {
  let found = paths.get(service.name);
  if (found === undefined) {
    found = new RestPaths(schemaOf(service).data);
    paths.set(service.name, found);
  }
  const [path = '/'] = request.url.split('?');
  return found.find(request.method, path, queryOf(request));
}

function queryOf(request: WireRequest): URLSearchParams {
  const mark = request.url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
}

function isEventStream({ shape, traits }: Member): boolean {
  return traits.httpPayload === 1 && shape.kind === 'structure' && shape.traits.streaming === 1;
}

function readInput(operation: Operation, request: WireRequest, { labels }: RestMatch): Input {
  const query = queryOf(request);
  const payload = operation.input.members.find((member) => member.traits.httpPayload === 1);
  const input: Record<string, unknown> = {};
  if (payload !== undefined) input[payload.name] = readPayload(payload, request.body);
  else if (hasBody(operation.input))
    Object.assign(input, entriesOf(fromJson(operation.input, parseJson(request.body) ?? {})));
  for (const member of operation.input.members) {
    const { traits, shape, name } = member;
    if (!isBound(member) || member === payload) continue;
    // A bound member comes from its own place only, whatever the body says.
    delete input[name];
    const text = boundText(member, labels, query, request);
    if (text !== undefined && text !== '') input[name] = readText(shape, text);
    else if (traits.httpQuery !== undefined && shape.kind === 'list' && query.has(traits.httpQuery)) {
      input[name] = query.getAll(traits.httpQuery).map((each) => readText(shape.item.shape, each));
    } else if (traits.httpQueryParams === 1) input[name] = Object.fromEntries(query);
    else if (traits.httpPrefixHeaders !== undefined)
      input[name] = prefixed(request, traits.httpPrefixHeaders);
  }
  return input;
}

function boundText(
  { name, shape, traits }: Member,
  labels: Readonly<Record<string, string>>,
  query: URLSearchParams,
  request: WireRequest,
): string | undefined {
  if (traits.httpLabel === 1) return labels[name];
  if (traits.httpHeader !== undefined) return request.headers[traits.httpHeader.toLowerCase()];
  return traits.httpQuery === undefined || shape.kind === 'list'
    ? undefined
    : (query.get(traits.httpQuery) ?? undefined);
}

function prefixed(request: WireRequest, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && name.startsWith(prefix.toLowerCase()))
      found[name.slice(prefix.length)] = value;
  }
  return found;
}

function readPayload({ shape }: Member, body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  if (shape.kind === 'blob') return body;
  return shape.kind === 'string' ? Buffer.from(body).toString('utf8') : fromJson(shape, parseJson(body));
}

function isBound({ traits }: Member): boolean {
  return (
    traits.httpLabel === 1 ||
    traits.httpPayload === 1 ||
    traits.httpQueryParams === 1 ||
    traits.httpResponseCode === 1 ||
    traits.httpQuery !== undefined ||
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined
  );
}

function hasBody(shape: Structure): boolean {
  return shape.members.some((member) => !isBound(member));
}

function writeOutput(
  shape: Structure,
  output: Readonly<Record<string, unknown>>,
  defaultStatus: number,
  requestId: string,
): WireResponse {
  const headers: Record<string, string> = {};
  const inBody: Record<string, unknown> = {};
  let status = defaultStatus;
  let payload: Uint8Array | undefined;
  for (const member of shape.members) {
    const value = output[member.name];
    if (value === undefined || value === null) continue;
    const { traits } = member;
    if (traits.httpResponseCode === 1) status = Number(value);
    else if (traits.httpHeader !== undefined)
      headers[traits.httpHeader.toLowerCase()] = headerText(member, value);
    else if (traits.httpPayload === 1) payload = writePayload(member, value);
    else if (traits.httpPrefixHeaders !== undefined) {
      for (const [name, each] of Object.entries(entriesOf(value))) {
        headers[(traits.httpPrefixHeaders + name).toLowerCase()] = String(each);
      }
    } else inBody[member.name] = value;
  }
  const body = payload ?? (hasBody(shape) ? toBytes(toJson(shape, inBody)) : NO_BODY);
  const response = answer(status, requestId, body);
  Object.assign(response.headers, headers);
  return response;
}

function headerText({ shape }: Member, value: unknown): string {
  if (shape.kind === 'timestamp' && value instanceof Date) {
    return writeTimestamp(value, shape.format === 'default' ? 'http-date' : shape.format);
  }
  if (shape.kind === 'list' && Array.isArray(value)) return value.map(String).join(', ');
  return writeText(shape, value);
}

function writePayload({ shape }: Member, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return shape.kind === 'blob' || shape.kind === 'string'
    ? Buffer.from(String(value))
    : toBytes(toJson(shape, value));
}

function answer(status: number, requestId: string, body: Uint8Array): WireResponse {
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId }, body };
}
