/** The refusals of AWS Lambda, by the names and in the words of its API. */
import { ServiceError } from '../error.ts';

const USER = { Type: 'User' };

/**
 * A member that breaks a constraint of the API's own model. `path` is the member as AWS writes it: lower
 * camel case.
 */
export function constraintBroken(value: unknown, path: string, constraint: string): ServiceError {
  const shown = value === undefined ? 'null' : `'${String(value)}'`;
  const text = `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
  return new ServiceError('ValidationException', `1 validation error detected: ${text}`);
}

/** A member whose value is of another type than the API's. */
export function wrongType(member: string, expected: string): ServiceError {
  return new ServiceError('SerializationException', `${member} is not ${expected}`, { fields: USER });
}

/** A value that the API's model allows and Lambda does not. */
export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message, { fields: USER });
}

/**
 * AWS can do it, this emulator cannot. A 501 is not retried by the SDKs, and never mistaken for AWS's own
 * refusal.
 */
export function notServed(what: string): ServiceError {
  return new ServiceError('NotImplementedException', `the emulated Lambda does not serve ${what}`, {
    status: 501,
    fault: 'receiver',
  });
}

/** The function that a caller names is not there. */
export function functionNotFound(arn: string): ServiceError {
  return notFound(`Function not found: ${arn}`);
}

/** Another resource that a caller names is not there. */
export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404, fields: USER });
}

/** The resource exists already. */
export function conflict(message: string): ServiceError {
  return new ServiceError('ResourceConflictException', message, { status: 409, fields: USER });
}

/** Somebody else changed the function meanwhile. */
export function wrongRevision(): ServiceError {
  const message =
    'The Revision Id provided does not match the latest Revision Id. ' +
    'Call the GetFunction/GetAlias API to retrieve the latest Revision Id';
  return new ServiceError('PreconditionFailedException', message, { status: 412, fields: USER });
}

/** Which limit an invocation ran into. */
export type ThrottleReason =
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'
  | 'ConcurrentInvocationLimitExceeded';

/** There is no room for another execution. */
export function throttled(reason: ThrottleReason): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { ...USER, Reason: reason },
  });
}

/** Says whether an error is for want of room, so that trying again later helps. */
export function isThrottle(error: unknown): boolean {
  return error instanceof ServiceError && error.name === 'TooManyRequestsException';
}

/** An event over the limit of its kind of invocation. */
export function requestTooLarge(maxBytes: number): ServiceError {
  const message = `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`;
  return new ServiceError('RequestTooLargeException', message, { status: 413, fields: USER });
}

/** An event that is no JSON. */
export function invalidRequestContent(message: string): ServiceError {
  return new ServiceError('InvalidRequestContentException', message, { fields: USER });
}

/** The recursion guard's refusal. */
export function recursionDetected(): ServiceError {
  const message =
    'Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services ' +
    "resources and stopped your function's invocation.";
  return new ServiceError('RecursiveInvocationException', message, { fields: USER });
}
