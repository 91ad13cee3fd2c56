/** What a filter lets pass, as the emulated EventBridge says it of the pattern that stands for it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayPass } from '../../../lib/core/routing/clause-match.ts';
import { conditionOf } from '../../../lib/core/routing/condition.ts';
import { toEventDetail, toEventPattern } from '../../../lib/core/routing/event-pattern.ts';
import { flatten } from '../../../lib/core/routing/flatten.ts';
import type { RoutedMessage } from '../../../lib/core/routing/route.ts';
import { compileEventPattern } from '../../../lib/emulator/pattern/event-pattern.ts';
import { patternAndKey, routed } from './arbitrary.ts';
import { conditionMatches } from './condition-matches.ts';

function matches(pattern: object, sent: RoutedMessage): boolean {
  const event = { source: 'orders', detail: toEventDetail(sent) };
  return compileEventPattern(JSON.stringify(pattern)).matches(JSON.parse(JSON.stringify(event)));
}

test('of topics passes what the pattern without wildcards matches, for nobody or not', () => {
  const seen = { meant: 0, passed: 0, stopped: 0 };
  fc.assert(
    fc.property(patternAndKey, fc.option(fc.constantFrom('a', 'b.a', 'a.b.c')), ([topic, key], copy) => {
      const conditions = [conditionOf('topic', { key: topic })];
      const sent = copy === null ? { key } : { key, headers: { CC: [copy] } };
      const { pattern } = toEventPattern('orders', [{ key: topic }], { wildcard: false });

      const passes = mayPass(conditions, sent);

      expect(passes).toBe(matches(pattern, sent));
      const isMeant = conditions.some((condition) => conditionMatches(condition, sent));
      seen[isMeant ? 'meant' : passes ? 'passed' : 'stopped']++;
    }),
    { numRuns: 2_000 },
  );
  // The law would say little if one of the answers hardly ever came.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});

test('of chains of exchanges with headers it passes the same, too', () => {
  fc.assert(
    fc.property(routed({ alternates: false }), ([table, exchange, sent]) => {
      for (const queue of table.queues) {
        const conditions = flatten(table, exchange)
          .filter((binding) => binding.to === queue)
          .map(({ condition }) => condition);
        const all = conditions.map((condition) => ({ condition }));
        const { pattern } = toEventPattern('orders', all, { wildcard: false });

        expect(mayPass(conditions, sent)).toBe(matches(pattern, sent));
      }
    }),
    { numRuns: 300 },
  );
});
