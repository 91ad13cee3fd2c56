/** What RabbitMQ routes where, through the emulated topics and rules of a provisioned topology. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type App, topology } from '#lib';
import { createEmulator } from '#lib/emulator';
import { type RoutedMessage, type RoutingTable, route } from '../../lib/core/routing/route.ts';
import type { Transport } from '../../lib/define/exchange.ts';
import { DefinitionError } from '../../lib/errors.ts';
import { provision } from '../../lib/testing/provision.ts';
import { routed } from '../core/routing/arbitrary.ts';
import { arrived, byQueue, looseQueues, publish, toApp } from './scenario.ts';
import { SCENARIOS } from './vectors.ts';

type Published = readonly [exchange: string, message: RoutedMessage, id: string];

/** An emulator with the app's queues and exchanges, and no workers: what arrives stays. */
async function provisioned(app: App) {
  const emulator = createEmulator({ clock: { virtual: '2026-01-01T00:00:00Z' } });
  await provision(emulator, { ...topology(app), workers: [] }, () => {
    throw new Error('there are no workers here');
  });
  return emulator;
}

async function publishAll(app: App, table: RoutingTable, messages: readonly Published[]) {
  await using emulator = await provisioned(app);
  const sent: Published[] = [];
  for (const one of messages) {
    const [exchange, message, id] = one;
    if (await publish(emulator, app, table, exchange, message, id)) sent.push(one);
  }
  await emulator.settled();
  return { sent, queues: arrived(emulator) };
}

describe.each<Transport | undefined>([undefined, 'sns', 'eventbridge'])('over %s', (transport) => {
  // Twenty-six words are more than the five facts that a filter policy may ask for.
  const refused = (id: string) => transport === 'sns' && id === 'db.deep';

  test.each(SCENARIOS.filter(({ id }) => !refused(id)))(
    'scenario $id brings each message once to the recorded queues, and nothing elsewhere',
    async ({ table, publishes }) => {
      const app = toApp(table, transport);
      const messages = publishes.map(
        ({ exchange, message }, index) => [exchange, message, `m${index}`] as const,
      );

      const { sent, queues } = await publishAll(app, table, messages);

      const wanted = byQueue(sent.map(([, , id]) => [id, publishes[Number(id.slice(1))]?.queues ?? []]));
      expect(sent.length).toBeGreaterThan(0);
      expect(looseQueues(app).size).toBe(0);
      expect(queues).toEqual(wanted);
    },
  );
});

test('a pattern of too many words is refused over SNS', () => {
  const deep = SCENARIOS.find(({ id }) => id === 'db.deep');

  const define = () => toApp(deep?.table ?? { exchanges: [], queues: [], bindings: [] }, 'sns');

  expect(define).toThrow('FILTER_POLICY_TOO_MANY_KEYS');
});

/** Of a hundred, one in some dozens of test runs has no filter that is loose. */
const RUNS = 200;

test('random topologies bring random messages where route says, each once', async () => {
  const seen = { messages: 0, arrivals: 0, loose: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      routed({ alternates: true }),
      fc.constantFrom(undefined, 'sns' as const),
      async (one, by) => {
        const [given, exchange, message] = one;
        const table = definable(given);
        const app = defined(table, by);
        if (app === undefined) {
          seen.refused++;
          return;
        }
        const messages = [exchange, ...table.exchanges.map(({ name }) => name)].map(
          (name, index) => [name, message, `m${index}`] as const,
        );

        const { sent, queues } = await publishAll(app, table, messages);

        const loose = looseQueues(app);
        const wanted = byQueue(sent.map(([name, one, id]) => [id, route(table, name, one)]));
        for (const queue of table.queues) {
          const [got, due] = [queues[queue] ?? [], wanted[queue] ?? []];
          if (loose.has(queue)) expect(new Set(got).size).toBe(got.length);
          expect(loose.has(queue) ? got.filter((id) => due.includes(id)) : got).toEqual(due);
          seen.arrivals += due.length;
        }
        expect(Object.keys(queues).filter((name) => name.endsWith('-dlq'))).toEqual([]);
        seen.messages += sent.length;
        seen.loose += loose.size;
      },
    ),
    { numRuns: RUNS },
  );
  // The law would say little if hardly anything arrived, or if no filter were ever loose.
  expect(seen.arrivals).toBeGreaterThan(80);
  expect(seen.loose).toBeGreaterThan(0);
  expect(seen.refused).toBeLessThan(RUNS / 2);
});

/** The table with those alternates only that stand before the exchange that names them. */
function definable(table: RoutingTable): RoutingTable {
  const exchanges = table.exchanges.map(({ alternate, ...exchange }, index) => {
    const before = table.exchanges.slice(0, index).some(({ name }) => name === alternate);
    return alternate !== undefined && before ? { ...exchange, alternate } : exchange;
  });
  return { ...table, exchanges };
}

/** The app of a table, or undefined where a limit of a service refuses it. */
function defined(table: RoutingTable, transport: Transport | undefined): App | undefined {
  try {
    return toApp(table, transport);
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}
