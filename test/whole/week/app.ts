/** Two hundred schedules of every kind in eight time zones, each of which sends a task that says its id. */
import { type App, defineApp, defineQueue, defineSchedule, defineTask } from '#lib';
import { mixedSchedules } from '../../core/schedule/mixed-schedules.ts';

/** What the task prints before the id of its run. */
export const RAN = 'ran ';

export function weekApp(count?: number): App {
  const note = defineTask('note', {
    queue: defineQueue('notes', { visibility: '1m' }),
    result: false,
    run: (_input, { id }) => console.log(`${RAN}${id}`),
  });
  return defineApp('week', {
    schedules: [...mixedSchedules(count)].map(([name, trigger]) =>
      defineSchedule(name, { trigger, send: note(), coalesce: 'all' }),
    ),
  });
}
