/**
 * How a message goes on: to another attempt, or to later. On a standard queue as a new copy, and the old one
 * is acked, so SQS's receive count means crashes only and nothing hidden piles up. A copy in an ordered queue
 * would lose its place: there a message is held where it is.
 */
import { DEFERRED_MS_MAX, DELAY_MS_MAX } from '../core/limits.ts';
import { type Message, type Parsed, toBody, withHistory } from '../core/message.ts';
import type { Queue } from '../define/queue.ts';
import { queueName } from '../define/resource-name.ts';
import { isWaitQueue } from '../define/work.ts';
import type { WireError } from '../errors.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
import { createDeadLetters, type DeadLetters, foreignLetterOf } from './dead-letter.ts';
import { fitsInside, putOff } from './delayed.ts';
import { encoded } from './encoded.ts';
import { groupBy } from './forwarder.ts';
import { ONE_GROUP } from './group.ts';
import { levelOf } from './level.ts';
import { type Delivery, DONE, type Outcome } from './outcome.ts';
import type { OutgoingMessage } from './ports.ts';

export interface Copies extends DeadLetters {
  /** Sends the message for its next attempt. Standard queues only. */
  again(message: Message, attempt: number, error: WireError, seconds: number): Promise<void>;
  /** Puts off, without an attempt and with what is known of its crashes, a message that cannot start now. */
  postpone(message: Message, crashes: number, seconds: number): Promise<Outcome>;
  /** Sends a message on to another queue: its task has moved there. */
  forward(message: Message, to: Queue): Promise<Outcome>;
  /** Sends the copies that several takers get of one message, each to its own place in the same queue. */
  split(delivery: Delivery, copies: readonly Message[]): Promise<Outcome>;
  /**
   * Puts off a message that failed through no fault of its task (AWS was out of reach), unless something else
   * becomes of it, which `instead` tells; undefined when that has gone on for 24 h.
   */
  deferFailed(
    delivery: Delivery,
    message: Message,
    crashes: number,
    instead: (seconds: number) => Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined>;
  /** Puts off a message of a task that this worker does not know; undefined likewise. */
  deferUnknown(delivery: Delivery, message: Message): Promise<Outcome | undefined>;
  /** Puts off a message of a newer version; after 24 h it is dead-lettered. */
  deferNewer(delivery: Delivery, newer: Extract<Parsed, { kind: 'newer' }>): Promise<Outcome>;
}

const DEFER_FIRST_SECONDS = 10;

interface Place {
  readonly connection: Connection;
  readonly queue: Queue;
  /** The queue's own name at SQS, or that of the level. */
  readonly name: string;
  readonly dead: DeadLetters;
}

export function createCopies(connection: Connection, queue: Queue, name: string): Copies {
  const dead = createDeadLetters(connection, queue);
  const place = { connection, queue, name, dead };
  return {
    ...dead,
    async again(message, attempt, error, seconds) {
      const at = connection.ports.clock.now();
      const { generation } = message;
      const {
        deferredSince: _,
        wait: __,
        ...past
      } = withHistory(message, {
        at,
        kind: 'retry',
        generation,
        attempt,
        error,
      });
      await retryLater(place, { ...past, attempt, crashes: 0 }, seconds);
    },
    postpone: (message, crashes, seconds) =>
      postpone(place, { ...message, deferrals: message.deferrals + 1, crashes }, seconds),
    forward: (message, to) => forward(connection, message, to),
    split: (delivery, copies) => split(place, delivery, copies),
    deferFailed: (delivery, message, crashes, instead) =>
      deferSince(place, delivery, { ...message, crashes }, instead),
    deferUnknown: (delivery, message) => deferSince(place, delivery, message),
    deferNewer: (delivery, newer) => deferNewer(place, delivery, newer),
  };
}

/** The next attempt of a message on a standard queue, after any time. */
async function retryLater(place: Place, message: Message, seconds: number): Promise<void> {
  const { connection, queue, name } = place;
  const body = encoded(message);
  const group = groupBy(queue.fairBy, message);
  // A body that is too large to wait inside another comes after 15 minutes, which is better than never.
  if (seconds * 1_000 <= DELAY_MS_MAX || !fitsInside(body)) {
    await sendLater(place, body, seconds, group);
    return;
  }
  const dueAt = connection.ports.clock.now() + seconds * 1_000;
  const outgoing = { body, ...(group === undefined ? {} : { group }) };
  await putOff(connection.delays, dueAt, { id: deduplicationOf(message), queueName: name, outgoing });
}

/** Lets a message come again after so long: as a copy, or held where it is. */
function postpone(place: Place, message: Message, seconds: number): Promise<Outcome> {
  if (place.queue.ordered) return Promise.resolve({ kind: 'hold', seconds });
  return sendLater(place, encoded(message), seconds, groupBy(place.queue.fairBy, message));
}

async function sendLater(
  { connection, queue, name }: Place,
  body: string,
  seconds: number,
  group?: string,
): Promise<Outcome> {
  const delaySeconds = Math.min(seconds, DELAY_MS_MAX / 1_000);
  // In a wait queue a message without a delay of its own would wait all over again.
  const delay = delaySeconds > 0 || isWaitQueue(connection.app, queue) ? { delaySeconds } : {};
  await connection.outbox.send(name, { body, ...delay, ...(group === undefined ? {} : { group }) });
  return DONE;
}

async function split(
  { connection, queue, name }: Place,
  delivery: Delivery,
  copies: readonly Message[],
): Promise<Outcome> {
  const place = (message: Message): Partial<OutgoingMessage> => {
    const group = queue.ordered ? (delivery.group ?? ONE_GROUP) : groupBy(queue.fairBy, message);
    if (group === undefined) return {};
    return queue.ordered ? { group, deduplication: deduplicationOf(message) } : { group };
  };
  await Promise.all(
    copies.map((message) => connection.outbox.send(name, { body: encoded(message), ...place(message) })),
  );
  return DONE;
}

/** The first time at once; workers of two versions that send it to and fro take their time. */
async function forward({ app, space, outbox }: Connection, message: Message, to: Queue): Promise<Outcome> {
  const name = queueName(app.name, space.stage, to, levelOf(to, message));
  const { enteredAt: _, ...before } = message;
  const moved = { ...before, deferrals: message.deferrals + 1 };
  const delaySeconds = message.deferrals > 0 ? growing(message.deferrals) : 0;
  if (!to.ordered) {
    const group = groupBy(to.fairBy, moved);
    await outbox.send(name, {
      body: encoded(moved),
      ...(delaySeconds > 0 ? { delaySeconds } : {}),
      ...(group === undefined ? {} : { group }),
    });
    return DONE;
  }
  // The queue's function takes the input of its tasks, which only the user's own types know.
  const group = message.group ?? to.groupBy?.(message.input as never) ?? ONE_GROUP;
  const deduplication = deduplicationOf(moved);
  await outbox.send(name, { body: encoded({ ...moved, group }), group, deduplication });
  return DONE;
}

/** Puts a message off at growing intervals; undefined when that has gone on for 24 h. */
async function deferSince(
  place: Place,
  delivery: Delivery,
  message: Message,
  instead: (seconds: number) => Promise<Outcome | undefined> = async () => undefined,
): Promise<Outcome | undefined> {
  const { since, deferrals } = waitOf(place, delivery, message);
  if (place.connection.ports.clock.now() - since > DEFERRED_MS_MAX) return undefined;
  const seconds = growing(deferrals);
  const copy = { ...message, deferrals: message.deferrals + 1, deferredSince: since };
  return (await instead(seconds)) ?? postpone(place, copy, seconds);
}

async function deferNewer(
  place: Place,
  delivery: Delivery,
  newer: Extract<Parsed, { kind: 'newer' }>,
): Promise<Outcome> {
  const at = place.connection.ports.clock.now();
  const { since, deferrals } = waitOf(place, delivery, newer.body);
  if (at - since > DEFERRED_MS_MAX) {
    const why = `its envelope has version ${newer.version}, which no worker of this queue has known for 24 h`;
    await place.dead.buryForeign(delivery, 'unknown-version', why);
    return DONE;
  }
  if (place.queue.ordered) return { kind: 'hold', seconds: growing(deferrals) };
  const body = toBody({ ...newer.body, deferrals: deferrals + 1, deferredSince: since });
  // Nothing but SQS can say here whose message it is.
  return sendLater(place, body, growing(deferrals), place.queue.fairBy && delivery.group);
}

/**
 * How long a message has been put off, and how often. On an ordered queue it is held and cannot be rewritten,
 * so there SQS tells; a redrive begins anew in either case.
 */
function waitOf(
  { connection, queue }: Place,
  delivery: Delivery,
  body: { readonly deferrals?: unknown; readonly deferredSince?: unknown },
): { readonly since: number; readonly deferrals: number } {
  if (queue.ordered) return { since: delivery.firstReceivedAt, deferrals: delivery.receiveCount - 1 };
  const at = connection.ports.clock.now();
  if (foreignLetterOf(delivery.body) !== undefined) return { since: at, deferrals: 0 };
  return {
    // These members keep their meaning in every version of the envelope.
    since: typeof body.deferredSince === 'number' ? body.deferredSince : at,
    deferrals: typeof body.deferrals === 'number' ? body.deferrals : 0,
  };
}

function growing(deferrals: number): number {
  return Math.min(DELAY_MS_MAX / 1_000, DEFER_FIRST_SECONDS * 2 ** Math.min(deferrals, 10));
}
