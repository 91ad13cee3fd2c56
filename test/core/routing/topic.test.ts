import { describe, expect, test } from 'vitest';
import { type RoutingTable, route } from '../../../lib/core/routing/route.ts';
import { compileRouter } from '../../../lib/core/routing/router.ts';
import { checkRoutingKey, checkTopicPattern, topicMatches } from '../../../lib/core/routing/topic.ts';
import vectors from '../../vectors/topic.json' with { type: 'json' };
import validation from '../../vectors/topic-binding-validation.json' with { type: 'json' };
import scenarios from '../../vectors/topic-routing.json' with { type: 'json' };

describe('topicMatches', () => {
  test('agrees with RabbitMQ on every recorded pair of pattern and key', () => {
    const wrong = vectors.vectors.filter((row) => topicMatches(row.pattern, row.key) !== row.match);

    expect(wrong).toEqual([]);
    expect(vectors.vectors.length).toBeGreaterThan(1_800);
  });

  test.each([
    ['#', '', true],
    ['*', '', false],
    ['', '', true],
    ['', 'a', false],
    ['*.*', '.', true],
    ['#.#', 'a', true],
    ['stock.#', 'stock', true],
    ['a.#.b', 'a.b', true],
    ['a.#.b', 'a.x.b.y.b', true],
    ['a.#.b', 'a.x.b.y', false],
    ['#.*.#', '', false],
    ['a#b', 'axb', false],
    ['a.*', 'a.#', true],
    ['a.b', 'A.b', false],
  ])('pattern "%s" and key "%s" give %s', (pattern, key, expected) => {
    expect(topicMatches(pattern, key)).toBe(expected);
  });

  test('a pattern of many hashes is matched without trying every division of the key', () => {
    const pattern = '#.a.'.repeat(30) + 'b';
    const key = 'a.'.repeat(120) + 'a';

    expect(topicMatches(pattern, key)).toBe(false);
  });
});

describe('topic bindings', () => {
  test.each(scenarios)('scenario $id brings each key to the recorded queues', (scenario) => {
    const bindings = scenario.bindings.map((one) => ({
      from: 't',
      to: one.queue,
      toKind: 'queue' as const,
      key: one.pattern,
    }));
    const queues = [...new Set(bindings.map((one) => one.to))];
    const table: RoutingTable = { exchanges: [{ name: 't', type: 'topic' }], queues, bindings };
    const router = compileRouter(table);

    for (const { key, queues: expected } of scenario.publishes) {
      expect(route(table, 't', { key })).toEqual(expected);
      expect(router.route('t', { key })).toEqual(expected);
    }
  });
});

describe('checkTopicPattern', () => {
  test.each(validation.vectors)('says of $pattern what RabbitMQ 4.3.5 says', (row) => {
    const check = () => checkTopicPattern(row.pattern);

    if (row.accepted_4_3_5) expect(check).not.toThrow();
    else expect(check).toThrow(/uses \d+ '#' wildcards, at most 2 are allowed/);
  });

  test('a pattern of three hashes is refused by code', () => {
    expect(() => checkTopicPattern('#.a.#.b.#')).toThrow(
      expect.objectContaining({ code: 'TOPIC_PATTERN_TOO_MANY_HASHES', value: '#.a.#.b.#', allowed: 2 }),
    );
  });

  test('256 bytes are refused as a pattern and as a key, 255 are not', () => {
    const longest = 'é'.repeat(127) + 'x';

    expect(() => checkTopicPattern(longest)).not.toThrow();
    expect(() => checkRoutingKey(longest)).not.toThrow();
    expect(() => checkTopicPattern(`${longest}x`)).toThrow(
      expect.objectContaining({
        code: 'TOPIC_PATTERN_TOO_LONG',
        message: expect.stringContaining('has 256 bytes'),
      }),
    );
    expect(() => checkRoutingKey(`${longest}x`)).toThrow(
      expect.objectContaining({
        code: 'ROUTING_KEY_TOO_LONG',
        message: expect.stringContaining('at most 255'),
      }),
    );
  });
});
