/** What a worker claims a run with, and ends or releases it by. */
import type { Recorded } from './attempt.ts';
import type { ClaimRequest } from './ports.ts';

/** The claim of a message, at the present time. */
export function requestNow(attempt: Recorded): ClaimRequest {
  return { ...attempt.request, now: attempt.connection.ports.clock.now() };
}
