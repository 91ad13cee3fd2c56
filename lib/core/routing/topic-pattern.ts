/**
 * Topic patterns as sets of keys: their normal form, whether one contains another, and what two have in
 * common. Filters of SNS and EventBridge and the flattening of exchange-to-exchange bindings are built on it.
 */
import { DefinitionError } from '../../errors.ts';
import { topicWords } from './topic.ts';

/**
 * A pattern between its '#'s. `segments` has one more member than `gaps`; gap i stands between segments i and
 * i + 1 and takes any number of words, but at least `gaps[i]`. Inside a segment '*' is one word of any
 * content. No segment between two gaps is empty or begins or ends with '*': such a '*' is counted by the gap
 * beside it.
 */
export interface TopicShape {
  readonly segments: readonly (readonly string[])[];
  readonly gaps: readonly number[];
}

/** How many patterns an intersection may need before it is refused. */
export const INTERSECTION_MAX = 100;

/** Reads a pattern into its normal form: '#.*.#' is a gap of at least one word. */
export function topicShape(pattern: string): TopicShape {
  const segments: string[][] = [[]];
  const gaps: number[] = [];
  for (const word of topicWords(pattern)) {
    const segment = segments[gaps.length] ?? [];
    const last = gaps.length - 1;
    if (word === '#') {
      const stars = dropTrailingStars(segment);
      // A segment that held nothing but stars, or nothing at all, lies inside the gap before it.
      if (segment.length === 0 && last >= 0) gaps[last] = (gaps[last] ?? 0) + stars;
      else {
        gaps.push(stars);
        segments.push([]);
      }
    } else if (word === '*' && segment.length === 0 && last >= 0) gaps[last] = (gaps[last] ?? 0) + 1;
    else segment.push(word);
  }
  return { segments, gaps };
}

/** Writes a normal form as a pattern: a gap of at least two words is '*.*.#'. */
function shapeWords(shape: TopicShape): readonly string[] {
  return shape.segments.flatMap((segment, index) => {
    const gap = shape.gaps[index];
    return gap === undefined ? segment : [...segment, ...Array.from({ length: gap }, () => '*'), '#'];
  });
}

/**
 * The normal form of a pattern, as a pattern: two patterns that differ only in the order of their wildcards
 * become one.
 */
export function normalTopic(pattern: string): string {
  return shapeWords(topicShape(pattern)).join('.');
}

/**
 * Whether every key that `inner` takes is taken by `outer`. Says false for some rare containments as well,
 * never true for what is none: it serves to leave out what is superfluous.
 */
export function topicCovers(outer: string, inner: string): boolean {
  return wordsCover(shapeWords(topicShape(outer)), shapeWords(topicShape(inner)));
}

function wordsCover(wide: readonly string[], narrow: readonly string[]): boolean {
  // reach[j]: whether wide[0..j) covers narrow[0..i), for the i of the loop.
  let reach = wide.map((_, index) => wide.slice(0, index).every((word) => word === '#'));
  reach.push(wide.every((word) => word === '#'));
  for (const word of narrow) {
    const next = [false];
    for (let at = 0; at < wide.length; at++) {
      const over = wide[at];
      const consumed =
        over !== '#' && (over === word || (over === '*' && word !== '#')) && reach[at] === true;
      const absorbed = over === '#' && (reach[at] === true || reach[at + 1] === true || next[at] === true);
      next.push(consumed || absorbed);
    }
    reach = next;
  }
  return reach[wide.length] === true;
}

/**
 * Patterns that together take exactly the keys which both given patterns take; none when they contradict each
 * other.
 * @throws DefinitionError ROUTES_TOO_COMPLEX when more than 100 patterns were needed.
 */
export function intersectTopics(left: string, right: string): readonly string[] {
  if (topicCovers(left, right)) return [normalTopic(right)];
  if (topicCovers(right, left)) return [normalTopic(left)];
  const a = shapeWords(topicShape(left));
  const b = shapeWords(topicShape(right));
  const memo = new Map<number, readonly string[]>();
  const common = (i: number, j: number): readonly string[] => {
    const place = i * (b.length + 1) + j;
    const known = memo.get(place);
    if (known !== undefined) return known;
    const found = pruned(commonFrom(a, b, i, j, common));
    if (found.length > INTERSECTION_MAX) throw tooComplex(left, right);
    memo.set(place, found);
    return found;
  };
  // A single empty word is no key: '' has no words.
  return common(0, 0)
    .map(unmarked)
    .filter((pattern) => pattern !== ONE_EMPTY_WORD);
}

type Common = (i: number, j: number) => readonly string[];

/** What the rests of two patterns have in common, each pattern as words that are all followed by a dot. */
function commonFrom(
  a: readonly string[],
  b: readonly string[],
  i: number,
  j: number,
  common: Common,
): readonly string[] {
  const left = a[i];
  const right = b[j];
  if (left === undefined && right === undefined) return [''];
  if (left === '#' && right === '#') return prefixed('#', [...common(i + 1, j), ...common(i, j + 1)]);
  if (left === '#')
    return [...common(i + 1, j), ...(right === undefined ? [] : prefixed(right, common(i, j + 1)))];
  if (right === '#')
    return [...common(i, j + 1), ...(left === undefined ? [] : prefixed(left, common(i + 1, j)))];
  if (left === undefined || right === undefined) return [];
  if (left !== right && left !== '*' && right !== '*') return [];
  return prefixed(left === '*' ? right : left, common(i + 1, j + 1));
}

function prefixed(word: string, rests: readonly string[]): readonly string[] {
  return rests.map((rest) => `${word}.${rest}`);
}

const ONE_EMPTY_WORD = '\0';

/** Words followed by dots, as a pattern; one empty word cannot be written as a pattern and is marked. */
function unmarked(marked: string): string {
  return marked === '.' ? ONE_EMPTY_WORD : marked.slice(0, -1);
}

/** Normal forms, each once, without those that another one covers. */
function pruned(marked: readonly string[]): readonly string[] {
  const forms = new Map<string, readonly string[]>();
  for (const text of marked) {
    // A single empty word cannot be read as a pattern, and stands for itself.
    const words = text === '' || text === '.' ? [] : shapeWords(topicShape(text.slice(0, -1)));
    forms.set(text === '.' ? text : words.map((word) => `${word}.`).join(''), words);
  }
  const list = [...forms];
  return list
    .filter(([text, words], index) =>
      list.every(([, other], at) => {
        const matters = at !== index && text !== '.' && words.length > 0 && other.length > 0;
        return !matters || !wordsCover(other, words) || (at > index && wordsCover(words, other));
      }),
    )
    .map(([text]) => text);
}

function dropTrailingStars(segment: string[]): number {
  let stars = 0;
  while (segment.at(-1) === '*') {
    segment.pop();
    stars++;
  }
  return stars;
}

function tooComplex(left: string, right: string): DefinitionError {
  return new DefinitionError(
    'ROUTES_TOO_COMPLEX',
    `what topic patterns '${left}' and '${right}' have in common takes more than ` +
      `${INTERSECTION_MAX} patterns; use fewer '#'`,
    { value: [left, right], allowed: INTERSECTION_MAX },
  );
}
