/**
 * Which service carries an exchange, and by which conditions its messages reach queues once the bindings
 * from exchange to exchange are flattened. Publishers, workers and the topology ask the same.
 */
import type { Condition } from '../core/routing/condition.ts';
import { type FlatBinding, flatten } from '../core/routing/flatten.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';
import type { AnyExchange, Transport } from './exchange.ts';
import { caught } from './problem.ts';
import type { Queue } from './queue.ts';
import { routesOf } from './takers.ts';

/** All ways from an exchange to one queue. */
export interface FlatRoute {
  readonly queue: Queue;
  readonly conditions: readonly Condition[];
}

/** An exchange that messages can enter at: published to it, or as somebody's alternate exchange. */
export interface Entrance {
  readonly exchange: AnyExchange;
  readonly transport: Transport;
  /** The ways to takers, by the names that the routing table knows. */
  readonly bindings: readonly FlatBinding[];
  /** The same by queue: several takers of a queue share one subscription or rule. */
  readonly routes: readonly FlatRoute[];
}

export interface Entrances {
  readonly entrances: readonly Entrance[];
  /** What could not be flattened. */
  readonly problems: readonly Problem[];
}

const known = new WeakMap<App, Entrances>();

/** The entrances of an app, found once. An internal exchange that is nobody's alternate is none. */
export function entrancesOf(app: App): Entrances {
  const before = known.get(app);
  if (before !== undefined) return before;
  const problems: Problem[] = [];
  const entrances: Entrance[] = [];
  const alternates = new Set(app.exchanges.map((exchange) => exchange.alternate));
  for (const exchange of app.exchanges) {
    if (exchange.internal && !alternates.has(exchange)) continue;
    problems.push(
      ...caught(`exchanges.${exchange.name}`, () => void entrances.push(toEntrance(app, exchange))),
    );
  }
  const found = { entrances, problems };
  known.set(app, found);
  return found;
}

/** The service that carries an exchange; undefined for one that messages never enter at. */
export function transportOf(app: App, exchange: { readonly name: string }): Transport | undefined {
  return entrancesOf(app).entrances.find((entrance) => entrance.exchange.name === exchange.name)?.transport;
}

function toEntrance(app: App, exchange: AnyExchange): Entrance {
  const { table, taker } = routesOf(app);
  const bindings = flatten(table, exchange.name);
  const routes = new Map<Queue, Condition[]>();
  for (const { to, condition } of bindings) {
    const queue = taker(to)?.queue;
    if (queue === undefined) continue;
    const before = routes.get(queue);
    if (before === undefined) routes.set(queue, [condition]);
    else before.push(condition);
  }
  return {
    exchange,
    transport: exchange.transport ?? neededTransport(exchange, bindings),
    bindings,
    routes: [...routes].map(([queue, conditions]) => ({ queue, conditions })),
  };
}

/** SNS has no words and no headers but by facts, and no archive on standard topics. */
function neededTransport(exchange: AnyExchange, bindings: readonly FlatBinding[]): Transport {
  const matches = exchange.type === 'topic' || exchange.type === 'headers';
  const onPath = bindings.some(
    ({ condition }) => condition.topic !== undefined || condition.headers !== undefined,
  );
  return matches || onPath || exchange.archiveDays !== undefined ? 'eventbridge' : 'sns';
}
