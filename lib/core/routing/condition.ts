/**
 * What a binding, or a path of bindings from exchange to exchange, asks of a message, without the exchanges:
 * the form that is flattened and written as filters.
 */
import { headerText } from './header-value.ts';
import { type HeaderTest, readHeaderTest } from './headers.ts';
import type { ExchangeType, RoutingBinding } from './route.ts';
import { topicMatches } from './topic.ts';
import { intersectTopics, normalTopic, topicCovers } from './topic-pattern.ts';

/** All of these must hold; what is left out asks nothing. */
export interface Condition {
  /** The routing key is exactly this. Never together with `topic`. */
  readonly key?: string;
  /** The routing key matches this topic pattern, in normal form. */
  readonly topic?: string;
  /** The headers meet each of these. */
  readonly headers?: readonly HeaderTest[];
}

/** What a binding of an exchange of this type asks. */
export function conditionOf(type: ExchangeType, binding: Pick<RoutingBinding, 'key' | 'args'>): Condition {
  switch (type) {
    case 'fanout':
      return {};
    case 'direct':
      return { key: binding.key ?? '' };
    case 'topic':
      return topicCondition(binding.key ?? '');
    case 'headers':
      return headerCondition(readHeaderTest(binding.args ?? {}));
  }
}

/**
 * Conditions of which a message with one routing key meets one exactly when it meets both given ones; none
 * when they contradict each other.
 * @throws DefinitionError ROUTES_TOO_COMPLEX
 */
export function intersectConditions(left: Condition, right: Condition): readonly Condition[] {
  const tests = new Map(
    [...(left.headers ?? []), ...(right.headers ?? [])].map((test) => [testText(test), test]),
  );
  if (contradicts([...tests.values()])) return [];
  const headers = tests.size === 0 ? {} : { headers: [...tests.values()] };
  return intersectKeys(left, right).map((keys) => ({ ...keys, ...headers }));
}

/**
 * Whether every message that meets `inner` meets `outer`. May say false for what is contained, never true for
 * what is not.
 */
export function conditionCovers(outer: Condition, inner: Condition): boolean {
  const texts = new Set(inner.headers?.map(testText));
  return keysCover(outer, inner) && (outer.headers ?? []).every((test) => texts.has(testText(test)));
}

/** The conditions that no other one of the list covers, in their order. */
export function withoutCovered<T>(list: readonly T[], conditionIn: (one: T) => Condition): readonly T[] {
  return list.filter((one, index) => {
    const covers = (other: T) => conditionCovers(conditionIn(other), conditionIn(one));
    const coveredBy = (other: T) => conditionCovers(conditionIn(one), conditionIn(other));
    // Of two that cover each other the first one stays.
    return !list.some((other, at) => at !== index && covers(other) && (at < index || !coveredBy(other)));
  });
}

function topicCondition(pattern: string): Condition {
  const topic = normalTopic(pattern);
  if (topic === '#') return {};
  // Without wildcards a pattern is a key, which is cheaper to match.
  return topic.split('.').some((word) => word === '*' || word === '#') ? { topic } : { key: topic };
}

function headerCondition(test: HeaderTest): Condition {
  return test.join === 'all' && test.wanted.length === 0 ? {} : { headers: [test] };
}

function testText(test: HeaderTest): string {
  const wanted = test.wanted.map(([name, value]) => JSON.stringify([name, headerText(value)]));
  return `${test.join} ${wanted.sort().join(' ')}`;
}

function intersectKeys(left: Condition, right: Condition): readonly Condition[] {
  if (left.key !== undefined) return keyMeets(right, left.key) ? [{ key: left.key }] : [];
  if (right.key !== undefined) return keyMeets(left, right.key) ? [{ key: right.key }] : [];
  if (left.topic === undefined) return [right.topic === undefined ? {} : { topic: right.topic }];
  if (right.topic === undefined) return [{ topic: left.topic }];
  return intersectTopics(left.topic, right.topic).map(topicCondition);
}

function keyMeets(condition: Condition, key: string): boolean {
  if (condition.key !== undefined) return condition.key === key;
  return condition.topic === undefined || topicMatches(condition.topic, key);
}

function keysCover(outer: Condition, inner: Condition): boolean {
  if (inner.key !== undefined) return keyMeets(outer, inner.key);
  if (outer.key !== undefined) return false;
  return outer.topic === undefined || (inner.topic !== undefined && topicCovers(outer.topic, inner.topic));
}

/** Two tests that want different values of one header, or an `any` that nothing can meet. */
function contradicts(tests: readonly HeaderTest[]): boolean {
  if (tests.some((test) => test.join === 'any' && test.wanted.length === 0)) return true;
  const texts = new Map<string, string>();
  for (const [name, value] of tests.flatMap((test) => (test.join === 'all' ? test.wanted : []))) {
    if (value === null) continue;
    const text = headerText(value);
    if ((texts.get(name) ?? text) !== text) return true;
    texts.set(name, text);
  }
  return false;
}
