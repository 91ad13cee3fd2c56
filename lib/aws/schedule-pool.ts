/**
 * Runs what schedules send in threads or processes beside the scheduler (APScheduler's thread and process
 * pools), over the seats of the worker's pools. A run has one child for all its attempts, and waits for one
 * in the order of its fire. There is no queue behind it: what a child has begun when it dies begins anew as
 * often as its queue would allow, and what the scheduler itself takes along is lost.
 */
import type { Message } from '../core/message.ts';
import { retry } from '../core/retry.ts';
import type { AnyTask } from '../define/task.ts';
import { CeleriacError, toWireError } from '../errors.ts';
import type { Connection } from '../runtime/client.ts';
import type { InlinePerform } from '../runtime/inline-perform.ts';
import { runnable } from '../runtime/inline-run.ts';
import { type Perform, toMessage } from '../runtime/perform.ts';
import { createSlots, type Slots } from '../runtime/slots.ts';
import { tooLong } from '../runtime/watch.ts';
import { createScheduleChildren, type Ended, type ScheduleChildren } from './schedule-child.ts';
import type { SeatOptions } from './seat.ts';

/** How the children of a pool are made, and how many. */
export interface SchedulePoolOptions extends SeatOptions {
  /** How many run at once. */
  readonly concurrency: number;
}

/** Runs that wait for a child; a fire beyond stays in the record, and is tried again. */
const WAITING_MAX = 10_000;
/** A child that cannot start will not start a moment later either. */
const START_PAUSE_MS = 2_000;

/** @param send performs what no process can alone: what schedules publish, and their workflows. */
export function createSchedulePool(
  { app, ports }: Pick<Connection, 'app' | 'ports'>,
  send: Perform,
  options: SchedulePoolOptions,
): InlinePerform {
  const stopping = new AbortController();
  const children = createScheduleChildren(ports, options);
  const slots = createSlots(options.concurrency, 0);
  const pool: Pool = { ports, children, slots, stopping: stopping.signal };
  const running = new Set<Promise<void>>();
  return {
    async perform(call, run) {
      if (call.kind !== 'send') return send(call, run);
      const task = runnable(app, call.task);
      if (running.size >= WAITING_MAX + options.concurrency) throw full();
      const ended = whole(pool, task, toMessage(call, run, undefined));
      running.add(ended);
      void ended.finally(() => running.delete(ended));
      return { ended };
    },
    async stop() {
      stopping.abort(new Error('the scheduler stops'));
      children.interrupt();
      await Promise.allSettled(running);
      await children.close();
    },
  };
}

interface Pool {
  readonly ports: Connection['ports'];
  readonly children: ScheduleChildren;
  readonly slots: Slots;
  readonly stopping: AbortSignal;
}

/** All of a run; never rejects, since nobody waits for it but `maxInstances`. */
async function whole(
  { ports, children, slots, stopping }: Pool,
  task: AnyTask,
  first: Message,
): Promise<void> {
  const free = await slots.take(0, stopping);
  if (free === undefined) return;
  const { clock } = ports;
  try {
    let message: Message | undefined = first;
    for (let crashes = 0; message !== undefined && !stopping.aborted; ) {
      const ended = await children.run(message);
      if (ended.kind === 'died') crashes += 1;
      const next: Next = nextOf(ports, task, message, ended, crashes);
      message = next.message;
      if (next.afterMs > 0) await clock.sleep(next.afterMs, stopping).catch(() => undefined);
    }
  } finally {
    free();
  }
}

/** What is to run next, and after how long; nothing: it is over. */
interface Next {
  readonly message: Message | undefined;
  readonly afterMs: number;
}

const OVER: Next = { message: undefined, afterMs: 0 };

function nextOf(
  { log, chance }: Connection['ports'],
  task: AnyTask,
  message: Message,
  ended: Ended,
  crashes: number,
): Next {
  const about = { task: task.name, id: message.id };
  const failed = (error: unknown): Next => {
    log({ level: 'error', message: 'failed', ...about, error: toWireError(error, 0) });
    return OVER;
  };
  switch (ended.kind) {
    case 'ended':
      return OVER;
    case 'late': {
      // As for a worker's run that was ended from outside: it has thrown, and has had an attempt.
      const { attempt, hardMs } = ended;
      const thrown = tooLong(task, hardMs);
      log({ level: 'warn', message: 'ran out of time', ...about, attempt, hardMs });
      const decision = retry(task.retry, thrown, attempt, chance());
      if (decision.kind === 'give-up') return failed(thrown);
      return { message: { ...message, attempt }, afterMs: decision.afterMs };
    }
    case 'died': {
      const { attempt, error } = ended;
      log({ level: 'warn', message: 'crashed', ...about, attempt, crashes });
      if (task.crashed !== 'retry' || crashes >= task.queue.deadLetterAfter) return failed(error);
      return { message: { ...message, attempt: attempt - 1 }, afterMs: 0 };
    }
    case 'not-begun':
      // The run has nothing to do with it.
      log({ level: 'error', message: 'a child could not start', error: String(ended.error) });
      return { message, afterMs: START_PAUSE_MS };
  }
}

function full(): CeleriacError {
  const text = `${WAITING_MAX} runs of schedules wait for a child; give more concurrency, or use workers`;
  return new CeleriacError('POOL_FULL', text, { allowed: WAITING_MAX });
}
