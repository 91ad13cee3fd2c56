/**
 * Whether an app has `later`, and what it is for: the queue and function in which everything waits that no
 * service delays as it must. Asked by the topology and by every process that sends, which so agree.
 */
import { fromMilliseconds } from '../core/duration.ts';
import { DELAY_MS_MAX } from '../core/limits.ts';
import { placementOf } from '../core/schedule/placement.ts';
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';

/** Whether the app has schedules, or may get some at run time. */
export function hasSchedules({ schedules, runtimeSchedules }: Pick<App, 'schedules' | 'runtimeSchedules'>) {
  return schedules.length > 0 || runtimeSchedules;
}

/** Whether the app has a ticker: for schedules that EventBridge Scheduler cannot fire by itself. */
export function hasTicker({ schedules, runtimeSchedules }: Pick<App, 'schedules' | 'runtimeSchedules'>) {
  return runtimeSchedules || schedules.some(({ spec }) => placementOf(spec).kind === 'ticked');
}

/** Whether the app has `later`. */
export function hasLater(app: Pick<App, 'schedules' | 'runtimeSchedules' | 'longDelays'>): boolean {
  return app.longDelays || hasSchedules(app);
}

/** What of an app's definitions waits longer than it can without `later`. */
export function delaysProblems(app: App): Problem[] {
  if (hasLater(app)) return [];
  const say = (path: string, what: string, ms: number): Problem => ({
    code: 'DELAY_TOO_LONG',
    path,
    message:
      `${what} '${fromMilliseconds(ms)}', SQS delays at most '${fromMilliseconds(DELAY_MS_MAX)}'; shorten ` +
      'it, or drop longDelays: false from defineApp',
  });
  const retried = [
    ...app.tasks.map(({ name, retry, queue }) => ({ path: `tasks.${name}`, what: name, retry, queue })),
    ...app.consumers.map(({ retry, queue }) => ({
      path: `consumers.${queue.name}`,
      what: queue.name,
      retry,
      queue,
    })),
  ];
  const problems = retried.flatMap(({ path, what, retry, queue }) =>
    // An ordered queue holds a failed message where it is, for up to 12 hours.
    queue.ordered || !(retry.backoff.maxMs > DELAY_MS_MAX)
      ? []
      : say(`${path}.retry.backoff`, `the backoff of '${what}' waits up to`, retry.backoff.maxMs),
  );
  const debounced = app.tasks.flatMap(({ name, once }) =>
    once?.keep === 'last' && once.forMs > DELAY_MS_MAX
      ? say(`tasks.${name}.once.for`, `keep: 'last' delays each call of task '${name}' by`, once.forMs)
      : [],
  );
  return [...problems, ...debounced];
}
