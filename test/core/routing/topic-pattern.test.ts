import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topicMatches } from '../../../lib/core/routing/topic.ts';
import { intersectTopics, normalTopic, topicCovers } from '../../../lib/core/routing/topic-pattern.ts';
import { keyOf, patternAndKey, topicKey, topicPattern } from './arbitrary.ts';

describe('normalTopic', () => {
  test.each([
    ['#.*.#', '*.#'],
    ['#.*', '*.#'],
    ['a.#.*.*.b', 'a.*.*.#.b'],
    ['a.*.#.*', 'a.*.*.#'],
    ['#.#.#', '#'],
    ['*.a.*', '*.a.*'],
    ['#.a.*.#', '#.a.*.#'],
    ['', ''],
    ['#.', '#.'],
  ])('"%s" is "%s"', (pattern, normal) => {
    expect(normalTopic(pattern)).toBe(normal);
  });

  test('matches the same keys', () => {
    fc.assert(
      fc.property(patternAndKey, ([pattern, key]) => {
        expect(topicMatches(normalTopic(pattern), key)).toBe(topicMatches(pattern, key));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('topicCovers', () => {
  test.each([
    ['#', 'a.*.b', true],
    ['a.#', 'a.#.b', true],
    ['a.#', 'a', true],
    ['*.#', 'a.#', true],
    ['*.*', 'a.b', true],
    ['a.b', '*.b', false],
    ['*.b', 'a.#', false],
    ['#.b', 'b.#', false],
  ])('"%s" covers "%s": %s', (outer, inner, expected) => {
    expect(topicCovers(outer, inner)).toBe(expected);
  });

  test('a pattern that covers another takes every key of it', () => {
    const cases = fc
      .tuple(topicPattern, topicPattern)
      .chain(([outer, inner]) =>
        fc.tuple(fc.constant(outer), fc.constant(inner), fc.oneof(topicKey, keyOf(inner))),
      );
    fc.assert(
      fc.property(cases, ([outer, inner, key]) => {
        fc.pre(topicCovers(outer, inner) && topicMatches(inner, key));
        expect(topicMatches(outer, key)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('intersectTopics', () => {
  test.each([
    ['a.#', '#.b', ['a.#.b']],
    ['a.#', '#.a', ['a', 'a.#.a']],
    ['a.*', '*.b', ['a.b']],
    ['a.*', 'b.*', []],
    ['#', '#.x.#', ['#.x.#']],
    ['*', '#.', []],
    ['#.x.#', '#.y.#', ['#.x.#.y.#', '#.y.#.x.#']],
  ])('"%s" and "%s" have %j in common', (left, right, expected) => {
    expect([...intersectTopics(left, right)].sort()).toEqual(expected);
  });

  test('takes exactly the keys that both patterns take', () => {
    const cases = fc.tuple(topicPattern, topicPattern).chain(([left, right]) => {
      const [first = left] = intersectTopics(left, right);
      return fc.tuple(fc.constant(left), fc.constant(right), fc.oneof(keyOf(first), keyOf(left), topicKey));
    });
    fc.assert(
      fc.property(cases, ([left, right, key]) => {
        const inBoth = topicMatches(left, key) && topicMatches(right, key);
        expect(intersectTopics(left, right).some((pattern) => topicMatches(pattern, key))).toBe(inBoth);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what would take too many patterns is refused', () => {
    const left = 'abcdef'.split('').join('.#.');
    const right = 'uvwxyz'.split('').join('.#.');

    expect(() => intersectTopics(`#.${left}.#`, `#.${right}.#`)).toThrow(
      expect.objectContaining({
        code: 'ROUTES_TOO_COMPLEX',
        message: expect.stringContaining("use fewer '#'"),
      }),
    );
  });
});
