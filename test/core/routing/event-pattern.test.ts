import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventPattern, toEventDetail, toEventPattern } from '../../../lib/core/routing/event-pattern.ts';
import { flatten } from '../../../lib/core/routing/flatten.ts';
import type { Headers } from '../../../lib/core/routing/headers.ts';
import { type RoutedMessage, route } from '../../../lib/core/routing/route.ts';
import { topicMatches } from '../../../lib/core/routing/topic.ts';
import { compileEventPattern } from '../../../lib/emulator/pattern/event-pattern.ts';
import { headerArgs, keyOf, message, patternAndKey, routed, topicKey, topicPattern } from './arbitrary.ts';

const TOPIC = { name: 'orders', type: 'topic' } as const;

function matches({ pattern }: EventPattern, sent: RoutedMessage, source = 'orders'): boolean {
  const event = {
    source,
    'detail-type': 'message',
    detail: toEventDetail({ ...sent, envelope: { id: '1' } }),
  };
  return compileEventPattern(JSON.stringify(pattern)).matches(JSON.parse(JSON.stringify(event)));
}

function expectAgreement(result: EventPattern, matched: boolean, expected: boolean): void {
  if (result.exact) expect(matched).toBe(expected);
  else expect(matched || !expected).toBe(true);
}

const topics = (...keys: readonly string[]) => keys.map((key) => ({ key }));

describe('toEventPattern of a topic exchange', () => {
  test.each([true, false])(
    'matches what the topic matches, and nothing else when it says exact (wildcard: %s)',
    (wildcard) => {
      const seen = { exact: 0, inexact: 0, wildcard: 0 };
      fc.assert(
        fc.property(patternAndKey, ([pattern, key]) => {
          const result = toEventPattern(TOPIC, topics(pattern), { wildcard });

          expectAgreement(result, matches(result, { key }), topicMatches(pattern, key));
          seen[result.exact ? 'exact' : 'inexact']++;
          if (result.wildcard) seen.wildcard++;
        }),
        { numRuns: 3_000 },
      );
      // The law would say little if one of the answers hardly ever came.
      expect(Math.min(seen.exact, seen.inexact)).toBeGreaterThan(50);
      expect(seen.wildcard > 0).toBe(wildcard);
    },
  );

  test('several bindings are one pattern that matches what one of them matches', () => {
    const cases = fc
      .array(topicPattern, { minLength: 1, maxLength: 8 })
      .chain((patterns) =>
        fc.tuple(fc.constant(patterns), fc.oneof(topicKey, ...patterns.map((one) => keyOf(one)))),
      );
    fc.assert(
      fc.property(cases, ([patterns, key]) => {
        const result = toEventPattern(TOPIC, topics(...patterns));

        expectAgreement(
          result,
          matches(result, { key }),
          patterns.some((pattern) => topicMatches(pattern, key)),
        );
      }),
      { numRuns: 1_500 },
    );
  });

  test('only what stands between two hashes, with a single-word wildcard in it, is not exact', () => {
    fc.assert(
      fc.property(patternAndKey, ([pattern]) => {
        const words = pattern.split('.');
        const between = words.slice(words.indexOf('#') + 1, Math.max(words.lastIndexOf('#'), 0));
        const mayOvermatch = between.includes('*') && between.some((word) => word !== '*' && word !== '#');

        expect(toEventPattern(TOPIC, topics(pattern)).exact || mayOvermatch).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['a.b', { key: { k: ['=a.b'] } }],
    ['a.*.c', { key: { f0: ['=a'], f2: ['=c'], n: [3] } }],
    ['a.#', { key: { f0: ['=a'] } }],
    ['#.z', { key: { l0: ['=z'] } }],
    ['a.#.z', { key: { f0: ['=a'], l0: ['=z'], n: [{ numeric: ['>=', 2] }] } }],
    ['#.x.#', { key: { w: ['=x'] } }],
    ['a.#.x.#', { key: { f0: ['=a'], w: ['=x'] } }],
    ['*.#', { key: { n: [{ numeric: ['>=', 1] }] } }],
    ['#.x.y.#', { key: { d: [{ wildcard: '*.=x..=y.*' }] } }],
    ['x.#.x.#', { key: { d: [{ wildcard: '.=x.*.=x.*' }] } }],
    ['*.#.x.#', { key: { d: [{ wildcard: '.=*.=x.*' }] } }],
    ['#.a*b.\\.#', { key: { d: [{ wildcard: '*.=a\\*b..=\\\\.*' }] } }],
  ])('%s is %j, exactly', (pattern, detail) => {
    expect(toEventPattern(TOPIC, topics(pattern))).toMatchObject({
      pattern: { source: ['orders'], detail },
      exact: true,
    });
  });

  test('the pattern of every key has no detail at all', () => {
    expect(toEventPattern(TOPIC, topics('#', 'a.b'))).toEqual({
      pattern: { source: ['orders'] },
      wildcard: false,
      exact: true,
    });
  });

  test('without wildcards a pattern between hashes says why it lets too much through', () => {
    expect(toEventPattern(TOPIC, topics('#.x.yy.#'), { wildcard: false })).toEqual({
      pattern: { source: ['orders'], detail: { key: { n: [{ numeric: ['>=', 2] }], w: ['=yy'] } } },
      wildcard: false,
      exact: false,
      why: "'#.x.yy.#': of what stands between two '#', only the word 'yy' is looked for, anywhere",
    });
  });

  test('bindings that differ in one word share a list, and others an $or', () => {
    expect(toEventPattern(TOPIC, topics('a.b', 'a.c', 'eu.#', 'us.#')).pattern).toEqual({
      source: ['orders'],
      detail: { key: { $or: [{ k: ['=a.b', '=a.c'] }, { f0: ['=eu', '=us'] }] } },
    });
  });

  test('no binding matches nothing', () => {
    expect(matches(toEventPattern(TOPIC, []), { key: '' })).toBe(false);
  });

  test('more than 2,048 characters are refused', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `${index}.*.word-${index}`);

    expect(() => toEventPattern(TOPIC, topics(...keys))).toThrow(
      expect.objectContaining({
        code: 'EVENT_PATTERN_TOO_LONG',
        allowed: 2_048,
        message: expect.stringContaining(
          "exchange 'orders': the bindings of one queue make an event pattern of",
        ),
      }),
    );
  });

  test('the pattern of one exchange does not match the messages of another', () => {
    expect(matches(toEventPattern(TOPIC, topics('#')), { key: 'a' }, 'other')).toBe(false);
  });

  test('a bare name stands for a topic exchange, or for headers when the bindings have arguments', () => {
    expect(toEventPattern('orders', topics('a.#'))).toEqual(toEventPattern(TOPIC, topics('a.#')));
    expect(toEventPattern('orders', [{ key: 'a.#', args: {} }])).toEqual(
      toEventPattern(TOPIC, topics('a.#')),
    );
    expect(toEventPattern('orders', [{ args: {} }]).pattern).toEqual({ source: ['orders'] });
    expect(toEventPattern('orders', [{ key: '', args: { a: 1 } }]).pattern).toEqual({
      source: ['orders'],
      detail: { 'h:a': ['n:1'] },
    });
    expect(toEventPattern('orders', [{ args: { a: 1 } }]).pattern).toEqual({
      source: ['orders'],
      detail: { 'h:a': ['n:1'] },
    });
  });
});

describe('toEventPattern of other exchanges and of flattened bindings', () => {
  test('matches what a headers exchange matches', () => {
    const table = (args: readonly Headers[]) => ({
      exchanges: [{ name: 'orders', type: 'headers' as const }],
      queues: ['q'],
      bindings: args.map((one) => ({
        from: 'orders',
        to: 'q',
        toKind: 'queue' as const,
        args: one,
      })),
    });
    fc.assert(
      fc.property(fc.array(headerArgs, { minLength: 1, maxLength: 3 }), message, (args, sent) => {
        const result = toEventPattern({ name: 'orders', type: 'headers' }, table(args).bindings);

        expect(result.exact).toBe(true);
        expect(matches(result, sent)).toBe(route(table(args), 'orders', sent).length > 0);
      }),
      { numRuns: 1_500 },
    );
  });

  test('matches what a chain of exchanges of any types matches', () => {
    fc.assert(
      fc.property(routed({ alternates: false }), ([table, exchange, sent]) => {
        const expected = route(table, exchange, sent);

        for (const queue of table.queues) {
          const result = toEventPattern(
            exchange,
            flatten(table, exchange).filter((binding) => binding.to === queue),
          );
          expectAgreement(result, matches(result, sent, exchange), expected.includes(queue));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('direct and fanout exchanges can use it, too', () => {
    expect(toEventPattern({ name: 'd', type: 'direct' }, topics('a.*', 'b')).pattern).toEqual({
      source: ['d'],
      detail: { key: { k: ['=a.*', '=b'] } },
    });
    expect(toEventPattern({ name: 'f', type: 'fanout' }, [{}]).pattern).toEqual({ source: ['f'] });
  });

  test('any of too many headers in a row is refused', () => {
    const any = (prefix: string) =>
      ({
        join: 'any',
        wanted: Array.from({ length: 40 }, (_, index) => [`${prefix}${index}`, null] as const),
      }) as const;

    expect(() => toEventPattern('h', [{ condition: { headers: [any('a'), any('b')] } }])).toThrow(
      expect.objectContaining({
        code: 'ROUTES_TOO_COMPLEX',
        message: expect.stringContaining('more than 1000 combinations'),
      }),
    );
  });
});

describe('toEventDetail', () => {
  test('holds the key as a whole, by words from both ends, and the headers and the envelope', () => {
    expect(
      toEventDetail({ key: 'a.b', headers: { x: 1, BCC: [], none: undefined }, envelope: { id: '1' } }),
    ).toEqual({
      key: { k: '=a.b', n: 2, f0: '=a', f1: '=b', l0: '=b', l1: '=a', w: ['=a', '=b'], d: '.=a..=b.' },
      'h:x': 'n:1',
      message: { id: '1' },
    });
  });

  test('the keys of CC and BCC are matched one by one and not together', () => {
    const sent = { key: 'a.b', headers: { CC: ['x.y'], BCC: ['m'] } };
    const asked = (key: string) => matches(toEventPattern(TOPIC, topics(key)), sent);

    expect(['a.*', '*.y', 'm', 'a.y', 'x.b'].map(asked)).toEqual([true, true, true, false, false]);
  });

  test('a key of more than 255 bytes is refused', () => {
    expect(() => toEventDetail({ key: 'a'.repeat(256) })).toThrow(
      expect.objectContaining({
        code: 'ROUTING_KEY_TOO_LONG',
        message: expect.stringContaining('256 bytes'),
      }),
    );
  });
});
