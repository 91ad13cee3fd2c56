/** One request in one of AWS's protocols: what it asks for, and how to answer it in the same protocol. */
import { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import type { WireResponse } from './router.ts';
import type { Operation, Schema, Structure } from './schema.ts';
import type { KnownService } from './services.ts';

export interface Conversation {
  readonly service: KnownService;
  readonly operation: Operation;
  /** Decodes the input; throws a ServiceError where the request does not fit its shape. */
  read(): Input;
  write(output: unknown, requestId: string): WireResponse;
}

/** How errors are answered: known before anything else about a request is. */
export type ErrorWriter = (error: ServiceError, requestId: string) => WireResponse;

/** An error together with the schema's word on it. */
export interface KnownError {
  readonly shape: Structure | undefined;
  readonly fault: 'sender' | 'receiver';
  readonly status: number;
  /** The code in the Query protocol. */
  readonly queryCode: string;
  readonly queryStatus: number;
}

/**
 * Looks an error up in its service's schema, which knows status and fault better than the model that threw
 * it.
 */
export function knownError(schema: Schema | undefined, error: ServiceError): KnownError {
  const shape = schema?.error(error.name);
  const traits = shape?.traits;
  const isServers = traits?.error === 'server';
  const status = traits?.httpError ?? (isServers ? Math.max(500, error.status) : error.status);
  return {
    shape,
    fault: traits?.error === undefined ? error.fault : isServers ? 'receiver' : 'sender',
    status,
    queryCode: traits?.awsQueryError?.[0] ?? error.name,
    queryStatus: traits?.awsQueryError?.[1] ?? status,
  };
}

/** An error's members, and its message under the name that its shape has for it. */
export function errorMembers(
  shape: Structure | undefined,
  error: ServiceError,
): Readonly<Record<string, unknown>> {
  const name = shape?.members.find((member) => /^message$/i.test(member.name))?.name ?? 'message';
  return { ...error.fields, [name]: error.message };
}

/** What an operation that this emulator does not have is answered with: 501, which no SDK retries. */
export function notServed(what: string): ServiceError {
  return new ServiceError('NotImplemented', `${what} is not served by this emulator`, {
    status: 501,
    fault: 'receiver',
  });
}

/** What AWS answers to an operation that the service does not have. */
export function unknownOperation(service: string, operation: string): ServiceError {
  return new ServiceError('UnknownOperationException', `${service} has no operation '${operation}'`);
}
