/** An app with one of everything that a drawing and a question about routes can meet. */
import {
  bind,
  cron,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
} from '#lib';

const lost = defineExchange('lost', { type: 'fanout' });
export const orders = defineExchange('orders', { type: 'topic', alternate: lost });
const eu = defineExchange('eu', { type: 'direct', internal: true });
const alerts = defineExchange('alerts', { type: 'headers' });
const parked = defineQueue('parked');
const work = defineQueue('work', { deadLetter: { to: parked } });
const line = defineQueue('line', { ordered: true });
const audit = defineQueue('audit');

const run = () => null;
export const charge = defineTask('charge', { queue: work, run });
const ship = defineTask('ship', { queue: work, run });
const count = defineTask('count', { queue: line, run: (_: unknown) => null });

/** The app. */
export const store = defineApp('store', {
  tasks: [count],
  bindings: [
    bind(orders, 'order.*.created', charge),
    bind(orders, 'order.#', ship),
    bind(orders, 'order.eu.*', eu),
    bind(eu, 'order.eu.created', audit),
    bind(alerts, { match: 'all', args: { urgent: true } }, ship),
    bind(lost, parked),
  ],
  consumers: [defineConsumer(audit, { run })],
  schedules: [defineSchedule('nightly', { trigger: cron('0 2 * * *'), send: count('all') })],
});
