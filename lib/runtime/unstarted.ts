/** The end of a message that is not run here: given up, expired, or already somebody else's. */
import type { DeadReason } from '../core/message.ts';
import { isFinal, type RevokedReason } from '../core/task-state.ts';
import type { Wait } from '../core/wait.ts';
import type { AnyTask } from '../define/task.ts';
import type { WireError } from '../errors.ts';
import { type Attempt, crashesNow, type Recorded, settle } from './attempt.ts';
import { requestNow } from './claim-request.ts';
import type { End } from './dead-letter.ts';
import { followUp } from './follow-up.ts';
import { tell } from './hooks.ts';
import { letterOf } from './kept.ts';
import { BACK, DONE, type Outcome } from './outcome.ts';
import type { ClaimOutcome, Ending, RunRecord, Runs, WaitNote, WaitOutcome } from './ports.ts';

/** Set by the bundler to `false` where no task needs it; see serve.ts. */
declare const CELERIAC_STATE: boolean | undefined;

/** A message that is not run here. */
type Unrun = Recorded & { readonly task?: AnyTask | undefined };

/** Ends a run that does not start at all, and dead-letters its message. */
export async function giveUp(attempt: Unrun, reason: DeadReason, error: WireError): Promise<Outcome> {
  const finished = await finish(attempt, {
    state: 'FAILURE',
    error,
    reason,
    attempts: attempt.message.attempt,
    ...(typeof CELERIAC_STATE === 'undefined' || CELERIAC_STATE ? letterOf(attempt) : {}),
  });
  if (finished !== undefined) return finished;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.message.attempt,
  });
  await settle(attempt);
  await followUp(attempt, { state: 'FAILURE', error, reason });
  const { connection, message } = attempt;
  await tell(connection, 'onFailure', toTold(attempt), { attempt: message.attempt, error, reason });
  return DONE;
}

/**
 * Ends an expired message, and dead-letters it where its queue asks for that; where there is no record
 * either, the log alone can say so.
 */
export async function expire(attempt: Attempt, expiredAt: number): Promise<Outcome> {
  const { task, message, connection } = attempt;
  const expiresAt = new Date(expiredAt).toISOString();
  connection.ports.log({ level: 'warn', message: 'expired', task: task.name, id: message.id, expiresAt });
  const finished = await finish(attempt, { state: 'REVOKED', reason: 'expired' });
  if (finished !== undefined) return finished;
  await buryExpired(attempt);
  await followUp(attempt, { state: 'REVOKED', reason: 'expired' });
  await tell(connection, 'onRevoke', attempt, { reason: 'expired' });
  return DONE;
}

/** Ends a run that is not to be made: it was revoked, or another call has its key. */
export async function revoke(attempt: Attempt, reason: RevokedReason): Promise<Outcome> {
  const { task, message, connection } = attempt;
  connection.ports.log({ level: 'info', message: 'revoked', task: task.name, id: message.id, reason });
  const ended = { state: 'REVOKED', reason } as const;
  const finished = await finish(attempt, ended);
  if (finished !== undefined) return finished;
  await followUp(attempt, ended);
  await tell(connection, 'onRevoke', attempt, { reason });
  return DONE;
}

async function buryExpired(attempt: Recorded): Promise<void> {
  const { lease, copies, delivery, message } = attempt;
  if (!lease.queue.deadLetterExpired) return;
  await copies.bury(delivery, message, { reason: 'expired', attempt: message.attempt });
  await settle(attempt);
}

/** Ends a run without a claim; an outcome when there is nothing left to do here. */
async function finish(attempt: Unrun, ending: Ending): Promise<Outcome | undefined> {
  const claim = await attempt.runs?.finish(requestNow(attempt), ending);
  return claim === undefined || claim.kind === 'claimed' ? undefined : unclaimed(attempt, claim);
}

/** The message of a run that is not ours to run. */
export async function unclaimed(
  attempt: Unrun,
  claim: Exclude<ClaimOutcome, { kind: 'claimed' }>,
): Promise<Outcome> {
  const { connection } = attempt;
  switch (claim.kind) {
    case 'superseded':
      return DONE;
    case 'revoked':
      // Only claims are told so, and those are made for tasks.
      return attempt.task === undefined ? DONE : revoke({ ...attempt, task: attempt.task }, 'revoked');
    case 'held': {
      // Never acked while another runs it: both may be the same SQS message, and deleting it would lose the
      // run.
      const seconds = Math.max(1, Math.ceil((claim.untilMs - connection.ports.clock.now()) / 1_000));
      const { runs } = attempt;
      return runs === undefined ? BACK : sendOnReady({ ...attempt, runs }, seconds);
    }
    case 'finished': {
      const { record } = claim;
      await buryAgain(attempt, record);
      if (isFinal(record.state)) await followUp(attempt, { ...record, state: record.state });
      // Whoever has revoked it while it waited told nobody: hooks are told where its message ends.
      if (record.state === 'REVOKED' && record.reason === ('revoked' satisfies RevokedReason))
        await tell(connection, 'onRevoke', toTold(attempt), { reason: record.reason });
      return DONE;
    }
  }
}

function toTold({ task, message, lease }: Unrun) {
  return { task, message, lease };
}

/**
 * Sends a message on as a copy that comes later, unless its run is over or a newer copy of it waits already:
 * it would wait for what it does not need, and its duplicates with it, more of them each time.
 */
export async function sendOn(attempt: Unrun, seconds: number, crashes: number): Promise<Outcome> {
  const { copies, message } = attempt;
  const noted = await tryNote(attempt, seconds);
  if (noted !== undefined && noted.kind !== 'waits') return unclaimed(attempt, noted);
  return copies.postpone(message, crashes, seconds);
}

/**
 * The same for a message that was about to run. It has no more crashes behind it than claims that were not
 * ended: a delivery that came twice, or whose ack was lost, is none.
 */
export async function sendOnReady(attempt: Noted, seconds: number, wait?: Wait): Promise<Outcome> {
  const noted = await note(attempt, seconds, wait);
  if (noted.kind !== 'waits') return unclaimed(attempt, noted);
  return attempt.copies.postpone(attempt.message, Math.min(crashesNow(attempt), noted.crashes), seconds);
}

/**
 * What becomes of a message that has failed through no fault of its task and need not wait; undefined where
 * it has to. A run that is over waits for what follows from its end, where that is out of reach.
 */
export async function spared(attempt: Unrun, seconds: number): Promise<Outcome | undefined> {
  const { runs } = attempt;
  if (runs === undefined) return undefined;
  if (attempt.task !== undefined) {
    const noted = await tryNote(attempt, seconds);
    if (noted === undefined || noted.kind === 'waits') return undefined;
    const outcome = await unclaimed(attempt, noted).catch(() => undefined);
    if (outcome !== undefined) return outcome;
  }
  const isNewest = await runs.noteCopy(requestNow(attempt), toNote(attempt, seconds)).catch(() => true);
  return isNewest ? undefined : DONE;
}

/** What cannot be noted now waits as the newest copy. */
async function tryNote(attempt: Unrun, seconds: number): Promise<WaitOutcome | undefined> {
  const { runs } = attempt;
  // A task that nobody here knows may keep no record.
  if (runs === undefined || attempt.task === undefined) return undefined;
  return note({ ...attempt, runs }, seconds).catch(() => undefined);
}

type Noted = Unrun & { readonly runs: Runs };

function note(attempt: Noted, seconds: number, wait?: Wait): Promise<WaitOutcome> {
  const about = toNote(attempt, seconds);
  return attempt.runs.wait(requestNow(attempt), wait === undefined ? about : { ...about, wait });
}

function toNote(attempt: Unrun, seconds: number): WaitNote {
  const { delivery, message, connection } = attempt;
  const { messageId: by, sentAt } = delivery;
  const until = connection.ports.clock.now() + seconds * 1_000;
  return { by, hop: message.deferrals + 1, until, ...(sentAt === undefined ? {} : { sentAt }) };
}

/** Whoever ended a run may have died before its dead letter was sent; its claim drops a second one. */
async function buryAgain(attempt: Recorded, record: RunRecord): Promise<void> {
  if (record.settled) return;
  if (record.state === 'REVOKED' && record.reason === 'expired') await buryExpired(attempt);
  if (record.state !== 'FAILURE' || !isDeadReason(record.reason)) return;
  const end: End = { reason: record.reason, error: record.error, attempt: record.attempts ?? 0 };
  await attempt.copies.bury(attempt.delivery, attempt.message, end);
  await settle(attempt);
}

/** Reasons come back from the record as text. */
function isDeadReason(reason: string | undefined): reason is DeadReason {
  return reason !== undefined;
}
