/**
 * Sends a published message the way it takes, and confirms it. Over a service that is one call whatever the
 * number of queues; what a service cannot carry (too large, or text that it would spoil) is sent straight to
 * the queues, unless the exchange is ordered: a message that takes another way could overtake. Messages that
 * are too large for SQS itself lie in the bucket, where every queue that gets them asks for that.
 */
import { createHash } from 'node:crypto';
import { EVENTS_BYTES_MAX, MESSAGE_BYTES_MAX } from '../core/limits.ts';
import { encodeMessage, toBody } from '../core/message.ts';
import { toEventDetail } from '../core/routing/event-pattern.ts';
import { toFilterAttributes } from '../core/routing/filter-policy.ts';
import type { Queue } from '../define/queue.ts';
import { queueName } from '../define/resource-name.ts';
import { NackError, SendError } from '../errors.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
import { eventBytes, topicMessageBytes } from './entry-size.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { levelOf } from './level.ts';
import type { OutgoingMessage } from './ports.ts';
import { type Carried, type Published, toRouted, type Way, waitMs, wayOf } from './way.ts';

/** Gives the message to the outbox before it returns; resolves when every service has confirmed it. */
export type Hand = () => Promise<void>;

type Shared = Pick<Connection, 'app' | 'space' | 'outbox' | 'carriers' | 'ports'>;

/**
 * Makes a message ready to be sent; a large one is in the bucket by then.
 * @throws SendError MESSAGE_TOO_LARGE, INVALID_GROUP; NackError NACKED when the bucket refuses it. `Hand`
 * rejects with NackError NACKED.
 */
export async function toHand(shared: Shared, message: Published, way: Way): Promise<Hand> {
  const sends = toSends(shared, message, message, way) ?? (await largeSends(shared, message, way));
  return async () => {
    const settled = await Promise.allSettled(sends.map((send) => send()));
    const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (refusals.length > 0) throw nack(message, refusals, sends.length);
  };
}

/**
 * Whether each queue has a group for a message that is to wait before it is routed: nobody who could be told
 * is there any more when it fails then.
 * @throws SendError INVALID_GROUP, and what a queue's function throws.
 */
export function checkGroups(shared: Shared, message: Published, { queues }: Way): void {
  for (const queue of queues) toOutgoing(shared, queue, message, '');
}

/**
 * Sends a message that stands already (a dead letter); false: no queue would get it.
 * @throws as `toHand`, and CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST.
 */
export async function forward(shared: Shared, message: Published): Promise<boolean> {
  const way = wayOf(shared.app, shared.carriers, message, false);
  if (way.queues.length === 0 && way.carried.length === 0) return false;
  const hand = await toHand(shared, message, way);
  await hand();
  return way.queues.length > 0;
}

/** The calls that bring a message where it goes; undefined when it is too large for them. */
function toSends(shared: Shared, whole: Published, sent: Published, way: Way): readonly Hand[] | undefined {
  const body = encodeMessage(sent);
  if (body === undefined) return undefined;
  const carried = way.carried.flatMap((one) => toCarried(shared, whole, body, way, one) ?? []);
  if (carried.length > 0 && carried.length === way.carried.length) return carried;
  if (way.carried.some(isOrdered)) return undefined;
  return way.queues.map((queue) => {
    const outgoing = toOutgoing(shared, queue, whole, body);
    const name = queueName(shared.space.app, shared.space.stage, queue, levelOf(queue, whole));
    return () => shared.outbox.send(name, outgoing);
  });
}

function isOrdered({ carrier }: Carried): boolean {
  return carrier.kind === 'topic' && carrier.topic.fifo;
}

/** The call to the service of an exchange; undefined where it cannot carry the message. */
function toCarried(
  { outbox }: Shared,
  whole: Published,
  body: string,
  way: Way,
  { carrier, exchange }: Carried,
): Hand | undefined {
  const routed = toRouted(whole.via);
  switch (carrier.kind) {
    case 'topic': {
      const { topicName, bytesMax, facts, fifo } = carrier.topic;
      const message = {
        body,
        attributes: toFilterAttributes(routed, { facts }),
        ...(fifo ? ordered(whole, whole.group ?? ONE_GROUP) : fair(way.queues, whole)),
      };
      if (topicMessageBytes(message) > bytesMax) return undefined;
      return () => outbox.publish(topicName, message, bytesMax);
    }
    case 'bus': {
      const envelope: unknown = JSON.parse(body);
      // An envelope is an object.
      const detail = toBody(toEventDetail({ ...routed, envelope: envelope as object }));
      const event = { source: exchange, detail };
      if (eventBytes(event) > EVENTS_BYTES_MAX || SPOILT.test(body)) return undefined;
      return () => outbox.put(carrier.busName, event);
    }
  }
}

/**
 * The two characters that SQS refuses, escaped. EventBridge writes what a target gets anew, and JSON leaves
 * them as they are. (That AWS does so is a guess; the emulator does.)
 */
const SPOILT = /\\uff(fe|ff)/;

function toOutgoing({ app }: Shared, queue: Queue, message: Published, body: string): OutgoingMessage {
  if (queue.ordered) {
    // The function takes what is published to its queue, which only the user's own types know.
    const group = message.group ?? queue.groupBy?.(message.input as never) ?? ONE_GROUP;
    return { body, ...ordered(message, checkedGroup(`queue '${queue.name}'`, group)) };
  }
  const wait = waitMs(app, queue, message);
  return {
    body,
    ...(wait === undefined ? {} : { delaySeconds: Math.ceil(wait / 1_000) }),
    ...fair([queue], message),
  };
}

/** The place in an ordered queue: a message as it was published is known by its id, later copies by more. */
function ordered(
  message: Published,
  group: string,
): { readonly group: string; readonly deduplication: string } {
  const { generation, attempt, deferrals, id } = message;
  const original = generation === 0 && attempt === 0 && deferrals === 0;
  return { group, deduplication: original ? id : deduplicationOf(message) };
}

/** Whose message it is, on fair queues; `wayOf` has seen that they agree. */
function fair(queues: readonly Queue[], message: Published): { readonly group?: string } {
  const queue = queues.find(({ fairBy }) => fairBy !== undefined);
  // The function takes the messages of its queue, which only the user's own types know.
  const group = queue?.fairBy?.(message.input as never);
  return queue === undefined ? {} : { group: checkedGroup(`queue '${queue.name}'`, group) };
}

/** The same with the input in the bucket, where every queue asks for that. */
async function largeSends(shared: Shared, message: Published, way: Way): Promise<readonly Hand[]> {
  if (way.queues.length === 0) return [];
  const asked = way.queues.every(({ largePayloads }) => largePayloads === 's3');
  if (!asked || shared.ports.blobs === undefined || message.input === undefined) throw tooLarge(message, way);
  const text = JSON.stringify(message.input);
  const blob = blobOf(message, text);
  await shared.outbox.store(blob, text).catch((error: unknown) => {
    throw nack(message, [error], 1);
  });
  const { input: _, ...rest } = message;
  // Who reads a copy of it later cannot ask its body whose message it is.
  const tenant = way.queues.some((queue) => queue.ordered) ? {} : fair(way.queues, message);
  const sends = toSends(shared, message, { ...rest, ...tenant, blob }, way);
  // Headers may be what is large.
  if (sends === undefined) throw tooLarge(message, way);
  return sends;
}

/**
 * Where an input lies in the bucket. Under an id that somebody has chosen there may be another message, to
 * another queue, so there its content is named too: neither changes what the other has.
 */
function blobOf({ id, claim }: Published, text: string): string {
  return claim ? `${id}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}` : id;
}

function tooLarge(message: Published, way: Way): SendError {
  const carrier = way.carried[0]?.carrier;
  const [limit, service] =
    carrier?.kind === 'topic' && carrier.topic.fifo
      ? [Math.min(carrier.topic.bytesMax, MESSAGE_BYTES_MAX), 'SNS, attributes included']
      : [MESSAGE_BYTES_MAX, 'SQS takes 1 MiB in all'];
  const text =
    `${titleOf(message)}: the message is larger than ${limit / 1024} KiB (${service}); send a ` +
    "reference to the data instead, or define every queue that gets it with largePayloads: 's3'";
  return new SendError('MESSAGE_TOO_LARGE', text, { allowed: limit });
}

/** RabbitMQ's basic.nack: the message is not, or not everywhere, where it should be. */
function nack(message: Published, refusals: readonly unknown[], sends: number): NackError {
  const [first] = refusals;
  const value = first instanceof SendError ? first.value : undefined;
  const why = first instanceof Error ? first.message : String(first);
  const some = sends > 1 ? `${refusals.length} of ${sends} queues did not take the message: ` : '';
  const text =
    `${titleOf(message)}: ${some}${why}; ` +
    `publish it again with messageId '${message.id}', which is safe where it has arrived`;
  return new NackError('NACKED', text, { value, cause: first, messageId: message.id });
}

function titleOf({ via }: Published): string {
  return via.exchange === '' ? `queue '${via.key}'` : `exchange '${via.exchange}'`;
}
