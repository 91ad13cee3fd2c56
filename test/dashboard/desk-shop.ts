/** An app with something of everything that a desk shows. */
import { z } from 'zod';
import {
  bind,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  exponential,
} from '../../lib/index.ts';

export const payments = defineQueue('payments');
export const letters = defineQueue('letters');
export const ledger = defineQueue('ledger', { ordered: true });
export const audit = defineQueue('audit');
const Order = z.object({ id: z.string(), card: z.object({ number: z.string() }).optional() });

/** Which orders are refused; tests set it. */
export const refused = new Set<string>();

export const charge = defineTask('charge', {
  queue: payments,
  input: Order,
  retry: { attempts: 2, backoff: exponential('60s', { jitter: false }) },
  redact: ['card.number'],
  run: (order) => {
    if (refused.has(order.id))
      throw new TypeError(`card ${order.card?.number ?? ''} of ${order.id} was declined`);
    return { paid: 40, card: { number: order.card?.number ?? '' } };
  },
});
export const mail = defineTask('mail', {
  queue: letters,
  rateLimit: '1/m',
  run: ({ to }: { to: string }) => `sent to ${to}`,
});
export const pack = defineTask('pack', {
  queue: letters,
  concurrency: 1,
  run: async (_: { box: string }, { sleep }) => sleep('3s'),
});
export const sync = defineTask('sync', {
  queue: letters,
  once: { key: ({ shop }: { shop: string }) => shop, taken: 'wait' },
  run: async (_, { sleep }) => sleep('3s'),
});
export const post = defineTask('post', {
  queue: ledger,
  run: async (_: { line: number }, { sleep }) => sleep('3s'),
});
export const ping = defineTask('ping', { queue: letters, result: false, run: () => undefined });
export const orders = defineExchange('orders', { type: 'topic', messages: Order });
export const files = defineExchange('files', { type: 'headers', alternate: orders });
export const shop = defineApp('shop', {
  tasks: [charge, mail, pack, sync, post, ping],
  exchanges: [orders, files],
  bindings: [
    bind(orders, 'order.*.created', charge),
    bind(orders, 'order.#', audit),
    bind(files, { match: 'all', args: { format: 'png' } }, audit),
  ],
  consumers: [defineConsumer(audit, { run: () => undefined })],
  redactHeaders: ['x-tenant'],
});
