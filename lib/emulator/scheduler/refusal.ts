/**
 * EventBridge Scheduler's refusals. Where the real service's words are recorded in public they stand here as
 * they are; the texts of quotas, of tokens and of the default group are guesses in the same style.
 */
import { ServiceError } from '../error.ts';

export { constraint, invalid, invalidParameter } from '../eventbridge/refusal.ts';

export function scheduleDoesNotExist(name: string): ServiceError {
  return notFound(`Schedule ${name} does not exist.`);
}

export function groupDoesNotExist(name: string): ServiceError {
  return notFound(`Schedule group ${name} does not exist.`);
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message, { status: 409 });
}

export function overQuota(what: string, most: number): ServiceError {
  const message = `The maximum number of ${what} (${most}) has been reached for this account and Region.`;
  return new ServiceError('ServiceQuotaExceededException', message, { status: 402 });
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 });
}
