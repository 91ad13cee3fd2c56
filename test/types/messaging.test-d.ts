/** What must and must not compile about exchanges, bindings and publishing. */
import * as z from 'zod';
import {
  bind,
  type Client,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  type Signature,
} from '../../lib/index.ts';

declare const client: Client;

const Order = z.object({ id: z.string(), total: z.number() });
const Receipt = z.object({ orderId: z.string(), paid: z.number() });
const orders = defineExchange('orders', {
  type: 'topic',
  messages: { 'order.*.created': Order, 'order.*.paid': Receipt },
});
const payments = defineExchange('payments', { type: 'direct', messages: { card: Order, cash: Receipt } });
const news = defineExchange('news', { type: 'fanout', messages: Order });
const alerts = defineExchange('alerts', { type: 'headers', messages: Order });
const anything = defineExchange('anything', { type: 'topic' });
const inbox = defineQueue('inbox');
const charge = defineTask('charge', { input: Order, run: (order) => order.id });
const thank = defineTask('thank', { input: Receipt, run: ({ orderId }) => orderId });
const both = defineTask('both', { run: (message: { id: string } | { orderId: string }) => String(message) });
const order = { id: 'o1', total: 40 };
const receipt = { orderId: 'o1', paid: 40 };

bind(orders, 'order.*.created', charge);
bind(orders, 'order.eu.created', charge);
bind(orders, 'order.eu.paid', thank);
bind(orders, 'order.#', both);
bind(orders, '#', inbox);
bind(orders, 'order.#', anything);
bind(payments, 'card', charge);
bind(news, charge);
bind(news, inbox);
bind(alerts, { match: 'any', args: { urgent: true, from: null } }, charge);
bind(anything, 'what.#', inbox);
// @ts-expect-error no message of `orders` has such a routing key
bind(orders, 'order.*.deleted', inbox);
// @ts-expect-error `charge` takes an order, and a receipt arrives
bind(orders, 'order.eu.paid', charge);
// @ts-expect-error `order.#` brings orders too
bind(orders, 'order.#', thank);
// @ts-expect-error a direct exchange has these keys only
bind(payments, 'cheque', charge);
// @ts-expect-error `thank` takes a receipt
bind(payments, 'card', thank);
// @ts-expect-error a fanout exchange looks at no pattern
bind(news, 'order', charge);
// @ts-expect-error a topic exchange needs a pattern
bind(orders, charge);
// @ts-expect-error a headers exchange needs arguments
bind(alerts, 'urgent', charge);
// @ts-expect-error a destination is a task, a queue or an exchange
bind(news, { name: 'charge' });
// @ts-expect-error there is no such mode
bind(alerts, { match: 'some', args: {} }, charge);

void client.publish(orders, 'order.eu.created', order);
void client.publish(orders, 'order.eu.paid', receipt, {
  mandatory: true,
  headers: { at: new Date(), n: 1n },
});
void client.publish(orders, orders.key(`order.${'eu'}.paid`), receipt);
void client.publish(payments, 'card', order);
void client.publish(news, '', order);
void client.publish(alerts, '', order, { headers: { urgent: true } });
void client.publish(anything, 'what.ever', { any: 'thing' });
void client.publish(inbox, { any: 'thing' }, { priority: 3 });
// @ts-expect-error not the message of this key
void client.publish(orders, 'order.eu.paid', order);
// @ts-expect-error not a key of this exchange
void client.publish(orders, 'user.created', order);
// @ts-expect-error not a key of this exchange
void client.publish(payments, 'cheque', order);
// @ts-expect-error not the message of this exchange
void client.publish(news, '', receipt);
// @ts-expect-error a duration has a unit
void client.publish(news, '', order, { expires: '10' });

void client.publishMany(payments, [
  { key: 'card', message: order },
  { key: 'cash', message: receipt, options: { priority: 1 } },
]);

const answer: Promise<string> = client.call(charge(order), { timeout: '5s' });
void answer;
declare const nothing: Signature<void>;
const none: Promise<undefined> = client.call(nothing);
void none;

defineConsumer(inbox, {
  message: Order,
  run({ body, headers, properties, routingKey, exchange, redelivered, attempt }) {
    const known: [string, number, string, string, boolean, number, string] = [
      body.id,
      body.total,
      routingKey,
      exchange,
      redelivered,
      attempt,
      properties.messageId,
    ];
    return { known, priority: headers.priority };
  },
});
defineConsumer(inbox, {
  run({ body }) {
    // @ts-expect-error without a schema the body is unknown
    return body.id;
  },
});
defineConsumer(inbox, {
  prefetch: 1,
  ack: 'early',
  once: true,
  run: async (delivery, { log }) => log.info(delivery.exchange),
});

// @ts-expect-error there is no such type of exchange
defineExchange('x', { type: 'multicast' });
// @ts-expect-error a duration has a unit
defineQueue('x', { expires: '10' });
// @ts-expect-error there is no such place for payloads
defineQueue('x', { largePayloads: 'efs' });
