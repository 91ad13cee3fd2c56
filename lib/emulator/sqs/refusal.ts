/** AWS's refusals in AWS's words: one function for each text that several operations share. */
import { ServiceError } from '../error.ts';

export function missing(parameter: string): ServiceError {
  return new ServiceError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}

export function invalidValue(value: unknown, parameter: string, reason: string): ServiceError {
  return invalid(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}

/** Some parameters belong to one of the two queue types only. */
export function wrongQueueType(value: unknown, parameter: string): ServiceError {
  return invalidValue(
    value,
    parameter,
    'The request include parameter that is not valid for this queue type.',
  );
}

export function unknownAttribute(name: string): ServiceError {
  return new ServiceError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

export function invalidAttribute(name: string, reason?: string): ServiceError {
  const why = reason === undefined ? '' : ` Reason: ${reason}`;
  return new ServiceError('InvalidAttributeValue', `Invalid value for the parameter ${name}.${why}`);
}

export function queueDoesNotExist(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function resourceNotFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 });
}

export function overLimit(message: string): ServiceError {
  return new ServiceError('OverLimit', message, { status: 403 });
}

export function handleIsInvalid(handle: string): ServiceError {
  return new ServiceError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    { status: 404 },
  );
}

export function invalidCharacter(character: string): ServiceError {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return new ServiceError(
    'InvalidMessageContents',
    `Invalid binary character '#x${code}' was found in the message body, the set of allowed characters is ` +
      '#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].',
  );
}
