/** What must and must not compile about workflows. */
import * as z from 'zod';
import type { Signature } from '../../lib/define/signature.ts';
import {
  chain,
  chord,
  chunks,
  type Failure,
  group,
  link,
  linkError,
  map,
  starmap,
} from '../../lib/define/workflow.ts';
import { defineTask, type Jsonify } from '../../lib/index.ts';

/** Compiles when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_True extends true>(): void {}
type OutputOf<S> = S extends Signature<infer Output> ? Jsonify<Output> : never;

const Order = z.object({ id: z.string(), total: z.number() });
const Receipt = z.object({ orderId: z.string(), paid: z.number() });
const charge = defineTask('charge', {
  input: Order,
  run: (order) => ({ orderId: order.id, paid: order.total }),
});
const thank = defineTask('thank', { input: Receipt, run: ({ orderId }) => void orderId });
const ship = defineTask('ship', {
  input: z.object({ ...Receipt.shape, carrier: z.enum(['dhl', 'posten']) }),
  run: (parcel) => `${parcel.carrier}:${parcel.orderId}`,
});
const price = defineTask('price', { run: ({ sku }: { sku: string }) => sku.length });
const sum = defineTask('sum', { run: (prices: readonly number[]) => prices.reduce((a, b) => a + b, 0) });
const when = defineTask('when', { run: () => new Date(0) });
const read = defineTask('read', { run: (text: string) => text.length });
const ping = defineTask('ping', { run: () => undefined });
const alarm = defineTask('alarm', { run: (failure: Failure) => failure.error.message });
const choose = defineTask('choose', { run: (n: number): number | string => n });
const either = defineTask('either', { run: (value: number | string) => String(value) });
const order = { id: 'o1', total: 40 };

const parcel = chain(charge(order), ship.with({ carrier: 'dhl' }));
is<Same<OutputOf<typeof parcel>, string>>();
// A date arrives as text.
const dated = chain(when(), read);
is<Same<OutputOf<typeof dated>, number>>();
// A signature ignores the result before it.
const ignored = chain(charge(order), price({ sku: 'tea' }), ping());
is<Same<OutputOf<typeof ignored>, undefined>>();
const union = chain(choose(1), either);
is<Same<OutputOf<typeof union>, string>>();
const both = group([charge(order), price({ sku: 'tea' })]);
is<Same<OutputOf<typeof both>, [{ orderId: string; paid: number }, number]>>();
const total = chord([price({ sku: 'tea' }), price({ sku: 'milk' })], sum);
is<Same<OutputOf<typeof total>, number>>();
const many = chord(
  ['tea', 'milk'].map((sku) => price({ sku })),
  sum,
);
is<Same<OutputOf<typeof many>, number>>();
const none = chord([], sum);
is<Same<OutputOf<typeof none>, number>>();
const fanned = chain(charge(order), group([thank, ship.with({ carrier: 'dhl' })]));
void fanned;
const nested = chain(group([price({ sku: 'tea' }), chain(price({ sku: 'milk' }))]), sum);
is<Same<OutputOf<typeof nested>, number>>();
const mapped = map(price, [{ sku: 'tea' }]);
is<Same<OutputOf<typeof mapped>, number[]>>();
const cut = chunks(price, [{ sku: 'tea' }], 10);
is<Same<OutputOf<typeof cut>, number[][]>>();
const linked = link(charge(order), thank);
is<Same<OutputOf<typeof linked>, { orderId: string; paid: number }>>();
linkError(parcel, alarm);
const untyped = chain([charge(order), ping()]);
is<Same<OutputOf<typeof untyped>, unknown>>();

// @ts-expect-error `sum` takes numbers, and a receipt arrives
chain(charge(order), sum);
// @ts-expect-error `ship` also needs a carrier
chain(charge(order), ship);
// @ts-expect-error there is no such carrier
ship.with({ carrier: 'ups' });
// @ts-expect-error a chord's body takes the list of its header's results
chord([charge(order)], sum);
// @ts-expect-error a number or a text arrives, and only a text is taken
chain(choose(1), read);
// @ts-expect-error the result is a number, and a receipt is taken
link(price({ sku: 'tea' }), thank);
// @ts-expect-error `thank` takes no failure
linkError(charge(order), thank);
// @ts-expect-error inputs are of another type
map(price, [{ code: 1 }]);
// @ts-expect-error its input is no tuple
starmap(price, [{ sku: 'tea' }]);
