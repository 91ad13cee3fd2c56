/**
 * REST's bindings: input and output spread over path, query string, headers and body by the schema's http
 * traits. How a body is written is left to a codec.
 */
import type { Input } from '../service.ts';
import { readText } from './form.ts';
import { entriesOf } from './json-codec.ts';
import type { WireResponse } from './router.ts';
import type { Member, Operation, Shape, Structure } from './schema.ts';
import { writeTimestamp } from './timestamp.ts';
import { writeText } from './xml.ts';

/** How structures stand in bodies. */
export interface BodyCodec {
  readonly contentType: string;
  /** Reads a body that is not empty. */
  read(shape: Shape, body: Uint8Array): unknown;
  /** Writes a structure; a format that has them puts an element of this name around it. */
  write(shape: Shape, value: unknown, name: string): Uint8Array;
}

/** A request as far as bindings read it. */
export interface RestRequest {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

const NO_BODY = new Uint8Array(0);

/** Reads an operation's input from all of its places. */
export function readInput(operation: Operation, request: RestRequest, codec: BodyCodec): Input {
  const { labels, query } = request;
  const payload = operation.input.members.find((member) => member.traits.httpPayload === 1);
  const input: Record<string, unknown> = {};
  if (payload !== undefined) input[payload.name] = readPayload(payload, request.body, codec);
  else if (hasBody(operation.input) && request.body.length > 0)
    Object.assign(input, entriesOf(codec.read(operation.input, request.body)));
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
  request: RestRequest,
): string | undefined {
  if (traits.httpLabel === 1) return labels[name];
  if (traits.httpHeader !== undefined) return request.headers[traits.httpHeader.toLowerCase()];
  return traits.httpQuery === undefined || shape.kind === 'list'
    ? undefined
    : (query.get(traits.httpQuery) ?? undefined);
}

function prefixed(request: RestRequest, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && name.startsWith(prefix.toLowerCase()))
      found[name.slice(prefix.length)] = value;
  }
  return found;
}

function readPayload({ shape }: Member, body: Uint8Array, codec: BodyCodec): unknown {
  if (body.length === 0) return undefined;
  if (shape.kind === 'blob') return body;
  return shape.kind === 'string' ? Buffer.from(body).toString('utf8') : codec.read(shape, body);
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

/** Writes an operation's output, or an error's members, into all of its places. */
export function writeOutput(
  shape: Structure,
  output: Readonly<Record<string, unknown>>,
  defaultStatus: number,
  codec: BodyCodec,
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
    else if (traits.httpPayload === 1) payload = writePayload(member, value, codec);
    else if (traits.httpPrefixHeaders !== undefined) {
      for (const [name, each] of Object.entries(entriesOf(value))) {
        headers[(traits.httpPrefixHeaders + name).toLowerCase()] = String(each);
      }
    } else inBody[member.name] = value;
  }
  const body = payload ?? (hasBody(shape) ? codec.write(shape, inBody, nameOf(shape)) : NO_BODY);
  const streams = shape.members.some(({ traits }) => traits.httpPayload === 1 && traits.streaming === 1);
  return {
    ...{ status, headers: { 'content-type': codec.contentType, ...headers }, body },
    ...(streams ? { streams } : {}),
  };
}

function headerText({ shape }: Member, value: unknown): string {
  if (shape.kind === 'timestamp' && value instanceof Date) {
    return writeTimestamp(value, shape.format === 'default' ? 'http-date' : shape.format);
  }
  if (shape.kind === 'list' && Array.isArray(value)) return value.map(String).join(', ');
  return writeText(shape, value);
}

function writePayload({ shape, traits }: Member, value: unknown, codec: BodyCodec): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return shape.kind === 'blob' || shape.kind === 'string'
    ? Buffer.from(String(value))
    : codec.write(shape, value, traits.xmlName ?? nameOf(shape));
}

/** What the element around a structure is called. */
function nameOf(shape: Shape): string {
  return shape.kind === 'structure' ? (shape.traits.xmlName ?? shape.name) : '';
}
