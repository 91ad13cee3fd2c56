/** AWS JSON 1.0 and 1.1: the operation in X-Amz-Target, JSON both ways. */
import type { Conversation, ErrorWriter } from './conversation.ts';
import { errorMembers, knownError, notServed, unknownOperation } from './conversation.ts';
import { entriesOf, fromJson, serialization, toJson } from './json-codec.ts';
import type { WireRequest, WireResponse } from './router.ts';
import type { Schema } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';

/** Which service a target names; undefined when its schema is not known. */
export function serviceOfTarget(target: string): KnownService | undefined {
  const prefix = target.slice(0, target.lastIndexOf('.'));
  return KNOWN_SERVICES.find((service) => service.target === prefix && service.protocol.startsWith('json'));
}

/** Opens a request that carries X-Amz-Target. Throws for an operation that is not known. */
export function openJson(target: string, request: WireRequest): Conversation {
  const service = serviceOfTarget(target);
  if (service === undefined) throw notServed(target);
  const schema = schemaOf(service);
  const name = target.slice(target.lastIndexOf('.') + 1);
  const operation = schema.operation(name);
  if (schema.hasOther(name)) throw notServed(`${service.name}: ${name}`);
  if (operation === undefined) throw unknownOperation(service.name, name);
  return {
    service,
    operation,
    // The input's shape is a structure, and a structure is read as a record.
    read: () => entriesOf(fromJson(operation.input, parseJson(request.body) ?? {})),
    write(output, requestId) {
      const text = operation.outputName === '' ? '' : JSON.stringify(toJson(operation.output, output ?? {}));
      return new TextAnswer(200, contentType(schema), requestId, text);
    },
  };
}

/**
 * Answers errors as `{ __type, message, … }`; the old code of a service that once spoke Query goes into a
 * header.
 */
export function jsonErrors(service: KnownService | undefined): ErrorWriter {
  return (error, requestId) => {
    const schema = service === undefined ? undefined : schemaOf(service);
    const known = knownError(schema, error);
    const modelled = known.shape !== undefined;
    const members = errorMembers(known.shape, error);
    const body = {
      __type: `${namespaceOf(service, schema, modelled, error.name)}#${error.name}`,
      // The few shapes without a message of their own get one all the same.
      message: error.message,
      ...(known.shape === undefined ? members : entriesOf(toJson(known.shape, members))),
    };
    const text = JSON.stringify(body);
    const response = new TextAnswer(known.status, contentType(schema), requestId, text);
    if (schema?.data.queryCompatible === true) {
      const fault = known.fault === 'sender' ? 'Sender' : 'Receiver';
      response.headers['x-amzn-query-error'] = `${known.queryCode};${fault}`;
    }
    return response;
  };
}

/** Parses a body; an empty one is undefined. */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    throw serialization('The request body is not JSON');
  }
}

/** The bytes of a value's JSON. */
export function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function namespaceOf(
  service: KnownService | undefined,
  schema: Schema | undefined,
  modelled: boolean,
  name: string,
): string {
  if (modelled) return service?.javaPackage ?? schema?.data.namespace ?? '';
  return name === 'ValidationException' ? 'com.amazon.coral.validate' : 'com.amazon.coral.service';
}

function contentType(schema: Schema | undefined): string {
  return schema?.data.protocol === 'json-1.1' ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0';
}

/** An answer whose text becomes bytes only where bytes are asked for. */
class TextAnswer implements WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;

  constructor(status: number, contentType: string, requestId: string, text: string) {
    this.status = status;
    this.headers = { 'content-type': contentType, 'x-amzn-requestid': requestId };
    this.text = text;
  }

  get body(): Uint8Array {
    return Buffer.from(this.text);
  }
}
