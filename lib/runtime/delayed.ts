/**
 * Messages that must wait longer, or elsewhere, than SQS delays: beyond 15 minutes, on ordered queues, and
 * published ones. They go through the queue of `later`, and for what is beyond its 15 minutes through a
 * one-shot timer.
 *
 * Only `later` makes such timers: a sender that made its own would need a second service, a role to pass and
 * their client in its bundle, where a message more does. What is too large for a timer (a quarter of what SQS
 * takes) waits in the queue of `later`, 15 minutes at a time: to refuse it would save a few requests.
 */
import { fromMilliseconds } from '../core/duration.ts';
import {
  BATCH_BYTES_MAX,
  BLOB_DAYS,
  DELAY_MS_MAX,
  RETENTION_MS,
  TIMER_INPUT_BYTES_MAX,
  WAIT_MS_MAX,
} from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { planWait } from '../core/schedule/delay.ts';
import { encodeLater, type WaitingMessage } from '../core/schedule/fire.ts';
import { SendError } from '../errors.ts';
import type { Outbox } from './outbox.ts';
import type { Clock, OutgoingMessage } from './ports.ts';
import type { Timers } from './schedule-ports.ts';

export interface DelayPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly outbox: Pick<Outbox, 'send'>;
  /** The name of the queue of `later`. */
  readonly laterQueueName: string;
  /** undefined for everybody but `later` itself, to which everybody else hands what waits long. */
  readonly timers: Pick<Timers, 'once'> | undefined;
}

/**
 * Puts a message where it waits for its time; the same message put again waits once.
 * @param id names its timer.
 * @throws SendError MESSAGE_TOO_LARGE where SQS takes no message of this size.
 */
export async function wait(
  { clock, outbox, laterQueueName, timers }: DelayPorts,
  id: string,
  dueAt: number,
  message: WaitingMessage,
): Promise<void> {
  const plan = planWait(dueAt, clock.now());
  const body = encodeLater(message);
  if (sizeBytes(body) > BATCH_BYTES_MAX) {
    const text =
      `a message that waits travels inside another, of ${BATCH_BYTES_MAX / 1024} KiB at most (SQS); ` +
      `this one has ${sizeBytes(body)} bytes; send a reference to the data instead`;
    throw new SendError('MESSAGE_TOO_LARGE', text, { allowed: BATCH_BYTES_MAX });
  }
  switch (plan.kind) {
    case 'due':
      return outbox.send(laterQueueName, { body });
    case 'queue':
      return outbox.send(laterQueueName, { body, delaySeconds: plan.delaySeconds });
    case 'timer':
      if (timers === undefined) return outbox.send(laterQueueName, { body });
      if (sizeBytes(body) > TIMER_INPUT_BYTES_MAX)
        return outbox.send(laterQueueName, { body, delaySeconds: DELAY_MS_MAX / 1_000 });
      return timers.once(id, plan.at, body);
  }
}

/** A message for a queue that waits first. */
export interface Waiting {
  /** Names its timer: another one for each copy of a message. */
  readonly id: string;
  readonly queueName: string;
  readonly outgoing: OutgoingMessage;
}

/** Puts a message for a queue where it waits; the same message put again waits once. */
export function putOff(ports: DelayPorts | undefined, dueAt: number, waiting: Waiting): Promise<void> {
  const { id, queueName, outgoing } = waiting;
  const { delaySeconds: _, ...message } = outgoing;
  return wait(present(ports), id, dueAt, { kind: 'message', message: { id, queueName, dueAt, ...message } });
}

/** Puts a publish where it waits. */
export function putOffPublish(
  ports: DelayPorts | undefined,
  dueAt: number,
  { id, body }: { readonly id: string; readonly body: string },
): Promise<void> {
  return wait(present(ports), id, dueAt, { kind: 'publish', publish: { id, body, dueAt } });
}

/** Whether `later` takes a message with this body, in an envelope of its own. */
export function fitsInside(body: string): boolean {
  return sizeBytes(JSON.stringify(body)) + ENVELOPE_BYTES_MAX <= BATCH_BYTES_MAX;
}

/**
 * So long a message may wait whose input lies in the app's bucket: that keeps it for 29 days, and SQS the
 * message for 14 of them once it is due.
 */
export const BLOB_WAIT_MS_MAX = BLOB_DAYS * 86_400_000 - RETENTION_MS;

/** @throws SendError DELAY_TOO_LONG for an input that the bucket has no more when its message has come. */
export function checkBlobWait(what: string, waitMs: number): void {
  if (waitMs <= BLOB_WAIT_MS_MAX) return;
  const text =
    `${what}: its input is too large for a message, and in the app's bucket it can wait for ` +
    `'${fromMilliseconds(BLOB_WAIT_MS_MAX)}' at most; wait less, or send a reference to the data`;
  throw new SendError('DELAY_TOO_LONG', text, { value: waitMs, allowed: BLOB_WAIT_MS_MAX });
}

/** Names of queues, ids, groups and times beside a body. */
const ENVELOPE_BYTES_MAX = 2_048;

/**
 * Looks at how long a message is to wait; `what` names it.
 * @throws SendError DELAY_TOO_LONG beyond a year, and in an app without `later` beyond what SQS delays;
 * DELAY_ON_ORDERED_QUEUE there.
 */
export function checkWait(
  what: string,
  queue: { readonly name: string; readonly ordered: boolean },
  waitMs: number,
  patient: boolean,
): void {
  const maxMs = patient ? WAIT_MS_MAX : queue.ordered ? 0 : DELAY_MS_MAX;
  if (waitMs <= maxMs) return;
  if (!patient && queue.ordered) {
    const why = `queue '${queue.name}' is ordered, and SQS delays no single message of an ordered queue`;
    throw new SendError('DELAY_ON_ORDERED_QUEUE', `${what}: ${why}; ${DEPLOY_LATER}`, { value: waitMs });
  }
  const asked = `${what}: a delay of ${Math.round(waitMs / 1_000)} s is longer than`;
  const text = patient
    ? `${asked} '${fromMilliseconds(maxMs)}'; add a schedule with the trigger at() instead`
    : `${asked} SQS's '${fromMilliseconds(maxMs)}'; ${DEPLOY_LATER}`;
  throw new SendError('DELAY_TOO_LONG', text, { value: waitMs, allowed: maxMs });
}

/** What to do where an app has no `later`. */
export const DEPLOY_LATER = 'drop longDelays: false from defineApp, and deploy';

function present(ports: DelayPorts | undefined): DelayPorts {
  if (ports !== undefined) return ports;
  throw new SendError('DELAY_TOO_LONG', `there is nothing in which a message waits; ${DEPLOY_LATER}`);
}
