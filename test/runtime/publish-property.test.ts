/** Whatever the topology and the message: the queues that receive it are those of `route()`, each once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Binding, bind, defineApp, defineExchange, defineQueue, type Queue } from '#lib';
import type { ExchangeType } from '../../lib/core/routing/route.ts';
import { route } from '../../lib/core/routing/route.ts';
import type { AnyExchange, Transport } from '../../lib/define/exchange.ts';
import { routesOf } from '../../lib/define/takers.ts';
import { CeleriacError, DefinitionError } from '../../lib/errors.ts';
import { openWorld } from './exchanges-world.ts';

const word = fc.constantFrom('a', 'b', 'a', 'b', '');
const keys = fc.array(word, { maxLength: 2 }).map((words) => words.join('.'));
const patterns = fc
  .array(fc.constantFrom('a', 'b', '*', '#'), { minLength: 1, maxLength: 3 })
  .map((words) => words.join('.'));
const headers = fc.dictionary(fc.constantFrom('x', 'y', 'x-z'), fc.constantFrom(1, 'one', true), {
  maxKeys: 2,
});

const exchanges = fc.array(
  fc.record({
    type: fc.constantFrom<ExchangeType>('direct', 'fanout', 'topic', 'headers'),
    alternate: fc.option(fc.nat(5), { nil: undefined }),
    transport: fc.constantFrom<Transport | undefined>(undefined, undefined, 'sns', 'eventbridge'),
    internal: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 6 },
);
const queues = fc.array(fc.constantFrom(1, 1, 3), { minLength: 1, maxLength: 12 });
const bindings = fc.array(
  fc.record({
    from: fc.nat(5),
    toExchange: fc.constantFrom(false, false, true),
    to: fc.nat(11),
    key: keys,
    pattern: patterns,
    args: headers,
    match: fc.constantFrom('all' as const, 'any' as const),
  }),
  { minLength: 6, maxLength: 24 },
);
const messages = fc.array(
  fc.record({
    to: fc.nat(5),
    key: keys,
    headers,
    priority: fc.constantFrom(undefined, 0, 2),
    copies: fc.option(fc.array(keys, { maxLength: 2 }), { nil: undefined }),
    secret: fc.option(fc.array(keys, { maxLength: 2 }), { nil: undefined }),
  }),
  { minLength: 3, maxLength: 6 },
);

interface Drawn<T> {
  readonly drawn: T extends fc.Arbitrary<infer V> ? V : never;
}

function toApp(
  some: Drawn<typeof exchanges>['drawn'],
  levels: Drawn<typeof queues>['drawn'],
  bound: Drawn<typeof bindings>['drawn'],
) {
  const made: AnyExchange[] = [];
  for (const [index, { type, alternate, transport, internal }] of some.entries()) {
    // An alternate is defined before, so there are no cycles of them here; bindings make others.
    const other = alternate === undefined ? undefined : made[alternate];
    const options = { ...(other && { alternate: other }), ...(transport && { transport }) };
    made.push(defineExchange(`e${index}`, { type, internal, ...options }));
  }
  const ends = levels.map((priorities, index) =>
    defineQueue(`q${index}`, priorities > 1 ? { priorities } : {}),
  );
  const list = bound.map(({ from, toExchange, to, key, pattern, args, match }): Binding => {
    const source = made[from % made.length] as never;
    const target = (toExchange ? made[to % made.length] : ends[to % ends.length]) as never;
    switch (some[from % made.length]?.type) {
      case 'fanout':
        return bind(source, target);
      case 'headers':
        return bind(source, { match, args } as never, target);
      case 'topic':
        return bind(source, pattern as never, target);
      default:
        return bind(source, key as never, target);
    }
  });
  return { app: defineApp('shop', { exchanges: made, queues: ends, bindings: list }), made, ends };
}

test('the queues that receive a message are those of route(), each once', async () => {
  const seed = Number(process.env.CELERIAC_SEED ?? Date.now() % 1_000_000);
  const reached = { queues: 0, carried: 0 };
  await fc.assert(
    fc.asyncProperty(exchanges, queues, bindings, messages, async (some, levels, bound, sent) => {
      const defined = defining(() => toApp(some, levels, bound));
      fc.pre(defined !== undefined);
      const { app, made, ends } = defined;
      const { table, taker } = routesOf(app);
      // What a service cannot express is refused when it is defined, and not looked at here.
      const world = await openWorld(app).catch((error: unknown) => refusal(error));
      fc.pre(world !== undefined);
      const { client, sim } = world;

      for (const [index, message] of sent.entries()) {
        const exchange = made[message.to % made.length] as AnyExchange;
        const { copies: CC, secret: BCC, priority } = message;
        const all = { ...message.headers, ...(CC && { CC }), ...(BCC && { BCC }) };
        const options = {
          headers: all,
          messageId: `m${index}`,
          ...(priority === undefined ? {} : { priority }),
        };
        const publishing = client.publish(exchange, exchange.key(message.key), index as never, options);
        if (exchange.internal) {
          await expect(publishing).rejects.toMatchObject({ code: 'EXCHANGE_INTERNAL' });
          continue;
        }
        await publishing;
        await sim.advance('1s');

        const names = route(table, exchange.name, { key: message.key, headers: all });
        const expected = new Set(names.flatMap((name) => taker(name)?.queue.name ?? []));
        const found = ends.flatMap((queue) =>
          receivedBy(world, queue)
            .filter((id) => id === `m${index}`)
            .map(() => queue.name),
        );
        expect(found.filter((name) => expected.has(name)).sort()).toEqual([...expected].sort());
        // A filter that is not exact may let more through, which is for nobody and dropped by the worker.
        const more = found.filter((name) => !expected.has(name));
        expect(more.filter((name) => !world.inexact(name))).toEqual([]);
        reached.queues += expected.size;
      }
      const carriers = sim.calls().filter(({ operation }) => /^(PublishBatch|PutEvents)$/.test(operation));
      reached.carried += carriers.reduce((sum, { calls }) => sum + calls, 0);
      await sim.close();
    }),
    { numRuns: Number(process.env.CELERIAC_RUNS ?? 100), seed },
  );
  if (process.env.SHOW) console.log(reached);
  // A property over nothing would hold too.
  expect(reached.queues).toBeGreaterThan(100);
  expect(reached.carried).toBeGreaterThan(40);
}, 180_000);

function receivedBy(world: Awaited<ReturnType<typeof openWorld>>, queue: Queue): readonly unknown[] {
  return Array.from({ length: queue.priorities }, (_, level) => world.envelopes(queue, level))
    .flat()
    .map(({ id }) => id);
}

function defining<T>(define: () => T): T | undefined {
  try {
    return define();
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): undefined {
  if (error instanceof DefinitionError || error instanceof CeleriacError) return undefined;
  throw error;
}
