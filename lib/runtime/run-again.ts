/** Running a run again by hand that has failed or was revoked, perhaps with another input. */
import type { Json } from '../core/json.ts';
import { type Message, parseMessage } from '../core/message.ts';
import { queueName } from '../define/resource-name.ts';
import type { AnyTask } from '../define/task.ts';
import { SendError, TaskError } from '../errors.ts';
import type { Connection } from './client.ts';
import { toOutgoing, validate } from './compose.ts';
import type { RunAdmin } from './control-port.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import { levelOf } from './level.ts';
import type { RunRecord } from './ports.ts';

/** Which run, and with what. */
export interface Again {
  readonly id: string;
  /** Where it is given, instead of what it had. */
  readonly input?: unknown;
}

/**
 * Sends a run once more, under its id.
 * @throws TaskError RETRY_NOT_FAILED, RETRY_OTHER_TASK, RETRY_NOT_KEPT; SendError INVALID_INPUT,
 * INPUT_NOT_JSON, and what else a send may be refused for.
 */
export async function runAgain(
  { app, space, ports, outbox }: Connection,
  admin: RunAdmin,
  task: AnyTask,
  asked: Again,
): Promise<void> {
  const { id } = asked;
  const record = (await ports.runs?.read([id]))?.get(id);
  if (record?.state !== 'FAILURE' && record?.state !== 'REVOKED') {
    const text =
      `run '${id}' of task '${task.name}' is ${record?.state ?? 'unknown'}; only one that has failed or ` +
      'was revoked is run again';
    throw new TaskError('RETRY_NOT_FAILED', text, { value: id });
  }
  if (record.task !== task.name && !task.aliases.includes(record.task)) {
    const whose = record.task === '' ? 'a workflow' : `one of task '${record.task}'`;
    const text = `run '${id}' is ${whose}, not of task '${task.name}'; give the task that it is of`;
    throw new TaskError('RETRY_OTHER_TASK', text, { value: id });
  }
  const before = letterOf(record);
  if (before === undefined && !('input' in asked)) {
    const text =
      `the input of run '${id}' is not in its record (it was too large, forgotten, or never started); give ` +
      'it with { input }, or redrive its dead letter';
    throw new TaskError('RETRY_NOT_KEPT', text, { value: id });
  }
  const message = next(record, before ?? plain(record), ports.clock.now());
  const sent = 'input' in asked ? await withInput(task, message, asked.input) : message;
  const store = ports.blobs === undefined ? undefined : outbox.store;
  const name = queueName(app.name, space.stage, task.queue, levelOf(task.queue, sent));
  await outbox.send(name, await toOutgoing({ store }, task, sent));
  // Afterwards: whoever dies in between has left a message that runs, and not a record that waits for none.
  await admin.reopen(id, record.generation);
}

/**
 * The run's next generation, so that what is left of this one does not run beside it. It is sent now: what
 * was revoked by its headers before, and what it was put off for, is over.
 */
function next({ generation }: RunRecord, { deferredSince: _, ...before }: Message, now: number): Message {
  return { ...before, generation: generation + 1, attempt: 0, crashes: 0, claim: true, sentAt: now };
}

/** The message with another input, wherever it had its own from: itself, the bucket, a part before it. */
async function withInput(task: AnyTask, message: Message, input: unknown): Promise<Message> {
  await validateInput(task, message, input);
  const { blob: _, input: before, group, workflow, ...rest } = message;
  return {
    ...rest,
    // It has just been shown that nothing but JSON is in it.
    ...(input === undefined ? {} : { input: input as Json }),
    ...groupOf(task, { group, before, input }),
    ...placeOf(workflow),
  };
}

/** A part that is mapped over a list takes another list. */
async function validateInput(task: AnyTask, { workflow }: Message, input: unknown): Promise<void> {
  if (workflow?.each !== true) return void (await validate(task, input));
  if (!Array.isArray(input)) {
    const text = `task '${task.name}' is mapped over a list in this run; give the list of its inputs`;
    throw new SendError('INVALID_INPUT', text);
  }
  for (const one of input) await validate(task, one);
}

/** On an ordered queue the group that the input says, unless the send had one of its own. */
function groupOf(
  { name, queue }: AnyTask,
  {
    group,
    before,
    input,
  }: { readonly group: string | undefined; readonly before?: unknown; readonly input: unknown },
): Pick<Message, 'group'> {
  if (!queue.ordered) return {};
  // The queue's function takes the input of its tasks, which only the user's own types know.
  const made = (of: unknown): string => queue.groupBy?.(of as never) ?? ONE_GROUP;
  const isOwn = group !== undefined && (before === undefined || group !== made(before));
  return { group: isOwn ? group : checkedGroup(`task '${name}'`, made(input)) };
}

/** What a part had taken from the one before it, it takes no more. */
function placeOf(workflow: Message['workflow']): Pick<Message, 'workflow'> {
  if (workflow === undefined) return {};
  const { from: _, ...place } = workflow;
  return { workflow: place };
}

function letterOf({ letter }: RunRecord): Message | undefined {
  const parsed = letter === undefined ? undefined : parseMessage(letter);
  return parsed?.kind === 'message' ? parsed.message : undefined;
}

function plain({ id, task, sentAt }: RunRecord): Message {
  const counts = { generation: 0, attempt: 0, deferrals: 0, crashes: 0, hops: 0 };
  return { id, task, sentAt, ...counts, claim: true, headers: {}, history: [] };
}
