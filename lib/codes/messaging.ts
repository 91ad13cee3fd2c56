/** Codes of what exchanges, bindings and queues cannot be, and of a message's way through them. */
import {
  ARCHIVE_DAYS_MAX,
  DELAY_MS_MAX,
  ORDERED_TOPIC_SUBSCRIPTIONS_MAX,
  PRIORITY_LEVELS_MAX,
  PRIORITY_LEVELS_MIN,
  RETENTION_MS,
  TOPIC_FILTER_POLICIES_MAX,
} from '../core/limits.ts';
import type { Codes } from './entry.ts';

export const MESSAGING_CODES = {
  INVALID_EXCHANGE_TYPE: {
    means: 'The type of an exchange is none.',
    remedy: "Give 'direct', 'fanout', 'topic' or 'headers'.",
  },
  INVALID_TRANSPORT: {
    means: 'The transport of an exchange is none.',
    remedy: "Give 'sns' or 'eventbridge', or leave it out: the bindings decide then.",
  },
  INVALID_ALTERNATE: {
    means: "`alternate` of an exchange, AMQP's alternate-exchange, is no exchange.",
    remedy: 'Give it a defineExchange value.',
  },
  INVALID_ARCHIVE: {
    means: `\`archive\` of an exchange is no whole number of days from 1 to ${ARCHIVE_DAYS_MAX}.`,
    remedy: `Write it as '1d' to '${ARCHIVE_DAYS_MAX}d'.`,
  },
  ARCHIVE_OVER_SNS: {
    means: 'An exchange over SNS has an archive, and only EventBridge keeps one.',
    remedy: "Drop `archive`, or set transport: 'eventbridge' and no order.",
  },
  ARCHIVE_OF_INTERNAL: {
    means: 'An internal exchange has an archive, which would stay empty: messages enter elsewhere.',
    remedy: 'Set `archive` on the exchange that leads to it, or drop `internal`.',
  },
  INVALID_BINDING: {
    means: 'A binding is not one that this type of exchange has, or leads to no task, queue or exchange.',
    remedy:
      'Write bind(fanout, to), bind(direct or topic, pattern, to) or bind(headers, { match, args }, to).',
  },
  HEADERS_MATCH_INVALID: {
    means: '`match` of a headers binding is none of all, any, all-with-x and any-with-x.',
    remedy: 'Give one of these; without it, all arguments have to match.',
  },
  TOPIC_PATTERN_TOO_LONG: {
    means: 'A topic pattern has more than 255 bytes (AMQP).',
    remedy: 'Shorten it.',
  },
  TOPIC_PATTERN_TOO_MANY_HASHES: {
    means: "A topic pattern has more than two '#' (RabbitMQ 4).",
    remedy: 'Bind more than once.',
  },
  ROUTING_KEY_TOO_LONG: {
    means: 'A routing key or binding key has more than 255 bytes (AMQP).',
    remedy: 'Shorten it; put what does not fit into headers or the message.',
  },
  ROUTING_KEY_WITHOUT_TARGET: {
    means: '`deadLetter.routingKey` of a queue that has no `deadLetter.to`.',
    remedy: 'Say with `to` where its dead letters go, or drop the key.',
  },
  INVALID_DEAD_LETTER_TARGET: {
    means: '`deadLetter.to` of a queue leads to no queue or exchange.',
    remedy: 'Give it a defineQueue or defineExchange value, or a function that returns one.',
  },
  EXPIRES_TOO_LONG: {
    means:
      `\`expires\` of a queue is longer than the ${RETENTION_MS / 86_400_000} days that SQS keeps a ` +
      'message.',
    remedy: 'Shorten it.',
  },
  WAIT_TOO_LONG: {
    means:
      'A queue that nobody takes from and that hands its messages on when they expire is a wait queue, and ' +
      `SQS delays a message by ${DELAY_MS_MAX / 60_000} minutes at most.`,
    remedy: "Set expires: '15m' or less, give the queue a consumer, or publish with `delay`.",
  },
  MAX_LENGTH_OUT_OF_RANGE: {
    means: '`maxLength` of a queue is no whole number of at least 1.',
    remedy: 'Give how many messages may wait, or leave it out.',
  },
  PRIORITIES_OUT_OF_RANGE: {
    means:
      `\`priorities\` of a queue is no whole number from ${PRIORITY_LEVELS_MIN} to ` +
      `${PRIORITY_LEVELS_MAX}.`,
    remedy: 'Give how many levels there are; each is an SQS queue of its own.',
  },
  PRIORITIES_ON_ORDERED_QUEUE: {
    means: 'A queue has priorities and is ordered: the one would break the other.',
    remedy: 'Drop one of the two.',
  },
  FAIR_ON_ORDERED_QUEUE: {
    means: '`fairBy` on an ordered queue, which has groups already.',
    remedy: 'Use `groupBy`, or drop `ordered`.',
  },
  FAIR_OVER_EVENTBRIDGE: {
    means:
      'An exchange reaches a queue with `fairBy` over EventBridge, which gives messages no group of their ' +
      'own.',
    remedy: "Set transport: 'sns' on the exchange, or drop fairBy.",
  },
  FAIR_BY_DISAGREES: {
    means: 'An exchange reaches queues with different `fairBy`, and a message belongs to one group.',
    remedy: 'Give them the same function, or give one of them an exchange of its own.',
  },
  INVALID_LARGE_PAYLOADS: {
    means: '`largePayloads` of a queue is something else than a place.',
    remedy: "Give 's3', or leave it out.",
  },
  PREFETCH_OUT_OF_RANGE: {
    means: '`prefetch` of a consumer is no whole number from 1 to 10000 (10 on an ordered queue).',
    remedy: 'Give how many messages a worker is given at once.',
  },
  ORDERED_OVER_EVENTBRIDGE: {
    means: 'An exchange is ordered, and EventBridge keeps no order.',
    remedy: "Drop `ordered`, or set transport: 'sns'.",
  },
  ORDER_LOST: {
    means:
      'An ordered exchange leads to a queue, task or exchange that is not ordered: the order would end ' +
      'there.',
    remedy: 'Make it ordered too, or drop `ordered` from the exchange.',
  },
  ORDER_MISSING: {
    means: 'An exchange that is not ordered leads to an ordered queue, into which only SNS FIFO topics send.',
    remedy: 'Make the exchange ordered too.',
  },
  ORDERED_TAKERS_OVERLAP: {
    means: 'Two takers of one ordered queue may be meant by the same message, which has one place in it.',
    remedy: 'Bind them by patterns that exclude each other, or give each a queue of its own.',
  },
  ROUTES_TOO_COMPLEX: {
    means: 'The bindings make more combinations than can be handed to SNS or EventBridge.',
    remedy: "Use fewer '#', fewer arguments, or fewer exchanges in a row.",
  },
  INEXACT_FILTER: {
    means:
      'The service cannot filter exactly what the bindings of a queue say, and the queue has no task or ' +
      'consumer here that would drop the rest.',
    remedy: "Give the queue a task or consumer, use simpler patterns, or set transport: 'eventbridge'.",
  },
  EVENT_PATTERN_TOO_LONG: {
    means: 'The bindings of one queue make an event pattern of more than 2048 characters (EventBridge).',
    remedy: 'Use fewer or broader bindings, or several queues.',
  },
  FILTER_POLICY_TOO_COMPLEX: {
    means: 'The bindings of one queue make a filter policy of more than 150 combinations (SNS).',
    remedy: "Use fewer or broader bindings, or transport: 'eventbridge'.",
  },
  FILTER_POLICY_TOO_LARGE: {
    means: 'The bindings of one queue make a filter policy of more than 256 KiB (SNS).',
    remedy: "Use fewer or broader bindings, or transport: 'eventbridge'.",
  },
  FILTER_POLICY_TOO_MANY_KEYS: {
    means: 'The bindings of one queue look at more than 5 words or headers (SNS).',
    remedy: "Use fewer or broader bindings, or transport: 'eventbridge'.",
  },
  FILTER_POLICY_WILDCARD: {
    means: 'A pattern with a wildcard was to become a filter policy, which has none: a fault of Celeriac.',
    remedy: "Set transport: 'eventbridge' on the exchange, and report it.",
  },
  TOO_MANY_FILTER_POLICIES: {
    means: `More than ${TOPIC_FILTER_POLICIES_MAX} queues of an exchange do not take everything (SNS).`,
    remedy: 'Split the exchange, or bind several tasks to one queue.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    means: `An ordered exchange has more than ${ORDERED_TOPIC_SUBSCRIPTIONS_MAX} queues (SNS FIFO).`,
    remedy: 'Split the exchange.',
  },
  TOO_MANY_RULES: {
    means:
      'The exchanges of an app make more than 300 rules of an event bus, one for each exchange and queue.',
    remedy: "Bind several tasks to one queue, or set transport: 'sns' on some exchanges.",
  },
  UNKNOWN_EXCHANGE: {
    means: 'The app has no exchange of this name; of a dead letter: no worker has known it for 24 hours.',
    remedy: 'Add it to `exchanges` of defineApp, or bind something to it, and deploy.',
  },
  EXCHANGE_NOT_FOUND: {
    means: 'There is no exchange of this name.',
    remedy: 'The message names those there are; `celeriac routes` lists them.',
  },
  EXCHANGE_INTERNAL: {
    means: 'A message is published to an internal exchange, which takes messages from other exchanges only.',
    remedy: 'Publish to one that it is bound to.',
  },
  UNKNOWN_ROUTING_KEY: {
    means: '`messages` of an exchange has schemas by pattern, and none of the patterns takes this key.',
    remedy: 'Publish under one of the patterns in the message, or add one to `messages`.',
  },
  CC_NOT_A_LIST: {
    means: 'The header CC or BCC is no list of routing keys.',
    remedy: "Give a list of texts: ['orders.eu'].",
  },
  CC_WITH_FACTS: {
    means:
      'CC and BCC are not possible on an ordered exchange where queues filter by words or headers: such a ' +
      'message would overtake others.',
    remedy: 'Publish once for each key, or drop `ordered`.',
  },
  REPLAY_NOT_ARCHIVED: {
    means: 'An exchange is to be replayed that keeps no archive.',
    remedy: "Define it with archive: '30d'; what is published after the next deploy can be replayed.",
  },
  REPLAY_NOT_BOUND: {
    means: 'An exchange is to be replayed to a queue that is not bound to it.',
    remedy: 'Bind the queue, deploy, and replay then.',
  },
  REPLAY_REFUSED: {
    means: 'The two times are in the wrong order, or EventBridge refused the replay; `value` has its code.',
    remedy: 'Give two times in order; for what else EventBridge says, see the message.',
  },
} as const satisfies Codes;
