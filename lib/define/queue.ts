/** Queues as users declare them, and as the rest of Celeriac reads them: complete and checked. */
import { type Duration, isDuration, toMilliseconds } from '../core/duration.ts';
import { RECEIVES_MAX, VISIBILITY_MS_MAX } from '../core/limits.ts';
import type { Problem } from '../errors.ts';
import type { AnyExchange } from './exchange.ts';
import { nameProblems } from './name.ts';
import { messagingProblems } from './queue-messaging.ts';

/** Set by the bundler to `false` in a worker: what it serves was checked when the stack was synthesized. */
declare const CELERIAC_CHECKS: boolean | undefined;

/** When messages of a queue are given up, and where they go then. */
export interface DeadLetterOptions {
  /**
   * After how many crashes a message is dead-lettered. 1–900. A crash is a delivery that had no outcome, and
   * where the task keeps a record, a claim that had none: SQS may deliver twice without any crash. A message
   * that kills its worker before its claim takes twice as many. @default 3
   */
  readonly after?: number;
  /**
   * Where dead letters go instead of the queue `<name>-dlq`, with their history in the header x-death, as
   * RabbitMQ's dead-letter exchange does: an exchange, or a queue. A function where the two name each other
   * (work → wait → work). What cannot be sent there, and what no worker could start, still ends in
   * `<name>-dlq`.
   */
  readonly to?: DeadLetterTarget | (() => DeadLetterTarget);
  /** The routing key of dead letters, with `to`. @default the key they were published with */
  readonly routingKey?: string;
  /**
   * Whether a message that expires is dead-lettered, with the reason 'expired'; else it is dropped (a task's
   * run ends as REVOKED). @default true with `to`, false without
   */
  readonly expired?: boolean;
}

/** Where dead letters may go instead of `<name>-dlq`. */
export type DeadLetterTarget = Queue | AnyExchange;

/** How messages wait in a queue, and how long a delivery may take. */
export interface QueueOptions {
  /**
   * How long a delivery stays hidden while its task runs; when a worker dies, its messages come back after
   * this time. A worker function may run for a sixth of it (AWS's rule). At most 12 h (SQS). @default '3m'
   */
  readonly visibility?: Duration;
  readonly deadLetter?: DeadLetterOptions;
  /**
   * Strict order (an SQS FIFO queue): `true` runs one message at a time, a function gives the message group
   * of an input, and groups run side by side. A message that fails holds its group until it succeeds or is
   * given up. @default false
   */
  readonly ordered?: boolean | ((input: never) => string);
  /**
   * How long a message may wait here (RabbitMQ's x-message-ttl); looked at before it is run. The shorter of
   * this and the message's own `expires` holds. A queue without tasks and consumer but with `deadLetter.to`
   * is a wait queue: each message goes on after this time, at most 15 m. @default for ever (14 days, SQS)
   */
  readonly expires?: Duration;
  /**
   * How many messages may wait here: so many ring an alarm, and publishers are refused: NackError QUEUE_FULL
   * (RabbitMQ's x-overflow=reject-publish). Counted is what is ready; in a wait queue, all. The number is
   * SQS's approximation, asked for at most once in 5 s a publisher, so a burst may pass it. @default no limit
   */
  readonly maxLength?: number;
  /**
   * How many priorities there are, 2–10 (RabbitMQ's x-max-priority + 1): 0 is the lowest and what a message
   * without priority has; above the highest counts as the highest. Each level is an SQS queue of its own. A
   * polling worker takes higher levels first, strictly; on Lambda each level has a share of the concurrency.
   * Not on an ordered queue. @default 1
   */
  readonly priorities?: number;
  /**
   * Whose message it is: tenants with many messages do not hold up the others (SQS fair queues; the value is
   * the MessageGroupId, and costs $0.10 a million). Standard queues only, and not over EventBridge.
   */
  readonly fairBy?: (message: never) => string;
  /**
   * 's3' keeps inputs above the limit of a message, or of a workflow's plan, in a bucket of the app, for 29
   * days, and sends a reference; without it they are refused. @default refused
   */
  readonly largePayloads?: 's3';
}

/** A queue, complete. */
export interface Queue {
  readonly kind: 'queue';
  readonly name: string;
  readonly visibilityMs: number;
  readonly deadLetterAfter: number;
  /** Where dead letters go; undefined: to the dead-letter queue beside it. */
  readonly deadLetterTo: (() => DeadLetterTarget) | undefined;
  readonly deadLetterKey: string | undefined;
  /** Whether expired messages are dead-lettered. */
  readonly deadLetterExpired: boolean;
  readonly ordered: boolean;
  /** The message group of an input; undefined: one group for all. */
  readonly groupBy?: (input: never) => string;
  readonly expiresMs: number | undefined;
  readonly maxLength: number | undefined;
  /** How many levels it has; 1 without priorities. */
  readonly priorities: number;
  readonly fairBy: ((message: never) => string) | undefined;
  readonly largePayloads: 's3' | undefined;
  readonly problems: readonly Problem[];
}

/** The defaults of QueueOptions. */
export const QUEUE_DEFAULTS = { visibility: '3m', deadLetterAfter: 3, priorities: 1 } as const;

/** SQS's own maxReceiveCount is `after` + 3 and at most 1000. */
const AFTER_MAX = RECEIVES_MAX - 100;

/** Declares a queue. What is wrong with it is reported by `defineApp`, together with everything else. */
export function defineQueue(name: string, options: QueueOptions = {}): Queue {
  const { visibility = QUEUE_DEFAULTS.visibility, deadLetter = {}, ordered = false, expires } = options;
  const after = deadLetter.after ?? QUEUE_DEFAULTS.deadLetterAfter;
  return Object.freeze({
    kind: 'queue',
    name,
    visibilityMs: isDuration(visibility) ? toMilliseconds(visibility) : 0,
    deadLetterAfter: after,
    deadLetterTo: toTarget(deadLetter.to),
    deadLetterKey: deadLetter.routingKey,
    deadLetterExpired: deadLetter.expired ?? deadLetter.to !== undefined,
    ordered: ordered !== false,
    ...(typeof ordered === 'function' ? { groupBy: ordered } : {}),
    expiresMs: expires !== undefined && isDuration(expires) ? toMilliseconds(expires) : undefined,
    maxLength: options.maxLength,
    priorities: options.priorities ?? QUEUE_DEFAULTS.priorities,
    fairBy: options.fairBy,
    largePayloads: options.largePayloads,
    problems: Object.freeze(
      typeof CELERIAC_CHECKS === 'undefined' || CELERIAC_CHECKS
        ? [
            ...nameProblems('queues', 'queue', name),
            ...problemsOf(name, visibility, after),
            ...messagingProblems(name, options),
          ]
        : [],
    ),
  });
}

/** Looked up when it is needed: two queues that dead-letter into each other cannot both be defined first. */
function toTarget(to: DeadLetterOptions['to']): Queue['deadLetterTo'] {
  if (to === undefined || typeof to === 'function') return to;
  return () => to;
}

function problemsOf(name: string, visibility: string, after: number): Problem[] {
  const problems: Problem[] = [];
  const path = `queues.${name}`;
  if (!isDuration(visibility)) {
    const message = `queue '${name}': visibility is '${visibility}'; write a duration such as '30s' or '5m'`;
    problems.push({ code: 'INVALID_DURATION', path: `${path}.visibility`, message });
  } else if (toMilliseconds(visibility) > VISIBILITY_MS_MAX) {
    const message =
      `queue '${name}': visibility is '${visibility}', SQS allows at most '12h'; split the ` + 'task';
    problems.push({ code: 'VISIBILITY_TOO_LONG', path: `${path}.visibility`, message });
  } else if (toMilliseconds(visibility) < VISIBILITY_MS_MIN) {
    const message =
      `queue '${name}': visibility is '${visibility}', a worker needs at least '6s' (six ` +
      'times its timeout of 1 s)';
    problems.push({ code: 'VISIBILITY_TOO_SHORT', path: `${path}.visibility`, message });
  }
  if (!Number.isInteger(after) || after < 1 || after > AFTER_MAX) {
    const message =
      `queue '${name}': deadLetter.after is ${after}; give a whole number from 1 to ` + `${AFTER_MAX}`;
    problems.push({ code: 'DEAD_LETTER_AFTER_OUT_OF_RANGE', path: `${path}.deadLetter.after`, message });
  }
  return problems;
}

const VISIBILITY_MS_MIN = 6_000;
