import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RoutingTable, route } from '../../../lib/core/routing/route.ts';
import { compileRouter } from '../../../lib/core/routing/router.ts';
import { message, publishedTo, routed, topicKey, topicPattern } from './arbitrary.ts';

test('the compiled router gives the plain answer on any table', () => {
  let arrived = 0;
  fc.assert(
    fc.property(
      routed({ alternates: true }),
      fc.array(fc.tuple(publishedTo, message), { maxLength: 8 }),
      ([table, first, likely], others) => {
        const router = compileRouter(table);

        for (const [exchange, one] of [[first, likely] as const, ...others]) {
          const queues = route(table, exchange, one);
          expect(router.route(exchange, one)).toEqual(queues);
          arrived += queues.length;
        }
      },
    ),
    { numRuns: 1_000 },
  );
  expect(arrived).toBeGreaterThan(300);
});

test('the trie gives the plain answer for many patterns of one exchange', () => {
  const tables = fc.array(topicPattern, { maxLength: 40 }).map(
    (patterns): RoutingTable => ({
      exchanges: [{ name: 't', type: 'topic' }],
      queues: patterns.map((_, index) => `q${index}`),
      bindings: patterns.map((key, index) => ({ from: 't', to: `q${index}`, toKind: 'queue', key })),
    }),
  );
  fc.assert(
    fc.property(tables, fc.array(topicKey, { maxLength: 10 }), (table, keys) => {
      const router = compileRouter(table);

      for (const key of keys) expect(router.route('t', { key })).toEqual(route(table, 't', { key }));
    }),
    { numRuns: 500 },
  );
});

test('keys of CC are routed by the compiled router, too', () => {
  const table: RoutingTable = {
    exchanges: [{ name: 't', type: 'topic' }],
    queues: ['q1', 'q2'],
    bindings: [
      { from: 't', to: 'q1', toKind: 'queue', key: 'a.#' },
      { from: 't', to: 'q2', toKind: 'queue', key: '*.b' },
    ],
  };

  expect(compileRouter(table).route('t', { key: 'a', headers: { CC: ['x.b'], BCC: ['a.b'] } })).toEqual([
    'q1',
    'q2',
  ]);
});

test('a queue that matches by several bindings comes once', () => {
  const bindings = ['#', 'a.#', '*', 'a'].map((key) => ({
    from: 't',
    to: 'q',
    toKind: 'queue' as const,
    key,
  }));
  const router = compileRouter({ exchanges: [{ name: 't', type: 'topic' }], queues: ['q'], bindings });

  expect(router.route('t', { key: 'a' })).toEqual(['q']);
});
