/** Who works off a queue: tasks, a consumer, or nobody but the clock. */
import type { App } from './app.ts';
import { hasSchedules } from './later.ts';
import type { Queue } from './queue.ts';
import { keepsRecord } from './task.ts';

/**
 * Whether messages only wait in a queue: they expire, and go on to where its dead letters go; nothing in the
 * app takes them.
 */
export function isWaitQueue(app: App, queue: Queue): boolean {
  return (
    queue.expiresMs !== undefined &&
    queue.deadLetterTo !== undefined &&
    !app.tasks.some((task) => task.queue === queue) &&
    !app.consumers.some((consumer) => consumer.queue === queue)
  );
}

/** Whether the app works a queue off itself. A contract alone is worked off by whoever implements it. */
export function isWorked(app: App, queue: Queue): boolean {
  return (
    app.tasks.some((task) => task.queue === queue && task.run !== undefined) ||
    app.consumers.some((consumer) => consumer.queue === queue) ||
    isWaitQueue(app, queue)
  );
}

/**
 * Whether a worker of Celeriac takes the messages of a queue, here or in the process that implements the
 * contracts, and drops what a filter let through for nobody.
 */
export function isChecked(app: App, queue: Queue): boolean {
  return isWorked(app, queue) || app.tasks.some((task) => task.queue === queue);
}

/**
 * Whether what runs from this queue keeps records: results, at-most-once runs, everything on an ordered
 * queue, a consumer that drops copies or acks early, messages for several takers, whose copies are claimed,
 * and everything that schedules may send, since a fire may be sent twice.
 */
export function needsState(app: App, queue: Queue): boolean {
  const consumer = app.consumers.find((one) => one.queue === queue);
  return (
    app.tasks.some((task) => task.queue === queue && keepsRecord(task)) ||
    (consumer !== undefined && (consumer.once || consumer.ack === 'early' || queue.ordered)) ||
    takersOf(app, queue) > 1 ||
    (hasSchedules(app) && isWorked(app, queue) && !isWaitQueue(app, queue))
  );
}

/** How many tasks and consumers of a queue stand at the ends of bindings. */
function takersOf(app: App, queue: Queue): number {
  const ends = app.bindings.map(({ destination }) => destination);
  return new Set(ends.filter((end) => end === queue || (end?.kind === 'task' && end.queue === queue))).size;
}

/** Whether anything in the app publishes, consumes or forwards: whether it is more than tasks and queues. */
export function needsMessaging(app: App): boolean {
  return (
    app.exchanges.length > 0 ||
    app.consumers.length > 0 ||
    app.schedules.some(({ action }) => action.publish !== undefined) ||
    app.queues.some(
      (queue) =>
        queue.deadLetterTo !== undefined ||
        queue.largePayloads !== undefined ||
        queue.maxLength !== undefined ||
        queue.priorities > 1 ||
        !app.tasks.some((task) => task.queue === queue),
    )
  );
}

/** Whether a task has keys or limits; a worker may also send one whose key is reserved by that. */
export function needsLimits(app: App): boolean {
  return app.tasks.some(({ once, limits }) => {
    const { rate, slots, softMs, hardMs, revokedBy } = limits;
    return [once, rate, slots, softMs, hardMs].some((one) => one !== undefined) || revokedBy.length > 0;
  });
}

/**
 * Whether workflows may go through a queue. Who sends them is not known here: a client in any process may,
 * and nothing in an app's definitions says so. So its worker can carry them on wherever a task keeps results,
 * as workflows need, unless the app says that it has none.
 */
export function needsWorkflows(app: App, queue: Queue): boolean {
  return app.workflows && app.tasks.some((task) => task.queue === queue && task.result);
}

/** Whether workflows may go through any queue of the app. */
export function carriesWorkflows(app: App): boolean {
  return app.queues.some((queue) => needsWorkflows(app, queue));
}

/** Whether anybody is told of what happens to runs. */
export function needsTelemetry(app: App): boolean {
  return (
    app.hooks !== undefined || app.telemetry.length > 0 || app.tasks.some(({ hooks }) => hooks !== undefined)
  );
}
