/**
 * Routing and event patterns against simpler ways of doing the same, as ratios measured in one run: `npx tsx
 * test/bench/routing.ts`. Each contender gets the same keys or events, and its best of several rounds counts.
 */
import { pathToFileURL } from 'node:url';
import { toEventDetail, toEventPattern } from '../../lib/core/routing/event-pattern.ts';
import type { RoutingTable } from '../../lib/core/routing/route.ts';
import { compileRouter } from '../../lib/core/routing/router.ts';
import { compileEventPattern } from '../../lib/emulator/pattern/event-pattern.ts';
import { eventPatternIndex } from '../../lib/emulator/pattern/event-pattern-index.ts';
import { clauseMatches, readFields } from '../../lib/emulator/pattern/fields.ts';

/** One figure and the bound that it should keep. */
export interface Figure {
  readonly name: string;
  /** How many times as fast as the peer; for a slow-down, how many times as slow. */
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
  readonly ok: boolean;
}

const BINDINGS = 10_000;
const KEYS = 2_000;

/** Numbers that look random and are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Keys like 'order.eu.v17.paid', and patterns over them: a fifth with '*', a fifth with '#', the rest exact.
 */
function workload(bindings: number) {
  const random = chance(7);
  const words = Array.from({ length: 400 }, (_, index) => `v${index}`);
  const word = () => words[Math.floor(random() * words.length)] ?? '';
  const key = () => Array.from({ length: 3 + Math.floor(random() * 3) }, word).join('.');
  const pattern = () => {
    const parts = key().split('.');
    const kind = random();
    const at = Math.floor(random() * parts.length);
    if (kind < 0.2) return parts.with(at, '*').join('.');
    return kind < 0.4 ? [...parts.slice(0, Math.max(at, 2)), '#'].join('.') : parts.join('.');
  };
  const patterns = Array.from({ length: bindings }, pattern);
  const concrete = patterns.map((one) => one.replaceAll('*', word()).replaceAll('#', `${word()}.${word()}`));
  const keys = Array.from({ length: KEYS }, (_, index) => concrete[(index * 7_919) % concrete.length] ?? '');
  return { patterns, keys };
}

function tableOf(patterns: readonly string[]): RoutingTable {
  return {
    exchanges: [{ name: 't', type: 'topic' }],
    queues: patterns.map((_, index) => `q${index}`),
    bindings: patterns.map((key, index) => ({ from: 't', to: `q${index}`, toKind: 'queue', key })),
  };
}

/** One regular expression per binding, as kombu does it. */
function byRegExp(patterns: readonly string[]): (key: string) => readonly string[] {
  const expressions = patterns.map((pattern) => {
    const parts = pattern.split('.').map((one) => (one === '*' ? '[^.]*' : one === '#' ? '.*' : one));
    return new RegExp(`^${parts.join('\\.').replaceAll('\\..*', '(?:\\..*)?')}$`);
  });
  return (key) => expressions.flatMap((expression, index) => (expression.test(key) ? [`q${index}`] : []));
}

interface BareNode {
  readonly next: Map<string, BareNode>;
  readonly queues: string[];
}

/** The shortest trie that knows '*' and '#': no dedupe, no order, no exchanges, no alternates. */
function byBareTrie(patterns: readonly string[]): (key: string) => readonly string[] {
  const root: BareNode = { next: new Map(), queues: [] };
  patterns.forEach((pattern, index) => {
    let node = root;
    for (const word of pattern.split('.')) {
      const known = node.next.get(word) ?? { next: new Map(), queues: [] };
      node.next.set(word, known);
      node = known;
    }
    node.queues.push(`q${index}`);
  });
  const walk = (node: BareNode | undefined, words: readonly string[], at: number, found: string[]): void => {
    if (node === undefined) return;
    const hash = node.next.get('#');
    if (hash !== undefined) for (let skip = at; skip <= words.length; skip++) walk(hash, words, skip, found);
    if (at === words.length) {
      for (const queue of node.queues) found.push(queue);
      return;
    }
    walk(node.next.get(words[at] ?? ''), words, at + 1, found);
    walk(node.next.get('*'), words, at + 1, found);
  };
  return (key) => {
    const found: string[] = [];
    walk(root, key.split('.'), 0, found);
    return found;
  };
}

/**
 * Microseconds per call, the best of some rounds; contenders take turns, so that a busy machine is busy for
 * all.
 */
function costs(rounds: number, ...contenders: readonly (() => number)[]): readonly number[] {
  const best = contenders.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach((work, index) => {
      const start = process.hrtime.bigint();
      const calls = work();
      best[index] = Math.min(best[index] ?? 0, Number(process.hrtime.bigint() - start) / 1_000 / calls);
    });
  }
  return best;
}

function overKeys(keys: readonly string[], route: (key: string) => readonly string[]): () => number {
  return () => {
    let found = 0;
    for (const key of keys) found += route(key).length;
    if (found < keys.length) throw new Error(`only ${found} matches for ${keys.length} keys`);
    return keys.length;
  };
}

function topicRows(): readonly Figure[] {
  const { patterns, keys } = workload(BINDINGS);
  const small = workload(BINDINGS / 10);
  const router = compileRouter(tableOf(patterns));
  const smallRouter = compileRouter(tableOf(small.patterns));
  const routed = (key: string) => router.route('t', { key });
  const expressions = byRegExp(patterns);
  for (const key of keys.slice(0, 50)) checkSame(routed(key), expressions(key), key);

  const [compiled = 0, bare = 0, few = 0] = costs(
    30,
    overKeys(keys, routed),
    overKeys(keys, byBareTrie(patterns)),
    overKeys(small.keys, (key) => smallRouter.route('t', { key })),
  );
  const [naive = 0] = costs(3, overKeys(keys.slice(0, 100), expressions));
  const micros = (value: number) => `${value.toFixed(2)} µs`;
  return [
    row('topic: regular expressions', naive / compiled, 500, `${micros(compiled)} against ${micros(naive)}`),
    row('topic: bare trie', bare / compiled, 0.5, `${micros(compiled)} against ${micros(bare)}`),
    slowDown('topic: 1,000 → 10,000 bindings', compiled / few, 3, `${micros(few)} → ${micros(compiled)}`),
  ];
}

function patternRows(): readonly Figure[] {
  const { patterns, keys } = workload(BINDINGS);
  const rules = patterns.map((key) => toEventPattern({ name: 't', type: 'topic' }, [{ key }]).pattern);
  const compiled = rules.map((rule) => compileEventPattern(rule));
  const events = keys.slice(0, 500).map((key) => ({
    source: 't',
    'detail-type': 'message',
    // An event comes as JSON, so it is read as JSON.
    detail: JSON.parse(JSON.stringify(toEventDetail({ key, envelope: { id: key } }))),
  }));
  const index = eventPatternIndex();
  compiled.forEach((pattern, number) => {
    index.set(`r${number}`, pattern);
  });
  const oneByOne = (event: object) =>
    compiled.flatMap((pattern, number) => (pattern.matches(event) ? [`r${number}`] : []));
  for (const event of events.slice(0, 20))
    checkSame(index.match(event), oneByOne(event), JSON.stringify(event));

  const overEvents = (list: readonly object[], match: (event: object) => unknown) => () => {
    for (const event of list) match(event);
    return list.length;
  };
  const [indexed = 0] = costs(
    20,
    overEvents(events, (event) => index.match(event)),
  );
  const [naive = 0] = costs(3, overEvents(events.slice(0, 10), oneByOne));
  // The same, but for reading the event once and not once a rule.
  const readOnce = (event: object) => {
    const fields = readFields(event, () => true);
    return compiled.flatMap((pattern, number) =>
      pattern.clauses.some((clause) => clauseMatches(clause, fields)) ? [`r${number}`] : [],
    );
  };
  const [once = 0] = costs(5, overEvents(events.slice(0, 50), readOnce));
  const against = (other: number) => `${indexed.toFixed(2)} µs against ${other.toFixed(0)} µs`;
  return [
    row('event patterns: 10,000 rules one by one', naive / indexed, 100, against(naive)),
    row('event patterns: one by one, event read once', once / indexed, 100, against(once)),
  ];
}

function checkSame(left: readonly string[], right: readonly string[], what: string): void {
  if (left.toSorted().join() !== right.toSorted().join()) throw new Error(`different matches for ${what}`);
}

function row(name: string, ratio: number, atLeast: number, detail: string): Figure {
  return { name, value: ratio, unit: `× (${detail})`, wanted: `≥ ${atLeast}`, ok: ratio >= atLeast };
}

function slowDown(name: string, ratio: number, atMost: number, detail: string): Figure {
  return { name, value: ratio, unit: `× (${detail})`, wanted: `≤ ${atMost}`, ok: ratio <= atMost };
}

/** Measures everything in this file. */
export async function run(): Promise<readonly Figure[]> {
  return [...topicRows(), ...patternRows()];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit, wanted, ok } of await run()) {
    console.log(`${ok ? 'ok  ' : 'SLOW'} ${name}: ${value.toFixed(2)} ${unit}, wanted ${wanted}`);
  }
}
