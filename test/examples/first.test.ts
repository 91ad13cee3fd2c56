import { expect, test } from 'vitest';
import { defineApp, defineTask, exponential } from '#lib';
import { simulate } from '#lib/testing';

let declined = 2;
const charge = defineTask('charge', {
  retry: { attempts: 4, backoff: exponential('2s') },
  run(order: { id: string; total: number }) {
    if (declined-- > 0) throw new Error('card declined');
    return { order: order.id, paid: order.total };
  },
});
const shop = defineApp('shop', { tasks: [charge] });

test('a declined card is tried again after 2 s and 4 s', async () => {
  const sim = simulate(shop);
  const result = await sim.send(charge({ id: 'o1', total: 40 }));
  expect(await result.get()).toEqual({ order: 'o1', paid: 40 });
  expect(sim.attempts(charge)).toEqual(['00:00:00', '00:00:02', '00:00:06']);
});
