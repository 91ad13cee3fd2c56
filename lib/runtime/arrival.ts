/**
 * What a delivery is for: the task or consumer that takes it, several of them, nobody, or only time. Pure but
 * for what the app's definitions say, so it may be asked as often as one likes.
 */
import { type IdSpace, originId } from '../core/id.ts';
import type { Json } from '../core/json.ts';
import type { Message, Parsed, Via } from '../core/message.ts';
import { mayPass } from '../core/routing/clause-match.ts';
import { toJsonHeaders } from '../core/routing/header-codec.ts';
import type { App } from '../define/app.ts';
import type { Consumer } from '../define/consumer.ts';
import type { Queue } from '../define/queue.ts';
import { consumerName } from '../define/takers.ts';
import type { AnyTask } from '../define/task.ts';
import { entrancesOf } from '../define/transport.ts';
import { isWaitQueue } from '../define/work.ts';
import { carriedBy } from './carried.ts';
import type { Connection } from './client.ts';
import { consumerOf, toTask } from './consumer-run.ts';
import { foreignLetterOf, parseDelivery } from './dead-letter.ts';
import { takersOf, toRouted } from './forwarder.ts';
import type { Delivery } from './outcome.ts';
import { takenId } from './taken.ts';

/** Set by the bundler to `false` for an app of tasks alone: nothing of it publishes, consumes or forwards. */
declare const CELERIAC_MESSAGING: boolean | undefined;

/** Set by the bundler to `false` for an app none of whose exchanges is carried by SNS, or by EventBridge. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;

export type Arrival =
  | { readonly kind: 'malformed'; readonly why: string }
  | Extract<Parsed, { kind: 'newer' }>
  /** One run; the task is undefined when nobody here knows it. */
  | {
      readonly kind: 'run';
      readonly message: Message;
      readonly task: AnyTask | undefined;
      readonly consumer?: Consumer;
    }
  /** A message for each of several takers. */
  | { readonly kind: 'split'; readonly message: Message; readonly copies: readonly Message[] }
  /** It is in a wait queue. */
  | { readonly kind: 'wait'; readonly message: Message }
  /** A filter that cannot say exactly what is meant has let it through. */
  | { readonly kind: 'over-matched'; readonly message: Message }
  /** It should be for somebody here, and is not yet, or not any more. */
  | { readonly kind: 'nobody'; readonly message: Message; readonly reason: NobodyReason };

export type NobodyReason = 'unknown-exchange' | 'unroutable';

/** Reads a delivery of a queue. */
export function readArrival(connection: Connection, queue: Queue, delivery: Delivery): Arrival {
  const parsed = parseDelivery(delivery.body);
  if (parsed.kind === 'newer') return parsed;
  return typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING
    ? readAny(connection, queue, delivery, parsed)
    : readCall(connection.app, queue, delivery, parsed);
}

type Readable = Exclude<ReturnType<typeof parseDelivery>, { kind: 'newer' }>;

/** In an app of tasks alone a delivery is the call of one, or nothing that anybody here can read. */
function readCall(app: App, queue: Queue, delivery: Delivery, parsed: Readable): Arrival {
  if (parsed.kind === 'foreign') return { kind: 'malformed', why: parsed.why };
  const message = entered(queue, delivery, parsed.message);
  return { kind: 'run', message, task: taskOf(app, message.task) };
}

function readAny(connection: Connection, queue: Queue, delivery: Delivery, parsed: Readable): Arrival {
  const { app, space } = connection;
  const waits = isWaitQueue(app, queue);
  if (parsed.kind === 'foreign') {
    const consumer = consumerOf(app, queue);
    if (parsed.damaged || (consumer === undefined && !waits)) return { kind: 'malformed', why: parsed.why };
    const message = entered(queue, delivery, fromForeign(space, queue, delivery));
    return consumer === undefined
      ? { kind: 'wait', message }
      : { kind: 'run', message, task: toTask(consumer), consumer };
  }
  const message = entered(queue, delivery, parsed.message);
  if (waits) return { kind: strayed(connection, queue, message) ? 'over-matched' : 'wait', message };
  return message.task === '' && message.via !== undefined
    ? byRoute(connection, queue, message, message.via)
    : run(app, queue, message);
}

/** The task of a name, whatever it was called before. */
export function taskOf(app: Pick<App, 'tasks'>, name: string): AnyTask | undefined {
  return app.tasks.find((task) => task.name === name || task.aliases.includes(name));
}

function run(app: App, queue: Queue, message: Message): Arrival {
  const consumer = message.task === consumerName(queue) ? consumerOf(app, queue) : undefined;
  return consumer === undefined
    ? { kind: 'run', message, task: taskOf(app, message.task) }
    : { kind: 'run', message, task: toTask(consumer), consumer };
}

function byRoute({ app, space }: Connection, queue: Queue, message: Message, via: Via): Arrival {
  // Whatever came over the default exchange was sent to this queue by its name.
  const takers = via.exchange === '' ? [{ kind: 'queue', queue } as const] : takersOf(app, via);
  if (takers === undefined) return { kind: 'nobody', message, reason: 'unknown-exchange' };
  const here = takers.filter((taker) => taker.queue.name === queue.name);
  const names = here.flatMap((taker) => {
    if (taker.kind === 'task') return [taker.task.name];
    return consumerOf(app, queue) === undefined ? [] : [consumerName(queue)];
  });
  const [first, ...others] = names.map((name) => forTaker(space, message, via, name));
  if (first === undefined) {
    const stray = here.length === 0 && isOverMatched(app, space.stage, via, queue);
    return stray ? { kind: 'over-matched', message } : { kind: 'nobody', message, reason: 'unroutable' };
  }
  if (others.length === 0) return run(app, queue, first);
  // Sent again under their ids when the worker dies before this message is acked: each is claimed.
  const copies = [first, ...others].map((copy) => ({ ...copy, claim: true }));
  return { kind: 'split', message, copies };
}

/** Whether a filter that cannot say exactly what is meant has let a message in where it would wait. */
function strayed({ app, space }: Connection, queue: Queue, { task, via }: Message): boolean {
  if (task !== '' || via === undefined || via.exchange === '') return false;
  const takers = takersOf(app, via);
  return (
    takers?.every((taker) => taker.queue.name !== queue.name) === true &&
    isOverMatched(app, space.stage, via, queue)
  );
}

/** The message as one taker's own: the same message makes the same id for it, however often it comes. */
function forTaker(space: IdSpace, message: Message, via: Via, name: string): Message {
  return {
    ...message,
    id: takenId(space, message.id, name),
    task: name,
    via: { ...via, id: via.id ?? message.id },
  };
}

/**
 * Whether a message that is for nobody here has come because the filter between its exchange, or one that
 * stands in for it, and the queue cannot say exactly what is meant. What that filter does not let in came by
 * a binding that is gone since then, or not here yet, and is not to be dropped.
 */
function isOverMatched(app: App, stage: string, via: Via, queue: Queue): boolean {
  return typeof CELERIAC_TOPICS === 'undefined' ||
    CELERIAC_TOPICS ||
    typeof CELERIAC_BUS === 'undefined' ||
    CELERIAC_BUS
    ? isLetIn(app, stage, via, queue)
    : false;
}

function isLetIn(app: App, stage: string, via: Via, queue: Queue): boolean {
  const { subscriptions, rules } = carriedBy(app, stage);
  const entries = new Set([via.exchange]);
  // A set that grows while it is walked: alternates may have alternates.
  for (const name of entries) {
    const alternate = app.exchanges.find((one) => one.name === name)?.alternate;
    if (alternate !== undefined) entries.add(alternate.name);
  }
  const isWide = (exchange: string): boolean =>
    [...subscriptions, ...rules].some(
      (pair) => pair.queue === queue.name && pair.exchange === exchange && !pair.exact,
    );
  return entrancesOf(app)
    .entrances.filter(({ exchange }) => entries.has(exchange.name) && isWide(exchange.name))
    .flatMap(({ routes }) => routes.filter((route) => route.queue.name === queue.name))
    .some(({ conditions }) => mayPass(conditions, toRouted(via)));
}

/** Remembers when a message entered a queue in which messages expire. */
function entered(queue: Queue, delivery: Delivery, message: Message): Message {
  if (queue.expiresMs === undefined || message.enteredAt !== undefined) return message;
  return { ...message, enteredAt: delivery.sentAt ?? delivery.firstReceivedAt };
}

/** A body that is no envelope, as a message to its queue; one that was dead-lettered before keeps its id. */
function fromForeign(space: IdSpace, queue: Queue, delivery: Delivery): Message {
  const letter = foreignLetterOf(delivery.body);
  const sentAt = delivery.sentAt ?? delivery.firstReceivedAt;
  const headers = toJsonHeaders(delivery.headers ?? {});
  return {
    ...{ generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops: 0, claim: false },
    ...{ id: originId(space, sentAt, delivery.messageId), sentAt, headers: {}, history: [] },
    ...letter,
    task: consumerName(queue),
    input: toJson(letter?.input ?? delivery.body),
    via: {
      exchange: '',
      key: queue.name,
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      id: letter?.id ?? delivery.messageId,
    },
  };
}

function toJson(body: string): Json {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
