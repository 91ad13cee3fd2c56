/** AWS's refusals in AWS's words: one function for each text that several operations share. */
import { ServiceError } from '../error.ts';

/** `Invalid parameter: …`, the beginning of nearly all that SNS says. */
export function invalid(what: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid parameter: ${what}`);
}

/** What is wrong with the value of a message attribute, or its name. */
export function invalidValue(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}

export function missing(parameter: string): ServiceError {
  return invalid(`${parameter} Reason: no value for required parameter`);
}

export function topicDoesNotExist(): ServiceError {
  return new ServiceError('NotFoundException', 'Topic does not exist', { status: 404 });
}

export function subscriptionDoesNotExist(): ServiceError {
  return new ServiceError('NotFoundException', 'Subscription does not exist', { status: 404 });
}

export function resourceDoesNotExist(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'Resource does not exist', { status: 404 });
}

/** A quota of the account or of a topic; all of them answer with 403. */
export function overLimit(what: 'Topic' | 'Subscription' | 'FilterPolicy', message: string): ServiceError {
  return new ServiceError(`${what}LimitExceededException`, message, { status: 403 });
}
