/**
 * What happens with one delivery: parse, validate, claim, run, complete, ack. Each step is followed by a
 * state in which a crash loses nothing: copies are sent before the old message is acked, records are ended
 * before what follows from the end is sent, and whoever finds a run ended sends what follows from it once
 * more.
 */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { isFinal } from '../core/task-state.ts';
import { keepsRecord } from '../define/task.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
import { type Arrival, readArrival } from './arrival.ts';
import {
  type Attempt,
  crashError,
  crashesNow,
  endClaimed,
  type Recorded,
  requestNow,
  runClaimed,
  runStateless,
  type Step,
} from './attempt.ts';
import type { Connection } from './client.ts';
import { createCopies } from './copies.ts';
import { parseDelivery } from './dead-letter.ts';
import { ackEarly } from './early.ts';
import { expiryOf } from './expiry.ts';
import { BACK, type Delivery, DONE, type Lease, type Outcome } from './outcome.ts';
import { fetchInput, parseInput } from './payload.ts';
import type { ClaimRequest } from './ports.ts';
import { drop, nobody, split, wait } from './unrun.ts';
import { giveUp, revoke, unclaimed } from './unstarted.ts';

export interface Deliveries {
  /** Never rejects: what goes wrong on our side brings the message back. */
  process(delivery: Delivery): Promise<Outcome>;
  /** Sends a message of a standard queue on as a copy that comes after `seconds`, without running it. */
  putOff(delivery: Delivery, seconds: number): Promise<Outcome>;
  /** Whether an earlier delivery of it had no outcome: it may have killed its worker. */
  isSuspect(delivery: Delivery): boolean;
  /** Whether one more delivery without an outcome is its end. */
  isLastChance(delivery: Delivery): boolean;
}

/** A claim outlives its function's deadline by this: clocks of machines differ. */
const LEASE_SPARE_MS = 5_000;

export function createDeliveries(connection: Connection, lease: Lease): Deliveries {
  const copies = createCopies(connection, lease.queue, lease.batch.queueName);
  const step = { connection, lease, copies };
  return {
    isSuspect: (delivery) => crashesOf(delivery) > 0,
    isLastChance: (delivery) => crashesOf(delivery) === lease.queue.deadLetterAfter - 1,
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
    async putOff(delivery, seconds) {
      try {
        const arrival = readArrival(connection, lease.queue, delivery);
        // What runs no code of the user's can be dealt with at once.
        if (arrival.kind !== 'run' || (await hasEnded(step, delivery, arrival)))
          return await this.process(delivery);
        return await copies.postpone(arrival.message, crashesOf(delivery), seconds);
      } catch {
        return BACK;
      }
    },
  };
}

/**
 * Whether a message's run is over: what is left to do with it runs no task. Put off, it would go round until
 * its turn to run alone, and its duplicates with it.
 */
async function hasEnded(step: Step, delivery: Delivery, arrival: Runnable): Promise<boolean> {
  const { runs, message } = toRecorded(step, delivery, arrival);
  // Without an answer it is put off as if it were not over.
  const record = (await runs?.read([message.id]).catch(() => undefined))?.get(message.id);
  if (record === undefined || record.generation < message.generation) return false;
  return record.generation > message.generation || isFinal(record.state);
}

/**
 * Something between us and AWS failed. The message goes on as a copy, since a delivery that just comes back
 * counts as a crash; where that cannot be sent either, it comes back.
 */
async function later(step: Step, delivery: Delivery, error: WireError): Promise<Outcome> {
  try {
    const arrival = readArrival(step.connection, step.lease.queue, delivery);
    if (step.lease.queue.ordered || arrival.kind === 'malformed' || arrival.kind === 'newer') return BACK;
    const { message } = arrival;
    const putOff = await step.copies.deferFailed(delivery, message, crashesOf(delivery));
    if (putOff !== undefined) return putOff;
    const recorded =
      arrival.kind === 'run'
        ? toRecorded(step, delivery, arrival)
        : { ...toRecorded(step, delivery, { message, task: undefined }), runs: undefined };
    // What was out of reach for so long may be the records: the message ends with or without one.
    return await giveUp(recorded, 'worker-error', error).catch(() =>
      giveUp({ ...recorded, runs: undefined }, 'worker-error', error),
    );
  } catch {
    return BACK;
  }
}

async function processOne(step: Step, delivery: Delivery): Promise<Outcome> {
  const { connection, copies, lease } = step;
  const arrival = readArrival(connection, lease.queue, delivery);
  switch (arrival.kind) {
    case 'malformed':
      await copies.buryForeign(delivery, 'malformed', arrival.why);
      return DONE;
    case 'newer':
      return copies.deferNewer(delivery, arrival);
    case 'wait':
      return wait(step, delivery, arrival);
    case 'split':
      return split(step, delivery, arrival);
    case 'over-matched':
      return drop(step, arrival);
    case 'nobody':
      return nobody(step, delivery, arrival);
    case 'run':
      return run(step, delivery, arrival);
  }
}

type Runnable = Pick<Extract<Arrival, { kind: 'run' }>, 'message' | 'task' | 'consumer'>;

async function run(step: Step, delivery: Delivery, arrival: Runnable): Promise<Outcome> {
  const { connection, copies, lease } = step;
  const { message, task, consumer } = arrival;
  const recorded = toRecorded(step, delivery, arrival);
  if (task?.run === undefined) {
    const putOff = await copies.deferUnknown(delivery, message);
    return putOff ?? giveUp(recorded, 'unknown-task', unknownError(message));
  }
  // The task has moved to another queue, and this queue's worker has no records any more: it could not keep
  // the result, nor see that the run was begun before.
  if (keepsRecord(task) && recorded.runs === undefined && task.queue.name !== lease.queue.name)
    return copies.forward(message, task.queue);
  const attempt: Attempt = { ...recorded, task, consumer };
  const expiresAt = expiryOf(lease.queue, message);
  if (expiresAt !== undefined && expiresAt <= connection.ports.clock.now()) return revoke(attempt, expiresAt);
  if (crashesNow(attempt) >= lease.queue.deadLetterAfter) {
    return giveUp(attempt, 'crashed', crashError(attempt, crashesNow(attempt)));
  }
  if (isLate(attempt)) return copies.postpone(message, crashesNow(attempt), 0);
  return start(attempt);
}

/** A message and the record of its run; of a task that nobody here knows, one is kept if anything is. */
function toRecorded(step: Step, delivery: Delivery, { message, task, consumer }: Runnable): Recorded {
  // On an ordered queue the record alone counts attempts, also those of a task that has moved elsewhere.
  const kept =
    task === undefined ||
    keepsRecord(task) ||
    consumer?.once === true ||
    message.claim ||
    step.lease.queue.ordered;
  const runs = kept ? step.connection.ports.runs : undefined;
  return { ...step, delivery, message, runs, request: toRequest(step, message, task?.name ?? message.task) };
}

function unknownError({ task }: Message): WireError {
  const text = `no worker of this queue has known task '${task}' for 24 h`;
  return toWireError(new CeleriacError('UNKNOWN_TASK', text), 0);
}

/** Fetches and parses the input, then claims and runs. */
async function start(attempt: Attempt): Promise<Outcome> {
  const { connection, message, task, consumer } = attempt;
  const fetched = await fetchInput(message, connection.ports.blobs);
  if (fetched === undefined) return giveUp(attempt, 'payload-lost', lostError(message));
  const input = await parseInput(task, fetched.input);
  if ('error' in input) return giveUp(attempt, 'invalid-input', toWireError(input.error, STACK_LENGTH_MAX));
  const isEarly = consumer?.ack === 'early';
  if (attempt.runs === undefined)
    return (isEarly ? await ackEarly(attempt) : undefined) ?? runStateless(attempt, input.value);
  const owner = token(connection.ports.chance);
  const leaseUntil = attempt.lease.batch.deadline + LEASE_SPARE_MS;
  const claim = await attempt.runs.claim(requestNow(attempt), owner, leaseUntil);
  if (claim.kind !== 'claimed') return unclaimed(attempt, claim);
  const claimed = { ...attempt, runs: attempt.runs, owner, retries: claim.retries };
  if (claim.crashes >= crashesAllowed(attempt))
    return endClaimed(claimed, 'crashed', crashError(attempt, claim.crashes));
  return (isEarly ? await ackEarly(claimed) : undefined) ?? runClaimed(claimed, input.value);
}

function lostError({ blob }: Message): WireError {
  const text = `the input is not in the app's bucket any more: there is no '${blob}'`;
  return toWireError(new CeleriacError('PAYLOAD_LOST', text), 0);
}

/**
 * How many claims without an outcome a task survives. On a standard queue the receive count has been asked
 * before: it does not count the claims whose completion AWS refused.
 */
function crashesAllowed({ task, lease }: Attempt): number {
  if (task.crashed === 'deadLetter') return 1;
  return lease.queue.ordered ? lease.queue.deadLetterAfter : Number.POSITIVE_INFINITY;
}

function toRequest(step: Step, message: Message, task: string): ClaimRequest {
  return {
    id: message.id,
    task,
    queue: step.lease.queue.name,
    generation: message.generation,
    ...(step.lease.queue.ordered ? {} : { retries: message.attempt }),
    sentAt: message.sentAt,
    now: step.connection.ports.clock.now(),
  };
}

/** How many deliveries of a message of a standard queue had no outcome. */
function crashesOf(delivery: Delivery): number {
  const parsed = parseDelivery(delivery.body);
  return (parsed.kind === 'message' ? parsed.message.crashes : 0) + delivery.receiveCount - 1;
}

/** A suspect that is not started in time would be killed for a reason that is not its own. */
function isLate(attempt: Attempt): boolean {
  return attempt.connection.ports.clock.now() >= attempt.lease.startBefore;
}

function token(chance: () => number): string {
  return Array.from({ length: 4 }, () => Math.floor(chance() * 2 ** 32).toString(36)).join('');
}
