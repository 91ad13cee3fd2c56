/**
 * What happens with one delivery: parse, validate, claim, run, complete, ack. Each step is followed by a
 * state in which a crash loses nothing: copies are sent before the old message is acked, records are ended
 * before what follows from the end is sent, and whoever finds a run ended sends what follows from it once
 * more.
 */
import { RECEIVES_SPARE, STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { keepsRecord } from '../define/task.ts';
import { CeleriacError, type ErrorCode, toWireError, type WireError } from '../errors.ts';
import { type Arrival, readArrival } from './arrival.ts';
import { type Attempt, crashError, crashesNow, type Recorded, type Step } from './attempt.ts';
import type { Connection } from './client.ts';
import { conduct } from './conductor.ts';
import { createCopies } from './copies.ts';
import { parseDelivery } from './dead-letter.ts';
import { expiryOf } from './expiry.ts';
import { BACK, type Delivery, DONE, type Lease, type Outcome } from './outcome.ts';
import type { ClaimRequest } from './ports.ts';
import { guarding, learnMessage, wireOf } from './secrets.ts';
import { start } from './start.ts';
import { unrun } from './unrun.ts';
import { expire, giveUp, sendOn, spared } from './unstarted.ts';

/** Set by the bundler to `false` for an app of tasks alone. */
declare const CELERIAC_MESSAGING: boolean | undefined;
/** Set by the bundler to `false` where no workflow goes through; see serve.ts. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

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

export function createDeliveries(connection: Connection, lease: Lease): Deliveries {
  const shared = createStep(connection, lease);
  // What a message teaches of its secrets is its own; without secrets all share what they go through.
  const toStep = (): Step => {
    const own = guarding(connection);
    return own === connection ? shared : createStep(own, lease);
  };
  const process = async (delivery: Delivery): Promise<Outcome> => {
    const step = toStep();
    try {
      return await processOne(step, delivery);
    } catch (thrown) {
      const error = wireOf(step.connection, thrown, STACK_LENGTH_MAX);
      const about = { queue: lease.queue.name, messageId: delivery.messageId, error };
      step.connection.ports.log({ level: 'error', message: 'a delivery failed', ...about });
      return sendOnFailed(step, delivery, error);
    }
  };
  return {
    isSuspect: (delivery) => crashesOf(delivery) > 0,
    isLastChance: (delivery) => crashesOf(delivery) >= lease.queue.deadLetterAfter - 1,
    process,
    async putOff(delivery, seconds) {
      try {
        const arrival = readArrival(connection, lease.queue, delivery);
        // What runs no code of the user's can be dealt with at once.
        if (arrival.kind !== 'run') return await process(delivery);
        const step = toStep();
        learnMessage(step.connection, arrival.task, arrival.message);
        const recorded = { ...toRecorded(step, delivery, arrival), task: arrival.task };
        return await sendOn(recorded, seconds, crashesOf(delivery));
      } catch {
        return BACK;
      }
    },
  };
}

function createStep(connection: Connection, lease: Lease): Step {
  return { connection, lease, copies: createCopies(connection, lease.queue, lease.batch.queueName) };
}

/**
 * Something between us and AWS failed. The message goes on as a copy, since a delivery that just comes back
 * counts as a crash; where that cannot be sent either, it comes back.
 */
async function sendOnFailed(step: Step, delivery: Delivery, error: WireError): Promise<Outcome> {
  try {
    const arrival = readArrival(step.connection, step.lease.queue, delivery);
    if (step.lease.queue.ordered || arrival.kind === 'malformed' || arrival.kind === 'newer') return BACK;
    const recorded =
      arrival.kind === 'run'
        ? { ...toRecorded(step, delivery, arrival), task: arrival.task }
        : { ...toRecorded(step, delivery, { message: arrival.message, task: undefined }), runs: undefined };
    const putOff = await step.copies.deferFailed(delivery, arrival.message, crashesOf(delivery), (seconds) =>
      spared(recorded, seconds),
    );
    return putOff ?? (await giveUp(recorded, 'worker-error', error).catch(() => leave(recorded, error)));
  } catch {
    return BACK;
  }
}

/**
 * What could not be given up, since its record, or what follows from its end, is out of reach, comes back for
 * both as long as it may. Then it is a dead letter, and nothing is told of the run, which may have ended
 * otherwise.
 */
async function leave({ copies, delivery, lease, message }: Recorded, error: WireError): Promise<Outcome> {
  if (delivery.receiveCount < lease.queue.deadLetterAfter) return BACK;
  await copies.bury(delivery, message, { reason: 'worker-error', error, attempt: message.attempt });
  return DONE;
}

async function processOne(step: Step, delivery: Delivery): Promise<Outcome> {
  const { connection, copies, lease } = step;
  const arrival = readArrival(connection, lease.queue, delivery);
  if ('message' in arrival)
    learnMessage(connection, 'task' in arrival ? arrival.task : undefined, arrival.message);
  switch (arrival.kind) {
    case 'malformed':
      await copies.buryForeign(delivery, 'malformed', arrival.why);
      return DONE;
    case 'newer':
      return copies.deferNewer(delivery, arrival);
    case 'run':
      return run(step, delivery, arrival);
    case 'wait':
    case 'split':
    case 'over-matched':
    case 'nobody':
      return typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING
        ? unrun(step, delivery, arrival)
        : BACK;
  }
}

type Runnable = Pick<Extract<Arrival, { kind: 'run' }>, 'message' | 'task' | 'consumer'>;

async function run(step: Step, delivery: Delivery, arrival: Runnable): Promise<Outcome> {
  const { connection, copies, lease } = step;
  const { message, task, consumer } = arrival;
  const recorded = toRecorded(step, delivery, arrival);
  if ((typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS) && isWorkflowStart(recorded))
    return startWorkflow(recorded);
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
  if (expiresAt !== undefined && expiresAt <= connection.ports.clock.now()) return expire(attempt, expiresAt);
  if (await hasCrashed(attempt)) return giveUp(attempt, 'crashed', crashError(attempt, crashesNow(attempt)));
  if (isLate(attempt) || isLastReceive(attempt)) return sendOn(attempt, 0, crashesNow(attempt));
  return start(attempt);
}

/**
 * Whether too many workers died with a message. A delivery that came twice and one whose ack was lost look as
 * if one had, but a record knows how many attempts were begun and not ended. A message that kills its worker
 * before its claim has twice as many deliveries.
 */
async function hasCrashed(attempt: Recorded): Promise<boolean> {
  const crashes = crashesNow(attempt);
  const { deadLetterAfter } = attempt.lease.queue;
  const { runs, message } = attempt;
  if (crashes < deadLetterAfter) return false;
  if (runs === undefined || crashes >= UNSEEN * deadLetterAfter) return true;
  const { open = 0 } = (await runs.read([message.id])).get(message.id) ?? {};
  return open >= deadLetterAfter;
}

/** Of what no record can tell, so many times as many crashes are allowed. */
const UNSEEN = 2;

/**
 * Whether SQS would dead-letter a message at its next receive, without a reason and with nothing that follows
 * from its end. Of a copy it counts anew.
 */
function isLastReceive({ lease, delivery }: Recorded): boolean {
  const { ordered, deadLetterAfter } = lease.queue;
  return !ordered && delivery.receiveCount >= deadLetterAfter + RECEIVES_SPARE;
}

/** Starts a part of a workflow; one that kills its workers ends the workflow. */
function startWorkflow(recorded: Recorded): Promise<Outcome> {
  const crashes = crashesNow(recorded);
  // Nothing of the user's runs here, so most of them are deliveries that came twice.
  if (crashes < UNSEEN * recorded.lease.queue.deadLetterAfter)
    return isLastReceive(recorded) ? sendOn(recorded, 0, crashes) : conduct(recorded);
  const text = `${crashes} workers in a row died or ran out of time while they started a part of a workflow`;
  return giveUp(recorded, 'crashed', {
    code: 'CRASHED' satisfies ErrorCode,
    name: 'CeleriacError',
    message: text,
  });
}

/** Whether a message starts a part of a workflow, here where there are the records for it. */
function isWorkflowStart({ message, connection }: Recorded): boolean {
  return message.workflow?.start !== undefined && connection.ports.state?.workflows !== undefined;
}

/** A message and the record of its run; of a task that nobody here knows, one is kept if anything is. */
export function toRecorded(step: Step, delivery: Delivery, { message, task, consumer }: Runnable): Recorded {
  // On an ordered queue the record alone counts attempts, also those of a task that has moved elsewhere.
  const kept =
    task === undefined ||
    keepsRecord(task) ||
    consumer?.once === true ||
    message.claim ||
    step.lease.queue.ordered;
  const runs = kept ? step.connection.ports.runs : undefined;
  const first =
    delivery.receiveCount === 1 &&
    message.generation + message.attempt + message.crashes + message.deferrals === 0;
  const request = toRequest(step, message, task?.name ?? message.task, first);
  const { connection, lease, copies } = step;
  return { connection, lease, copies, delivery, message, runs, request };
}

function unknownError({ task }: Message): WireError {
  const text = `no worker of this queue has known task '${task}' for 24 h`;
  return toWireError(new CeleriacError('UNKNOWN_TASK', text), 0);
}

function toRequest(
  { lease, connection }: Step,
  message: Message,
  task: string,
  first: boolean,
): ClaimRequest {
  const { ordered, name: queue } = lease.queue;
  const { id, generation, sentAt, attempt, workflow } = message;
  const now = connection.ports.clock.now();
  const request = { id, task, queue, generation, sentAt, now, first };
  const own = ordered ? request : { ...request, retries: attempt };
  return workflow === undefined ? own : { ...own, workflow: { id: workflow.id, path: workflow.path } };
}

/** How many deliveries of a message of a standard queue had no outcome. */
export function crashesOf(delivery: Delivery): number {
  const parsed = parseDelivery(delivery.body);
  return (parsed.kind === 'message' ? parsed.message.crashes : 0) + delivery.receiveCount - 1;
}

/** A suspect that is not started in time would be killed for a reason that is not its own. */
function isLate(attempt: Attempt): boolean {
  return attempt.connection.ports.clock.now() >= attempt.lease.startBefore;
}
