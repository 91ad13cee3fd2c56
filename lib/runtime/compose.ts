/**
 * From a signature to the message that is sent: checked against the task's schema, JSON, limits and its
 * queue's rules.
 */
import { toMilliseconds } from '../core/duration.ts';
import { digestOf, type IdSpace, newId } from '../core/id.ts';
import { type Json, jsonProblem } from '../core/json.ts';
import {
  DELAY_MS_MAX,
  GROUP_LENGTH_MAX,
  HOPS_MAX,
  MESSAGE_BYTES_MAX,
  PRIORITY_MAX,
  RETENTION_MS,
} from '../core/limits.ts';
import { encodeMessage, type Message } from '../core/message.ts';
import type { App } from '../define/app.ts';
import { queueName } from '../define/resource-name.ts';
import type { SendOptions, TaskSignature as Signature } from '../define/signature.ts';
import type { AnyTask } from '../define/task.ts';
import { SendError } from '../errors.ts';
import { checkBlobWait, checkWait, fitsInside } from './delayed.ts';
import { checkedGroup, ONE_GROUP } from './group.ts';
import type { ReplyAddress } from './inbox.ts';
import { issuesText } from './issues.ts';
import { levelOf } from './level.ts';
import type { OutgoingMessage } from './ports.ts';
import { refusal } from './secrets.ts';
import { checkTimeLimit, timeLimitOf } from './time-limit.ts';

export interface ComposeContext {
  readonly app: App;
  readonly space: IdSpace;
  readonly now: number;
  readonly chance: () => number;
  /** Which call of its millisecond it is, where the last one counts. */
  readonly count?: number | undefined;
  /** How many tasks have sent each other on before this send. */
  readonly hops: number;
  /** Where the reply goes, for a call. */
  readonly address?: ReplyAddress | undefined;
  /** Keeps a payload that is too large for a message; undefined where the app has no bucket. */
  readonly store?: ((key: string, text: string) => Promise<void>) | undefined;
  /** The run that is sent once more, under its own id, and until when; undefined: a new one. */
  readonly again?: { readonly id: string; readonly staleAt: number | undefined } | undefined;
  /** Whether the app has `later`, in which a message waits for longer than SQS delays it. */
  readonly patient?: boolean | undefined;
}

/** A message ready to go, and the task it calls. */
export interface Composed {
  readonly id: string;
  readonly task: AnyTask;
  readonly queueName: string;
  readonly outgoing: OutgoingMessage;
  readonly message: Message;
  /** The input as the task's schema parses it. */
  readonly parsed: unknown;
  /** How long it waits, in milliseconds. */
  readonly delayMs: number;
  /** When it may go to its queue; undefined: now, where SQS delays it. */
  readonly dueAt?: number;
}

/**
 * Composes a message.
 * @throws SendError UNKNOWN_TASK, INVALID_INPUT, INPUT_NOT_JSON, MESSAGE_TOO_LARGE, DELAY_TOO_LONG,
 * INVALID_TIME, INVALID_PRIORITY, TIME_LIMIT_OUT_OF_RANGE, DELAY_ON_ORDERED_QUEUE, INVALID_GROUP,
 * GROUP_ON_STANDARD_QUEUE, TOO_MANY_HOPS, SEND_FAILED when the bucket refuses a large input.
 */
export async function compose(context: ComposeContext, signature: Signature): Promise<Composed> {
  const task = taskOf(context.app, signature.task);
  try {
    return await composeFor(context, signature, task);
  } catch (thrown) {
    throw refusal([task], signature.input, thrown);
  }
}

async function composeFor(context: ComposeContext, signature: Signature, task: AnyTask): Promise<Composed> {
  const parsed = await validate(task, signature.input);
  const { expires, headers, force, ignoreResult, timeLimit, priority = 0 } = signature.options;
  const { again, now } = context;
  const staleAt = expires === undefined ? undefined : now + toMilliseconds(expires);
  const expiresAt = again === undefined ? staleAt : again.staleAt;
  const waitMs = delayMs(task, signature.options, context.now);
  checkTimeLimit(task, timeLimit);
  if (context.hops > HOPS_MAX) throw tooManyHops(task, context.hops);
  const message: Message = {
    id: again?.id ?? newId(context.space, idTime(now, waitMs), context.chance, context.count),
    task: task.name,
    // `validate` has just shown that nothing but JSON is in it.
    ...(signature.input === undefined ? {} : { input: signature.input as Json }),
    generation: 0,
    attempt: 0,
    deferrals: 0,
    crashes: 0,
    hops: context.hops,
    sentAt: context.now,
    ...(checkedPriority(task, priority) === 0 ? {} : { priority }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    // A message enters its queue when its delay is over, as with RabbitMQ's delayed messages.
    ...(waitMs > 0 && task.queue.expiresMs !== undefined ? { enteredAt: context.now + waitMs } : {}),
    // Its first message may be there besides.
    claim: again !== undefined,
    ...(force === true ? { force } : {}),
    ...(ignoreResult === true ? { ignoreResult } : {}),
    ...timeLimitOf(timeLimit),
    ...groupOf(task, signature),
    ...context.address,
    headers: headers ?? {},
    history: [],
  };
  checkWait(`task '${task.name}'`, task.queue, waitMs, context.patient === true);
  const isWaiting = waitMs > 0 && (task.queue.ordered || waitMs > DELAY_MS_MAX);
  return {
    id: message.id,
    task,
    message,
    parsed,
    delayMs: waitMs,
    queueName: queueName(context.space.app, context.space.stage, task.queue, levelOf(task.queue, message)),
    ...(isWaiting ? { dueAt: context.now + waitMs } : {}),
    outgoing: isWaiting
      ? await toOutgoing({ store: storeFor(context, task, waitMs) }, task, message, 0, fitsInside)
      : await toOutgoing(context, task, message, waitMs),
  };
}

/** An id is believed for as long as there may be a record, which begins when the wait is over. */
function idTime(now: number, waitMs: number): number {
  return now + Math.max(0, waitMs - RETENTION_MS);
}

/** Where a large input goes that has to be there after a wait. */
function storeFor({ store }: ComposeContext, task: AnyTask, waitMs: number): ComposeContext['store'] {
  if (store === undefined) return undefined;
  return async (key, text) => {
    checkBlobWait(`task '${task.name}'`, waitMs);
    await store(key, text);
  };
}

/** A message as its task's queue takes it; `fits` says whether a body that SQS takes is short enough. */
export async function toOutgoing(
  context: Pick<ComposeContext, 'store'>,
  task: AnyTask,
  message: Message,
  waitMs = 0,
  fits = (_body: string) => true,
): Promise<OutgoingMessage> {
  const whole = encodeMessage(message);
  const body = whole !== undefined && fits(whole) ? whole : await toReference(context, task, message);
  return { ...toPlace(task, message, waitMs), body };
}

/** The envelope as text, with a reference to its input, which is too large: where the queue allows it. */
async function toReference(
  { store }: Pick<ComposeContext, 'store'>,
  task: AnyTask,
  message: Message,
): Promise<string> {
  if (task.queue.largePayloads === 's3' && store !== undefined) {
    const { input, ...rest } = message;
    // Who reads a copy of it later cannot ask the input whose message it is.
    const tenant = task.queue.fairBy === undefined ? {} : { group: tenantOf(task, message) };
    const reference = encodeMessage({ ...rest, ...tenant, blob: message.id });
    // Headers may be what is large.
    if (reference !== undefined) {
      await store(message.id, JSON.stringify(input));
      return reference;
    }
  }
  const text =
    `task '${task.name}': the message is larger than ${MESSAGE_BYTES_MAX / 1024} KiB (SQS ` +
    "takes 1 MiB in all); send a reference to the data instead, or define its queue with largePayloads: 's3'";
  throw new SendError('MESSAGE_TOO_LARGE', text, { allowed: MESSAGE_BYTES_MAX });
}

/** How long the message waits, in milliseconds. */
function delayMs(task: AnyTask, options: SendOptions, now: number): number {
  // A debounced call waits to see whether another one comes.
  const windowMs = task.once?.keep === 'last' && options.force !== true ? task.once.forMs : 0;
  return Math.max(windowMs, askedMs(task, options, now));
}

function askedMs(task: AnyTask, { delay, at }: SendOptions, now: number): number {
  if (delay !== undefined && at !== undefined) {
    const text = `task '${task.name}': delay and at both say when it runs; give one of them`;
    throw new SendError('INVALID_TIME', text, { value: { delay, at } });
  }
  if (delay !== undefined) return toMilliseconds(delay);
  if (at === undefined) return 0;
  const untilMs = at.getTime() - now;
  if (!Number.isNaN(untilMs)) return Math.max(0, untilMs);
  const text = `task '${task.name}': at is an invalid date; give a Date that has a time`;
  throw new SendError('INVALID_TIME', text, { value: at });
}

/** Its delay and whose turn it is, or its group and deduplication id on an ordered queue. */
function toPlace(task: AnyTask, message: Message, delayMs: number): Omit<OutgoingMessage, 'body'> {
  if (task.queue.ordered) return { group: message.group ?? '', deduplication: deduplicationOf(message) };
  return {
    ...(delayMs > 0 ? { delaySeconds: Math.ceil(delayMs / 1_000) } : {}),
    ...(task.queue.fairBy === undefined ? {} : { group: tenantOf(task, message) }),
  };
}

/** Whose message it is, in a fair queue. */
function tenantOf(task: AnyTask, { input, blob, group }: Message): string {
  // The queue's function takes the input of its tasks, which only the user's own types know.
  const tenant = blob === undefined ? task.queue.fairBy?.(input as never) : group;
  return checkedGroup(`task '${task.name}'`, tenant);
}

/** The same for every repetition of one send, another for each later copy of the message. */
export function deduplicationOf(message: Message): string {
  const text = `${message.id}-${message.generation}-${message.attempt}-${message.deferrals}`;
  // Senders of other languages name their messages as they like, and SQS takes fewer texts than that.
  return text.length <= GROUP_LENGTH_MAX && /^[\x21-\x7e]+$/.test(text) ? text : digestOf(text);
}

/** @throws SendError INVALID_PRIORITY */
function checkedPriority(task: AnyTask, priority: number): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= PRIORITY_MAX) return priority;
  const text = `task '${task.name}': priority is ${priority}; give a whole number from 0 to ${PRIORITY_MAX}`;
  throw new SendError('INVALID_PRIORITY', text, { value: priority });
}

function taskOf(app: App, name: string): AnyTask {
  const task = app.tasks.find((candidate) => candidate.name === name);
  if (task !== undefined) return task;
  const known = app.tasks.map((candidate) => candidate.name).join(', ');
  throw new SendError(
    'UNKNOWN_TASK',
    `app '${app.name}' has no task '${name}'; add it to defineApp (known: ${known})`,
    {
      value: name,
      allowed: known,
    },
  );
}

/**
 * Checks an input; resolves to what the task's schema makes of it.
 * @throws SendError INVALID_INPUT, INPUT_NOT_JSON
 */
export async function validate(task: AnyTask, input: unknown): Promise<unknown> {
  const result = await task.input?.['~standard'].validate(input);
  if (result?.issues !== undefined) {
    const text = `task '${task.name}' does not take this input: ${issuesText(result.issues)}`;
    throw refusal([task], input, new SendError('INVALID_INPUT', text, { value: input }));
  }
  // What was given travels, not what the schema made of it: the worker parses once, on its side.
  const problem = input === undefined ? undefined : jsonProblem(input);
  if (problem === undefined) return task.input === undefined ? input : result?.value;
  const text =
    `task '${task.name}': ${problem.path} is ${problem.found}, which JSON does not bring ` +
    'back; send plain data';
  throw new SendError('INPUT_NOT_JSON', text, { value: problem.path });
}

/**
 * Every task of an ordered queue has a group: the send's own, the queue's function of the input, or one for
 * all.
 */
function groupOf(task: AnyTask, signature: Signature): { readonly group?: string } {
  if (!task.queue.ordered) {
    if (signature.options.group === undefined) return {};
    const text =
      `task '${task.name}': group is '${signature.options.group}', but queue '${task.queue.name}' is not ` +
      'ordered and keeps no groups; drop group, or define the queue with ordered: true';
    throw new SendError('GROUP_ON_STANDARD_QUEUE', text, { value: signature.options.group });
  }
  // The queue's function takes the input of its tasks, which only the user's own types know.
  const group = signature.options.group ?? task.queue.groupBy?.(signature.input as never) ?? ONE_GROUP;
  return { group: checkedGroup(`task '${task.name}'`, group) };
}

function tooManyHops(task: AnyTask, hops: number): SendError {
  const text =
    `task '${task.name}': ${hops} tasks have sent each other on, at most ${HOPS_MAX} may; ` +
    'tasks seem to call each other in a circle';
  return new SendError('TOO_MANY_HOPS', text, { value: hops, allowed: HOPS_MAX });
}
