/**
 * DynamoDB's refusals by shape name, so that the code that finds a fault does not have to know how it is
 * reported.
 */
import { ServiceError } from '../error.ts';

/** The request is wrong in itself. */
export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** A member of the request has a type that its shape does not allow. */
export function serialization(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}

/** The table, index or stream does not exist. */
export function notFound(message = 'Requested resource not found'): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

/** The table exists already, or is in a state that forbids the operation. */
export function inUse(message: string): ServiceError {
  return new ServiceError('ResourceInUseException', message);
}

/** A quota of the account or of a table would be exceeded. */
export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

/** The condition of a write was false; carries the item when the request asked for it. */
export function conditionFailed(item?: unknown): ServiceError {
  const fields = item === undefined ? {} : { Item: item };
  return new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', { fields });
}

/** What AWS serves and this emulator does not: never a silent success. */
export function notServed(what: string): ServiceError {
  return new ServiceError('NotImplementedException', `${what} is not served by the emulated DynamoDB`, {
    status: 501,
    fault: 'receiver',
  });
}

/** Whether an error is a refusal of the given shape. */
export function isRefusal(error: unknown, name: string): error is ServiceError {
  return error instanceof ServiceError && error.name === name;
}
