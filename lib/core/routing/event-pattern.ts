/**
 * Bindings as EventBridge event patterns, and messages as the events that these patterns match. All bindings
 * of one exchange and queue become ONE rule, so a message reaches a queue once. No pattern of EventBridge
 * knows AMQP's wildcards: clause.ts says how they are taken apart.
 *
 * A message with CC or BCC has several keys. Its event holds a list of keys, and since EventBridge compares
 * the fields of one list member at a time, fields of different keys do not add up to a match.
 */
import { DefinitionError } from '../../errors.ts';
import { type Clause, delimited, type FieldTest, toClauses, wordText } from './clause.ts';
import { type Condition, conditionOf } from './condition.ts';
import { headerText } from './header-value.ts';
import {
  deliveredHeaders,
  type ExchangeType,
  type RoutedMessage,
  type RoutingBinding,
  routingKeys,
} from './route.ts';
import { checkRoutingKey, topicWords } from './topic.ts';

/** EventBridge: characters of an event pattern (quota "Event pattern size"). */
export const EVENT_PATTERN_LENGTH_MAX = 2_048;
/** EventBridge: rules of a bus that may use a wildcard; rules of a bus. The caller counts both. */
export const WILDCARD_RULES_MAX = 30;
export const BUS_RULES_MAX = 300;

/** A binding as it was made, or one that was flattened. */
export type FilteredBinding = Pick<RoutingBinding, 'key' | 'args'> | { readonly condition: Condition };

/**
 * The exchange whose bindings they are. A bare name stands for a topic exchange, or headers where a binding
 * has arguments, or an empty table of them and no key.
 */
export type FilteredExchange = string | { readonly name: string; readonly type: ExchangeType };

/**
 * A pattern, and whether it matches exactly the right events or more of them, which the worker then has to
 * check.
 */
export type EventPattern = {
  readonly pattern: object;
  /** Whether the pattern uses `wildcard`, which is allowed in 30 rules of a bus only. */
  readonly wildcard: boolean;
} & ({ readonly exact: true } | { readonly exact: false; readonly why: string });

export interface EventPatternOptions {
  /**
   * Whether the pattern may use `wildcard`; false when the bus has its 30 such rules already. @default true
   */
  readonly wildcard?: boolean;
}

/** A message as it is published to an exchange: what decides its way, and what its consumer gets. */
export interface PublishedMessage extends RoutedMessage {
  /** What the queue receives, as a rule's InputPath `$.detail.message` takes it out of the event. */
  readonly envelope?: object;
}

/**
 * The event pattern of all bindings between one exchange and one queue.
 * @throws DefinitionError EVENT_PATTERN_TOO_LONG beyond 2,048 characters, ROUTES_TOO_COMPLEX
 */
export function toEventPattern(
  exchange: FilteredExchange,
  bindings: readonly FilteredBinding[],
  options: EventPatternOptions = {},
): EventPattern {
  const { name, conditions } = filtered(exchange, bindings);
  const { clauses, why } = toClauses(conditions, options.wildcard ?? true);
  const pattern = { source: [name], ...detailPattern(clauses) };
  const { length } = JSON.stringify(pattern);
  if (length > EVENT_PATTERN_LENGTH_MAX) throw tooLong(name, length);
  const wildcard = clauses.some((clause) => clause.has('d'));
  return why === undefined ? { pattern, wildcard, exact: true } : { pattern, wildcard, exact: false, why };
}

/**
 * What a publisher puts into the `detail` of an event; its `source` is the exchange.
 * @throws CeleriacError ROUTING_KEY_TOO_LONG, CC_NOT_A_LIST
 */
export function toEventDetail(message: PublishedMessage): object {
  const keys = routingKeys(message).map(keyDetail);
  const headers = Object.entries(deliveredHeaders(message.headers)).filter(
    ([, value]) => value !== undefined,
  );
  return {
    key: keys.length === 1 ? keys[0] : keys,
    ...Object.fromEntries(headers.map(([name, value]) => [`h:${name}`, headerText(value)])),
    ...(message.envelope === undefined ? {} : { message: message.envelope }),
  };
}

/** The conditions that the bindings of an exchange stand for. */
export function filtered(
  exchange: FilteredExchange,
  bindings: readonly FilteredBinding[],
): { readonly name: string; readonly conditions: readonly Condition[] } {
  const name = typeof exchange === 'string' ? exchange : exchange.name;
  const conditions = bindings.map((binding) => {
    if ('condition' in binding) return binding.condition;
    if (typeof exchange !== 'string') return conditionOf(exchange.type, binding);
    return conditionOf(asksForHeaders(binding) ? 'headers' : 'topic', binding);
  });
  return { name, conditions };
}

function asksForHeaders({ key, args }: Pick<RoutingBinding, 'key' | 'args'>): boolean {
  const given = args ?? undefined;
  return given !== undefined && (key === undefined || Object.keys(given).length > 0);
}

function keyDetail(key: string): object {
  checkRoutingKey(key);
  const words = topicWords(key);
  const texts = words.map(wordText);
  return {
    k: wordText(key),
    n: words.length,
    ...Object.fromEntries(texts.map((text, index) => [`f${index}`, text])),
    ...Object.fromEntries(texts.toReversed().map((text, index) => [`l${index}`, text])),
    w: texts,
    d: delimited(words),
  };
}

/** No key has fewer than no words. */
const NOTHING: Clause = new Map([['n', [{ kind: 'count', count: -1 }]]]);

function detailPattern(clauses: readonly Clause[]): object {
  const list = clauses.length === 0 ? [NOTHING] : clauses;
  const [only] = list;
  if (list.length === 1) return only === undefined || only.size === 0 ? {} : { detail: fieldsPattern(only) };
  // Alternatives over the key alone share the name of its field, which saves some characters of the 2,048.
  if (list.every((clause) => [...clause.keys()].every((name) => !name.startsWith('h:')))) {
    return { detail: { key: { $or: list.map(ownPattern) } } };
  }
  return { detail: { $or: list.map(fieldsPattern) } };
}

function fieldsPattern(clause: Clause): object {
  const isHeader = ([name]: readonly [string, unknown]) => name.startsWith('h:');
  const key = new Map([...clause].filter((field) => !isHeader(field)));
  const headers = new Map([...clause].filter(isHeader));
  return { ...(key.size === 0 ? {} : { key: ownPattern(key) }), ...ownPattern(headers) };
}

function ownPattern(clause: Clause): object {
  return Object.fromEntries([...clause].map(([name, tests]) => [name, tests.map(operator)]));
}

function operator(test: FieldTest): unknown {
  switch (test.kind) {
    case 'is':
      return test.text;
    case 'count':
      return test.count;
    case 'least':
      return { numeric: ['>=', test.count] };
    case 'present':
      return { exists: true };
    case 'like':
      return { wildcard: test.wildcard };
  }
}

function tooLong(exchange: string, length: number): DefinitionError {
  return new DefinitionError(
    'EVENT_PATTERN_TOO_LONG',
    `exchange '${exchange}': the bindings of one queue make an event pattern of ${length} characters, ` +
      `EventBridge allows ${EVENT_PATTERN_LENGTH_MAX}; use fewer or broader bindings, or several queues`,
    { value: length, allowed: EVENT_PATTERN_LENGTH_MAX },
  );
}
