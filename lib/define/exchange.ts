/**
 * Exchanges as users declare them: where messages are published, and from where bindings bring them to
 * queues. fanout and direct exchanges become SNS topics, topic and headers exchanges rules on the app's
 * EventBridge bus, unless `transport` says otherwise.
 */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import { ARCHIVE_DAYS_MAX } from '../core/limits.ts';
import type { KeyOf, Published } from '../core/routing/pattern.types.ts';
import type { ExchangeType } from '../core/routing/route.ts';
import { checkTopicPattern, ROUTING_KEY_BYTES_MAX } from '../core/routing/topic.ts';
import { CeleriacError, type Problem } from '../errors.ts';
import { nameProblems } from './name.ts';
import { caught } from './problem.ts';

/** The service that carries an exchange's messages. */
export type Transport = 'sns' | 'eventbridge';

/** The schemas of an exchange's messages: by routing key (direct), by pattern (topic), or one for all. */
export type MessageSchemas = Schema | Readonly<Record<string, Schema>>;

/** What kind of exchange it is, and what may be published to it. */
export interface ExchangeOptions<Type extends ExchangeType, Schemas extends MessageSchemas> {
  /** How it chooses among its bindings: RabbitMQ's four types. */
  readonly type: Type;
  /**
   * What may be published. A topic exchange has schemas by pattern (`'order.*.created'`), a direct one by
   * routing key, fanout and headers exchanges have one for all; one schema for all is possible everywhere.
   * Any Standard Schema. Without it, any JSON may be published.
   */
  readonly messages?: Schemas;
  /** Where a message goes that this exchange routes nowhere. */
  readonly alternate?: AnyExchange;
  /** Takes messages from other exchanges only; publishing to it is refused. @default false */
  readonly internal?: boolean;
  /**
   * Which service carries it. EventBridge matches words and headers exactly and archives; SNS is faster and
   * keeps order. @default 'sns' for fanout and direct, 'eventbridge' for topic and headers, and where a path
   * through other exchanges needs it
   */
  readonly transport?: Transport;
  /**
   * Strict order (an SNS FIFO topic): `true` keeps one order for all messages, a function gives the message
   * group of a message. Its queues must be ordered too. Over SNS only. @default false
   */
  readonly ordered?: boolean | ((message: never) => string);
  /**
   * Keeps messages so long, for `client.replay`: `'30d'`; those too that no queue is there for. Kept is what
   * enters here: what comes from an exchange that is bound to this one is in the archive of that one, and
   * what goes on to the alternate exchange in its. Not those that a publisher has to send straight to the
   * queues, past EventBridge: with a priority for a queue with `priorities`, by way of two exchanges at once
   * (an alternate behind this one), or too large for an event. Over EventBridge only. @default not kept
   */
  readonly archive?: Duration;
}

declare const MESSAGES: unique symbol;
declare const COMPUTED: unique symbol;

/** A routing key that was computed: `exchange.key(text)`. Its message is checked when it is published. */
export type ComputedKey = string & { readonly [COMPUTED]: true };

/** An exchange whose messages are `Messages`, by routing key or pattern. */
export interface Exchange<Messages = unknown, Type extends ExchangeType = ExchangeType> {
  readonly kind: 'exchange';
  readonly name: string;
  readonly type: Type;
  readonly messages: MessageSchemas | undefined;
  readonly alternate: AnyExchange | undefined;
  readonly internal: boolean;
  readonly transport: Transport | undefined;
  readonly ordered: boolean;
  /** The message group of a message; undefined: one group for all. */
  readonly groupBy: ((message: never) => string) | undefined;
  /** How long its messages are archived; undefined: not at all. */
  readonly archiveDays: number | undefined;
  /**
   * Admits a routing key that is computed at run time.
   * @throws CeleriacError ROUTING_KEY_TOO_LONG above 255 bytes (AMQP)
   */
  readonly key: (text: string) => ComputedKey;
  readonly problems: readonly Problem[];
  /** Holds the types of the messages; there is no such value at run time. */
  readonly [MESSAGES]?: () => Messages;
}

/** Any exchange, whatever its messages. */
export type AnyExchange = Exchange<unknown, ExchangeType>;

/** The types of messages by key or pattern; one schema, or none, stands for every key. */
export type MessagesOf<Schemas> = Schemas extends Schema
  ? { readonly [key: string]: Schema.InferInput<Schemas> }
  : Schemas extends Readonly<Record<string, Schema>>
    ? { readonly [Key in keyof Schemas & string]: Schema.InferInput<Schemas[Key]> }
    : { readonly [key: string]: unknown };

/** The routing keys that an exchange takes, as a type for editors. */
export type KeysOf<Messages, Type extends ExchangeType> = Type extends 'topic'
  ? KeyOf<keyof Messages & string>
  : keyof Messages & string;

/** The message that an exchange takes under a routing key. */
export type MessageAt<Messages, Type extends ExchangeType, Key extends string> = Key extends ComputedKey
  ? Messages[keyof Messages]
  : Type extends 'topic'
    ? Published<Messages, Key>
    : Key extends keyof Messages
      ? Messages[Key]
      : never;

/** Declares an exchange. What is wrong with it is reported by `defineApp`, together with everything else. */
export function defineExchange<
  const Type extends ExchangeType,
  const Schemas extends MessageSchemas = Readonly<Record<string, Schema<unknown>>>,
>(name: string, options: ExchangeOptions<Type, Schemas>): Exchange<MessagesOf<Schemas>, Type> {
  const { type, messages, alternate, internal = false, transport, ordered = false, archive } = options;
  const exchange: Exchange<unknown, Type> = Object.freeze({
    kind: 'exchange',
    name,
    type,
    messages,
    alternate,
    internal,
    transport: ordered === false ? transport : (transport ?? 'sns'),
    ordered: ordered !== false,
    groupBy: typeof ordered === 'function' ? ordered : undefined,
    archiveDays: archive !== undefined && isDuration(archive) ? toMilliseconds(archive) / DAY_MS : undefined,
    key: (text: string) => computedKey(name, text),
    problems: Object.freeze([
      ...nameProblems('exchanges', 'exchange', name),
      ...patternProblems(name, type, messages),
      ...optionProblems(name, options),
    ]),
  });
  // The types of the messages are what the schemas take; nothing else of the value depends on them.
  return exchange as Exchange<MessagesOf<Schemas>, Type>;
}

/** Whether an exchange's schemas are one for all messages. */
export function isOneSchema(messages: MessageSchemas): messages is Schema {
  return '~standard' in messages;
}

const DAY_MS = 86_400_000;

const TYPES: readonly ExchangeType[] = ['direct', 'fanout', 'topic', 'headers'];

function computedKey(name: string, text: string): ComputedKey {
  const bytes = Buffer.byteLength(text);
  // The brand says no more than that the text has been looked at here.
  if (bytes <= ROUTING_KEY_BYTES_MAX) return text as ComputedKey;
  const message = `exchange '${name}': the key has ${bytes} bytes, AMQP allows ${ROUTING_KEY_BYTES_MAX}`;
  throw new CeleriacError('ROUTING_KEY_TOO_LONG', message, { value: text, allowed: ROUTING_KEY_BYTES_MAX });
}

function patternProblems(name: string, type: ExchangeType, messages: MessageSchemas | undefined): Problem[] {
  if (messages === undefined || isOneSchema(messages) || type !== 'topic') return [];
  return Object.keys(messages).flatMap((pattern) =>
    caught(`exchanges.${name}.messages`, () => checkTopicPattern(pattern)),
  );
}

function optionProblems(name: string, options: ExchangeOptions<ExchangeType, MessageSchemas>): Problem[] {
  const path = `exchanges.${name}`;
  const { type, transport, ordered = false, archive } = options;
  const problems: Problem[] = [];
  if (!TYPES.includes(type)) {
    const message = `exchange '${name}': type is '${type}'; allowed are ${TYPES.join(', ')}`;
    problems.push({ code: 'INVALID_EXCHANGE_TYPE', path: `${path}.type`, message });
  }
  if (transport !== undefined && transport !== 'sns' && transport !== 'eventbridge') {
    const message = `exchange '${name}': transport is '${transport}'; allowed are sns, eventbridge`;
    problems.push({ code: 'INVALID_TRANSPORT', path: `${path}.transport`, message });
  }
  if (ordered !== false && transport === 'eventbridge') {
    const message =
      `exchange '${name}' is ordered, and EventBridge keeps no order; drop ordered, or ` +
      "set transport: 'sns'";
    problems.push({ code: 'ORDERED_OVER_EVENTBRIDGE', path: `${path}.ordered`, message });
  }
  if (archive === undefined) return problems;
  const archivePath = `${path}.archive`;
  const days = isDuration(archive) ? toMilliseconds(archive) / DAY_MS : Number.NaN;
  if (!Number.isInteger(days) || days < 1 || days > ARCHIVE_DAYS_MAX) {
    const message = `exchange '${name}': archive is '${archive}'; give '1d' to '${ARCHIVE_DAYS_MAX}d'`;
    problems.push({ code: 'INVALID_ARCHIVE', path: archivePath, message });
  }
  if (ordered !== false || transport === 'sns') {
    const message =
      `exchange '${name}' is carried by SNS, whose standard topics keep no archive; drop archive, or ` +
      "set transport: 'eventbridge' and no order";
    problems.push({ code: 'ARCHIVE_OVER_SNS', path: archivePath, message });
  }
  return problems;
}
