/**
 * Runs what schedules send in the process that schedules it (APScheduler's executors in its own process):
 * the handler with its context, tried again by its task's policy. Nothing is kept of such a run but log
 * lines: what must not be lost when the process ends belongs into a queue.
 */
import { STACK_LENGTH_MAX } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { App } from '../define/app.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError } from '../errors.ts';
import type { Connection } from './client.ts';
import { invoke } from './invoke.ts';
import type { Delivery } from './outcome.ts';
import { parseInput } from './payload.ts';
import { type Perform, toMessage } from './perform.ts';
import { guarding, learnInput, learnMessage, wireOf } from './secrets.ts';

export interface InlinePerform {
  readonly perform: Perform;
  /** Tells what runs to stop, and resolves when it has ended. */
  stop(): Promise<void>;
}

/** @param send performs what no process can alone: what schedules publish, and their workflows. */
export function createInlinePerform(connection: Connection, send: Perform): InlinePerform {
  const controller = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    async perform(call, run) {
      if (call.kind !== 'send') return send(call, run);
      const task = runnable(connection.app, call.task);
      const ended = attempts(connection, task, toMessage(call, run, undefined), controller.signal);
      running.add(ended);
      void ended.finally(() => running.delete(ended));
      return { ended };
    },
    async stop() {
      controller.abort(new Error('the scheduler stops'));
      await Promise.allSettled(running);
    },
  };
}

function runnable(app: App, name: string): AnyTask {
  const task = app.tasks.find((one) => one.name === name);
  if (task?.run !== undefined) return task;
  const text = `task '${name}' has no handler here, so it is not run inline; implement it, or let it be sent`;
  throw new CeleriacError('UNKNOWN_TASK', text, { value: name });
}

/** All attempts of a run; never rejects, since nobody waits for it but `maxInstances`. */
async function attempts(
  shared: Connection,
  task: AnyTask,
  message: Message,
  signal: AbortSignal,
): Promise<void> {
  const connection = guarding(shared);
  learnMessage(connection, task, message);
  const { clock, chance, log } = connection.ports;
  const about = { task: task.name, id: message.id };
  const failed = (thrown: unknown): void =>
    log({ level: 'error', message: 'failed', ...about, error: wireOf(connection, thrown, STACK_LENGTH_MAX) });
  const input = await parseInput(task, message.input);
  if ('error' in input) return failed(input.error);
  learnInput(connection, task, input.value);
  for (let attempt = 1; !signal.aborted; attempt++) {
    if (message.expiresAt !== undefined && message.expiresAt <= clock.now())
      return log({ level: 'warn', message: 'expired', ...about });
    const ran = await invoke(toInvocation(connection, task, message, signal), input.value, attempt);
    if (ran.kind !== 'threw') return;
    const decision = retry(task.retry, ran.thrown, attempt, chance());
    if (decision.kind === 'give-up') return failed(ran.thrown);
    await clock.sleep(decision.afterMs, signal).catch(() => undefined);
  }
}

/** There is no delivery: nothing hides a message meanwhile, and no function's time runs out. */
function toInvocation(connection: Connection, task: AnyTask, message: Message, signal: AbortSignal) {
  const batch = { queueName: task.queue.name, deadline: LAST_TIME };
  const delivery: Delivery = { ...NO_DELIVERY, messageId: message.id, firstReceivedAt: message.sentAt };
  return { connection, task, message, delivery, lease: { queue: task.queue, batch, signal } };
}

/** The latest that a Date can be. */
const LAST_TIME = 8_640_000_000_000_000;
const NO_DELIVERY = { receipt: '', body: '', receiveCount: 1 };
