/**
 * What must and must not compile when tasks are declared and called. `npm run check` type-checks this file.
 */
import { z } from 'zod';
import { type AsyncResult, type Client, defineApp, defineTask, implement, type Signature } from '#lib';

declare const client: Client;

const Order = z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) });
const charge = defineTask('charge', {
  input: Order,
  run: (order) => ({ paid: order.at.getTime(), at: new Date(), seen: new Map<string, number>() }),
});
const price = defineTask('price', { run: ({ sku }: { sku: string }) => sku.length });
const ping = defineTask('ping', { run: () => {} });
const maybe = defineTask('maybe', { run: (name: string | undefined) => name });
const contract = defineTask('contract', { input: z.number() });

// Callers write the schema's input type, and run gets its output type.
charge({ id: 'o1', at: '2026-01-01' }) satisfies Signature<{ paid: number }>;
// @ts-expect-error `at` is sent as text; the worker's schema makes the Date
charge({ id: 'o1', at: new Date() });
// @ts-expect-error an order has an id
charge({ at: '2026-01-01' });

// A task whose input is unknown or optional is called without one; options come second.
ping();
ping(undefined, { delay: '10s' });
maybe();
maybe('tea', { expires: '1h' });
// @ts-expect-error `price` needs its input
price();
// @ts-expect-error a duration has a unit
ping(undefined, { delay: '10' });
// @ts-expect-error there is no such option
ping(undefined, { dely: '10s' });

// Results travel as JSON.
const sent: Promise<AsyncResult<{ paid: number; at: Date; seen: Map<string, number> }>> = client.send(
  charge({ id: 'o', at: '' }),
);
const result = (await sent).get();
(await result).at satisfies string;
// @ts-expect-error the date has become text
(await result).at satisfies Date;
(await client.send(ping()).then((handle) => handle.get())) satisfies undefined;
(await client.result(price, 'id').get()) satisfies number;
// @ts-expect-error the price is a number
(await client.result(price, 'id').get()) satisfies string;

// A contract is sent like any task; what implements it takes what its schema gives.
contract(1);
implement(contract, (count) => count.toFixed(2)) satisfies (count: number) => Signature<string>;
// @ts-expect-error the contract's input is a number
implement(contract, (text: string) => text);

// An app takes tasks of every type, and nothing that only looks like one.
defineApp('shop', { tasks: [charge, price, ping, maybe, contract] });
// @ts-expect-error not a task
defineApp('shop', { tasks: [{ kind: 'task', name: 'x' }] });

// Signatures of different results are not the same.
// @ts-expect-error a price is a number
price({ sku: 'tea' }) satisfies Signature<string>;

// Keys and limits see the input as the schema parses it.
defineTask('keyed', {
  input: Order,
  once: (order) => order.at.getTime(),
  rateLimit: { limit: '10/s', by: (order) => order.id },
  concurrency: { max: 2, by: (order) => order.id },
  timeLimit: { soft: '10s', hard: '20s' },
  run: () => 1,
});
defineTask('plain', { run: (count: number) => count, once: (count) => count + 1 });
// @ts-expect-error an order has no such member
defineTask('wrong', { input: Order, once: (order) => order.name, run: () => 1 });
// @ts-expect-error not a way to deal with a taken key
defineTask('wrong', { once: { taken: 'ignore' }, run: () => 1 });

// Progress has the type of its schema.
const progress = (await client.send(ping())).progress(z.object({ done: z.number() }));
(await progress) satisfies { done: number } | undefined;
