/** workflow.ts: many tasks, and what follows from what. */
import { chain, chord, defineApp, defineTask, group, linkError } from '#lib';
import { connect } from '#lib/aws';

const price = defineTask('price', { run: (sku: string) => ({ tea: 4, milk: 2, cake: 9 })[sku] ?? 0 });
const sum = defineTask('sum', {
  run: (prices: readonly number[]) => prices.reduce((all, one) => all + one, 0),
});
const invoice = defineTask('invoice', { run: (total: number) => `please pay ${total}` });
const apologize = defineTask('apologize', { run: (failure: unknown) => console.error(failure) });

export const canvas = defineApp('canvas', { tasks: [price, sum, invoice, apologize] });

/** Prices side by side, then their sum, then the invoice; whatever fails is told once. */
export async function checkout(skus: readonly string[], client = connect(canvas)): Promise<string> {
  const total = chord(
    skus.map((sku) => price(sku)),
    sum,
  );
  const result = await client.send(linkError(chain(total, invoice), apologize), { deadline: '1h' });
  return result.get();
}

/** The list of the prices. */
export async function prices(client = connect(canvas)): Promise<readonly number[]> {
  const result = await client.send(group([price('tea'), price('milk')]));
  return result.get();
}
