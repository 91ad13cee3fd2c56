/**
 * Routing tables as apps, and messages published straight to what carries their exchanges: what arrives in
 * the queues is then the work of topics, rules and filters alone. What a publisher decides by itself (several
 * ways in at once, CC and BCC past two keys) is left out.
 */
import {
  type App,
  type Binding,
  bind,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  type Queue,
  topology,
} from '#lib';
import { toEventDetail } from '../../lib/core/routing/event-pattern.ts';
import { toFilterAttributes } from '../../lib/core/routing/filter-policy.ts';
import { flattensCopies } from '../../lib/core/routing/flatten.ts';
import {
  entryExchanges,
  type RoutedMessage,
  type RoutingTable,
  routingKeys,
} from '../../lib/core/routing/route.ts';
import type { AnyExchange, Transport } from '../../lib/define/exchange.ts';
import type { Emulator } from '../../lib/emulator/index.ts';

// Tables are data, which the overloads for users' literals cannot be shown to fit.
const bindAny = bind as unknown as (exchange: AnyExchange, ...rest: readonly unknown[]) => Binding;

/**
 * The app of a table. Each queue whose filter lets too much through has a consumer, as it must. An alternate
 * exchange stands before the exchange that names it: definitions are values.
 */
export function toApp(table: RoutingTable, transport?: Transport): App {
  const all = define(table, transport, new Set(table.queues));
  const { subscriptions, rules } = topology(all).exchanges;
  const loose = [...subscriptions, ...rules].filter(({ exact }) => !exact);
  return define(table, transport, new Set(loose.map(({ queue }) => queue)));
}

function define(table: RoutingTable, transport: Transport | undefined, consumed: ReadonlySet<string>): App {
  const exchanges = new Map<string, AnyExchange>();
  for (const { name, type, internal = false, alternate } of table.exchanges) {
    const other = alternate === undefined ? undefined : exchanges.get(alternate);
    const options = {
      type,
      internal,
      ...(other === undefined ? {} : { alternate: other }),
      ...(transport === undefined ? {} : { transport }),
    };
    exchanges.set(name, defineExchange(name, options));
  }
  const queues = new Map<string, Queue>(table.queues.map((name) => [name, defineQueue(name)]));
  return defineApp('routes', {
    // Nothing here may work off a queue, so that what arrives stays where it is.
    longDelays: false,
    exchanges: [...exchanges.values()],
    queues: [...queues.values()],
    bindings: table.bindings.map((one) => {
      const exchange = exchanges.get(one.from);
      const to = one.toKind === 'queue' ? queues.get(one.to) : exchanges.get(one.to);
      if (exchange === undefined) throw new Error(`the table has no exchange '${one.from}'`);
      if (exchange.type === 'fanout') return bindAny(exchange, to);
      if (exchange.type !== 'headers') return bindAny(exchange, one.key ?? '', to);
      const { 'x-match': match = 'all', ...args } = one.args ?? {};
      return bindAny(exchange, { match, args }, to);
    }),
    consumers: [...consumed].flatMap((name) => {
      const queue = queues.get(name);
      return queue === undefined ? [] : [defineConsumer(queue, { run: () => undefined })];
    }),
  });
}

/** Where a message enters; undefined when its publisher does not leave it to topics and rules. */
export function entryOf(table: RoutingTable, app: App, exchange: string, message: RoutedMessage) {
  if (exchange === '') return undefined;
  const [entry, ...others] = entryExchanges(table, exchange, message);
  if (entry === undefined) return 'nowhere';
  const topic = topology(app).exchanges.topics.find((one) => one.exchange === entry);
  const copies = routingKeys(message).length > 1;
  if (others.length > 0 || (copies && (!flattensCopies(table, entry) || topic?.facts === true)))
    return undefined;
  return { entry, topic };
}

/** Publishes a message under an id; false when that is its publisher's own business. */
export async function publish(
  emulator: Emulator,
  app: App,
  table: RoutingTable,
  exchange: string,
  message: RoutedMessage,
  id: string,
): Promise<boolean> {
  const way = entryOf(table, app, exchange, message);
  if (way === undefined || way === 'nowhere') return way !== undefined;
  const envelope = { celeriac: 1, id };
  if (way.topic !== undefined) {
    await emulator.call('sns', 'Publish', {
      TopicArn: `arn:aws:sns:us-east-1:000000000000:${way.topic.topicName}`,
      Message: JSON.stringify(envelope),
      MessageAttributes: toFilterAttributes(message, { facts: way.topic.facts }),
    });
    return true;
  }
  const answer = await emulator.call('eventbridge', 'PutEvents', {
    Entries: [
      {
        EventBusName: topology(app).exchanges.busName,
        Source: way.entry,
        DetailType: 'message',
        Detail: JSON.stringify(toEventDetail({ ...message, envelope })),
      },
    ],
  });
  if (answer.FailedEntryCount !== 0) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return true;
}

/** The ids that arrived in each queue, dead-letter queues among them, sorted. */
export function arrived(emulator: Emulator): Readonly<Record<string, readonly string[]>> {
  const found = emulator.services.sqs.snapshot().map(({ name, messages }) => {
    const ids = messages.map(({ body }) => String(JSON.parse(body).id));
    return [name.replace('routes-dev-', ''), ids.sort()] as const;
  });
  return Object.fromEntries(found.filter(([, ids]) => ids.length > 0));
}

/** Queues whose worker has to look again, since their filter lets more through. */
export function looseQueues(app: App): ReadonlySet<string> {
  return new Set(app.consumers.map(({ queue }) => queue.name));
}

/** The ids that each queue is to have, from the queues of each id. */
export function byQueue(
  sent: readonly (readonly [id: string, queues: readonly string[]])[],
): Readonly<Record<string, readonly string[]>> {
  const queues = new Set(sent.flatMap(([, all]) => all));
  const idsOf = (queue: string) => sent.filter(([, all]) => all.includes(queue)).map(([id]) => id);
  return Object.fromEntries([...queues].map((queue) => [queue, idsOf(queue).sort()]));
}
