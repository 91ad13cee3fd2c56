/**
 * Many event patterns at once. Each alternative of a pattern hangs on one of its paths, the one that tells it
 * best from those already there, by value where it asks for values; an event looks only at what hangs on its
 * own values, and compares that in full. So the cost depends on the event and on the patterns that nearly
 * fit, not on the number of rules.
 */
import type { Clause, PathTest } from './clauses.ts';
import { type EventPattern, nameFilter } from './event-pattern.ts';
import { clauseMatches, type Fields, readFields } from './fields.ts';
import { folded, type Hint, type Primitive, valueText } from './leaf.ts';

/** Patterns under names, for example the rules of a bus. */
export interface EventPatternIndex {
  /** Adds a pattern, or puts it in the place of the one of this name. */
  set(name: string, pattern: EventPattern): void;
  delete(name: string): void;
  /** The names of all patterns that fit the event, in the order in which they came. */
  match(event: object): readonly string[];
}

interface Entry {
  readonly name: string;
  readonly order: number;
  readonly clause: Clause;
  /** The last event with which this entry was compared. */
  seen: number;
}

type Bucket = Set<Entry>;

/** What hangs on one path. */
interface PathIndex {
  readonly values: Map<string, Bucket>;
  readonly folded: Map<string, Bucket>;
  /** By the length of the text, so that a value needs one look-up for each length in use. */
  readonly prefixes: Map<number, Map<string, Bucket>>;
  readonly suffixes: Map<number, Map<string, Bucket>>;
  readonly anyValue: Bucket;
}

interface Rule {
  readonly pattern: EventPattern;
  readonly entries: readonly Entry[];
  readonly buckets: readonly (readonly [Entry, readonly Bucket[]])[];
}

/** An index without patterns. */
export function eventPatternIndex(): EventPatternIndex {
  const rules = new Map<string, Rule>();
  const paths = new Map<string, PathIndex>();
  const always: Bucket = new Set();
  const uses = new Map<string, number>();
  let order = 0;
  let event = 0;

  const remove = (name: string) => {
    const rule = rules.get(name);
    if (rule === undefined) return;
    rules.delete(name);
    for (const [entry, buckets] of rule.buckets) for (const bucket of buckets) bucket.delete(entry);
    for (const used of rule.pattern.names) uses.set(used, (uses.get(used) ?? 1) - 1);
  };

  return {
    delete: remove,
    set: (name, pattern) => {
      remove(name);
      const place = order++;
      const entries = pattern.clauses.map((clause) => ({ name, order: place, clause, seen: 0 }));
      const buckets = entries.map((entry) => [entry, hang(entry, paths, always)] as const);
      rules.set(name, { pattern, entries, buckets });
      for (const used of pattern.names) uses.set(used, (uses.get(used) ?? 0) + 1);
    },
    match: (given) => {
      event++;
      const fields = readFields(given, nameFilter({ has: (name) => (uses.get(name) ?? 0) > 0 }));
      const found = new Map<string, number>();
      const compare = (bucket: Bucket | undefined) => {
        if (bucket === undefined) return;
        for (const entry of bucket) {
          if (entry.seen === event) continue;
          entry.seen = event;
          if (!found.has(entry.name) && clauseMatches(entry.clause, fields))
            found.set(entry.name, entry.order);
        }
      };
      compare(always);
      visit(fields, paths, compare);
      return [...found].sort((left, right) => left[1] - right[1]).map(([name]) => name);
    },
  };
}

function visit(
  fields: Fields,
  paths: ReadonlyMap<string, PathIndex>,
  compare: (bucket: Bucket | undefined) => void,
): void {
  for (const [path, values] of fields) {
    const index = paths.get(path);
    if (index === undefined) continue;
    compare(index.anyValue);
    for (const { value } of values) lookUp(index, value, compare);
  }
}

function lookUp(index: PathIndex, value: Primitive, compare: (bucket: Bucket | undefined) => void): void {
  compare(index.values.get(valueText(value)));
  if (typeof value !== 'string') return;
  if (index.folded.size > 0) compare(index.folded.get(folded(value)));
  for (const [length, texts] of index.prefixes)
    if (length <= value.length) compare(texts.get(value.slice(0, length)));
  for (const [length, texts] of index.suffixes) {
    if (length <= value.length) compare(texts.get(value.slice(value.length - length)));
  }
}

/**
 * Hangs an alternative on the path whose buckets hold the fewest others; those that ask for no value come
 * last.
 */
function hang(entry: Entry, paths: Map<string, PathIndex>, always: Bucket): readonly Bucket[] {
  const choices = entry.clause.flatMap((test) => {
    const buckets = bucketsFor(test, paths);
    if (buckets === undefined) return [];
    const isLoose = buckets.some((bucket) => bucket === paths.get(test.path)?.anyValue);
    return [
      { buckets, cost: buckets.reduce((sum, bucket) => sum + bucket.size, 0) + (isLoose ? LOOSE_COST : 0) },
    ];
  });
  const best = choices.reduce<(typeof choices)[number] | undefined>(
    (least, one) => (least === undefined || one.cost < least.cost ? one : least),
    undefined,
  );
  const buckets = best?.buckets ?? [always];
  for (const bucket of buckets) bucket.add(entry);
  return buckets;
}

/** A path that has to be compared with every value is worse than any number of others with the same value. */
const LOOSE_COST = 1_000_000;

/** Where an alternative would hang on this path; undefined when the path may be absent. */
function bucketsFor(test: PathTest, paths: Map<string, PathIndex>): readonly Bucket[] | undefined {
  if (test.leaves.some((leaf) => leaf.kind === 'absent')) return undefined;
  const index = pathIndexFor(paths, test.path);
  const hints = test.leaves.map((leaf) => (leaf.kind === 'test' ? leaf.hint : undefined));
  return [...new Set(hints.map((hint) => (hint === undefined ? index.anyValue : bucketFor(index, hint))))];
}

function bucketFor(index: PathIndex, hint: Hint): Bucket {
  switch (hint.kind) {
    case 'value':
      return madeIn(index.values, hint.text, () => new Set());
    case 'folded':
      return madeIn(index.folded, hint.text, () => new Set());
    case 'prefix':
      return madeIn(
        madeIn(index.prefixes, hint.text.length, () => new Map<string, Bucket>()),
        hint.text,
        () => new Set(),
      );
    case 'suffix':
      return madeIn(
        madeIn(index.suffixes, hint.text.length, () => new Map<string, Bucket>()),
        hint.text,
        () => new Set(),
      );
  }
}

function pathIndexFor(paths: Map<string, PathIndex>, path: string): PathIndex {
  return madeIn(paths, path, () => ({
    values: new Map(),
    folded: new Map(),
    prefixes: new Map(),
    suffixes: new Map(),
    anyValue: new Set(),
  }));
}

function madeIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
