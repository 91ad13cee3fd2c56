/**
 * Consumers of plain queues: what takes the messages that are no calls of tasks, with all that AMQP says of a
 * delivery. They come from exchanges bound to the queue, from `client.publish(queue, …)`, and from senders
 * that know nothing of Celeriac (S3 events, other programs).
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import type { MessageProperties } from '../core/message.ts';
import type { RetryPolicy } from '../core/retry.ts';
import type { Headers } from '../core/routing/headers.ts';
import type { Problem } from '../errors.ts';
import type { Context } from './context.ts';
import type { Queue } from './queue.ts';
import { RETRY_DEFAULTS, type RetryOptions, retryProblems } from './task.ts';

/** AMQP's properties as a consumer sees them. */
export interface DeliveryProperties extends Omit<MessageProperties, 'timestamp'> {
  /** The id that the publisher gave, or that the message was given: the same in every copy of it. */
  readonly messageId: string;
  readonly correlationId?: string;
  /** The queue that waits for a reply; what the consumer returns is sent there. */
  readonly replyTo?: string;
  /** When the message expires; undefined: never. */
  readonly expiration?: Date;
  /** When it was published. */
  readonly timestamp: Date;
  /** Always 2: every message is stored by several machines before it is confirmed. */
  readonly deliveryMode: 2;
}

/** A message as a consumer gets it. */
export interface Delivery<Body = unknown> {
  readonly body: Body;
  readonly headers: Headers;
  readonly properties: DeliveryProperties;
  readonly routingKey: string;
  /** '' is the default exchange. */
  readonly exchange: string;
  /** Whether it was delivered before. */
  readonly redelivered: boolean;
  /** Which attempt this is; the first is 1. */
  readonly attempt: number;
}

/** How a queue is consumed, and by what. */
export interface ConsumerOptions<S extends Schema | undefined, Output> {
  /** What it takes, as any Standard Schema; a body that does not fit is dead-lettered. */
  readonly message?: S;
  readonly retry?: RetryOptions;
  /**
   * How many messages a worker takes at once (AMQP's prefetch), and runs side by side; 1 is fair dispatch: a
   * worker gets its next message when it is done with the last. 1–10,000. @default 10
   */
  readonly prefetch?: number;
  /**
   * When a message is acked: 'late' after the run (at least once), 'early' before it (at most once, no
   * retries; a throw still dead-letters). @default 'late'
   */
  readonly ack?: 'late' | 'early';
  /**
   * Drops the copies of a message that was consumed: by its id, kept in DynamoDB for 29 days. @default false
   */
  readonly once?: boolean;
  /** Handles one delivery. Return = ack; throw = nack by the retry policy; RejectError = dead letter. */
  run(delivery: Delivery<S extends Schema ? Schema.InferOutput<S> : unknown>, context: Context): Output;
}

/** A consumer, complete. */
export interface Consumer {
  readonly kind: 'consumer';
  readonly queue: Queue;
  readonly message: Schema | undefined;
  readonly retry: RetryPolicy;
  readonly prefetch: number | undefined;
  readonly ack: 'late' | 'early';
  readonly once: boolean;
  readonly run: (delivery: never, context: Context) => unknown;
  readonly problems: readonly Problem[];
}

/** The defaults of ConsumerOptions. */
export const CONSUMER_DEFAULTS = { ack: 'late', once: false } as const;

const PREFETCH_MAX = 10_000;

/** Declares the consumer of a queue; a queue has one. What is wrong with it is reported by `defineApp`. */
export function defineConsumer<Output, S extends Schema | undefined = undefined>(
  queue: Queue,
  options: ConsumerOptions<S, Output>,
): Consumer {
  const { message, prefetch, ack = CONSUMER_DEFAULTS.ack, once = CONSUMER_DEFAULTS.once, run } = options;
  const retry: RetryPolicy = Object.freeze({ ...RETRY_DEFAULTS, ...options.retry });
  return Object.freeze({
    kind: 'consumer',
    queue,
    message,
    retry,
    prefetch,
    ack,
    once,
    // The worker hands over what `message` has parsed, which is what the handler's own type says.
    run: run as Consumer['run'],
    problems: Object.freeze(problemsOf(queue, retry, prefetch)),
  });
}

function problemsOf(queue: Queue, retry: RetryPolicy, prefetch: number | undefined): Problem[] {
  const path = `consumers.${queue.name}`;
  const problems = [...retryProblems(path, `the consumer of queue '${queue.name}'`, retry, queue)];
  const max = queue.ordered ? 10 : PREFETCH_MAX;
  if (prefetch !== undefined && !(Number.isInteger(prefetch) && prefetch >= 1 && prefetch <= max)) {
    const message = `queue '${queue.name}': prefetch is ${prefetch}; give a whole number from 1 to ${max}`;
    problems.push({ code: 'PREFETCH_OUT_OF_RANGE', path: `${path}.prefetch`, message });
  }
  return problems;
}
