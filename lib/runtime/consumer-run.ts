/** Consumers as the worker runs them: like tasks, but with the whole delivery instead of an input. */
import type { Message } from '../core/message.ts';
import { fromJsonHeaders } from '../core/routing/header-codec.ts';
import type { Headers } from '../core/routing/headers.ts';
import type { App } from '../define/app.ts';
import type { Delivery as Consumed, Consumer } from '../define/consumer.ts';
import type { Context } from '../define/context.ts';
import type { Queue } from '../define/queue.ts';
import { consumerName } from '../define/takers.ts';
import { type AnyTask, defineTask } from '../define/task.ts';
import type { Delivery } from './outcome.ts';

/** The consumer of a queue. */
export function consumerOf(app: App, queue: Queue): Consumer | undefined {
  return app.consumers.find((consumer) => consumer.queue.name === queue.name);
}

const known = new WeakMap<Consumer, AnyTask>();

/** A consumer as a task called `queue:<name>`, which keeps no result and takes the message's body. */
export function toTask(consumer: Consumer): AnyTask {
  const before = known.get(consumer);
  if (before !== undefined) return before;
  const early = consumer.ack === 'early';
  const options = {
    queue: consumer.queue,
    result: false,
    // What is acked before it runs can be run once at most.
    retry: early ? { ...consumer.retry, attempts: 1 } : consumer.retry,
    crashed: early ? ('deadLetter' as const) : ('retry' as const),
    // The worker puts the delivery around what the schema has parsed; see toConsumed.
    run: (delivery: unknown, context: Context) => consumer.run(delivery as never, context),
  };
  const { message: input } = consumer;
  const task: AnyTask =
    input === undefined
      ? defineTask(consumerName(consumer.queue), options)
      : defineTask(consumerName(consumer.queue), { ...options, input });
  known.set(consumer, task);
  return task;
}

/** What a consumer is given: the body that its schema has parsed, and all that AMQP says of a message. */
export function toConsumed(
  { message, delivery, body }: { message: Message; delivery: Delivery; body: unknown },
  queue: Queue,
  attempt: number,
): Consumed {
  const { via, correlationId, replyTo, expiresAt } = message;
  const { timestamp, ...properties } = via?.properties ?? {};
  return {
    body,
    headers: headersOf(message),
    properties: {
      ...properties,
      messageId: via?.id ?? message.id,
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(expiresAt === undefined ? {} : { expiration: new Date(expiresAt) }),
      timestamp: new Date(timestamp ?? message.sentAt),
      deliveryMode: 2,
    },
    routingKey: via?.key ?? queue.name,
    exchange: via?.exchange ?? '',
    redelivered: attempt > 1 || message.crashes > 0 || delivery.receiveCount > 1,
    attempt,
  };
}

/** A call of a task that has come here as a dead letter has headers of its own. */
function headersOf({ headers, via }: Message): Headers {
  return { ...headers, ...fromJsonHeaders(via?.headers ?? {}) };
}
