/** AWS's refusals in AWS's words: one function for each text that several operations share. */
import { ServiceError } from '../error.ts';

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** `Parameter … is not valid. Reason: …`. */
export function invalidParameter(name: string, reason?: string): ServiceError {
  return invalid(`Parameter ${name} is not valid.${reason === undefined ? '' : ` Reason: ${reason}`}`);
}

/** A member that breaks a constraint of the API's model, as AWS's framework says it. */
export function constraint(value: string | null, at: string, rule: string): ServiceError {
  const shown = value === null ? 'null' : `'${value}'`;
  const text = `Value ${shown} at '${at}' failed to satisfy constraint: Member must ${rule}`;
  return invalid(`1 validation error detected: ${text}`);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

export function busDoesNotExist(name: string): ServiceError {
  return notFound(`Event bus ${name} does not exist.`);
}

export function ruleDoesNotExist(name: string, bus: string): ServiceError {
  return notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
}

export function alreadyExists(what: string): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', `${what} already exists.`);
}

export function overLimit(
  message = 'The requested resource exceeds the maximum number allowed.',
): ServiceError {
  return new ServiceError('LimitExceededException', message);
}
