/** Which runs have a record that can be looked at here. */
import { sentAtOf } from '../core/id.ts';
import { RECORD_MS } from '../core/limits.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { TaskError } from '../errors.ts';
import type { ResultContext } from './result.ts';
import { UNTIMED } from './taken.ts';

/** Refuses what has no record to look at. */
export function refuse(context: ResultContext, task: AnyTask, id: string): void {
  if (!isOurs(context, id)) {
    const text =
      `'${id}' is no task id of app '${context.space.app}' in stage '${context.space.stage}', ` +
      'or it is older than its record';
    throw new TaskError('RESULT_UNKNOWN', text, { value: id });
  }
  if (!keepsRecord(task)) {
    const text = `task '${task.name}' keeps no result (result: false); remove that option to wait for it`;
    throw new TaskError('RESULT_NOT_KEPT', text, { value: id });
  }
  if (context.runs === undefined) {
    const text =
      `task '${task.name}' keeps its result, but this worker cannot read it: no task of its own queue ` +
      'keeps one, so it was built without DynamoDB; remove result: false from the task that waits';
    throw new TaskError('RESULT_NOT_READABLE', text, { value: id });
  }
}

/** Whether a run of this id may have a record. */
export function isOurs(context: Pick<ResultContext, 'space' | 'clock'>, id: string): boolean {
  const sentAt = sentAtOf(context.space, id);
  return sentAt !== undefined && (sentAt === UNTIMED || sentAt > context.clock.now() - RECORD_MS);
}
