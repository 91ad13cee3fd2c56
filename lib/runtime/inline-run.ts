/**
 * A run of what a schedule sends, in the process that runs it and without a queue: the handler with its
 * context, tried again by its task's policy. Nothing is kept of such a run but log lines.
 */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { App } from '../define/app.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import { taskOf } from './arrival.ts';
import type { Connection } from './client.ts';
import { invoke } from './invoke.ts';
import type { Delivery, RunWatcher } from './outcome.ts';
import { parseInput } from './payload.ts';
import { guarding, learnInput, learnMessage, wireOf } from './secrets.ts';

/** @throws CeleriacError UNKNOWN_TASK for one that the app does not have, or has as a contract only. */
export function runnable(app: App, name: string): AnyTask {
  const task = taskOf(app, name);
  if (task?.run !== undefined) return task;
  const text = `task '${name}' has no handler here, so it is not run inline; implement it, or let it be sent`;
  throw new CeleriacError('UNKNOWN_TASK', text, { value: name });
}

/** Who can stop a run, and who is told of it. */
export interface Around {
  readonly signal: AbortSignal;
  readonly watcher?: RunWatcher | undefined;
}

/** All attempts that a run has left; never rejects, since nobody waits for it but `maxInstances`. */
export async function runInline(
  shared: Connection,
  task: AnyTask,
  message: Message,
  around: Around,
): Promise<void> {
  const connection = guarding(shared);
  learnMessage(connection, task, message);
  const { clock, chance, log } = connection.ports;
  const { signal } = around;
  const about = { task: task.name, id: message.id };
  const failed = (thrown: unknown): void =>
    log({ level: 'error', message: 'failed', ...about, error: wireOf(connection, thrown, STACK_LENGTH_MAX) });
  const input = await parseInput(task, message.input);
  if ('error' in input) return failed(input.error);
  learnInput(connection, task, input.value);
  for (let attempt = message.attempt + 1; !signal.aborted; attempt++) {
    if (message.expiresAt !== undefined && message.expiresAt <= clock.now())
      return log({ level: 'warn', message: 'expired', ...about });
    const ran = await invoke(toInvocation(connection, task, message, around), input.value, attempt);
    if (ran.kind !== 'threw') return;
    const decision = retry(task.retry, ran.thrown, attempt, chance());
    if (decision.kind === 'give-up') return failed(ran.thrown);
    await clock.sleep(decision.afterMs, signal).catch(() => undefined);
  }
}

/** There is no delivery: nothing hides a message meanwhile, and no function's time runs out. */
function toInvocation(connection: Connection, task: AnyTask, message: Message, { signal, watcher }: Around) {
  const batch = { queueName: task.queue.name, deadline: LAST_TIME, watcher };
  const delivery: Delivery = { ...NO_DELIVERY, messageId: message.id, firstReceivedAt: message.sentAt };
  return { connection, task, message, delivery, lease: { queue: task.queue, batch, signal } };
}

/** The latest that a Date can be. */
export const LAST_TIME = 8_640_000_000_000_000;
/** What a run has that came from no queue. */
export const NO_DELIVERY = Object.freeze({ receipt: '', body: '', receiveCount: 1 });
