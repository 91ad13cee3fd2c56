/** A publish described as data, as a signature describes the call of a task: for schedules. */
import type { Duration } from '../core/duration.ts';
import type { Json } from '../core/json.ts';
import { fromJsonHeaders, toJsonHeaders } from '../core/routing/header-codec.ts';
import type { ExchangeType } from '../core/routing/route.ts';
import type { PublishOptions } from './client.ts';
import type { AnyExchange, ComputedKey, Exchange, KeysOf, MessageAt } from './exchange.ts';
import type { Queue } from './queue.ts';

/**
 * Options of a described publish: those of `publish` but for what each fire has of its own (id, time) and for
 * `mandatory`, which nobody waits to hear of.
 */
export type DescribedPublishOptions = Omit<
  PublishOptions,
  'messageId' | 'timestamp' | 'mandatory' | 'correlationId' | 'replyTo' | 'delay' | 'at'
>;

/** A described publish. Nothing happens until it is performed. */
export interface DescribedPublish {
  readonly kind: 'publish';
  /** undefined: the default exchange, which brings a message to `queue`. */
  readonly exchange: AnyExchange | undefined;
  readonly queue: Queue | undefined;
  /** The routing key; the queue's name without an exchange. */
  readonly key: string;
  readonly message: unknown;
  readonly options: DescribedPublishOptions;
}

/**
 * Describes a publish to an exchange under a routing key, or to a queue: with the same arguments, types and
 * options as `client.publish`.
 */
export function describePublish<
  Messages,
  Type extends ExchangeType,
  const Key extends KeysOf<Messages, Type> | ComputedKey,
>(
  exchange: Exchange<Messages, Type>,
  key: Key,
  message: MessageAt<Messages, Type, Key>,
  options?: DescribedPublishOptions,
): DescribedPublish;
export function describePublish(
  queue: Queue,
  message: unknown,
  options?: DescribedPublishOptions,
): DescribedPublish;
export function describePublish(to: AnyExchange | Queue, ...rest: readonly unknown[]): DescribedPublish {
  const [key, message, options = {}] = to.kind === 'queue' ? [to.name, ...rest] : rest;
  return Object.freeze({
    kind: 'publish',
    exchange: to.kind === 'queue' ? undefined : to,
    queue: to.kind === 'queue' ? to : undefined,
    // The overloads above admit a text here; `defineApp` says so to a caller without types.
    key: key as string,
    message,
    options: Object.freeze({ ...(options as DescribedPublishOptions) }), // The same overloads.
  });
}

/** Options as JSON, for the record of a schedule. */
export function fromPublishOptions(options: DescribedPublishOptions): Readonly<Record<string, Json>> {
  const { headers, ...rest } = options;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  // But for the headers, options are texts and numbers.
  const plain = Object.fromEntries(given) as Record<string, Json>;
  return headers === undefined ? plain : { ...plain, headers: { ...toJsonHeaders(headers) } };
}

/** Options as `publish` takes them. */
export function toPublishOptions(options: Readonly<Record<string, Json>>): PublishOptions {
  const { headers, ...rest } = options;
  // Written by `fromPublishOptions`, from options of these types.
  const plain = rest as { readonly expires?: Duration };
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return plain;
  // The same: an object among the options is the headers.
  return { ...plain, headers: fromJsonHeaders(headers as Readonly<Record<string, Json>>) };
}
