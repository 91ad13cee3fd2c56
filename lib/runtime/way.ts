/**
 * Which way a published message takes. The publisher asks the same routing table as the workers, so it knows
 * the queues before anything is sent. One exchange's service brings the message there where its filters can
 * say it: one call, whatever the number of queues. Otherwise the publisher sends to each queue itself. Two
 * services side by side are never used for one message: a queue that both reach would get it twice.
 */

import type { Message, Via } from '../core/message.ts';
import { copiesRefused } from '../core/routing/filter-policy.ts';
import { flattensCopies } from '../core/routing/flatten.ts';
import { fromJsonHeaders } from '../core/routing/header-codec.ts';
import { DEFAULT_EXCHANGE, entryExchanges, type RoutedMessage, routingKeys } from '../core/routing/route.ts';
import type { App } from '../define/app.ts';
import type { Queue } from '../define/queue.ts';
import { routesOf } from '../define/takers.ts';
import { isWaitQueue } from '../define/work.ts';
import type { Carrier, Carriers } from './carriers.ts';
import { levelOf } from './level.ts';

/** A published message on its way. */
export type Published = Message & { readonly via: Via };

export interface Way {
  /** The queues that get the message, each once; none: it is unroutable. */
  readonly queues: readonly Queue[];
  /** Where to publish it; nowhere: one send for each queue. */
  readonly carried: readonly Carried[];
}

/** An exchange to publish at, and its service. */
export interface Carried {
  readonly exchange: string;
  readonly carrier: Carrier;
}

/**
 * The way of a message.
 * @param told Whether its publisher can be told that an order would be lost; where nobody can, a message in
 * another place is better than none, and what waits for its time has a place of its own anyway.
 * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST; CC_WITH_FACTS on an ordered
 * exchange whose queues filter by words or headers.
 */
export function wayOf(app: App, carriers: Carriers, message: Published, told = true): Way {
  const routed = toRouted(message.via);
  const { exchange } = message.via;
  if (exchange === DEFAULT_EXCHANGE) {
    const keys = routingKeys(routed);
    return { queues: app.queues.filter((queue) => keys.includes(queue.name)), carried: [] };
  }
  const { table, router, taker } = routesOf(app);
  const queues = new Set(router.route(exchange, routed).flatMap((name) => taker(name)?.queue ?? []));
  const direct: Way = { queues: [...queues], carried: [] };
  const entries = entryExchanges(table, exchange, routed);
  if (entries.length === 0) return { ...direct, carried: toArchive(carriers, exchange) };
  const carried = entries.flatMap((entry) => {
    const carrier = carriers.carrierOf(entry);
    return carrier === undefined ? [] : [{ exchange: entry, carrier }];
  });
  const isBrought = ({ name }: Queue): boolean => entries.some((entry) => carriers.brings(entry, name));
  if (carried.length < entries.length || !direct.queues.every(isBrought)) return direct;
  const topics = carried.flatMap(({ carrier }) => (carrier.kind === 'topic' ? [carrier.topic] : []));
  const keys = routingKeys(routed);
  // Facts of several keys would add up to a key that the message has not; see filter-policy.ts.
  const split =
    keys.length > 1 &&
    (topics.some(({ facts }) => facts) || !entries.every((entry) => flattensCopies(table, entry)));
  // Sent straight to the queues, it would overtake those before it, which the topic brings.
  const ordered = topics.length === carried.length && topics.every(({ fifo }) => fifo);
  if (split && ordered && told) throw copiesRefused(keys);
  // An alternate exchange may enter beside the exchange, and a queue may stand behind both. Only an ordered
  // queue takes what both bring for one: it has one deduplication id.
  if (split || (entries.length > 1 && !ordered) || fairGroups(direct.queues) > 1) return direct;
  const isFor = (queue: Queue): boolean =>
    levelOf(queue, message) === 0 && waitMs(app, queue, message) === undefined;
  return direct.queues.every(isFor) ? { ...direct, carried } : direct;
}

/** A message for nobody is kept all the same where its exchange has an archive: for queues to come. */
function toArchive(carriers: Carriers, exchange: string): Way['carried'] {
  const archive = carriers.archiveOf(exchange);
  return archive ? [{ exchange, carrier: { kind: 'bus', busName: archive.busName } }] : [];
}

/** What decides a message's way, as it was published. */
export function toRouted({ key, headers, bcc }: Via): RoutedMessage {
  const delivered = headers === undefined ? {} : fromJsonHeaders(headers);
  return { key, headers: bcc === undefined ? delivered : { ...delivered, BCC: bcc } };
}

/**
 * How long a message waits in a wait queue, where that is less than the queue's own time; undefined: as the
 * queue says. An ordered queue delays no single message (SQS).
 */
export function waitMs(app: App, queue: Queue, { expiresAt, sentAt }: Message): number | undefined {
  if (expiresAt === undefined || queue.ordered || !isWaitQueue(app, queue)) return undefined;
  const ownMs = Math.max(0, expiresAt - sentAt);
  return ownMs < (queue.expiresMs ?? 0) ? ownMs : undefined;
}

/** How many different groups for fair queues one publish would need; a topic has one a message. */
function fairGroups(queues: readonly Queue[]): number {
  return new Set(queues.flatMap((queue) => queue.fairBy ?? [])).size;
}
