/** REST-XML as S3 speaks it: the one service with this protocol, and with many ways of its own in it. */
import { ServiceError } from '../error.ts';
import { contentEncoding, isChunked, readChunks } from './aws-chunked.ts';
import type { Scope } from './caller.ts';
import { type Conversation, type ErrorWriter, knownError, notServed } from './conversation.ts';
import { entriesOf } from './json-codec.ts';
import { type BodyCodec, readInput, writeOutput } from './rest-binding.ts';
import type { WireRequest, WireResponse } from './router.ts';
import { findOperation, readAddress } from './s3-request.ts';
import type { Operation } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';
import { element, escapeXml, toXml } from './xml.ts';
import { parseXml, readXml } from './xml-reader.ts';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NO_BODY = new Uint8Array(0);

const XML_BODIES: BodyCodec = {
  contentType: 'application/xml',
  read: (shape, body) => readXml(shape, parseXml(Buffer.from(body).toString('utf8'))),
  write: (shape, value, name) => document(name, shape.kind === 'structure' ? toXml(shape, value) : ''),
};

/** Whether a request is signed for S3; nothing else tells a bucket's name from another service's path. */
export function isS3(scope: Scope | undefined): boolean {
  return scope?.service === 's3';
}

/** Opens a request to S3. Throws for an operation that is not known. */
export function openS3(request: WireRequest): Conversation {
  const service = s3();
  const schema = schemaOf(service);
  const address = readAddress(request);
  const query = new URLSearchParams(request.url.split('?').slice(1).join('?'));
  const name = findOperation(schema.data, request, address, query);
  if (name !== undefined && schema.hasOther(name)) throw notServed(`s3: ${name}`);
  const operation = name === undefined ? undefined : schema.operation(name);
  if (operation === undefined) {
    const message = 'The specified method is not allowed against this resource.';
    throw new ServiceError('MethodNotAllowed', message, { status: 405 });
  }
  return {
    service,
    operation,
    read() {
      const labels = {
        ...(address.bucket === undefined ? {} : { Bucket: address.bucket }),
        ...(address.key === undefined ? {} : { Key: address.key }),
      };
      return withBody(readInput(operation, { labels, query, ...received(request) }, XML_BODIES), operation);
    },
    write: (output, requestId) => finish(write(operation, entriesOf(output)), request, requestId),
  };
}

/** Answers errors as an Error element; to HEAD with the status alone, which is all that fits. */
export function s3Errors(request: WireRequest): ErrorWriter {
  return (error, requestId) => {
    const { status } = knownError(schemaOf(s3()), error);
    const members = Object.entries(error.fields).map(([name, value]) => element(name, escapeXml(`${value}`)));
    const inner =
      element('Code', escapeXml(error.name)) +
      element('Message', escapeXml(error.message)) +
      members.join('');
    // An Error, alone of all elements, stands in no namespace.
    const xml = DECLARATION + element('Error', inner + element('RequestId', escapeXml(requestId)));
    const headers = { 'content-type': 'application/xml' };
    return finish({ status, headers, body: Buffer.from(xml) }, request, requestId);
  };
}

/** An empty object's body is no body at all on the wire. */
function withBody(
  input: Readonly<Record<string, unknown>>,
  operation: Operation,
): Readonly<Record<string, unknown>> {
  const takes = operation.input.members.some(
    ({ shape, traits }) => traits.httpPayload === 1 && shape.kind === 'blob',
  );
  return takes && input.Body === undefined ? { ...input, Body: NO_BODY } : input;
}

/**
 * Headers and body as the client meant them: out of their chunks, and with the trailers among the headers.
 */
function received(request: WireRequest): Pick<WireRequest, 'headers' | 'body'> {
  const encoding = contentEncoding(request.headers);
  const { 'content-encoding': _transferred, ...rest } = request.headers;
  const headers = encoding === undefined ? rest : { ...rest, 'content-encoding': encoding };
  if (!isChunked(request.headers)) return { headers, body: request.body };
  const { body, trailers } = readChunks(request.body);
  return { headers: { ...headers, ...trailers, 'content-length': String(body.length) }, body };
}

function write(operation: Operation, output: Readonly<Record<string, unknown>>): WireResponse {
  // The one output whose element holds its text itself.
  if (operation.name === 'GetBucketLocation') {
    const body = document('LocationConstraint', escapeXml(String(output.LocationConstraint ?? '')));
    return { status: 200, headers: { 'content-type': XML_BODIES.contentType }, body };
  }
  const status = output.ContentRange === undefined ? (operation.http?.[2] ?? 200) : 206;
  return writeOutput(operation.output, output, status, XML_BODIES);
}

function finish(response: WireResponse, request: WireRequest, requestId: string): WireResponse {
  response.headers['x-amz-request-id'] = requestId;
  const bare = request.method === 'HEAD' || response.status === 204 || response.status === 304;
  return bare ? { ...response, body: NO_BODY } : response;
}

function document(name: string, inner: string): Uint8Array {
  return Buffer.from(`${DECLARATION}<${name} xmlns="${NAMESPACE}">${inner}</${name}>`);
}

function s3(): KnownService {
  const service = KNOWN_SERVICES.find(({ name }) => name === 's3');
  if (service === undefined) throw new Error('the table of services is without s3');
  return service;
}
