import { describe, expect, test } from 'vitest';
import {
  deliveredHeaders,
  entryExchanges,
  type RoutedMessage,
  type RoutingTable,
  route,
} from '../../../lib/core/routing/route.ts';
import { compileRouter } from '../../../lib/core/routing/router.ts';
import scenarios from '../../vectors/routing.json' with { type: 'json' };

interface Scenario {
  readonly id: string;
  readonly about: string;
  readonly exchanges: readonly {
    readonly name: string;
    readonly type: 'direct' | 'fanout' | 'topic' | 'headers';
    readonly internal?: boolean;
    readonly args?: { readonly 'alternate-exchange'?: string };
  }[];
  readonly queues: readonly string[];
  readonly bindings: RoutingTable['bindings'];
  readonly publishes: readonly {
    readonly exchange: string;
    readonly key: string;
    readonly headers?: RoutedMessage['headers'];
    readonly expect: {
      readonly copies?: Readonly<Record<string, number>>;
      readonly headersSeenByConsumer?: readonly string[];
    };
  }[];
}

// A JSON module has the union of its members as its type; this is the format they share.
const SCENARIOS = scenarios as unknown as readonly Scenario[];

function toTable(scenario: Scenario): RoutingTable {
  const exchanges = scenario.exchanges.map(({ args, ...exchange }) => {
    const alternate = args?.['alternate-exchange'];
    return alternate === undefined ? exchange : { ...exchange, alternate };
  });
  return { exchanges, queues: scenario.queues, bindings: scenario.bindings };
}

describe('the recorded scenarios of RabbitMQ', () => {
  test.each(SCENARIOS)('$id: $about', (scenario) => {
    const table = toTable(scenario);
    const router = compileRouter(table);

    for (const { exchange, key, headers, expect: expected } of scenario.publishes) {
      const message = headers === undefined ? { key } : { key, headers };
      const queues = Object.keys(expected.copies ?? {}).sort();
      expect(route(table, exchange, message)).toEqual(queues);
      expect(router.route(exchange, message)).toEqual(queues);
      if (expected.headersSeenByConsumer !== undefined && headers !== undefined) {
        expect(Object.keys(deliveredHeaders(headers))).toEqual(expected.headersSeenByConsumer);
      }
    }
  });
});

const TABLE: RoutingTable = {
  exchanges: [
    { name: 'in', type: 'fanout', internal: true },
    { name: 'first', type: 'topic', alternate: 'spare' },
    { name: 'second', type: 'direct', alternate: 'last' },
    { name: 'spare', type: 'direct', alternate: 'last' },
    { name: 'last', type: 'fanout' },
    { name: 'byHeader', type: 'headers' },
  ],
  queues: ['q1', 'q2', 'rest'],
  bindings: [
    { from: 'first', to: 'second', toKind: 'exchange', key: 'a.#' },
    { from: 'second', to: 'q1', toKind: 'queue', key: 'a.b' },
    { from: 'spare', to: 'q2', toKind: 'queue', key: 'x' },
    { from: 'last', to: 'rest', toKind: 'queue' },
    { from: 'in', to: 'q1', toKind: 'queue' },
    { from: 'byHeader', to: 'q1', toKind: 'queue', args: { BCC: null } },
    { from: 'byHeader', to: 'q2', toKind: 'queue', args: { CC: null } },
  ],
};
const ROUTES = [
  ['route', (exchange: string, message: RoutedMessage) => route(TABLE, exchange, message)],
  ['the compiled router', compileRouter(TABLE).route],
] as const;

describe.each(ROUTES)('%s', (_name, routed) => {
  test('a publisher may not use an internal exchange', () => {
    expect(() => routed('in', { key: '' })).toThrow(
      expect.objectContaining({
        code: 'EXCHANGE_INTERNAL',
        message: expect.stringContaining("exchange 'in' is internal"),
      }),
    );
  });

  test('a missing exchange is an error and not a message lost', () => {
    expect(() => routed('nope', { key: '' })).toThrow(
      expect.objectContaining({ code: 'EXCHANGE_NOT_FOUND', message: "there is no exchange 'nope'" }),
    );
  });

  test('a message without a table of headers has no headers', () => {
    expect(routed('byHeader', { key: '', headers: null })).toEqual([]);
    expect(routed('last', { key: '', headers: null })).toEqual(['rest']);
  });

  test('CC has to be a list', () => {
    expect(() => routed('last', { key: '', headers: { CC: 'k' } })).toThrow(
      expect.objectContaining({
        code: 'CC_NOT_A_LIST',
        message: "header CC must be a list of routing keys, not 'k'",
      }),
    );
  });

  test('members of CC that are no strings are passed over', () => {
    expect(routed('spare', { key: 'no', headers: { CC: [1, 'x'] } })).toEqual(['q2']);
  });

  test('a headers exchange sees CC but not BCC', () => {
    expect(routed('byHeader', { key: '', headers: { CC: ['k'], BCC: ['k'] } })).toEqual(['q2']);
  });

  test('an exchange on the way uses its own alternate when it matches nothing itself', () => {
    expect(routed('first', { key: 'a.c' })).toEqual(['rest']);
  });

  test('alternates form a chain', () => {
    expect(routed('first', { key: 'y' })).toEqual(['rest']);
    expect(routed('first', { key: 'x' })).toEqual(['q2']);
  });
});

describe('entryExchanges', () => {
  test.each([
    ['a.b', ['first']],
    ['a.c', ['first', 'last']],
    ['x', ['spare']],
    ['y', ['last']],
  ])('a message with key %s enters at %j', (key, expected) => {
    expect(entryExchanges(TABLE, 'first', { key })).toEqual(expected);
  });

  test('an unroutable message enters nowhere', () => {
    expect(entryExchanges(TABLE, 'byHeader', { key: '' })).toEqual([]);
  });
});
