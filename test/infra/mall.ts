/**
 * An app with every kind of exchange and queue: over SNS and EventBridge, ordered, archived, internal and
 * alternate ones; priorities, waiting, a length, fairness and large payloads; with workers and without.
 */
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask } from '#lib';

const run = () => 1;

const work = defineQueue('work', { visibility: '2m', priorities: 3, maxLength: 1_000 });
const wait = defineQueue('wait', { expires: '30s', deadLetter: { to: () => work, routingKey: 'again' } });
const large = defineQueue('large', { largePayloads: 's3', maxLength: 50 });
const fair = defineQueue('fair', { fairBy: (message: { tenant: string }) => message.tenant });
const ledger = defineQueue('ledger', { ordered: true });
const bare = defineQueue('bare');

const rest = defineExchange('rest', { type: 'fanout', internal: true });
const keyed = defineExchange('keyed', { type: 'direct', alternate: rest });
const all = defineExchange('all', { type: 'fanout' });
const events = defineExchange('events', { type: 'topic', archive: '30d' });
const alerts = defineExchange('alerts', { type: 'headers' });
const steps = defineExchange('steps', { type: 'topic', ordered: (message: { id: string }) => message.id });

const handle = defineTask('handle', { queue: work, result: false, run });
const book = defineTask('book', { queue: ledger, run });

export const mall = defineApp('mall', {
  tasks: [handle, book],
  queues: [wait],
  consumers: [defineConsumer(large, { prefetch: 100, run })],
  bindings: [
    bind(all, fair),
    bind(all, bare),
    bind(all, handle),
    bind(keyed, 'bare', bare),
    bind(keyed, 'wait', wait),
    bind(rest, bare),
    bind(events, 'a.#.z', large),
    bind(events, '#.a.b.#', bare),
    bind(events, '*', keyed),
    bind(alerts, { match: 'any', args: { level: 'high', page: null } }, large),
    bind(steps, 'ledger.*', book),
  ],
});
