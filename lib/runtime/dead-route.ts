/** Where dead letters go when their queue says so: on to a queue or an exchange, as RabbitMQ does it. */
import { type DeathReason, isCircle, withDeath } from '../core/death.ts';
import type { Message, Via } from '../core/message.ts';
import type { AnyExchange } from '../define/exchange.ts';
import type { Queue } from '../define/queue.ts';
import { consumerName, type Taker } from '../define/takers.ts';
import type { AnyTask } from '../define/task.ts';
import type { Connection } from './client.ts';
import { byQueue, sendTo, takersOf } from './forwarder.ts';

/** A message that has died in a queue: its next generation, and what it was. */
export interface DeadLetter {
  readonly queue: Queue;
  readonly letter: Message;
  readonly reason: DeathReason;
  readonly at: number;
  /** The message's own time to live in milliseconds, if it had one. */
  readonly expirationMs: number | undefined;
}

/**
 * Sends a dead letter on. Resolves to why it could not be sent everywhere it had to go, so that it must be
 * kept beside its queue; undefined when it was.
 */
export async function sendDeadLetter(
  connection: Connection,
  dead: DeadLetter,
  to: Queue | AnyExchange,
): Promise<string | undefined> {
  const message = toRouted(dead, to);
  const queues = destinations(connection, message, to);
  if (queues.size === 0) return `it is not routed anywhere by '${to.name}'`;
  const ways = [...queues].filter(([queue]) => !isCircle(message, queue.name));
  const { workflow: _, ...beside } = message;
  const sends = ways.map(([queue, takers]) => {
    const task = taskIn(connection, queue, takers, message);
    // Whoever takes it instead of its task is no step of its workflow, which has been told of the failure.
    return sendTo(connection, queue, { ...(task === message.task ? message : beside), task });
  });
  const refused = (await Promise.allSettled(sends)).find((send) => send.status === 'rejected');
  if (refused !== undefined) return String(refused.reason);
  return ways.length < queues.size
    ? 'it has come back to a queue, and nobody has refused it on the way'
    : undefined;
}

function destinations(
  { app }: Connection,
  message: Message,
  to: Queue | AnyExchange,
): ReadonlyMap<Queue, readonly Taker[]> {
  if (to.kind === 'queue') return new Map([[to, []]]);
  return byQueue((message.via && takersOf(app, message.via)) ?? []);
}

/** The letter as it is published: under its new key, with its death in its headers. */
function toRouted(dead: DeadLetter, to: Queue | AnyExchange): Message {
  const { queue, letter, reason, at, expirationMs } = dead;
  // A call of a task went straight to its queue, which is what the default exchange does.
  const via: Via = letter.via ?? { exchange: '', key: queue.name };
  const headers = via.headers ?? {};
  const copies = Array.isArray(headers.CC) ? headers.CC.filter((key) => typeof key === 'string') : [];
  const died = { queue: queue.name, reason, at, exchange: via.exchange, expirationMs };
  const told = withDeath(headers, { ...died, keys: [via.key, ...copies] });
  const key = queue.deadLetterKey ?? (to.kind === 'queue' ? to.name : undefined);
  const exchange = to.kind === 'queue' ? '' : to.name;
  if (key === undefined) return { ...letter, via: { ...via, exchange, headers: told } };
  // Under a key of its own it goes there alone.
  const { CC: _, ...own } = told;
  const { bcc: __, ...rest } = via;
  return { ...letter, via: { ...rest, exchange, key, headers: own } };
}

/**
 * The task that a letter carries into a queue. Back where its task or consumer is at home it runs as that,
 * and through a queue that nobody works off it is carried on; else its route decides there, as for any other
 * message.
 */
function taskIn({ app }: Connection, queue: Queue, takers: readonly Taker[], { task }: Message): string {
  const atHome =
    task === consumerName(queue) || app.tasks.some((one) => isNamed(one, task) && one.queue === queue);
  const bound = takers.flatMap((taker) => (taker.kind === 'task' ? [taker.task] : []));
  if (atHome && bound.every((one) => isNamed(one, task))) return task;
  const consumed = app.consumers.some((consumer) => consumer.queue === queue);
  return bound.length > 0 || consumed ? '' : task;
}

function isNamed({ name, aliases }: AnyTask, asked: string): boolean {
  return name === asked || aliases.includes(asked);
}
