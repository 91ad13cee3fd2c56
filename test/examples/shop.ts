/** shop.ts: the queue, the tasks and the app. Importing it has no effect beyond these values. */
import * as z from 'zod';
import { defineApp, defineQueue, defineTask, exponential, RejectError } from '#lib';
import { bank } from './bank.ts';

const Order = z.object({ id: z.string(), total: z.number(), card: z.string() });

export const payments = defineQueue('payments', { visibility: '2m', deadLetter: { after: 5 } });

export const charge = defineTask('charge', {
  queue: payments,
  input: Order,
  retry: { attempts: 4, backoff: exponential('2s', { max: '1m' }) },
  async run(order, { id, attempt, signal, log }) {
    if (order.total <= 0) throw new RejectError(`order ${order.id} has nothing to pay`);
    // The id is the same in every attempt, so the bank can tell a repetition from a second order.
    const receipt = await bank.charge({ ...order, idempotencyKey: id }, signal);
    log.info('charged', { order: order.id, attempt });
    return receipt;
  },
});

export const remind = defineTask('remind', {
  result: false,
  run: (order: { id: string }, { log }) => log.info('reminded', { order: order.id }),
});

export const shop = defineApp('shop', { tasks: [charge, remind] });
