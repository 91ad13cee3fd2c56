/** Why an invocation has failed, in the words of dead letters, and whether it may pass. */
import { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';

export interface Failure {
  /** ERROR_CODE of the dead-letter queue. */
  readonly code: string;
  readonly message: string;
  readonly permanent: boolean;
}

const THROTTLES: readonly string[] = ['ThrottlingException', 'TooManyRequestsException', 'RequestThrottled'];
/** Codes of the services' own protocol, where the SDK has another name. */
const CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  NotFoundException: 'NotFound',
};

/** PutEvents answers well where it refuses the one entry that it was given. */
export function checkEntries(output: Output): void {
  if (output.FailedEntryCount !== 1 || !Array.isArray(output.Entries)) return;
  const { ErrorCode = 'InternalFailure', ErrorMessage = '' } = Object(output.Entries[0]);
  throw new ServiceError(String(ErrorCode), String(ErrorMessage));
}

/** What an attempt's error means. */
export function toFailure(error: unknown): Failure {
  // A lost answer says nothing about the target.
  if (!(error instanceof ServiceError)) {
    const message = 'Unexpected error occurred while processing the request';
    return { code: 'AWS.Scheduler.InternalServerError', message, permanent: false };
  }
  const passes = error.fault === 'receiver' || error.status === 429 || THROTTLES.includes(error.name);
  // SQS takes no empty attribute.
  const message = error.message === '' ? error.name : error.message;
  // What this emulator does not serve will not be served by trying again.
  return { code: CODES[error.name] ?? error.name, message, permanent: !passes || error.status === 501 };
}
