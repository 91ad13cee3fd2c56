/**
 * Where a message would go, and why: RabbitMQ's question of its management page, answered from the
 * definitions alone. The walk is that of core/routing/route.ts, which is asked whether a binding takes the
 * message; it remembers by which bindings each taker was reached, which a publisher has no use for.
 */
import type { Headers } from '../core/routing/headers.ts';
import { checkPublishable, type RoutingBinding, type RoutingTable, route } from '../core/routing/route.ts';
import type { App } from '../define/app.ts';
import { routesOf } from '../define/takers.ts';
import type { RouteAnswer } from './row.ts';

/**
 * Where a message would go that is published to this exchange.
 * @throws CeleriacError EXCHANGE_NOT_FOUND, EXCHANGE_INTERNAL, CC_NOT_A_LIST
 */
export function whereTo(app: App, exchange: string, key: string, headers: Headers = {}): RouteAnswer {
  const { table, taker } = routesOf(app);
  checkPublishable(
    table.exchanges.find(({ name }) => name === exchange),
    exchange,
    app.exchanges.filter(({ internal }) => !internal).map(({ name }) => name),
  );
  const { reached, alternates } = walk(table, exchange, { key, headers });
  const to = [...reached].flatMap(([name, because]): RouteAnswer['to'] => {
    const found = taker(name);
    if (found === undefined) return [];
    const queue = found.queue.name;
    if (found.kind === 'task') return [{ kind: 'task', name: found.task.name, queue, because }];
    const consumed = app.consumers.some((consumer) => consumer.queue === found.queue);
    return [{ kind: consumed ? 'consumer' : 'queue', name: queue, queue, because }];
  });
  const [alternate] = alternates;
  return { routed: to.length > 0, to, ...(alternate === undefined ? {} : { alternate }) };
}

interface Walked {
  /** By the taker's name in the table: the path to it. */
  readonly reached: ReadonlyMap<string, string>;
  /** The alternate exchanges that it took, in the order in which it took them. */
  readonly alternates: readonly string[];
}

function walk(
  table: RoutingTable,
  start: string,
  message: { readonly key: string; readonly headers: Headers },
): Walked {
  const reached = new Map<string, string>();
  const alternates: string[] = [];
  // Grows while it is walked: every exchange is visited once, so cycles end. The first way in is remembered.
  const paths = new Map([[start, start]]);
  for (const [name, path] of paths) {
    const exchange = table.exchanges.find((one) => one.name === name);
    if (exchange === undefined) continue;
    const taken = table.bindings.filter((binding) => binding.from === name && takes(table, binding, message));
    for (const binding of taken) {
      const to = binding.to.replace(/^queue:/, '');
      const said = sayBinding(binding);
      const longer = `${path} ${said === '' ? '-->' : `--${said}-->`} ${to}`;
      const known: Map<string, string> = binding.toKind === 'queue' ? reached : paths;
      if (!known.has(binding.to)) known.set(binding.to, longer);
    }
    const { alternate } = exchange;
    if (taken.length > 0 || alternate === undefined || paths.has(alternate)) continue;
    paths.set(alternate, `${path} --unrouted--> ${alternate}`);
    alternates.push(alternate);
  }
  return { reached, alternates };
}

/** Whether one binding takes the message: `route` over a table of that binding alone. */
function takes(
  { exchanges }: RoutingTable,
  binding: RoutingBinding,
  message: { readonly key: string; readonly headers: Headers },
): boolean {
  const [from] = exchanges.filter(({ name }) => name === binding.from);
  if (from === undefined) return false;
  const alone: RoutingTable = {
    exchanges: [{ name: from.name, type: from.type }],
    queues: ['taker'],
    bindings: [{ ...binding, to: 'taker', toKind: 'queue' }],
  };
  return route(alone, from.name, message).length > 0;
}

/** A pattern, a test of headers, or nothing on a fanout exchange. */
function sayBinding({ key, args }: RoutingBinding): string {
  if (args !== undefined)
    return JSON.stringify(args, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
  return key ?? '';
}
