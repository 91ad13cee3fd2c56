/**
 * Dead letters as RabbitMQ tells them: the header x-death with one entry for each queue and reason, the
 * newest first, the headers x-first-death-* and x-last-death-*, and the rule that ends a circle.
 */
import type { Json } from './json.ts';
import type { DeadReason, HistoryEntry, Message } from './message.ts';

/** AMQP's words for why a message died. */
export type DeathReason = 'rejected' | 'expired' | 'delivery_limit';

/** One death of a message. */
export interface Dying {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly at: number;
  /** The exchange it was published to, and its routing keys without those of BCC. */
  readonly exchange: string;
  readonly keys: readonly string[];
  /** The message's own time to live in milliseconds, which is taken off it. */
  readonly expirationMs?: number | undefined;
}

type JsonHeaders = Readonly<Record<string, Json>>;
type Entry = Readonly<Record<string, Json | undefined>>;

/** What RabbitMQ calls a reason of ours. */
export function deathReason(reason: DeadReason): DeathReason {
  switch (reason) {
    case 'expired':
      return 'expired';
    case 'crashed':
    case 'attempts-exhausted':
      return 'delivery_limit';
    case 'rejected':
    case 'not-retryable':
    case 'invalid-input':
    case 'invalid-result':
    case 'payload-lost':
    case 'unknown-task':
    case 'unknown-exchange':
    case 'unroutable':
    case 'unknown-version':
    case 'malformed':
    case 'worker-error':
      return 'rejected';
  }
}

/**
 * Whether a dead letter may go where its queue says, or must wait beside the queue: what no worker could
 * start for want of a definition or of AWS runs again when it is redriven from there.
 */
export function isSentOn(reason: DeadReason): boolean {
  return deathReason(reason) !== 'rejected' || DECIDED.has(reason) || reason === 'payload-lost';
}

/** The headers of a message (as JSON) that has died once more. */
export function withDeath(headers: JsonHeaders, dying: Dying): JsonHeaders {
  const { queue, reason, exchange, keys, expirationMs } = dying;
  const before = deathsOf(headers);
  const same = before.find((entry) => entry.queue === queue && entry.reason === reason);
  const counted = typeof same?.count === 'number' ? same.count : 0;
  const entry: Entry =
    same === undefined
      ? {
          count: 1,
          exchange,
          queue,
          reason,
          'routing-keys': keys,
          // AMQP's timestamps have whole seconds.
          time: { $date: new Date(Math.floor(dying.at / 1_000) * 1_000).toISOString() },
          ...(expirationMs === undefined ? {} : { 'original-expiration': String(expirationMs) }),
        }
      : { ...same, count: counted + 1 };
  const told = { exchange, queue, reason };
  return {
    ...prefixed('x-first-death-', told),
    // What stood there first stays.
    ...headers,
    ...prefixed('x-last-death-', told),
    'x-death': [entry, ...before.filter((other) => other !== same)],
  };
}

/**
 * Whether a dead letter, this death included, has come back to a queue without anybody having refused it on
 * the way: it would go round for ever. RabbitMQ looks for 'rejected' among the deaths since it was there; a
 * handler that threw at every attempt has refused it too, although its deaths are called delivery_limit.
 */
export function isCircle(message: Message, queue: string): boolean {
  const deaths = deathsOf(message.via?.headers ?? {});
  const last = deaths.findIndex((entry) => entry.queue === queue);
  if (last < 0) return false;
  const since = deaths.slice(0, last + 1);
  if (since.some((entry) => entry.reason === 'rejected')) return false;
  return !lastDeaths(message.history, since.length).some(({ reason }) => DECIDED.has(reason ?? ''));
}

/** Reasons that a handler, or the schema before it, has given. */
const DECIDED: ReadonlySet<string> = new Set<DeadReason>([
  'rejected',
  'attempts-exhausted',
  'not-retryable',
  'invalid-input',
  'invalid-result',
]);

function lastDeaths(history: readonly HistoryEntry[], count: number): readonly HistoryEntry[] {
  return history.filter(({ kind }) => kind === 'dead').slice(-count);
}

/** The entries of x-death; what somebody else has put there and is no table is dropped. */
function deathsOf(headers: JsonHeaders): readonly Entry[] {
  const list = headers['x-death'];
  return Array.isArray(list) ? list.filter(isEntry) : [];
}

function isEntry(value: Json): value is { readonly [name: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function prefixed(prefix: string, told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [`${prefix}${name}`, value]));
}
