/** Acks before the run: at most once, as AMQP's automatic acknowledgement. */
import { toWireError, type WireError } from '../errors.ts';
import { type Attempt, type Claimed, crashesNow } from './attempt.ts';
import { requestNow } from './claim-request.ts';
import type { Outcome } from './outcome.ts';

const TRIES_MAX = 3;

/**
 * Deletes the message, so that whatever happens from here on cannot bring it back. Where that cannot be done
 * nothing may run: the message goes on as a copy, since it may be gone although its deletion was not
 * confirmed. undefined: it is gone.
 */
export async function ackEarly(attempt: Attempt | Claimed): Promise<Outcome | undefined> {
  const { copies, message } = attempt;
  const error = await removed(attempt);
  if (error === undefined) return undefined;
  // A claim that is not given up would count as a crash, and this consumer is not run again after one.
  if ('owner' in attempt)
    await attempt.runs.release(requestNow(attempt), attempt.owner, attempt.retries, error);
  return copies.postpone(message, crashesNow(attempt), 1);
}

/** Why the message could not be deleted, after all tries. */
async function removed({ connection, lease, delivery }: Attempt): Promise<WireError | undefined> {
  let why: WireError | undefined;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      const [failure] = await connection.ports.queues.remove(lease.batch.queueName, [delivery.receipt]);
      if (failure === undefined) return undefined;
      why = { code: failure.code, name: failure.code, message: failure.message };
    } catch (error) {
      why = toWireError(error, 0);
    }
  }
  return why;
}
