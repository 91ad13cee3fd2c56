/**
 * What happens with one delivery: parse, validate, claim, run, complete, ack. Each step is followed by a
 * state in which a crash loses nothing: copies are sent before the old message is acked, records are ended
 * before what follows from the end is sent, and whoever finds a run ended sends what follows from it once
 * more.
 */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { isFinal } from '../core/task-state.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { CeleriacError, toWireError, type WireError } from '../errors.ts';
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
import { BACK, type Delivery, DONE, type Lease, type Outcome } from './outcome.ts';
import { parseInput } from './payload.ts';
import type { ClaimRequest } from './ports.ts';
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
  const copies = createCopies(connection, lease.queue);
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
      const parsed = parseDelivery(delivery.body);
      // What is no message of ours runs no task, so it can be dealt with at once.
      if (parsed.kind !== 'message') return this.process(delivery);
      if (await hasEnded(step, delivery, parsed.message)) return this.process(delivery);
      return copies.postpone(parsed.message, crashesOf(delivery), seconds).catch(() => BACK);
    },
  };
}

/**
 * Whether a message's run is over: what is left to do with it runs no task. Put off, it would go round until
 * its turn to run alone, and its duplicates with it.
 */
async function hasEnded(step: Step, delivery: Delivery, message: Message): Promise<boolean> {
  const { runs } = toRecorded(step, delivery, message, taskOf(step.connection, message.task));
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
  const parsed = parseDelivery(delivery.body);
  if (step.lease.queue.ordered || parsed.kind !== 'message') return BACK;
  const { message } = parsed;
  try {
    const putOff = await step.copies.deferFailed(delivery, message, crashesOf(delivery));
    if (putOff !== undefined) return putOff;
    const task = taskOf(step.connection, message.task);
    // What was out of reach for so long may be the records: the message ends with or without one.
    return await giveUp(toRecorded(step, delivery, message, task), 'worker-error', error).catch(() =>
      giveUp({ ...toRecorded(step, delivery, message, task), runs: undefined }, 'worker-error', error),
    );
  } catch {
    return BACK;
  }
}

async function processOne(step: Step, delivery: Delivery): Promise<Outcome> {
  const { connection, copies, lease } = step;
  const parsed = parseDelivery(delivery.body);
  if (parsed.kind === 'foreign') {
    await copies.buryForeign(delivery, 'malformed', parsed.why);
    return DONE;
  }
  if (parsed.kind === 'newer') return copies.deferNewer(delivery, parsed);
  const { message } = parsed;
  const task = taskOf(connection, message.task);
  const recorded = toRecorded(step, delivery, message, task);
  if (task?.run === undefined) {
    const putOff = await copies.deferUnknown(delivery, message);
    return putOff ?? giveUp(recorded, 'unknown-task', unknownError(message));
  }
  // The task has moved to another queue, and this queue's worker has no records any more: it could not keep
  // the result, nor see that the run was begun before.
  if (keepsRecord(task) && recorded.runs === undefined && task.queue.name !== lease.queue.name)
    return copies.forward(message, task.queue);
  const attempt = { ...recorded, task };
  if (message.expiresAt !== undefined && message.expiresAt <= connection.ports.clock.now())
    return revoke(attempt);
  if (crashesNow(attempt) >= lease.queue.deadLetterAfter) {
    return giveUp(attempt, 'crashed', crashError(attempt, crashesNow(attempt)));
  }
  if (isLate(attempt)) return copies.postpone(message, crashesNow(attempt), 0);
  return start(attempt);
}

/** A message and the record of its run; of a task that nobody here knows, one is kept if anything is. */
function toRecorded(step: Step, delivery: Delivery, message: Message, task: AnyTask | undefined): Recorded {
  // On an ordered queue the record alone counts attempts, also those of a task that has moved elsewhere.
  const kept = task === undefined || keepsRecord(task) || message.claim || step.lease.queue.ordered;
  const runs = kept ? step.connection.ports.runs : undefined;
  return { ...step, delivery, message, runs, request: toRequest(step, message, task?.name ?? message.task) };
}

function unknownError({ task }: Message): WireError {
  const text = `no worker of this queue has known task '${task}' for 24 h`;
  return toWireError(new CeleriacError('UNKNOWN_TASK', text), 0);
}

/** Parses the input, then claims and runs. */
async function start(attempt: Attempt): Promise<Outcome> {
  const input = await parseInput(attempt.task, attempt.message.input);
  if ('error' in input) return giveUp(attempt, 'invalid-input', toWireError(input.error, STACK_LENGTH_MAX));
  if (attempt.runs === undefined) return runStateless(attempt, input.value);
  const owner = token(attempt.connection.ports.chance);
  const leaseUntil = attempt.lease.batch.deadline + LEASE_SPARE_MS;
  const claim = await attempt.runs.claim(requestNow(attempt), owner, leaseUntil);
  if (claim.kind !== 'claimed') return unclaimed(attempt, claim);
  const claimed = { ...attempt, runs: attempt.runs, owner, retries: claim.retries };
  if (claim.crashes >= crashesAllowed(attempt))
    return endClaimed(claimed, 'crashed', crashError(attempt, claim.crashes));
  return runClaimed(claimed, input.value);
}

/**
 * How many claims without an outcome a task survives. On a standard queue the receive count has been asked
 * before: it does not count the claims whose completion AWS refused.
 */
function crashesAllowed({ task, lease }: Attempt): number {
  if (task.crashed === 'deadLetter') return 1;
  return lease.queue.ordered ? lease.queue.deadLetterAfter : Number.POSITIVE_INFINITY;
}

function taskOf(connection: Connection, name: string): AnyTask | undefined {
  return connection.app.tasks.find((task) => task.name === name || task.aliases.includes(name));
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
