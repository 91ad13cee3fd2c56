/**
 * Whose run it is. An id holds its app, its stage and its time, not its task: that stands in the run's
 * record, which comes with the first attempt, or in its message, which an emulator shows, and on AWS its
 * timer when it waits longer than 15 minutes.
 */
import { fromMilliseconds } from '../../core/duration.ts';
import { sentAtOf } from '../../core/id.ts';
import type { AnyTask } from '../../define/task.ts';
import { CeleriacError, TimeoutError } from '../../errors.ts';
import { type DeskContext, taskNamed } from '../context.ts';
import { locate } from '../queries/locate.ts';
import { timeOf } from '../queries/waiting-message.ts';

/**
 * Whose run it is; `remedy` says what else can be done when nothing tells.
 * @throws CeleriacError NOT_FOUND for an id that is not this app's, TASK_NOT_FOUND for a run of a task that
 * the app does not have any more, RUN_NOT_KEPT where neither a record nor a message tells whose it is
 */
export async function taskOfRun(context: DeskContext, id: string, remedy: string): Promise<AnyTask> {
  return (await findTaskOfRun(context, id)) ?? notKept(context, id, remedy);
}

/** The same; undefined where nothing tells. */
export async function findTaskOfRun(context: DeskContext, id: string): Promise<AnyTask | undefined> {
  const record = (await context.ports.index?.rows([id], { whole: false }))?.get(id);
  const name = record?.task ?? (await locate(context, id, undefined))?.message.task;
  // A workflow's own record is of no task.
  if (name === undefined || name === '') return undefined;
  const task = taskNamed(context.app, name);
  if (task !== undefined) return task;
  const text = `run '${id}' is of task '${name}', which app '${context.app.name}' does not have any more`;
  throw new CeleriacError('TASK_NOT_FOUND', text, { value: name });
}

/** Says why nothing is known of a run; of one that was waited for, `waitedMs`, that it took too long. */
export function notKept(
  { app, stage, ports }: DeskContext,
  id: string,
  remedy: string,
  waitedMs?: number,
): never {
  const sentAt = sentAtOf({ app: app.name, stage }, id);
  if (sentAt === undefined) {
    const text = `'${id}' is no id of app '${app.name}' in stage '${stage}'`;
    throw new CeleriacError('NOT_FOUND', text, { value: id });
  }
  const why =
    ports.index === undefined
      ? `no task of app '${app.name}' keeps one (result: false)`
      : 'it has not started yet, its task keeps none (result: false), it is a workflow, or over for long';
  const text = `there is no record of run '${id}', sent at ${timeOf(sentAt)}: ${why}; ${remedy}`;
  if (waitedMs === undefined) throw new CeleriacError('RUN_NOT_KEPT', text, { value: id });
  const late = `no result after '${fromMilliseconds(waitedMs)}': ${text}`;
  throw new TimeoutError('RESULT_TIMEOUT', late, { value: id });
}
