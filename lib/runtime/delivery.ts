/**
 * What happens with one delivery: parse, validate, claim, run, complete, ack. Each step is followed by a state in which a
 * crash loses nothing: copies are sent before the old message is acked, records are ended before what follows from the end
 * is sent, and whoever finds a run ended sends what follows from it once more.
 */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { DeadReason, Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { Queue } from '../define/queue.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { toWireError, type WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { type Copies, createCopies } from './copies.ts';
import { type End, parseDelivery } from './dead-letter.ts';
import { invoke } from './invoke.ts';
import { parseInput, toResult } from './payload.ts';
import type { ClaimOutcome, ClaimRequest, Ending, Runs } from './ports.ts';

/** A message as it was received. */
export interface Delivery {
  readonly messageId: string;
  readonly receipt: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** The message group on an ordered queue. */
  readonly group?: string;
}

/** done: ack it. back: it comes back when its visibility ends. hold: it comes back, with its group, after `seconds`. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'back' }
  | { readonly kind: 'hold'; readonly seconds: number };

/** What holds for all deliveries of a batch. */
export interface Lease {
  readonly queue: Queue;
  readonly batch: { readonly queueName: string; readonly deadline: number };
  readonly signal: AbortSignal;
  /** Nothing that may be a suspect is started after this time. */
  readonly startBefore: number;
}

export interface Deliveries {
  /** Never rejects: what goes wrong on our side brings the message back. */
  process(delivery: Delivery): Promise<Outcome>;
  /** Whether an earlier delivery of it had no outcome: it may have killed its worker. */
  isSuspect(delivery: Delivery): boolean;
}

const DONE: Outcome = { kind: 'done' };
const BACK: Outcome = { kind: 'back' };

/** A claim outlives its function's deadline by this: clocks of machines differ. */
const LEASE_SPARE_MS = 5_000;

export function createDeliveries(connection: Connection, lease: Lease): Deliveries {
  const copies = createCopies(connection, lease.queue);
  const step = { connection, lease, copies };
  return {
    isSuspect: (delivery) => delivery.receiveCount > 1 || crashesOf(delivery) > 0,
    async process(delivery) {
      try {
        return await processOne(step, delivery);
      } catch (thrown) {
        const error = toWireError(thrown, STACK_LENGTH_MAX);
        const { messageId } = delivery;
        connection.ports.log({
          level: 'error',
          message: 'a delivery failed',
          queue: lease.queue.name,
          messageId,
          error,
        });
        return later(step, delivery, error);
      }
    },
  };
}

/**
 * Something between us and AWS failed. The message goes on as a copy, since a delivery that just comes back counts as a
 * crash; where that cannot be sent either, it comes back.
 */
async function later(step: Step, delivery: Delivery, error: WireError): Promise<Outcome> {
  const parsed = parseDelivery(delivery.body);
  if (step.lease.queue.ordered || parsed.kind !== 'message') return BACK;
  const crashes = parsed.message.crashes + delivery.receiveCount - 1;
  return step.copies.deferFailed(delivery, parsed.message, crashes, error).catch(() => BACK);
}

interface Step {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly copies: Copies;
}

/** One message under way. */
interface Attempt extends Step {
  readonly delivery: Delivery;
  readonly message: Message;
  readonly task: AnyTask;
  readonly request: ClaimRequest;
  /** Undefined where the task keeps no record. */
  readonly runs: Runs | undefined;
}

async function processOne(step: Step, delivery: Delivery): Promise<Outcome> {
  const { connection, copies } = step;
  const parsed = parseDelivery(delivery.body);
  if (parsed.kind === 'foreign') {
    await copies.buryForeign(delivery, 'malformed', parsed.why);
    return DONE;
  }
  if (parsed.kind === 'newer') return copies.deferNewer(delivery, parsed);
  const { message } = parsed;
  const task = taskOf(connection, message.task);
  if (task?.run === undefined) return copies.deferUnknown(delivery, message);
  const runs = keepsRecord(task) || message.claim ? connection.ports.runs : undefined;
  const attempt = { ...step, delivery, message, task, runs, request: toRequest(step, message, task) };
  if (message.expiresAt !== undefined && message.expiresAt <= connection.ports.clock.now())
    return revoke(attempt);
  if (crashesNow(attempt) >= step.lease.queue.deadLetterAfter) {
    return giveUp(attempt, 'crashed', crashError(attempt, crashesNow(attempt)));
  }
  if (isLate(attempt)) return copies.postpone(message, crashesNow(attempt));
  return start(attempt);
}

/** Parses the input, then claims and runs. */
async function start(attempt: Attempt): Promise<Outcome> {
  const input = await parseInput(attempt.task, attempt.message.input);
  if ('error' in input) return giveUp(attempt, 'invalid-input', toWireError(input.error, STACK_LENGTH_MAX));
  if (attempt.runs === undefined) return runStateless(attempt, input.value);
  const owner = token(attempt.connection.ports.chance);
  const leaseUntil = attempt.lease.batch.deadline + LEASE_SPARE_MS;
  const claim = await attempt.runs.claim(
    { ...attempt.request, now: attempt.connection.ports.clock.now() },
    owner,
    leaseUntil,
  );
  if (claim.kind !== 'claimed') return unclaimed(attempt, claim);
  const claimed = { ...attempt, runs: attempt.runs, owner, retries: claim.retries };
  if (claim.crashes >= crashesAllowed(attempt))
    return endClaimed(claimed, 'crashed', crashError(attempt, claim.crashes));
  return runClaimed(claimed, input.value);
}

/**
 * How many claims without an outcome a task survives. On a standard queue the receive count has been asked before: it does
 * not count the claims whose completion AWS refused.
 */
function crashesAllowed({ task, lease }: Attempt): number {
  if (task.crashed === 'deadLetter') return 1;
  return lease.queue.ordered ? lease.queue.deadLetterAfter : Number.POSITIVE_INFINITY;
}

interface Claimed extends Attempt {
  readonly runs: Runs;
  readonly owner: string;
  readonly retries: number;
}

async function runClaimed(attempt: Claimed, input: unknown): Promise<Outcome> {
  const { runs, owner, task } = attempt;
  const ran = await invoke(attempt, input, attempt.retries + 1);
  if (ran.kind === 'threw') return failClaimed(attempt, ran.thrown);
  const result = task.result ? toResult(task, ran.value) : {};
  if ('error' in result) return endClaimed(attempt, 'invalid-result', toWireError(result.error, 0));
  const kept = await runs.complete(now(attempt), owner, { state: 'SUCCESS', ...result });
  // Another worker has taken the run over and acks the message when it is done.
  return kept ? DONE : BACK;
}

async function failClaimed(attempt: Claimed, thrown: unknown): Promise<Outcome> {
  const { runs, owner, copies, message, task, connection, lease } = attempt;
  const made = attempt.retries + 1;
  const error = toWireError(thrown, STACK_LENGTH_MAX);
  const decision = retry(task.retry, thrown, made, connection.ports.chance());
  if (decision.kind === 'give-up') return endClaimed(attempt, decision.reason, error);
  const seconds = Math.ceil(decision.afterMs / 1_000);
  if (lease.queue.ordered) {
    const released = await runs.release(now(attempt), owner, made, error);
    return released ? { kind: 'hold', seconds } : BACK;
  }
  // The copy first: a crash after it finds two messages of which one is dropped; the other order could find none.
  await copies.again(message, made, error, seconds);
  return (await runs.release(now(attempt), owner, made, error)) ? DONE : BACK;
}

async function endClaimed(attempt: Claimed, reason: DeadReason, error: WireError): Promise<Outcome> {
  const ended = await attempt.runs.complete(now(attempt), attempt.owner, { state: 'FAILURE', error, reason });
  if (!ended) return BACK;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.retries + 1,
  });
  return DONE;
}

async function runStateless(attempt: Attempt, input: unknown): Promise<Outcome> {
  const { copies, delivery, message, task, connection } = attempt;
  const made = message.attempt + 1;
  const ran = await invoke(attempt, input, made);
  if (ran.kind === 'returned') return DONE;
  const error = toWireError(ran.thrown, STACK_LENGTH_MAX);
  const decision = retry(task.retry, ran.thrown, made, connection.ports.chance());
  if (decision.kind === 'retry')
    await copies.again(message, made, error, Math.ceil(decision.afterMs / 1_000));
  else await copies.bury(delivery, message, { reason: decision.reason, error, attempt: made });
  return DONE;
}

/** Ends a run that does not start at all, and dead-letters its message. */
async function giveUp(attempt: Attempt, reason: DeadReason, error: WireError): Promise<Outcome> {
  const finished = await finish(attempt, { state: 'FAILURE', error, reason });
  if (finished !== undefined) return finished;
  await attempt.copies.bury(attempt.delivery, attempt.message, {
    reason,
    error,
    attempt: attempt.message.attempt,
  });
  return DONE;
}

async function revoke(attempt: Attempt): Promise<Outcome> {
  return (await finish(attempt, { state: 'REVOKED', reason: 'expired' })) ?? DONE;
}

/** Ends a run without a claim; an outcome when there is nothing left to do here. */
async function finish(attempt: Attempt, ending: Ending): Promise<Outcome | undefined> {
  const claim = await attempt.runs?.finish(now(attempt), ending);
  return claim === undefined || claim.kind === 'claimed' ? undefined : unclaimed(attempt, claim);
}

/** The message of a run that is not ours to run. */
async function unclaimed(
  attempt: Attempt,
  claim: Exclude<ClaimOutcome, { kind: 'claimed' }>,
): Promise<Outcome> {
  const { copies, delivery, message, connection } = attempt;
  switch (claim.kind) {
    case 'superseded':
      return DONE;
    case 'held':
      // Never acked while another runs it: both may be the same SQS message, and deleting it would lose the run.
      return copies.defer(
        message,
        Math.max(1, Math.ceil((claim.untilMs - connection.ports.clock.now()) / 1_000)),
      );
    case 'finished': {
      const { record } = claim;
      // Whoever ended it may have died before its dead letter was sent; a second one is dropped by its claim.
      if (record.state === 'FAILURE' && isDeadReason(record.reason)) {
        const end: End = { reason: record.reason, error: record.error, attempt: record.retries };
        await copies.bury(delivery, message, end);
      }
      return DONE;
    }
  }
}

/** Reasons come back from the record as text. */
function isDeadReason(reason: string | undefined): reason is DeadReason {
  return reason !== undefined;
}

function taskOf(connection: Connection, name: string): AnyTask | undefined {
  return connection.app.tasks.find((task) => task.name === name || task.aliases.includes(name));
}

function toRequest(step: Step, message: Message, task: AnyTask): ClaimRequest {
  return {
    id: message.id,
    task: task.name,
    queue: step.lease.queue.name,
    generation: message.generation,
    ...(step.lease.queue.ordered ? {} : { retries: message.attempt }),
    sentAt: message.sentAt,
    now: step.connection.ports.clock.now(),
  };
}

function now(attempt: Attempt): ClaimRequest {
  return { ...attempt.request, now: attempt.connection.ports.clock.now() };
}

/** On an ordered queue every retry is a receive, so there the record counts the crashes. */
function crashesNow(attempt: Attempt): number {
  return attempt.lease.queue.ordered ? 0 : attempt.message.crashes + attempt.delivery.receiveCount - 1;
}

function crashesOf(delivery: Delivery): number {
  const parsed = parseDelivery(delivery.body);
  return parsed.kind === 'message' ? parsed.message.crashes : 0;
}

function crashError(attempt: Attempt, crashes: number): WireError {
  const text = `${crashes} workers in a row died or ran out of time while task '${attempt.task.name}' was with them`;
  return { code: 'CRASHED', name: 'CeleriacError', message: text };
}

/** A suspect that is not started in time would be killed for a reason that is not its own. */
function isLate(attempt: Attempt): boolean {
  return attempt.connection.ports.clock.now() >= attempt.lease.startBefore;
}

function token(chance: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(chance() * 2 ** 32).toString(36)).join('');
}
