/**
 * Routing as RabbitMQ does it: exchanges of four types, exchange-to-exchange bindings, alternate and internal
 * exchanges, the default exchange, and the sender's CC and BCC headers. This is the plain form that says what
 * is right; compileRouter in router.ts gives the same answers for large tables.
 */
import { CeleriacError } from '../../errors.ts';
import { type Headers, headerOf, headersMatch } from './headers.ts';
import { topicMatches } from './topic.ts';

/** How an exchange chooses among its bindings. */
export type ExchangeType = 'direct' | 'fanout' | 'topic' | 'headers';

export interface RoutingExchange {
  readonly name: string;
  readonly type: ExchangeType;
  /** Where a message goes that this exchange routes nowhere. */
  readonly alternate?: string;
  /** Takes messages from other exchanges only. */
  readonly internal?: boolean;
}

export interface RoutingBinding {
  readonly from: string;
  readonly to: string;
  readonly toKind: 'queue' | 'exchange';
  /** The routing key (direct) or pattern (topic); '' when left out. */
  readonly key?: string;
  /** The arguments (headers). */
  readonly args?: Headers;
}

/** All that decides where a message goes. */
export interface RoutingTable {
  readonly exchanges: readonly RoutingExchange[];
  readonly queues: readonly string[];
  readonly bindings: readonly RoutingBinding[];
}

/** What of a message decides where it goes. */
export interface RoutedMessage {
  readonly key: string;
  /** null is a message without a table of headers, which is the same as none. */
  readonly headers?: Headers | null;
}

/** The name of the exchange to which every queue is bound by its own name. */
export const DEFAULT_EXCHANGE = '';

/**
 * The queues that get the message, each once, sorted.
 * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST (RabbitMQ: 404, 403, 406)
 */
export function route(table: RoutingTable, exchange: string, message: RoutedMessage): readonly string[] {
  if (exchange !== DEFAULT_EXCHANGE) return [...walk(table, exchange, message).queues].sort();
  const keys = routingKeys(message);
  return [...new Set(table.queues.filter((queue) => keys.includes(queue)))].sort();
}

/**
 * The exchanges at which the message has to enter so that their flattened bindings bring it everywhere
 * `route` says: the exchange itself unless it routes the message nowhere, and each alternate exchange that is
 * then used. Empty means that the message is unroutable.
 * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST
 */
export function entryExchanges(
  table: RoutingTable,
  exchange: string,
  message: RoutedMessage,
): readonly string[] {
  return [...walk(table, exchange, message).entries];
}

interface Walk {
  readonly queues: ReadonlySet<string>;
  readonly entries: ReadonlySet<string>;
}

function walk(table: RoutingTable, exchange: string, message: RoutedMessage): Walk {
  const keys = routingKeys(message);
  const headers = deliveredHeaders(message.headers);
  const queues = new Set<string>();
  const candidates = new Set([exchange]);
  const entries = new Set<string>();
  const seen = new Set([checkPublishable(findExchange(table, exchange), exchange).name]);
  // A set that grows while it is walked: every exchange is visited once, so cycles end.
  for (const name of seen) {
    const visited = findExchange(table, name);
    if (visited === undefined) continue;
    const taken = table.bindings.filter(
      (binding) => binding.from === name && takes(visited.type, binding, keys, headers),
    );
    for (const binding of taken) (binding.toKind === 'queue' ? queues : seen).add(binding.to);
    if (taken.length > 0 && candidates.has(name)) entries.add(name);
    if (taken.length > 0 || visited.alternate === undefined) continue;
    if (!seen.has(visited.alternate)) candidates.add(visited.alternate);
    seen.add(visited.alternate);
  }
  return { queues, entries };
}

/**
 * The routing keys of a message: its own, and those of the headers CC and BCC, each once.
 * @throws CeleriacError CC_NOT_A_LIST
 */
export function routingKeys(message: RoutedMessage): readonly string[] {
  const headers = message.headers ?? undefined;
  if (headers === undefined) return [message.key];
  return [...new Set([message.key, ...copyKeys(headers, 'CC'), ...copyKeys(headers, 'BCC')])];
}

/** The headers that a consumer, and a headers exchange, may see: all but BCC. */
export function deliveredHeaders(headers: Headers | null | undefined): Headers {
  const given = headers ?? {};
  if (!Object.hasOwn(given, 'BCC')) return given;
  const { BCC: _, ...delivered } = given;
  return delivered;
}

/**
 * Refuses what a publisher may not publish to; `there` are the exchanges to name instead.
 * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL
 */
export function checkPublishable<T extends { readonly internal?: boolean }>(
  exchange: T | undefined,
  name: string,
  there: readonly string[] = [],
): T {
  if (exchange === undefined) throw notFound(name, there);
  if (exchange.internal !== true) return exchange;
  throw new CeleriacError(
    'EXCHANGE_INTERNAL',
    `exchange '${name}' is internal: it takes messages from other exchanges only; ` +
      'publish to one that it is bound to',
    { value: name },
  );
}

function notFound(name: string, there: readonly string[]): CeleriacError {
  const known = there.length === 0 ? '' : `; there is ${there.map((one) => `'${one}'`).join(', ')}`;
  return new CeleriacError('EXCHANGE_NOT_FOUND', `there is no exchange '${name}'${known}`, {
    value: name,
    ...(there.length === 0 ? {} : { allowed: there }),
  });
}

function copyKeys(headers: Headers, name: 'CC' | 'BCC'): readonly string[] {
  const value = headerOf(headers, name);
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.filter((key) => typeof key === 'string');
  throw new CeleriacError(
    'CC_NOT_A_LIST',
    `header ${name} must be a list of routing keys, not ${printed(value)}`,
    { value },
  );
}

function printed(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function findExchange(table: RoutingTable, name: string): RoutingExchange | undefined {
  return table.exchanges.find((exchange) => exchange.name === name);
}

function takes(
  type: ExchangeType,
  binding: RoutingBinding,
  keys: readonly string[],
  headers: Headers,
): boolean {
  const bound = binding.key ?? '';
  switch (type) {
    case 'fanout':
      return true;
    case 'direct':
      return keys.includes(bound);
    case 'topic':
      return keys.some((key) => topicMatches(bound, key));
    case 'headers':
      return headersMatch(binding.args ?? {}, headers);
  }
}
