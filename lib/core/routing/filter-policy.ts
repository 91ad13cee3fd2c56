/**
 * Bindings as SNS filter policies, and messages as the attributes that these policies look at. A policy
 * compares attributes with fixed texts, so a message carries what is true of it as a list of texts
 * ('f0=order', 'n3': the first word is order, there are three words), and a binding names the texts it needs.
 * One attribute's values are alternatives only: to ask for several texts at once, the same list is published
 * under five names, as many as a policy may use.
 */
import { CeleriacError, DefinitionError, type ErrorCode } from '../../errors.ts';
import { type Clause, type FieldTest, toClauses, wordText } from './clause.ts';
import { type FilteredBinding, type FilteredExchange, filtered } from './event-pattern.ts';
import { headerText } from './header-value.ts';
import { deliveredHeaders, type RoutedMessage, routingKeys } from './route.ts';
import { checkRoutingKey, topicWords } from './topic.ts';

/** SNS: keys of a filter policy, combinations of its values, and its size. */
export const FILTER_POLICY_KEYS_MAX = 5;
export const FILTER_POLICY_COMBINATIONS_MAX = 150;
export const FILTER_POLICY_BYTES_MAX = 262_144;

/**
 * A policy (undefined: no filter, all messages), and whether it lets exactly the right messages through or
 * more of them.
 */
export type FilterPolicy = {
  readonly policy: FilterPolicyObject | undefined;
  /**
   * Whether the policy looks at facts: then every publisher of the exchange has to give them
   * (`toFilterAttributes`).
   */
  readonly facts: boolean;
} & ({ readonly exact: true } | { readonly exact: false; readonly why: string });

/** A filter policy by attributes, as SNS takes it. */
export type FilterPolicyObject = { readonly [name: string]: readonly (string | FilterPolicyObject)[] };

/** A message attribute, as SNS takes it. */
export interface FilterAttribute {
  readonly DataType: 'String' | 'String.Array';
  readonly StringValue: string;
}

const KEY = 'key';
const FACTS = ['is1', 'is2', 'is3', 'is4', 'is5'] as const;
/** A value that no message has under `key`: all of those begin with 'k:'. */
const NOTHING: FilterPolicyObject = { [KEY]: ['none'] };

/**
 * The filter policy of all bindings between one exchange and one queue.
 * @throws DefinitionError FILTER_POLICY_TOO_MANY_KEYS, FILTER_POLICY_TOO_COMPLEX, FILTER_POLICY_TOO_LARGE,
 * ROUTES_TOO_COMPLEX
 */
export function toFilterPolicy(
  exchange: FilteredExchange,
  bindings: readonly FilteredBinding[],
): FilterPolicy {
  const { name, conditions } = filtered(exchange, bindings);
  const { clauses, why } = toClauses(conditions, false);
  const facts = clauses.some((clause) => clause.size > 0 && !onlyKey(clause));
  const policy = facts ? factPolicy(name, clauses) : keyPolicy(clauses);
  if (policy !== undefined) checkLimits(name, policy);
  return why === undefined ? { policy, facts, exact: true } : { policy, facts, exact: false, why };
}

/**
 * The attributes that a publisher gives a message: its key, and its facts where a queue's policy looks at
 * them.
 * @throws CeleriacError ROUTING_KEY_TOO_LONG, CC_NOT_A_LIST; CC_WITH_FACTS for CC or BCC where facts are
 * needed
 */
export function toFilterAttributes(
  message: RoutedMessage,
  options: { readonly facts: boolean },
): Record<string, FilterAttribute> {
  const keys = routingKeys(message);
  for (const key of keys) checkRoutingKey(key);
  const texts = keys.map((key) => safe(`k:${key}`));
  const key: FilterAttribute =
    texts.length === 1 ? { DataType: 'String', StringValue: texts[0] ?? '' } : listAttribute(texts);
  if (!options.facts) return { [KEY]: key };
  // Facts of different keys would add up to a key that the message does not have.
  if (keys.length > 1) throw copiesRefused(keys);
  const facts = listAttribute(factsOf(message));
  return { [KEY]: key, ...Object.fromEntries(FACTS.map((name) => [name, facts])) };
}

/**
 * How many combinations SNS counts in a policy: values of a key are added, keys multiplied, alternatives of
 * $or added.
 */
export function policyCombinations(policy: FilterPolicyObject): number {
  return Object.values(policy).reduce((product, values) => {
    const own = values.filter((value) => typeof value === 'string').length;
    const nested = values.filter((value) => typeof value !== 'string').map(policyCombinations);
    return product * nested.reduce((sum, count) => sum + count, own);
  }, 1);
}

function onlyKey(clause: Clause): boolean {
  return clause.size === 1 && clause.has('k');
}

function keyPolicy(clauses: readonly Clause[]): FilterPolicyObject | undefined {
  if (clauses.some((clause) => clause.size === 0)) return undefined;
  const keys = clauses.flatMap((clause) =>
    (clause.get('k') ?? []).flatMap((test) => (test.kind === 'is' ? [test.text] : [])),
  );
  // Words carry a sign in front, keys a letter.
  return keys.length === 0
    ? NOTHING
    : { [KEY]: keys.map((text) => safe(`k:${text.slice(wordText('').length)}`)) };
}

function factPolicy(exchange: string, clauses: readonly Clause[]): FilterPolicyObject {
  const alternatives = clauses.map((clause) => {
    if (clause.size > FACTS.length) throw tooManyKeys(exchange, clause.size);
    const lists = [...clause].map(([name, tests]) => tests.map((test) => factText(name, test)));
    return Object.fromEntries(lists.map((list, index) => [FACTS[index] ?? '', list]));
  });
  const [only] = alternatives;
  return alternatives.length === 1 && only !== undefined ? only : { $or: alternatives };
}

/** The text that a message has when a field of it passes a test. */
function factText(field: string, test: FieldTest): string {
  switch (test.kind) {
    case 'is':
      return field.startsWith('h:') ? headerFact(field.slice(2), test.text) : safe(`${field}${test.text}`);
    case 'count':
      return `n${test.count}`;
    case 'least':
      return `m${test.count}`;
    case 'present':
      return presenceFact(field.slice(2));
    case 'like':
      // Clauses for SNS are made without wildcards.
      throw new DefinitionError('FILTER_POLICY_WILDCARD', 'SNS filter policies have no wildcard', {
        value: test.wildcard,
      });
  }
}

function factsOf(message: RoutedMessage): readonly string[] {
  const words = topicWords(message.key);
  const headers = Object.entries(deliveredHeaders(message.headers)).filter(
    ([, value]) => value !== undefined,
  );
  const facts = [
    `k${wordText(message.key)}`,
    `n${words.length}`,
    ...words.flatMap((word, index) => [
      `m${index + 1}`,
      `f${index}${wordText(word)}`,
      `l${words.length - 1 - index}${wordText(word)}`,
      `w${wordText(word)}`,
    ]),
  ].map(safe);
  const named = headers.flatMap(([name, value]) => [presenceFact(name), headerFact(name, headerText(value))]);
  return [...new Set([...facts, ...named])];
}

function presenceFact(name: string): string {
  return `p:${safeName(name)}`;
}

function headerFact(name: string, text: string): string {
  return `h:${safeName(name)}=${safe(text)}`;
}

/**
 * SNS wants quotes and backslashes escaped twice in attributes; without them there is nothing to get wrong.
 * Half a pair of surrogates and the last two characters of the plane are in no text that SQS takes, so a
 * message with them would be published and never arrive.
 */
function safe(text: string): string {
  return text
    .replace(/["\\%\p{Cc}]/gu, (character) => encodeURIComponent(character))
    .replace(/[\p{Cs}\ufffe\uffff]/gu, (character) => `%u${character.charCodeAt(0).toString(16)}`);
}

function safeName(name: string): string {
  return safe(name).replaceAll('=', '%3D');
}

function listAttribute(texts: readonly string[]): FilterAttribute {
  return { DataType: 'String.Array', StringValue: JSON.stringify(texts) };
}

function checkLimits(exchange: string, policy: FilterPolicyObject): void {
  const combinations = policyCombinations(policy);
  if (combinations > FILTER_POLICY_COMBINATIONS_MAX) {
    throw limitError(
      'FILTER_POLICY_TOO_COMPLEX',
      exchange,
      `${combinations} combinations`,
      FILTER_POLICY_COMBINATIONS_MAX,
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(policy));
  if (bytes > FILTER_POLICY_BYTES_MAX) {
    throw limitError('FILTER_POLICY_TOO_LARGE', exchange, `${bytes} bytes`, FILTER_POLICY_BYTES_MAX);
  }
}

function tooManyKeys(exchange: string, keys: number): DefinitionError {
  return limitError('FILTER_POLICY_TOO_MANY_KEYS', exchange, `${keys} keys`, FILTER_POLICY_KEYS_MAX);
}

function limitError(code: ErrorCode, exchange: string, given: string, allowed: number): DefinitionError {
  return new DefinitionError(
    code,
    `exchange '${exchange}': the bindings of one queue make an SNS filter policy of ${given}, ` +
      `at most ${allowed} are allowed; ` +
      "use fewer or broader bindings, or transport: 'eventbridge'",
    { value: given, allowed },
  );
}

/** What is told where a topic cannot bring a message under several keys. */
export function copiesRefused(keys: readonly string[]): CeleriacError {
  return new CeleriacError(
    'CC_WITH_FACTS',
    'CC and BCC are not possible on this exchange over SNS, since a queue filters by words or headers; ' +
      `publish ${keys.length} times`,
    { value: keys },
  );
}
