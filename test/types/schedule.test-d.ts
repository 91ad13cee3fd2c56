/** What must and must not compile about schedules. */
import * as z from 'zod';
import {
  chord,
  chunks,
  cron,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  describePublish,
  every,
  type Schedules,
} from '../../lib/index.ts';

declare const schedules: Schedules;

const Order = z.object({ id: z.string() });
const orders = defineExchange('orders', { type: 'topic', messages: { 'order.*.created': Order } });
const inbox = defineQueue('inbox');
const price = defineTask('price', { input: z.object({ sku: z.string() }), run: ({ sku }) => sku.length });
const send = price({ sku: 'tea' });
const trigger = cron('0 2 * * *', { timezone: 'Europe/Oslo' });

const nightly = defineSchedule('nightly', {
  trigger,
  send,
  misfireGrace: '10m',
  coalesce: 'all',
  maxInstances: 1,
  jitter: '30s',
  paused: true,
  start: new Date(0),
  end: '2027-01-01',
  timezone: 'Europe/Oslo',
});
defineSchedule('hello', { trigger, publish: describePublish(orders, 'order.eu.created', { id: 'o1' }) });
defineSchedule('ping', { trigger, publish: describePublish(inbox, { any: 'thing' }, { priority: 1 }) });
defineApp('shop', { schedules: [nightly], runtimeSchedules: true });
const sum = defineTask('sum', { run: (numbers: readonly number[]) => numbers.length });
const workflow = chord([send, send], sum);
defineSchedule('both', { trigger, send: workflow, deadline: '2h', maxInstances: 1 });
defineSchedule('cut', { trigger, send: chunks(price, [{ sku: 'tea' }], 10) });
// @ts-expect-error a part of a workflow waits for the result before it
defineSchedule('x', { trigger, send: price.with({ sku: 'tea' }) });
// @ts-expect-error a task itself is no call of it
defineSchedule('x', { trigger, send: price });
// @ts-expect-error `sum` takes a list of numbers
defineSchedule('x', { trigger, send: chord([send], price) });
// @ts-expect-error what is published has no end to wait for
defineSchedule('x', { trigger, publish: describePublish(inbox, 1), deadline: '2h' });
// @ts-expect-error a schedule does something
defineSchedule('x', { trigger });
// @ts-expect-error a schedule does one thing
defineSchedule('x', { trigger, send, publish: describePublish(inbox, 1) });
// @ts-expect-error a schedule has a trigger
defineSchedule('x', { send });
// @ts-expect-error a trigger is no text
defineSchedule('x', { trigger: '0 2 * * *', send });
// @ts-expect-error a duration has a unit
defineSchedule('x', { trigger, send, misfireGrace: '10' });
// @ts-expect-error there is no such policy
defineSchedule('x', { trigger, send, coalesce: 'some' });
// @ts-expect-error `price` takes a sku
defineSchedule('x', { trigger, send: price({ id: 'tea' }) });
// @ts-expect-error not a key of this exchange
describePublish(orders, 'user.created', { id: 'o1' });
// @ts-expect-error not the message of this exchange
describePublish(orders, 'order.eu.created', { sku: 'tea' });
// @ts-expect-error each fire has an id of its own
describePublish(inbox, 1, { messageId: 'm1' });
// @ts-expect-error an app takes schedules, not signatures
defineApp('shop', { schedules: [send] });

void schedules.add('watch', { trigger: every('15m'), send }, { conflict: 'keep' });
void schedules.modify('watch', { jitter: null, coalesce: 'earliest' });
void schedules.modify('watch', { send: price({ sku: 'oil' }) });
void schedules.add('watch', { trigger, send: workflow, deadline: '1d' });
void schedules.modify('watch', { send: workflow, deadline: '1d' });
// @ts-expect-error a deadline belongs to the workflow that it comes with
void schedules.modify('watch', { deadline: '1d' });
void schedules.reschedule('watch', every('1h'));
void schedules.list({ prefix: 'w', order: 'next', limit: 10 });
// @ts-expect-error there is no such way
void schedules.add('watch', { trigger, send }, { conflict: 'ignore' });
// @ts-expect-error a trigger has no default to go back to
void schedules.modify('watch', { trigger: null });
// @ts-expect-error pausing is a call of its own
void schedules.modify('watch', { paused: true });
// @ts-expect-error one thing at a time
void schedules.modify('watch', { send, publish: describePublish(inbox, 1) });
