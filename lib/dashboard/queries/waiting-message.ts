/** Why a message does not run: what its envelope says, where it stands, and who would work it. */
import type { Message } from '../../core/message.ts';
import { onceKey } from '../../core/once-key.ts';
import { redactText } from '../../core/redact.ts';
import type { AnyTask } from '../../define/task.ts';
import { isWorked } from '../../define/work.ts';
import type { Seen } from '../../runtime/desk-ports.ts';
import { type DeskContext, type NamedQueue, taskNamed } from '../context.ts';
import type { Waiting } from '../row.ts';
import { mappingsOf } from './mappings.ts';
import { toMessage } from './messages.ts';
import { isPaused, recordedPauses } from './paused.ts';
import { livingWorkers } from './workers.ts';

/**
 * The reason; undefined when it runs, or is with a worker. Whoever asks for many of a queue gives what keeps
 * all of them.
 */
export async function waitingOf(
  context: DeskContext,
  named: NamedQueue,
  seen: Seen,
  message: Message | undefined,
  keeping?: Promise<Waiting | undefined>,
): Promise<Waiting | undefined> {
  if (named.kind === 'dead-letter') return undefined;
  const blocked = await (keeping ?? blockedBy(context, named));
  const own = await ownReason(context, named, seen, message);
  // Whoever resumes the queue would otherwise wonder why it still waits.
  if (own !== undefined && own.kind !== 'queued' && blocked !== undefined)
    return { ...own, sentence: `${own.sentence}; ${blocked.sentence}` };
  return own === undefined ? undefined : own.kind === 'queued' ? (blocked ?? own) : own;
}

/** What keeps everything in a queue from running; undefined: nothing. */
export async function blockedBy(context: DeskContext, named: NamedQueue): Promise<Waiting | undefined> {
  const [mappings, machines, pauses] = await Promise.all([
    mappingsOf(context, named),
    livingWorkers(context),
    recordedPauses(context, [named]),
  ]);
  const { name } = named.queue;
  const polled = machines.some(({ queues }) => queues.includes(name));
  if (isPaused({ mappings, polled, recorded: pauses.has(named.queueName) }))
    return { kind: 'paused', sentence: `queue '${named.name}' is paused`, by: named.name };
  if (polled || mappings.some(({ enabled }) => enabled)) return undefined;
  const why = isWorked(context.app, named.queue)
    ? 'has no worker that runs'
    : 'is worked by nothing in this app';
  return { kind: 'no-worker', sentence: `queue '${named.name}' ${why}`, by: named.name };
}

async function ownReason(
  context: DeskContext,
  named: NamedQueue,
  seen: Seen,
  message: Message | undefined,
): Promise<Waiting | undefined> {
  const task =
    message === undefined || message.task === '' ? undefined : taskNamed(context.app, message.task);
  if (message !== undefined && message.task !== '' && task === undefined) {
    const sentence = `no worker of this app knows task '${message.task}'; it is kept for 24 h`;
    return { kind: 'unknown-task', sentence, by: message.task };
  }
  const until = seen.availableAt;
  const comes = until !== undefined && until > context.ports.clock.now() ? until : undefined;
  if (message?.wait !== undefined && task !== undefined && seen.state !== 'inFlight')
    return reserved(context, task, message.wait, message.input);
  if (message !== undefined && message.attempt > 0 && seen.state === 'delayed')
    return retrying(context, task, message, comes);
  if (seen.state === 'delayed')
    return {
      kind: 'delayed',
      sentence: comes === undefined ? 'it is delayed' : `it is delayed until ${timeOf(comes)}`,
      ...(comes === undefined ? {} : { until: comes }),
    };
  if (seen.state === 'inFlight') return undefined;
  return (
    behind(context, named, seen) ?? { kind: 'queued', sentence: 'it is ready, and the next worker takes it' }
  );
}

/**
 * What the gate has written, into the envelope and into the run's record; `input` where it is known, since it
 * tells the key of `once`.
 */
export async function reserved(
  context: DeskContext,
  task: AnyTask,
  wait: NonNullable<Message['wait']>,
  input: unknown,
): Promise<Waiting> {
  const at = timeOf(wait.at);
  switch (wait.for) {
    case 'rate': {
      const { rateLimit } = await context.ports.client.limits.get(task);
      const limit = rateLimit === undefined || rateLimit === null ? '' : ` (${rateLimit})`;
      const sentence = `the rate limit of task '${task.name}'${limit} lets it start at ${at}`;
      return { kind: 'rate', sentence, until: wait.at, by: task.name };
    }
    case 'concurrency': {
      const { concurrency } = await context.ports.client.limits.get(task);
      const many = concurrency === undefined || concurrency === null ? 'some' : concurrency;
      const sentence =
        `task '${task.name}' runs at most ${many} at a time, and as many are under way; its turn is ` +
        `about ${at}`;
      return { kind: 'concurrency', sentence, until: wait.at, by: task.name };
    }
    case 'once': {
      const holder = await holderOf(context, task, input);
      const who = holder === undefined ? 'another run' : `run '${holder}'`;
      const sentence = `${who} of task '${task.name}' has its key; it asks again at ${at}`;
      return { kind: 'once', sentence, until: wait.at, ...(holder === undefined ? {} : { by: holder }) };
    }
  }
}

/**
 * Who has the key of a message; undefined where it cannot be known: the task's schema may change its input.
 */
async function holderOf(
  { ports: { index } }: DeskContext,
  task: AnyTask,
  input: unknown,
): Promise<string | undefined> {
  if (index === undefined || task.once === undefined) return undefined;
  try {
    const by = task.once.key;
    // The function takes what the task's own schema gives; an input that it cannot read has no known holder.
    const key = by === undefined ? task.name : onceKey(task.name, by(input as never));
    return (await index.holder(key))?.id;
  } catch {
    return undefined;
  }
}

function retrying(
  context: DeskContext,
  task: AnyTask | undefined,
  message: Message,
  until: number | undefined,
): Waiting {
  const last = [...message.history].reverse().find(({ kind }) => kind === 'retry');
  const { secrets } = toMessage(context, {
    messageId: '',
    body: JSON.stringify({ celeriac: 1, ...message }),
    sentAt: 0,
    receives: 0,
  });
  return retry(message.attempt, task, last?.error, secrets, until);
}

/** 'retry 2 of 4 at 12:04:05 UTC, after TypeError: …'. */
export function retry(
  attempt: number,
  task: AnyTask | undefined,
  error: { readonly name: string; readonly message: string } | undefined,
  secrets: readonly string[],
  until: number | undefined,
): Waiting {
  const of = task === undefined ? '' : ` of ${task.retry.attempts - 1}`;
  const at = until === undefined ? '' : ` at ${timeOf(until)}`;
  const cause =
    error === undefined ? '' : `, after ${redactText(`${error.name}: ${error.message}`, secrets)}`;
  return {
    kind: 'retry',
    sentence: `retry ${attempt}${of}${at}${cause}`.split('\n', 1)[0] ?? '',
    ...(until === undefined ? {} : { until }),
  };
}

/** On an ordered queue a message waits for those of its group that were sent before. */
function behind({ ports: { see } }: DeskContext, named: NamedQueue, seen: Seen): Waiting | undefined {
  const { group } = seen;
  if (!named.queue.ordered || group === undefined || see === undefined) return undefined;
  const all = see(named.queueName).filter((other) => other.group === group);
  const at = all.findIndex(({ messageId }) => messageId === seen.messageId);
  const [head] = all;
  if (at < 1 || head === undefined) return undefined;
  const sentence = `message '${head.messageId}' of its group '${group}' is before it, with ${at - 1} others`;
  return { kind: 'group', sentence, by: group };
}

/** A time of today by the clock, another with its date. */
export function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
