/** What a handle does besides waiting: progress, revoke, forget. */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';
import { sentAtOf } from '../core/id.ts';
import type { AsyncResult } from '../define/client.ts';
import type { RevokeOptions, RevokeOutcome } from '../define/control.ts';
import { type AnyTask, keepsRecord } from '../define/task.ts';
import { TaskError } from '../errors.ts';
import type { Progress } from './control-port.ts';
import { forgetLarge } from './forget-large.ts';
import { issuesText } from './issues.ts';
import type { RunRecord, State } from './ports.ts';
import { refuse } from './readable.ts';
import type { Read } from './record-reader.ts';
import type { ResultContext } from './result.ts';

export function createHandle(
  context: ResultContext,
  read: Read,
  task: AnyTask,
  id: string,
): Pick<AsyncResult<unknown>, 'progress' | 'revoke' | 'forget'> {
  return {
    // With a schema the answer is what it makes, without one what the task said: the overloads say so.
    progress: ((schema?: Schema) =>
      progress(context, read, task, id, schema)) as AsyncResult<unknown>['progress'],
    revoke: (options) => revoke(context, task, id, options ?? {}),
    forget: () => forget(context, task, id),
  };
}

/** How far a run says it is. */
export function progressOf({ progress }: RunRecord): Progress | undefined {
  return progress === undefined ? undefined : JSON.parse(progress);
}

async function progress(
  context: ResultContext,
  read: Read,
  task: AnyTask,
  id: string,
  schema: Schema | undefined,
): Promise<unknown> {
  refuse(context, task, id);
  return toProgress(await read(id), `task '${task.name}' (${id})`, schema);
}

/** What a record says of how far its run is, as a schema makes it. */
export async function toProgress(
  record: RunRecord | undefined,
  title: string,
  schema: Schema | undefined,
): Promise<unknown> {
  const said = record === undefined ? undefined : progressOf(record)?.value;
  if (said === undefined || schema === undefined) return said;
  const parsed = await schema['~standard'].validate(said);
  if (parsed.issues === undefined) return parsed.value;
  const text = `the progress of ${title} does not fit: ${issuesText(parsed.issues)}`;
  throw new TaskError('PROGRESS_INVALID', text, { value: said });
}

async function revoke(
  context: ResultContext,
  task: AnyTask,
  id: string,
  { terminate = false }: RevokeOptions,
): Promise<RevokeOutcome> {
  if (!keepsRecord(task)) {
    const text =
      `task '${task.name}' keeps no record (result: false), so no worker would learn of it; define it with ` +
      'revocable: true';
    throw new TaskError('REVOKE_NOT_KEPT', text, { value: id });
  }
  const { control, now, sentAt } = controlOf(context, task, id);
  const revoked = await control.revoke({
    id,
    task: task.name,
    queue: task.queue.name,
    sentAt,
    now,
    terminate,
  });
  // What waits for its time need not come at all; if its timer cannot be reached, the record drops it then.
  if (revoked === 'revoked') await context.scheduling?.timers.cancel(id).catch(() => undefined);
  return revoked;
}

async function forget(context: ResultContext, task: AnyTask, id: string): Promise<void> {
  const { control } = controlOf(context, task, id);
  if (await control.forget(id)) return forgetLarge(context, [id]);
  const text = `run '${id}' of task '${task.name}' is not over: there is nothing to forget; revoke it first`;
  throw new TaskError('RUN_NOT_OVER', text, { value: id });
}

function controlOf(context: ResultContext, task: AnyTask, id: string) {
  refuse(context, task, id);
  const { clock, space } = context;
  // `refuse` has asked for the records, and whoever has them has the rest of their table.
  const { control } = context.state as State;
  return { control, now: clock.now(), sentAt: sentAtOf(space, id) ?? clock.now() };
}
