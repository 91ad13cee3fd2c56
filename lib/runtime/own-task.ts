/** Tasks as an app has them, by those that were given. */
import type { App } from '../define/app.ts';
import type { AnyTask } from '../define/task.ts';

/** A task as the app has it: its routes may have given it another queue. */
export function ownTask(app: App, task: AnyTask): AnyTask {
  return app.tasks.find(({ name }) => name === task.name) ?? task;
}
