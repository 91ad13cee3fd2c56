import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flatten, flattensCopies } from '../../../lib/core/routing/flatten.ts';
import {
  entryExchanges,
  type RoutedMessage,
  type RoutingTable,
  route,
} from '../../../lib/core/routing/route.ts';
import { routed } from './arbitrary.ts';
import { conditionMatches } from './condition-matches.ts';

function flatRoute(table: RoutingTable, exchange: string, sent: RoutedMessage): readonly string[] {
  const bindings = flatten(table, exchange).filter((binding) => conditionMatches(binding.condition, sent));
  return [...new Set(bindings.map((binding) => binding.to))].sort();
}

function isBound(table: RoutingTable, exchange: string, queue: string): boolean {
  return table.bindings.some((one) => one.from === exchange && one.toKind === 'queue' && one.to === queue);
}

describe('flatten', () => {
  test('reaches the same queues as the exchanges do one after the other', () => {
    let past = 0;
    fc.assert(
      fc.property(routed({ alternates: false }), ([table, exchange, sent]) => {
        const queues = route(table, exchange, sent);

        expect(flatRoute(table, exchange, sent)).toEqual(queues);
        if (queues.some((queue) => !isBound(table, exchange, queue))) past++;
      }),
      { numRuns: 1_500 },
    );
    // The law would say little if messages hardly ever came past a second exchange.
    expect(past).toBeGreaterThan(10);
  });

  test('reaches the same queues with alternate exchanges, when the message enters where it should', () => {
    let elsewhere = 0;
    fc.assert(
      fc.property(routed({ alternates: true }), ([table, exchange, sent]) => {
        const entries = entryExchanges(table, exchange, sent);
        const queues = entries.flatMap((entry) => flatRoute(table, entry, sent));

        expect([...new Set(queues)].sort()).toEqual(route(table, exchange, sent));
        if (entries.some((entry) => entry !== exchange)) elsewhere++;
      }),
      { numRuns: 1_500 },
    );
    // As above, if alternate exchanges were hardly ever used.
    expect(elsewhere).toBeGreaterThan(50);
  });

  const TABLE: RoutingTable = {
    exchanges: [
      { name: 'all', type: 'fanout' },
      { name: 'orders', type: 'topic' },
      { name: 'exact', type: 'direct' },
    ],
    queues: ['q1', 'q2', 'q3'],
    bindings: [
      { from: 'all', to: 'orders', toKind: 'exchange' },
      { from: 'orders', to: 'exact', toKind: 'exchange', key: 'order.*.paid' },
      { from: 'orders', to: 'q1', toKind: 'queue', key: 'order.#' },
      { from: 'exact', to: 'q2', toKind: 'queue', key: 'order.eu.paid' },
      { from: 'exact', to: 'q3', toKind: 'queue', key: 'order.eu.created' },
      { from: 'exact', to: 'all', toKind: 'exchange', key: 'order.us.paid' },
    ],
  };

  test('drops paths that contradict themselves, and ends in cycles', () => {
    expect(flatten(TABLE, 'all')).toEqual([
      { from: 'all', to: 'q1', condition: { topic: 'order.#' } },
      { from: 'all', to: 'q2', condition: { key: 'order.eu.paid' } },
    ]);
  });

  test('leaves out what a broader path already brings', () => {
    const bindings = [...TABLE.bindings, { from: 'all', to: 'q2', toKind: 'queue' as const }];

    expect(flatten({ ...TABLE, bindings }, 'all').filter((binding) => binding.to === 'q2')).toEqual([
      { from: 'all', to: 'q2', condition: {} },
    ]);
  });

  test('an exchange that is not there is an error', () => {
    expect(() => flatten(TABLE, 'nope')).toThrow(
      expect.objectContaining({ code: 'EXCHANGE_NOT_FOUND', message: "there is no exchange 'nope'" }),
    );
  });
});

describe('flattensCopies', () => {
  test('says no where two bindings on a path look at the key', () => {
    const table: RoutingTable = {
      exchanges: [
        { name: 'a', type: 'topic' },
        { name: 'b', type: 'direct' },
        { name: 'c', type: 'fanout' },
      ],
      queues: ['q'],
      bindings: [
        { from: 'a', to: 'b', toKind: 'exchange', key: 'x' },
        { from: 'b', to: 'q', toKind: 'queue', key: 'y' },
        { from: 'c', to: 'b', toKind: 'exchange' },
      ],
    };
    const sent = { key: 'x', headers: { CC: ['y'] } };

    expect(route(table, 'a', sent)).toEqual(['q']);
    expect(flatten(table, 'a')).toEqual([]);
    expect(flattensCopies(table, 'a')).toBe(false);
    expect(flattensCopies(table, 'c')).toBe(true);
  });

  test('where it says yes, messages with CC and BCC reach the same queues', () => {
    const copies = fc.array(fc.constantFrom('a', 'b', 'a.b', ''), { maxLength: 3 });
    fc.assert(
      fc.property(routed({ alternates: false }), copies, ([table, exchange, sent], CC) => {
        fc.pre(flattensCopies(table, exchange));
        const copied = { key: sent.key, headers: { ...sent.headers, CC } };

        expect(flatRoute(table, exchange, copied)).toEqual(route(table, exchange, copied));
      }),
      { numRuns: 500 },
    );
  });
});
