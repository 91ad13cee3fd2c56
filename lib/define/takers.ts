/**
 * Who takes a published message: the tasks and consumers of an app, and the routing table that leads to them.
 * Publishers ask it which queues a message reaches, workers which of their own tasks it is for; both ask the
 * same pure `route`, over a table whose queues are the takers.
 */

import type { RoutingBinding, RoutingTable } from '../core/routing/route.ts';
import { compileRouter, type Router } from '../core/routing/router.ts';
import type { App } from './app.ts';
import type { Binding } from './binding.ts';
import type { Queue } from './queue.ts';
import type { AnyTask } from './task.ts';

/** What stands at the end of a binding: a task, or a queue (and its consumer, if it has one). */
export type Taker =
  | { readonly kind: 'task'; readonly task: AnyTask; readonly queue: Queue }
  | { readonly kind: 'queue'; readonly queue: Queue };

/** The name under which the consumer of a queue runs; ':' is in no name that a user can give. */
export function consumerName(queue: Queue): string {
  return `queue:${queue.name}`;
}

/** The routes of an app. */
export interface Routes {
  /** The table, whose queues are the names of takers. */
  readonly table: RoutingTable;
  readonly router: Router;
  /** The taker of a name in the table. */
  taker(name: string): Taker | undefined;
}

const known = new WeakMap<App, Routes>();

/** The routes of an app, made once. */
export function routesOf(app: App): Routes {
  const before = known.get(app);
  if (before !== undefined) return before;
  const routes = createRoutes(app);
  known.set(app, routes);
  return routes;
}

function createRoutes(app: App): Routes {
  const takers = new Map<string, Taker>([
    ...app.queues.map((queue) => [consumerName(queue), { kind: 'queue', queue }] as const),
    ...app.tasks.map((task) => [task.name, { kind: 'task', task, queue: task.queue }] as const),
  ]);
  const table: RoutingTable = {
    exchanges: app.exchanges.map(({ name, type, alternate, internal }) => ({
      name,
      type,
      internal,
      // A caller without types may give anything, which a problem tells.
      ...(alternate?.name === undefined ? {} : { alternate: alternate.name }),
    })),
    queues: [...takers.keys()],
    bindings: app.bindings.map(toRoutingBinding),
  };
  return { table, router: compileRouter(table), taker: (name) => takers.get(name) };
}

function toRoutingBinding({ exchange, destination, pattern, args }: Binding): RoutingBinding {
  return {
    from: exchange.name,
    to: destination.kind === 'queue' ? consumerName(destination) : destination.name,
    toKind: destination.kind === 'exchange' ? 'exchange' : 'queue',
    ...(pattern === undefined ? {} : { key: pattern }),
    ...(args === undefined ? {} : { args }),
  };
}
