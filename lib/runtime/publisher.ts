/**
 * Publishing: from a message and a routing key to the confirm of whoever carries it. A publish resolves when
 * every call for its message was answered with success, so the message is stored for each of its queues; it
 * rejects per message otherwise, and may be repeated under the same id.
 */
import { DEFAULT_EXCHANGE } from '../core/routing/route.ts';
import type { Confirmed, Publish, PublishOptions, PublishOutcome, Sender } from '../define/client.ts';
import type { AnyExchange } from '../define/exchange.ts';
import type { Queue } from '../define/queue.ts';
import { UnroutableError } from '../errors.ts';
import type { Connection } from './client.ts';
import { checkGroups, type Hand, toHand } from './dispatch.ts';
import { publishedAt, toLaterHand, waitOf } from './later-publish.ts';
import { type Asked, toPublished } from './publication.ts';
import { wayOf } from './way.ts';

/** A message that is ready to go, and its id. */
interface Ready {
  readonly messageId: string;
  readonly hand: Hand;
}

/** The publishing half of a sender; its messages carry `hops`. */
export function createPublisher(shared: Connection, hops: number): Pick<Sender, 'publish' | 'publishMany'> {
  const start = (asked: Asked): Promise<Confirmed> => {
    const publishing = asked.to.ordered
      ? shared.turns.take(`${asked.to.kind} ${asked.to.name}`, () => prepare(shared, hops, asked), confirm)
      : prepare(shared, hops, asked).then(confirm);
    shared.sends.add(publishing);
    // As for sends: a rejection that nobody looks at stays an unhandled one.
    return publishing.finally(() => shared.sends.delete(publishing));
  };
  return {
    // The overloads of Publish say what may stand where; `toAsked` tells them apart by what was given.
    publish: ((to: AnyExchange | Queue, ...rest: readonly unknown[]) => start(toAsked(to, rest))) as Publish,
    publishMany: (exchange, publications) =>
      Promise.all(
        publications.map(({ key, message, options = {} }) =>
          // Which messages and keys an exchange has does not matter here; every key is a text.
          outcomeOf(start({ to: exchange as AnyExchange, key: key as string, body: message, options })),
        ),
      ),
  };
}

function toAsked(to: AnyExchange | Queue, rest: readonly unknown[]): Asked {
  // What a caller without types gives is checked with the message.
  const [key, body, options] = (to.kind === 'queue' ? [to.name, ...rest] : rest) as [
    string,
    unknown,
    PublishOptions?,
  ];
  return { to, key, body, options: options ?? {} };
}

async function prepare(shared: Connection, hops: number, asked: Asked): Promise<Ready> {
  const { app, space, ports } = shared;
  const context = { app, space, now: ports.clock.now(), chance: ports.chance, hops };
  const published = await toPublished(context, asked);
  const waitMs = waitOf(asked, context.now, shared.delays !== undefined);
  const message = waitMs > 0 ? publishedAt(published, context.now + waitMs) : published;
  const way = wayOf(app, shared.carriers, message);
  if (way.queues.length === 0 && asked.options.mandatory === true) throw unroutable(asked);
  if (way.queues.length === 0 && way.carried.length === 0 && waitMs === 0) {
    // AMQP confirms what it drops: the broker has taken the message, and done with it all it could.
    return { messageId: message.id, hand: async () => {} };
  }
  await shared.room.check(way.queues, message.id);
  if (waitMs > 0) {
    checkGroups(shared, message, way);
    return { messageId: message.id, hand: toLaterHand(shared, message) };
  }
  return { messageId: message.id, hand: await toHand(shared, message, way) };
}

async function confirm({ messageId, hand }: Ready): Promise<Confirmed> {
  await hand();
  return { messageId };
}

function unroutable({ to, key, body }: Asked): UnroutableError {
  const exchange = to.kind === 'exchange' ? to.name : DEFAULT_EXCHANGE;
  const text =
    `exchange '${exchange}' brings a message with the routing key '${key}' to no queue (NO_ROUTE); ` +
    'bind one, or publish without mandatory';
  const returned = { exchange, routingKey: key, body };
  return new UnroutableError('UNROUTABLE', text, { value: key, returned });
}

async function outcomeOf(publishing: Promise<Confirmed>): Promise<PublishOutcome> {
  try {
    return { status: 'confirmed', ...(await publishing) };
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }
}
