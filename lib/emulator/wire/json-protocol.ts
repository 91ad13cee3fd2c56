/** AWS JSON 1.0 and 1.1: the operation in X-Amz-Target, JSON both ways. */
import type { Conversation, ErrorWriter } from './conversation.ts';
import { errorMembers, knownError, notServed, unknownOperation } from './conversation.ts';
import { entriesOf, fromJson, serialization, toJson } from './json-codec.ts';
import type { WireRequest, WireResponse } from './router.ts';
import type { Operation, Schema } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';

/** Which service a target names; undefined when its schema is not known. */
function serviceOfTarget(target: string): KnownService | undefined {
  const prefix = target.slice(0, target.lastIndexOf('.'));
  return KNOWN_SERVICES.find((service) => service.target === prefix && service.protocol.startsWith('json'));
}

/** What a target names. */
interface Target {
  readonly service: KnownService;
  readonly schema: Schema;
  readonly operation: Operation;
}

/** Those that were met, so that a target is taken apart once. */
const targets = new Map<string, Target>();

/** Opens a request that carries X-Amz-Target. Throws for an operation that is not known. */
export function openJson(target: string, request: WireRequest): Conversation {
  let found = targets.get(target);
  if (found === undefined) {
    found = readTarget(target);
    targets.set(target, found);
  }
  const { service, schema, operation } = found;
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

function readTarget(target: string): Target {
  const service = serviceOfTarget(target);
  if (service === undefined) throw notServed(target);
  const schema = schemaOf(service);
  const name = target.slice(target.lastIndexOf('.') + 1);
  const operation = schema.operation(name);
  if (schema.hasOther(name)) throw notServed(`${service.name}: ${name}`);
  if (operation === undefined) throw unknownOperation(service.name, name);
  return { service, schema, operation };
}

/**
 * Answers errors as `{ __type, message, … }`; the old code of a service that once spoke Query goes into a
 * header. The target says whose errors they are.
 */
export function jsonErrors(target: string): ErrorWriter {
  return (error, requestId) => {
    const service = serviceOfTarget(target);
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
