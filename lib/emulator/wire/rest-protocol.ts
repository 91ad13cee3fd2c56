/**
 * REST-JSON: input and output spread over path, query string, headers and body by the schema's http traits.
 */
import { ServiceError } from '../error.ts';
import type { Scope } from './caller.ts';
import type { Conversation, ErrorWriter } from './conversation.ts';
import { errorMembers, knownError, notServed } from './conversation.ts';
import { entriesOf, fromJson, toJson } from './json-codec.ts';
import { parseJson, toBytes } from './json-protocol.ts';
import { type BodyCodec, readInput, writeOutput } from './rest-binding.ts';
import { type RestMatch, RestPaths } from './rest-path.ts';
import type { WireRequest, WireResponse } from './router.ts';
import type { Member } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';

const JSON_BODIES: BodyCodec = {
  contentType: 'application/json',
  read: (shape, body) => fromJson(shape, parseJson(body)),
  write: (shape, value) => toBytes(toJson(shape, value)),
};
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
    read() {
      const { labels } = found;
      const { headers, body } = request;
      return readInput(operation, { labels, query: queryOf(request), headers, body }, JSON_BODIES);
    },
    write(output, requestId) {
      const status = operation.http?.[2] ?? 200;
      return identified(writeOutput(operation.output, entriesOf(output), status, JSON_BODIES), requestId);
    },
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
    const { status, shape } = known;
    const response: WireResponse =
      shape === undefined
        ? { status, headers: { 'content-type': JSON_BODIES.contentType }, body: toBytes(given) }
        : writeOutput(shape, given, status, JSON_BODIES);
    response.headers['x-amzn-errortype'] = error.name;
    return identified(response, requestId);
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

function identified(response: WireResponse, requestId: string): WireResponse {
  response.headers['x-amzn-requestid'] = requestId;
  return response;
}
