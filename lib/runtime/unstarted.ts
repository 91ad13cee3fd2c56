/** The end of a message that is not run here: given up, expired, or already somebody else's. */
import type { DeadReason } from '../core/message.ts';
import { isFinal } from '../core/task-state.ts';
import type { WireError } from '../errors.ts';
import { type Attempt, crashesNow, type Recorded, requestNow } from './attempt.ts';
import type { End } from './dead-letter.ts';
import { DONE, type Outcome } from './outcome.ts';
import type { ClaimOutcome, Ending } from './ports.ts';
import { reply } from './reply.ts';

/** Ends a run that does not start at all, and dead-letters its message. */
export async function giveUp(attempt: Recorded, reason: DeadReason, error: WireError): Promise<Outcome> {
  const finished = await finish(attempt, {
    state: 'FAILURE',
    error,
    reason,
    attempts: attempt.message.attempt,
  });
  if (finished !== undefined) return finished;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.message.attempt,
  });
  await reply(attempt, { state: 'FAILURE', error, reason });
  return DONE;
}

/** Drops an expired message. Where there is no record, the log alone can say so. */
export async function revoke(attempt: Attempt): Promise<Outcome> {
  const { task, message, connection } = attempt;
  const expiresAt = new Date(message.expiresAt ?? 0).toISOString();
  connection.ports.log({ level: 'warn', message: 'expired', task: task.name, id: message.id, expiresAt });
  const finished = await finish(attempt, { state: 'REVOKED', reason: 'expired' });
  if (finished !== undefined) return finished;
  await reply(attempt, { state: 'REVOKED', reason: 'expired' });
  return DONE;
}

/** Ends a run without a claim; an outcome when there is nothing left to do here. */
async function finish(attempt: Recorded, ending: Ending): Promise<Outcome | undefined> {
  const claim = await attempt.runs?.finish(requestNow(attempt), ending);
  return claim === undefined || claim.kind === 'claimed' ? undefined : unclaimed(attempt, claim);
}

/** The message of a run that is not ours to run. */
export async function unclaimed(
  attempt: Recorded,
  claim: Exclude<ClaimOutcome, { kind: 'claimed' }>,
): Promise<Outcome> {
  const { copies, delivery, message, connection } = attempt;
  switch (claim.kind) {
    case 'superseded':
      return DONE;
    case 'held':
      // Never acked while another runs it: both may be the same SQS message, and deleting it would lose the
      // run.
      return copies.postpone(
        message,
        crashesNow(attempt),
        Math.max(1, Math.ceil((claim.untilMs - connection.ports.clock.now()) / 1_000)),
      );
    case 'finished': {
      const { record } = claim;
      // Whoever ended it may have died before its dead letter was sent; a second one is dropped by its claim.
      if (record.state === 'FAILURE' && isDeadReason(record.reason)) {
        const end: End = { reason: record.reason, error: record.error, attempt: record.attempts ?? 0 };
        await copies.bury(delivery, message, end);
      }
      if (isFinal(record.state)) await reply(attempt, { ...record, state: record.state });
      return DONE;
    }
  }
}

/** Reasons come back from the record as text. */
function isDeadReason(reason: string | undefined): reason is DeadReason {
  return reason !== undefined;
}
