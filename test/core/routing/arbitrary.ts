/** Random keys, patterns, headers and routing tables from small alphabets, so that matches are frequent. */
import fc from 'fast-check';
import type { Headers, HeaderValue } from '../../../lib/core/routing/headers.ts';
import type { RoutedMessage, RoutingBinding, RoutingTable } from '../../../lib/core/routing/route.ts';

const word = fc.constantFrom('a', 'a', 'b', 'c', '', '*', '#', 'a*b', '\\', '::1', '=a');
const patternWord = fc.constantFrom('a', 'a', 'b', 'c', '', 'a#b', '\\', '::1', '*', '*', '*', '#', '#', '#');

export const topicKey: fc.Arbitrary<string> = fc
  .array(word, { maxLength: 6 })
  .map((words) => words.join('.'));
export const topicPattern: fc.Arbitrary<string> = fc
  .array(patternWord, { maxLength: 6 })
  .map((words) => words.join('.'));

/** A key that the pattern matches, most of the time: stars become words, hashes some words. */
export const keyOf = (pattern: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...pattern.split('.').map((one): fc.Arbitrary<readonly string[]> => {
        if (one === '#') return fc.array(word, { maxLength: 3 });
        return one === '*' ? word.map((some) => [some]) : fc.constant([one]);
      }),
    )
    .map((parts) => parts.flat().join('.'));

/** A pattern with two '#' and something between them, which filters cannot always say exactly. */
const betweenHashes: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', '*'), { maxLength: 2 }),
    fc.array(fc.constantFrom('a', 'b', '', '*', '*'), { minLength: 1, maxLength: 4 }),
    fc.array(fc.constantFrom('a', 'b', '*', '#'), { maxLength: 2 }),
  )
  .map(([head, middle, tail]) => [...head, '#', ...middle, '#', ...tail].join('.'));

/** A pattern with a key that is likely to match it. */
export const patternAndKey: fc.Arbitrary<readonly [pattern: string, key: string]> = fc
  .oneof(topicPattern, betweenHashes)
  .chain((pattern) => fc.tuple(fc.constant(pattern), fc.oneof(topicKey, keyOf(pattern), keyNear(pattern))));

/** A key with the pattern's words in it, in any order and number: nearly a match, or one by chance. */
function keyNear(pattern: string): fc.Arbitrary<string> {
  const words = pattern.split('.').filter((one) => one !== '*' && one !== '#');
  return fc
    .array(fc.constantFrom('a', ...words, ...words), { maxLength: 6, size: 'max' })
    .map((all) => all.join('.'));
}

const headerName = fc.constantFrom('a', 'b', 'c', 'x-a', 'constructor', 'a.b', 'a=n:1');
const headerValue: fc.Arbitrary<HeaderValue> = fc.oneof(
  fc.constantFrom<HeaderValue>('1', 'n:1', '', 1, 1n, -0, 0, 1.5, true, false, null, undefined),
  fc.constantFrom<HeaderValue>(
    new Date(1),
    new Date(1_000),
    ['a', 1],
    { k: 'v' },
    new Uint8Array([49]),
    new Uint8Array([255]),
  ),
);

export const headers: fc.Arbitrary<Headers> = fc.dictionary(headerName, headerValue, { maxKeys: 4 });

export const headerArgs: fc.Arbitrary<Headers> = fc
  .tuple(headers, fc.constantFrom(undefined, 'all', 'any', 'all-with-x', 'any-with-x'))
  .map(([args, mode]) => (mode === undefined ? args : { ...args, 'x-match': mode }));

export const message: fc.Arbitrary<RoutedMessage> = fc.record(
  { key: topicKey, headers },
  { requiredKeys: ['key'] },
);

const EXCHANGES = ['d1', 'f1', 't1', 't2', 'h1', 'd2'] as const;
const QUEUES = ['q1', 'q2', 'q3', 'q4'] as const;
const TYPES = { d: 'direct', f: 'fanout', t: 'topic', h: 'headers' } as const;

const exchangeName = fc.constantFrom(...EXCHANGES);
/** Mostly broad ones, so that messages come past several exchanges. */
const bindingKey = fc.oneof(
  fc.constantFrom('#', '*', 'a', 'a.#', '#.b', '*.#', 'a.*', '#.a.#', '#.a.*.b.#', 'a.b'),
  topicKey,
  topicPattern,
);
const bindingArgs = fc.oneof(
  fc.constantFrom<Headers>({}, { a: null }, { 'x-match': 'any', a: 1, b: null }, { a: 1 }),
  headerArgs,
);
const binding: fc.Arbitrary<RoutingBinding> = fc
  .tuple(
    exchangeName,
    fc.oneof(
      fc.constantFrom(...QUEUES).map((to) => ({ to, toKind: 'queue' as const })),
      exchangeName.map((to) => ({ to, toKind: 'exchange' as const })),
    ),
    bindingKey,
    bindingArgs,
  )
  .map(([from, to, key, args]) => ({ from, ...to, key, args }));

/** A table of six exchanges of all types and up to sixteen bindings, with or without alternate exchanges. */
const routingTable = (options: { readonly alternates: boolean }): fc.Arbitrary<RoutingTable> =>
  fc
    .tuple(
      fc.array(binding, { minLength: 2, maxLength: 16, size: 'max' }),
      fc.array(fc.constantFrom(undefined, undefined, undefined, ...EXCHANGES, 'missing', ''), {
        minLength: EXCHANGES.length,
        maxLength: EXCHANGES.length,
      }),
    )
    .map(([bindings, alternates]) => ({
      exchanges: EXCHANGES.map((name, index) => {
        const alternate = options.alternates ? alternates[index] : undefined;
        return { name, type: typeOf(name), ...(alternate === undefined ? {} : { alternate }) };
      }),
      queues: QUEUES,
      bindings,
    }));

/** A table, an exchange to publish to, and a message that its bindings are likely to take. */
export const routed = (options: {
  readonly alternates: boolean;
}): fc.Arbitrary<readonly [table: RoutingTable, exchange: string, message: RoutedMessage]> =>
  routingTable(options).chain((table) =>
    fc.tuple(
      fc.constant(table),
      fc.oneof(exchangeName, fc.constantFrom(...table.bindings.map((one) => one.from))),
      messageFor(table),
    ),
  );

function messageFor({ bindings }: RoutingTable): fc.Arbitrary<RoutedMessage> {
  return fc.record({
    key: fc.oneof(
      fc.constantFrom('a', 'a.b', 'b', 'c', ''),
      topicKey,
      fc.constantFrom(...bindings).chain((one) => keyOf(one.key ?? '')),
    ),
    headers: fc.oneof(headers, fc.constantFrom(...bindings.map((one) => one.args ?? {}))),
  });
}

export const publishedTo: fc.Arbitrary<string> = exchangeName;

function typeOf(name: (typeof EXCHANGES)[number]): (typeof TYPES)[keyof typeof TYPES] {
  if (name.startsWith('d')) return TYPES.d;
  if (name.startsWith('f')) return TYPES.f;
  return name.startsWith('t') ? TYPES.t : TYPES.h;
}
