/** orders.ts: an exchange, and what is bound to it. The compiler checks keys, messages and inputs. */
import * as z from 'zod';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask } from '#lib';

const Order = z.object({ id: z.string(), total: z.number() });

export const orders = defineExchange('orders', {
  type: 'topic',
  messages: { 'order.*.created': Order, 'order.*.paid': z.object({ orderId: z.string() }) },
});
const audit = defineQueue('audit', { expires: '7d' });

export const pack = defineTask('pack', {
  queue: defineQueue('warehouse'),
  input: Order,
  run: ({ id }) => `packed ${id}`,
});

export const store = defineApp('store', {
  bindings: [bind(orders, 'order.*.created', pack), bind(orders, '#', audit)],
  consumers: [
    defineConsumer(audit, {
      run: ({ routingKey, properties }, { log }) => log.info(routingKey, { id: properties.messageId }),
    }),
  ],
});
