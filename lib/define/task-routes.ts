/** Task routes: to which queue tasks go that name none, by their names (Celery's task_routes). */
import { matchRoute } from '../core/task-route.ts';
import type { Binding } from './binding.ts';
import type { Queue } from './queue.ts';
import { type AnyTask, DEFAULT_QUEUE, inQueue } from './task.ts';

/** What a function is told of a task. */
export type RoutedTask = Pick<AnyTask, 'name' | 'result' | 'aliases'>;

/**
 * A name, a glob ('video.*') or a regular expression, and its queue; or a function, which answers undefined
 * to
 * leave the task to the routes after it. Functions are asked when the app is defined, since the queue decides
 * what is deployed: they see the task, not the single call.
 */
export type TaskRoute =
  | readonly [pattern: string | RegExp, queue: Queue]
  | ((task: RoutedTask) => Queue | undefined);

/**
 * An object by names and globs, or a list; as in Celery the first that matches wins, exact names before
 * globs.
 */
export type TaskRoutes = Readonly<Record<string, Queue>> | readonly TaskRoute[];

/** A task in the queue that the routes give it; one that names a queue itself stays there, as in Celery. */
export function createRouting(routes: TaskRoutes | undefined): (task: AnyTask) => AnyTask {
  if (routes === undefined) return (task) => task;
  const list: readonly TaskRoute[] = isList(routes) ? routes : Object.entries(routes);
  const known = new Map<AnyTask, AnyTask>();
  return (task) => {
    if (task.queue !== DEFAULT_QUEUE) return task;
    const queue = find(list, task);
    if (queue === undefined) return task;
    const routed = known.get(task) ?? inQueue(task, queue);
    known.set(task, routed);
    return routed;
  };
}

/** A binding to a task that was routed. */
export function toRouted(binding: Binding, route: (task: AnyTask) => AnyTask): Binding {
  const { destination } = binding;
  // Where modules import each other there may be none yet; a problem of the binding says so.
  return destination?.kind === 'task' ? { ...binding, destination: route(destination) } : binding;
}

function find(list: readonly TaskRoute[], task: AnyTask): Queue | undefined {
  // Patterns in a row are one map of Celery's, in which exact names come first.
  for (let index = 0; index < list.length; ) {
    const route = list[index];
    if (typeof route === 'function') {
      const queue = route(task);
      if (queue !== undefined) return queue;
      index++;
      continue;
    }
    const rest = list.slice(index);
    const end = rest.findIndex((one) => typeof one === 'function');
    const patterns = rest.slice(0, end < 0 ? rest.length : end).filter((one) => typeof one !== 'function');
    const queue = matchRoute(patterns, task.name);
    if (queue !== undefined) return queue;
    index += patterns.length;
  }
  return undefined;
}

function isList(routes: TaskRoutes): routes is readonly TaskRoute[] {
  return Array.isArray(routes);
}
