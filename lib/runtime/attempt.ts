/**
 * One message under way, and what its run leads to. Each step is followed by a state in which a crash loses
 * nothing: copies are sent before the old message is acked, and records are ended before what follows from
 * the end is sent.
 */
import { fromMilliseconds } from '../core/duration.ts';
import { DELAY_MS_MAX, STACK_LENGTH_MAX, VISIBILITY_MS_MAX, WAIT_MS_MAX } from '../core/limits.ts';
import type { DeadReason, Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { RevokedReason } from '../core/task-state.ts';
import type { Consumer } from '../define/consumer.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, type ErrorCode, type WireError } from '../errors.ts';
import { requestNow } from './claim-request.ts';
import type { Connection } from './client.ts';
import type { Copies } from './copies.ts';
import { BLOB_WAIT_MS_MAX } from './delayed.ts';
import { followUp } from './follow-up.ts';
import type { Pass } from './gated.ts';
import { tell } from './hooks.ts';
import { invoke } from './invoke.ts';
import { keepResult, letterOf } from './kept.ts';
import { BACK, type Delivery, DONE, type Lease, type Outcome } from './outcome.ts';
import type { ClaimRequest, Runs } from './ports.ts';
import { Replacement, replaceClaimed } from './replacement.ts';
import { type Ended, reply, returned } from './reply.ts';
import { wireOf } from './secrets.ts';

/** Set by the bundler to `false` where no workflow goes through; see serve.ts. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** What holds for all messages of a batch. */
export interface Step {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly copies: Copies;
}

/** One message, and the record of its run. */
export interface Recorded extends Step {
  readonly delivery: Delivery;
  readonly message: Message;
  readonly request: ClaimRequest;
  /** Undefined where the task keeps no record. */
  readonly runs: Runs | undefined;
}

/** One message under way. */
export interface Attempt extends Recorded {
  readonly task: AnyTask;
  /** Where it is a queue's consumer that runs; `task` is made of it. */
  readonly consumer?: Consumer | undefined;
  /** What it holds besides its claim. */
  readonly pass?: Pass | undefined;
}

/** A message whose run is ours. */
export interface Claimed extends Attempt {
  readonly runs: Runs;
  readonly owner: string;
  readonly retries: number;
}

/** Runs a claimed message and ends its run, or gives it up for another attempt. */
export async function runClaimed(attempt: Claimed, input: unknown): Promise<Outcome> {
  const { runs, owner, task } = attempt;
  const made = attempt.retries + 1;
  const startedAt = await begin(attempt, made);
  const ran = await invoke(attempt, input, made);
  if (
    (typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS) &&
    ran.kind === 'threw' &&
    ran.thrown instanceof Replacement
  )
    return replaceClaimed(attempt, ran.thrown, failClaimed);
  if (ran.kind === 'threw') return failClaimed(attempt, ran.thrown);
  if (ran.kind === 'revoked') return endRevoked(attempt);
  // Whoever finds the run ended replies from its record, so a result that is waited for is kept in any case.
  const { ignoreResult = false, replyTo } = attempt.message;
  const isKept = (task.result && !ignoreResult) || replyTo !== undefined;
  const result = isKept ? await keepResult(attempt, ran.value) : {};
  if ('error' in result)
    return endClaimed(attempt, 'invalid-result', wireOf(attempt.connection, result.error));
  const ended = { state: 'SUCCESS', ...result } as const;
  const kept = await runs.complete(requestNow(attempt), owner, { ...ended, attempts: attempt.retries + 1 });
  // Another worker has taken the run over and acks the message when it is done.
  if (!kept) return BACK;
  await followUp(attempt, ended);
  await tell(attempt.connection, 'onSuccess', attempt, { attempt: made, tookMs: since(attempt, startedAt) });
  return DONE;
}

/** Tells that an attempt begins, right before it does; resolves to that time. */
async function begin(attempt: Attempt, made: number): Promise<number> {
  const waitedMs = since(attempt, attempt.message.sentAt);
  await tell(attempt.connection, 'onStart', attempt, { attempt: made, waitedMs });
  return attempt.connection.ports.clock.now();
}

function since({ connection }: Step, at: number): number {
  return connection.ports.clock.now() - at;
}

/** Ends a run that was told to stop and did: nobody wants it any more, so it is no dead letter. */
async function endRevoked(attempt: Claimed): Promise<Outcome> {
  const ended = { state: 'REVOKED', reason: 'terminated' satisfies RevokedReason } as const;
  const { retries, runs, owner } = attempt;
  if (!(await runs.complete(requestNow(attempt), owner, { ...ended, attempts: retries + 1 }))) return BACK;
  await followUp(attempt, ended);
  await tell(attempt.connection, 'onRevoke', attempt, { reason: ended.reason });
  return DONE;
}

/** Gives a claimed run up for another attempt, or ends it, for what its handler has thrown. */
export async function failClaimed(attempt: Claimed, thrown: unknown): Promise<Outcome> {
  const { runs, owner, copies, message, lease } = attempt;
  if (!lease.queue.ordered && !isAcked(attempt) && isLeft(attempt)) return BACK;
  const made = attempt.retries + 1;
  const decision = decide(attempt, thrown, made);
  if (isInterrupted(attempt, decision)) return interruptClaimed(attempt);
  const { error } = decision;
  if (decision.kind === 'give-up') return endClaimed(attempt, decision.reason, error);
  const { seconds } = decision;
  await tell(attempt.connection, 'onRetry', attempt, { attempt: made, error, afterSeconds: seconds });
  await attempt.pass?.park(seconds);
  if (lease.queue.ordered) {
    const released = await runs.release(requestNow(attempt), owner, made, error);
    return released ? { kind: 'hold', seconds } : BACK;
  }
  // The copy first: a crash after it finds two messages of which one is dropped; the other order could find
  // none.
  await copies.again(message, made, error, seconds);
  return (await runs.release(requestNow(attempt), owner, made, error)) ? DONE : BACK;
}

/** Whether a throw was the answer to a worker that stops. A task that rejects its message means that. */
function isInterrupted({ lease }: Step, decision: Decided): boolean {
  const isRejected = decision.kind === 'give-up' && decision.reason === 'rejected';
  return lease.batch.interrupted?.aborted === true && !isRejected;
}

/** Sends an interrupted run on as it was: the attempt does not count. */
async function interruptClaimed(attempt: Claimed): Promise<Outcome> {
  const { runs, owner, copies, message, retries } = attempt;
  await attempt.pass?.park(INTERRUPTED_SECONDS, 0);
  // The copy first, as for a retry.
  const outcome = await copies.postpone(message, crashesNow(attempt), 0);
  return (await runs.release(requestNow(attempt), owner, retries, STOPPED)) ? outcome : BACK;
}

/** How long another worker has to take an interrupted run up before its key is anybody's. */
const INTERRUPTED_SECONDS = 60;

/** What the record of an interrupted run shows until it runs again. */
const STOPPED: WireError = {
  code: 'WORKER_STOPPED' satisfies ErrorCode,
  name: 'CeleriacError',
  message: 'its worker was stopped; it runs again',
};

/** Ends a claimed run as failed and dead-letters its message. */
export async function endClaimed(attempt: Claimed, reason: DeadReason, error: WireError): Promise<Outcome> {
  const ended = await attempt.runs.complete(requestNow(attempt), attempt.owner, {
    state: 'FAILURE',
    error,
    reason,
    attempts: attempt.retries + 1,
    ...letterOf(attempt),
  });
  if (!ended) return BACK;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.retries + 1,
  });
  await settle(attempt);
  await followUp(attempt, { state: 'FAILURE', error, reason });
  await tell(attempt.connection, 'onFailure', attempt, { attempt: attempt.retries + 1, error, reason });
  return DONE;
}

/**
 * Remembers that a dead letter was sent on. Beside its queue a second one does no harm; on the way round, a
 * duplicate that sends it once more would go round beside it for as long as it does.
 */
export async function settle(attempt: Recorded): Promise<void> {
  if (attempt.lease.queue.deadLetterTo === undefined) return;
  // It only spares a message too much.
  await attempt.runs?.settle(requestNow(attempt)).catch(() => undefined);
}

/** Runs a message that keeps no record. */
export async function runStateless(attempt: Attempt, input: unknown): Promise<Outcome> {
  const { message } = attempt;
  const made = message.attempt + 1;
  const startedAt = await begin(attempt, made);
  const ran = await invoke(attempt, input, made);
  if (ran.kind === 'returned') {
    if (message.replyTo !== undefined) await replied(attempt, returned(attempt.task, ran.value));
    await tell(attempt.connection, 'onSuccess', attempt, {
      attempt: made,
      tookMs: since(attempt, startedAt),
    });
    return DONE;
  }
  // Only a claim's heartbeat can tell a run to stop.
  return ran.kind === 'revoked' ? DONE : failStateless(attempt, ran.thrown, made);
}

/** The same for a run that keeps no record. */
export async function failStateless(attempt: Attempt, thrown: unknown, made: number): Promise<Outcome> {
  const { copies, delivery, message } = attempt;
  if (!isAcked(attempt) && isLeft(attempt)) return BACK;
  const decision = decide(attempt, thrown, made);
  if (isInterrupted(attempt, decision)) return copies.postpone(message, crashesNow(attempt), 0);
  const { error } = decision;
  if (decision.kind === 'retry') {
    const afterSeconds = decision.seconds;
    await tell(attempt.connection, 'onRetry', attempt, { attempt: made, error, afterSeconds });
    await copies.again(message, made, error, afterSeconds);
  } else {
    await copies.bury(delivery, message, { reason: decision.reason, error, attempt: made });
    await reply(attempt, { state: 'FAILURE', error, reason: decision.reason });
    await tell(attempt.connection, 'onFailure', attempt, { attempt: made, error, reason: decision.reason });
  }
  return DONE;
}

/** A message that was acked before it ran must not come again for a reply that could not be sent. */
async function replied(attempt: Attempt, ended: Ended): Promise<void> {
  if (!isAcked(attempt)) return reply(attempt, ended);
  const { ports } = attempt.connection;
  await reply(attempt, ended).catch((error) =>
    ports.log({ level: 'error', message: 'a reply was lost', id: attempt.message.id, error: String(error) }),
  );
}

type Decided = { readonly error: WireError } & (
  | { readonly kind: 'retry'; readonly seconds: number }
  | { readonly kind: 'give-up'; readonly reason: DeadReason }
);

/**
 * What follows from a throw. A wait that the queue cannot hold ends the message and says so: a shorter wait
 * is not what the task asked for.
 */
function decide({ task, lease, connection, message }: Attempt, thrown: unknown, made: number): Decided {
  const error = wireOf(connection, thrown, STACK_LENGTH_MAX);
  const decision = retry(task.retry, thrown, made, connection.ports.chance());
  if (decision.kind === 'give-up') return { ...decision, error };
  const patientMs = message.blob === undefined ? WAIT_MS_MAX : BLOB_WAIT_MS_MAX;
  const longestMs = connection.delays === undefined ? DELAY_MS_MAX : patientMs;
  const maxMs = lease.queue.ordered ? VISIBILITY_MS_MAX : longestMs;
  if (decision.afterMs <= maxMs)
    return { kind: 'retry', seconds: Math.ceil(decision.afterMs / 1_000), error };
  const why = maxMs === BLOB_WAIT_MS_MAX ? "its input is in the app's bucket" : 'SQS';
  const text =
    `task '${task.name}' asked to be run again after '${fromMilliseconds(decision.afterMs)}', ` +
    `queue '${lease.queue.name}' can hold a message for at most '${fromMilliseconds(maxMs)}' (${why})`;
  const tooLong = new CeleriacError('DELAY_TOO_LONG', text, { cause: thrown });
  return { kind: 'give-up', reason: 'not-retryable', error: wireOf(connection, tooLong, STACK_LENGTH_MAX) };
}

/** Whether the message was acked before it ran, and does not come back, whatever becomes of it. */
function isAcked({ consumer }: Attempt): boolean {
  return consumer?.ack === 'early';
}

/**
 * Whether the worker has answered without this run, so that its message comes back. A copy besides would make
 * two messages of one, each with all its attempts; that it ran out of time is counted as a crash.
 */
function isLeft({ connection, lease }: Step): boolean {
  return connection.ports.clock.now() >= lease.leaveAt;
}

/**
 * How many deliveries of a message had no outcome. On an ordered queue every retry is a receive, so there the
 * record counts the crashes.
 */
export function crashesNow({ lease, message, delivery }: Recorded): number {
  return lease.queue.ordered ? 0 : message.crashes + delivery.receiveCount - 1;
}

/** What a message that killed its workers is dead-lettered with. */
export function crashError(attempt: Attempt, crashes: number): WireError {
  const text =
    `${crashes} workers in a row died or ran out of time while task '${attempt.task.name}' ` +
    'was with them';
  return { code: 'CRASHED' satisfies ErrorCode, name: 'CeleriacError', message: text };
}
