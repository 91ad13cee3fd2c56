/**
 * Sends a message that exists already, under its id, to the queues that an exchange brings it to: one copy a
 * queue, straight into each. Where it goes is asked of the same routes as everywhere; internal exchanges take
 * it too, as they do from RabbitMQ's dead-letter exchanges.
 */
import { DELAY_MS_MAX } from '../core/limits.ts';
import type { Message, Via } from '../core/message.ts';
import { fromJsonHeaders } from '../core/routing/header-codec.ts';
import type { RoutedMessage } from '../core/routing/route.ts';
import { compileRouter, type Router } from '../core/routing/router.ts';
import type { App } from '../define/app.ts';
import type { Queue } from '../define/queue.ts';
import { queueName } from '../define/resource-name.ts';
import { routesOf, type Taker } from '../define/takers.ts';
import { isWaitQueue } from '../define/work.ts';
import type { Connection } from './client.ts';
import { deduplicationOf } from './compose.ts';
import { encoded } from './encoded.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { levelOf } from './level.ts';

/** The takers of a published message, in all queues; undefined: there is no such exchange. */
export function takersOf(app: App, via: Via): readonly Taker[] | undefined {
  if (!app.exchanges.some(({ name }) => name === via.exchange)) return undefined;
  const names = openRouter(app).route(via.exchange, toRouted(via));
  return names.flatMap((name) => routesOf(app).taker(name) ?? []);
}

/** The queues among takers, each with its own. */
export function byQueue(takers: readonly Taker[]): ReadonlyMap<Queue, readonly Taker[]> {
  const queues = new Map<Queue, Taker[]>();
  for (const taker of takers) queues.set(taker.queue, [...(queues.get(taker.queue) ?? []), taker]);
  return queues;
}

/** Sends a message to a queue, to the level of its priority, with all that the queue asks for. */
export async function sendTo(
  { app, space, outbox }: Connection,
  queue: Queue,
  message: Message,
): Promise<void> {
  const name = queueName(app.name, space.stage, queue, levelOf(queue, message));
  if (queue.ordered) {
    const group = message.group ?? groupBy(queue.groupBy, message) ?? ONE_GROUP;
    const deduplication = deduplicationOf(message);
    return outbox.send(name, { body: encoded({ ...message, group }), group, deduplication });
  }
  const group = groupBy(queue.fairBy, message);
  await outbox.send(name, {
    body: encoded(message),
    ...(group === undefined ? {} : { group }),
    ...(isWaitQueue(app, queue) ? { delaySeconds: waitSeconds(queue) } : {}),
  });
}

/**
 * The message group of a copy. What is there may be from somebody who knows nothing of groups: the user's
 * function may not take it, or SQS not what that gives. A copy without its group is better than none.
 */
export function groupBy(
  by: ((message: never) => string) | undefined,
  { input, blob, group }: Pick<Message, 'input' | 'blob' | 'group'>,
): string | undefined {
  // What the function would be asked about lies in the bucket.
  if (by !== undefined && blob !== undefined) return group;
  try {
    // The queue's function takes the messages of its queue, which only the user's own types know.
    return by && checkedGroup('a copy', by(input as never));
  } catch {
    return undefined;
  }
}

/** How long a wait queue holds what comes without a time of its own. */
function waitSeconds(queue: Queue): number {
  return Math.ceil(Math.min(queue.expiresMs ?? 0, DELAY_MS_MAX) / 1_000);
}

/** What decides a message's way, as it was published. */
export function toRouted({ key, headers = {}, bcc }: Via): RoutedMessage {
  const given = fromJsonHeaders(headers);
  return { key, headers: bcc === undefined ? given : { ...given, BCC: bcc } };
}

const known = new WeakMap<App, Router>();

/** The app's routes, with every exchange open to us. */
function openRouter(app: App): Router {
  const before = known.get(app);
  if (before !== undefined) return before;
  const { table } = routesOf(app);
  const exchanges = table.exchanges.map((exchange) => ({ ...exchange, internal: false }));
  const router = compileRouter({ ...table, exchanges });
  known.set(app, router);
  return router;
}
