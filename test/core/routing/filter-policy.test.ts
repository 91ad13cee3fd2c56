import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FilterPolicy,
  policyCombinations,
  toFilterAttributes,
  toFilterPolicy,
} from '../../../lib/core/routing/filter-policy.ts';
import { flatten } from '../../../lib/core/routing/flatten.ts';
import type { ExchangeType, RoutedMessage } from '../../../lib/core/routing/route.ts';
import { route } from '../../../lib/core/routing/route.ts';
import { topicMatches } from '../../../lib/core/routing/topic.ts';
import { compileFilterPolicy } from '../../../lib/emulator/pattern/filter-policy.ts';
import { patternAndKey, routed } from './arbitrary.ts';

function matches({ policy, facts }: FilterPolicy, sent: RoutedMessage): boolean {
  const attributes = toFilterAttributes(sent, { facts });
  return (
    policy === undefined || compileFilterPolicy(JSON.stringify(policy)).matches({ attributes, body: '' })
  );
}

/** The policy, or undefined where SNS has no place for it. */
function policyOrRefusal(make: () => FilterPolicy): FilterPolicy | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^FILTER_POLICY_TOO_(MANY_KEYS|COMPLEX)$/) });
    return undefined;
  }
}

function expectAgreement(result: FilterPolicy, matched: boolean, expected: boolean): void {
  if (result.exact) expect(matched).toBe(expected);
  else expect(matched || !expected).toBe(true);
}

const exchange = (type: ExchangeType) => ({ name: 'orders', type });
const keys = (...list: readonly string[]) => list.map((key) => ({ key }));

describe('toFilterPolicy', () => {
  test('matches what the topic matches, and nothing else when it says exact', () => {
    fc.assert(
      fc.property(patternAndKey, ([pattern, key]) => {
        const result = policyOrRefusal(() => toFilterPolicy(exchange('topic'), keys(pattern)));
        fc.pre(result !== undefined);

        expectAgreement(result, matches(result, { key }), topicMatches(pattern, key));
      }),
      { numRuns: 2_000 },
    );
  });

  test('matches what a chain of exchanges of any types matches', () => {
    fc.assert(
      fc.property(routed({ alternates: false }), ([table, name, sent]) => {
        const expected = route(table, name, sent);

        for (const queue of table.queues) {
          const bindings = flatten(table, name).filter((binding) => binding.to === queue);
          const result = policyOrRefusal(() => toFilterPolicy(name, bindings));
          if (result !== undefined) expectAgreement(result, matches(result, sent), expected.includes(queue));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a direct exchange filters on one attribute, whose value is never empty', () => {
    const result = toFilterPolicy(exchange('direct'), keys('a', '', 'b"'));

    expect(result).toEqual({ policy: { key: ['k:a', 'k:', 'k:b%22'] }, facts: false, exact: true });
    expect(['a', '', 'b"', 'b', 'none'].map((key) => matches(result, { key }))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('a fanout exchange needs no filter, and no binding lets nothing through', () => {
    expect(toFilterPolicy(exchange('fanout'), [{}])).toEqual({
      policy: undefined,
      facts: false,
      exact: true,
    });
    expect(matches(toFilterPolicy(exchange('direct'), []), { key: '' })).toBe(false);
  });

  test('a topic exchange asks for several facts under several names', () => {
    expect(toFilterPolicy(exchange('topic'), keys('a.*.c'))).toEqual({
      policy: { is1: ['f0=a'], is2: ['f2=c'], is3: ['n3'] },
      facts: true,
      exact: true,
    });
  });

  test('a topic that SNS cannot say exactly says why', () => {
    expect(toFilterPolicy(exchange('topic'), keys('#.x.yy.#'))).toMatchObject({
      exact: false,
      why: "'#.x.yy.#': of what stands between two '#', only the word 'yy' is looked for, anywhere",
    });
  });

  test('a sixth key is refused', () => {
    expect(() => toFilterPolicy(exchange('topic'), keys('a.b.c.d.*.f'))).toThrow(
      expect.objectContaining({
        code: 'FILTER_POLICY_TOO_MANY_KEYS',
        allowed: 5,
        message: expect.stringContaining('an SNS filter policy of 6 keys, at most 5 are allowed'),
      }),
    );
  });

  test('the 151st combination is refused', () => {
    const many = (count: number) => keys(...Array.from({ length: count }, (_, index) => `k${index}`));

    expect(toFilterPolicy(exchange('direct'), many(150)).exact).toBe(true);
    expect(() => toFilterPolicy(exchange('direct'), many(151))).toThrow(
      expect.objectContaining({
        code: 'FILTER_POLICY_TOO_COMPLEX',
        allowed: 150,
        message: expect.stringContaining('151 combinations'),
      }),
    );
  });

  test('a policy of more than 256 KB is refused', () => {
    const large = [{ args: { h: 'x'.repeat(300_000) } }];

    expect(() => toFilterPolicy(exchange('headers'), large)).toThrow(
      expect.objectContaining({
        code: 'FILTER_POLICY_TOO_LARGE',
        message: expect.stringContaining('at most 262144'),
      }),
    );
  });

  test('what the limits allow, the emulated SNS accepts', () => {
    const list = Array.from({ length: 30 }, (_, index) => `a${index}.*.c${index}.#`);
    const result = toFilterPolicy(exchange('topic'), keys(...list));

    expect(policyCombinations(result.policy ?? {})).toBe(30);
    expect(list.every((_, index) => matches(result, { key: `a${index}.b.c${index}` }))).toBe(true);
    expect(matches(result, { key: 'a1.b.c2' })).toBe(false);
  });
});

describe('toFilterAttributes', () => {
  test('the keys of CC and BCC are members of one list', () => {
    const sent = { key: 'a', headers: { CC: ['b'], BCC: ['c'] } };
    const asked = (key: string) => matches(toFilterPolicy(exchange('direct'), keys(key)), sent);

    expect(['a', 'b', 'c', 'd'].map(asked)).toEqual([true, true, true, false]);
  });

  test('CC is refused where queues filter by words, since the words of two keys would be mixed', () => {
    expect(() => toFilterAttributes({ key: 'a', headers: { CC: ['b'] } }, { facts: true })).toThrow(
      expect.objectContaining({ code: 'CC_WITH_FACTS', message: expect.stringContaining('publish 2 times') }),
    );
  });

  test('there are never more than the ten attributes that raw delivery carries', () => {
    const attributes = toFilterAttributes({ key: 'a.b.c.d.e.f', headers: { a: 1, b: 2 } }, { facts: true });

    expect(Object.keys(attributes)).toHaveLength(6);
  });
});
