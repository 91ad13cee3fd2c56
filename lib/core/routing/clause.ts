/**
 * Conditions as alternatives of fields that are compared one by one, which is what the filters of SNS and
 * EventBridge can do. The words of a key are fields by their position from the start (f0, f1, …) and from the
 * end (l0, l1, …); besides there are the whole key (k), the number of words (n), the words as a list (w) and
 * the words with delimiters (d).
 *
 * Two '#' are the limit of it: what stands between them has no position. A single word there is a member of
 * the list, which is exact when no '*' stands beside it; several words are exact by a wildcard over the
 * delimited key, of which a bus allows 30 rules, as long as no '*' stands between them. The rest lets too
 * much through and says so.
 */
import { DefinitionError } from '../../errors.ts';
import { type Condition, withoutCovered } from './condition.ts';
import { headerText } from './header-value.ts';
import type { HeaderTest } from './headers.ts';
import { type TopicShape, topicShape } from './topic-pattern.ts';

/** What a field must be. */
export type FieldTest =
  | { readonly kind: 'is'; readonly text: string }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'least'; readonly count: number }
  | { readonly kind: 'present' }
  | { readonly kind: 'like'; readonly wildcard: string };

/** Fields that must all pass; of a field's tests one has to. Without fields everything passes. */
export type Clause = ReadonlyMap<string, readonly FieldTest[]>;

/** The alternatives of a binding or of several. */
export interface Clauses {
  /** None at all means that nothing passes. */
  readonly clauses: readonly Clause[];
  /** Why more passes than should; undefined when exactly the right messages pass. */
  readonly why: string | undefined;
}

/** EventBridge: how many combinations the alternatives of a pattern may make. */
export const COMBINATIONS_MAX = 1_000;

/**
 * Writes conditions as clauses.
 * @throws DefinitionError ROUTES_TOO_COMPLEX when headers joined by `any` make more than 1,000 combinations.
 */
export function toClauses(conditions: readonly Condition[], wildcardAllowed: boolean): Clauses {
  const reasons = new Set<string>();
  const clauses = withoutCovered(conditions, (one) => one).flatMap((condition) => {
    const fields = keyFields(condition, wildcardAllowed);
    if (fields.why !== undefined) reasons.add(fields.why);
    return withHeaders(fields.clause, condition.headers ?? []);
  });
  const all = clauses.some((clause) => clause.size === 0);
  return {
    clauses: all ? [new Map()] : merged(clauses),
    why: reasons.size === 0 ? undefined : [...reasons].join('; '),
  };
}

/**
 * A word as it is published: with a sign in front, so that none looks like an IP address, which EventBridge
 * would read.
 */
export function wordText(word: string): string {
  return `=${word}`;
}

/** The words of a key as one text in which every word has its own delimiters. */
export function delimited(words: readonly string[]): string {
  return words.map((word) => `.${wordText(word)}.`).join('');
}

interface KeyFields {
  readonly clause: Clause;
  readonly why?: string;
}

function keyFields(condition: Condition, wildcardAllowed: boolean): KeyFields {
  if (condition.key !== undefined)
    return { clause: new Map([['k', [{ kind: 'is', text: wordText(condition.key) }]]]) };
  if (condition.topic === undefined) return { clause: new Map() };
  const shape = topicShape(condition.topic);
  if (shape.gaps.length < 2) return { clause: positions(shape) };
  const member = onlyMember(shape);
  if (member !== undefined)
    return { clause: withField(edges(shape), 'w', { kind: 'is', text: wordText(member) }) };
  const middles = shape.segments.slice(1, -1);
  if (wildcardAllowed && !middles.some((segment) => segment.includes('*')))
    return { clause: likeClause(shape) };
  const longest = middles
    .flat()
    .reduce((best, word) => (word !== '*' && word.length >= best.length ? word : best), '');
  return {
    clause: withField(positions(shape), 'w', { kind: 'is', text: wordText(longest) }),
    why:
      `'${condition.topic}': of what stands between two '#', ` +
      `only the word '${longest}' is looked for, anywhere`,
  };
}

/** Words before the first gap and after the last one, by their positions, and how many words there are. */
function positions(shape: TopicShape): Clause {
  const length = shape.segments.flat().length + shape.gaps.reduce((sum, gap) => sum + gap, 0);
  const fields = edges(shape);
  if (shape.gaps.length === 0) return withField(fields, 'n', { kind: 'count', count: length });
  // The word farthest from its end is already looked for, so there are that many words.
  if (length === 0 || fields.has(`f${length - 1}`) || fields.has(`l${length - 1}`)) return fields;
  return withField(fields, 'n', { kind: 'least', count: length });
}

function edges(shape: TopicShape): Clause {
  const fields = new Map<string, readonly FieldTest[]>();
  const place = (letter: string) => (word: string, index: number) => {
    if (word !== '*') fields.set(`${letter}${index}`, [{ kind: 'is', text: wordText(word) }]);
  };
  shape.segments[0]?.forEach(place('f'));
  if (shape.gaps.length > 0) shape.segments.at(-1)?.toReversed().forEach(place('l'));
  return fields;
}

/**
 * The one word between two '#', if it can stand nowhere else in the key: neither a '*' nor the same word is
 * at the edges.
 */
function onlyMember(shape: TopicShape): string | undefined {
  const [first, middle, last, more] = shape.segments;
  const word = middle?.[0];
  if (more !== undefined || middle?.length !== 1 || shape.gaps.some((gap) => gap > 0)) return undefined;
  return [...(first ?? []), ...(last ?? [])].some((edge) => edge === '*' || edge === word) ? undefined : word;
}

/** One more word is an opening delimiter and anything up to the next one, so '.=*' repeated counts words. */
const ONE_WORD = '.=*';

function likeClause(shape: TopicShape): Clause {
  let wildcard = '';
  let fields: Clause = new Map();
  shape.segments.forEach((segment, index) => {
    // A '*' among the edge's words cannot be said here: its words are counted, and their positions say the
    // rest.
    const counted = segment.includes('*');
    if (counted) fields = edges(shape);
    const before = index === 0 ? 0 : (shape.gaps[index - 1] ?? 0);
    const text = counted ? ONE_WORD.repeat(segment.length) : escaped(delimited(segment));
    wildcard += index === 0 ? text : gapText(before, wildcard) + text;
  });
  return withField(fields, 'd', { kind: 'like', wildcard });
}

function gapText(least: number, before: string): string {
  if (least > 0) return ONE_WORD.repeat(least);
  // Counted words end in a star already, and two stars in a row are refused.
  return before.endsWith('*') ? '' : '*';
}

function escaped(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}

function withField(clause: Clause, name: string, test: FieldTest): Clause {
  return new Map([...clause, [name, [test]]]);
}

function withHeaders(clause: Clause, tests: readonly HeaderTest[]): readonly Clause[] {
  return tests.reduce<readonly Clause[]>(
    (clauses, test) => {
      const wanted = test.wanted.map(([name, value]) => [`h:${name}`, valueTest(value)] as const);
      const next =
        test.join === 'all'
          ? clauses.flatMap((one) =>
              wanted.reduce<readonly Clause[]>(
                (list, field) => list.flatMap((c) => narrowed(c, ...field)),
                [one],
              ),
            )
          : clauses.flatMap((one) => wanted.flatMap((field) => narrowed(one, ...field)));
      if (next.length > COMBINATIONS_MAX) throw tooComplex(next.length);
      return next;
    },
    [clause],
  );
}

function valueTest(value: HeaderTest['wanted'][number][1]): FieldTest {
  return value === null ? { kind: 'present' } : { kind: 'is', text: headerText(value) };
}

/** The clause with one more thing asked of a header; none when the header was to have another value. */
function narrowed(clause: Clause, name: string, test: FieldTest): readonly Clause[] {
  const before = clause.get(name)?.[0];
  if (before === undefined || before.kind === 'present') return [withField(clause, name, test)];
  return test.kind === 'present' || testText(test) === testText(before) ? [clause] : [];
}

/**
 * Clauses that differ in one field only become one, with the tests of both: 'a' or 'b' is shorter than two
 * patterns.
 */
function merged(clauses: readonly Clause[]): readonly Clause[] {
  let list = distinct(clauses);
  for (let before = Number.POSITIVE_INFINITY; list.length < before; ) {
    before = list.length;
    for (const field of new Set(list.flatMap((clause) => [...clause.keys()]))) list = mergedBy(list, field);
  }
  return list;
}

function mergedBy(clauses: readonly Clause[], field: string): readonly Clause[] {
  const groups = new Map<string, Clause>();
  for (const clause of clauses) {
    const tests = clause.get(field);
    const others = clauseText(new Map([...clause].filter(([name]) => name !== field)));
    const group = tests === undefined ? `none ${others}` : `some ${others}`;
    const before = groups.get(group)?.get(field);
    groups.set(
      group,
      tests === undefined || before === undefined
        ? clause
        : new Map([...clause, [field, union(before, tests)]]),
    );
  }
  return [...groups.values()];
}

function union(left: readonly FieldTest[], right: readonly FieldTest[]): readonly FieldTest[] {
  const tests = new Map([...left, ...right].map((test) => [testText(test), test]));
  return [...tests.values()];
}

function distinct(clauses: readonly Clause[]): readonly Clause[] {
  return [...new Map(clauses.map((clause) => [clauseText(clause), clause])).values()];
}

function clauseText(clause: Clause): string {
  return JSON.stringify([...clause].map(([name, tests]) => [name, tests.map(testText).sort()]).sort());
}

function testText(test: FieldTest): string {
  return JSON.stringify(test);
}

function tooComplex(count: number): DefinitionError {
  return new DefinitionError(
    'ROUTES_TOO_COMPLEX',
    `headers joined by 'any' make more than ${COMBINATIONS_MAX} combinations; ` +
      'use fewer arguments or fewer exchanges in a row',
    { value: count, allowed: COMBINATIONS_MAX },
  );
}
