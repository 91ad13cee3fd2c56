/**
 * One message under way, and what its run leads to. Each step is followed by a state in which a crash loses
 * nothing: copies are sent before the old message is acked, and records are ended before what follows from
 * the end is sent.
 */
import { fromMilliseconds } from '../core/duration.ts';
import { DELAY_MS_MAX, STACK_LENGTH_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { DeadReason, Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { Consumer } from '../define/consumer.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import type { Copies } from './copies.ts';
import { invoke } from './invoke.ts';
import { BACK, type Delivery, DONE, type Lease, type Outcome } from './outcome.ts';
import { toResult } from './payload.ts';
import type { ClaimRequest, Runs } from './ports.ts';
import { reply, returned } from './reply.ts';

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
  const ran = await invoke(attempt, input, attempt.retries + 1);
  if (ran.kind === 'threw') return failClaimed(attempt, ran.thrown);
  // Whoever finds the run ended replies from its record, so a result that is waited for is kept in any case.
  const isKept = task.result || attempt.message.replyTo !== undefined;
  const result = isKept ? toResult(task, ran.value) : {};
  if ('error' in result) return endClaimed(attempt, 'invalid-result', toWireError(result.error, 0));
  const ended = { state: 'SUCCESS', ...result } as const;
  const kept = await runs.complete(requestNow(attempt), owner, { ...ended, attempts: attempt.retries + 1 });
  // Another worker has taken the run over and acks the message when it is done.
  if (!kept) return BACK;
  await reply(attempt, ended);
  return DONE;
}

async function failClaimed(attempt: Claimed, thrown: unknown): Promise<Outcome> {
  const { runs, owner, copies, message, lease } = attempt;
  if (!lease.queue.ordered && !isAcked(attempt) && isLeft(attempt)) return BACK;
  const made = attempt.retries + 1;
  const decision = decide(attempt, thrown, made);
  const { error } = decision;
  if (decision.kind === 'give-up') return endClaimed(attempt, decision.reason, error);
  const { seconds } = decision;
  if (lease.queue.ordered) {
    const released = await runs.release(requestNow(attempt), owner, made, error);
    return released ? { kind: 'hold', seconds } : BACK;
  }
  // The copy first: a crash after it finds two messages of which one is dropped; the other order could find
  // none.
  await copies.again(message, made, error, seconds);
  return (await runs.release(requestNow(attempt), owner, made, error)) ? DONE : BACK;
}

/** Ends a claimed run as failed and dead-letters its message. */
export async function endClaimed(attempt: Claimed, reason: DeadReason, error: WireError): Promise<Outcome> {
  const ended = await attempt.runs.complete(requestNow(attempt), attempt.owner, {
    state: 'FAILURE',
    error,
    reason,
    attempts: attempt.retries + 1,
  });
  if (!ended) return BACK;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.retries + 1,
  });
  await settle(attempt);
  await reply(attempt, { state: 'FAILURE', error, reason });
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
  const { copies, delivery, message } = attempt;
  const made = message.attempt + 1;
  const ran = await invoke(attempt, input, made);
  if (ran.kind === 'returned') {
    if (message.replyTo !== undefined) await reply(attempt, returned(attempt.task, ran.value));
    return DONE;
  }
  if (!isAcked(attempt) && isLeft(attempt)) return BACK;
  const decision = decide(attempt, ran.thrown, made);
  const { error } = decision;
  if (decision.kind === 'retry') await copies.again(message, made, error, decision.seconds);
  else {
    await copies.bury(delivery, message, { reason: decision.reason, error, attempt: made });
    await reply(attempt, { state: 'FAILURE', error, reason: decision.reason });
  }
  return DONE;
}

type Decided = { readonly error: WireError } & (
  | { readonly kind: 'retry'; readonly seconds: number }
  | { readonly kind: 'give-up'; readonly reason: DeadReason }
);

/**
 * What follows from a throw. A wait that the queue cannot hold ends the message and says so: a shorter wait
 * is not what the task asked for.
 */
function decide({ task, lease, connection }: Attempt, thrown: unknown, made: number): Decided {
  const error = toWireError(thrown, STACK_LENGTH_MAX);
  const decision = retry(task.retry, thrown, made, connection.ports.chance());
  if (decision.kind === 'give-up') return { ...decision, error };
  const maxMs = lease.queue.ordered ? VISIBILITY_MS_MAX : DELAY_MS_MAX;
  if (decision.afterMs <= maxMs)
    return { kind: 'retry', seconds: Math.ceil(decision.afterMs / 1_000), error };
  const text =
    `task '${task.name}' asked to be run again after '${fromMilliseconds(decision.afterMs)}', ` +
    `queue '${lease.queue.name}' can hold a message for at most '${fromMilliseconds(maxMs)}' (SQS)`;
  const tooLong = new CeleriacError('DELAY_TOO_LONG', text, { cause: thrown });
  return { kind: 'give-up', reason: 'not-retryable', error: toWireError(tooLong, STACK_LENGTH_MAX) };
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

/** The claim of a message, at the present time. */
export function requestNow(attempt: Recorded): ClaimRequest {
  return { ...attempt.request, now: attempt.connection.ports.clock.now() };
}

/** What a message that killed its workers is dead-lettered with. */
export function crashError(attempt: Attempt, crashes: number): WireError {
  const text =
    `${crashes} workers in a row died or ran out of time while task '${attempt.task.name}' ` +
    'was with them';
  return { code: 'CRASHED', name: 'CeleriacError', message: text };
}
