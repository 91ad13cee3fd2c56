/**
 * Runs what schedules send in threads or processes beside the scheduler (APScheduler's thread and process
 * pools), over the seats of the worker's pools. A run has one child for all its attempts, and waits for one
 * in the order of its fire. There is no queue behind it: what a child has begun when it dies begins anew as
 * often as its queue would allow, and what the scheduler itself takes along is lost.
 */
import type { Message } from '../core/message.ts';
import { afterChild, type ChildEnd } from '../core/schedule/child-run.ts';
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
  const { clock, log, chance } = ports;
  const { crashed, queue } = task;
  const policy = { retry: task.retry, crashed, crashesMax: queue.deadLetterAfter };
  try {
    let message = first;
    for (let crashes = 0; !stopping.aborted; ) {
      const ended = await children.run(message);
      if (ended.kind === 'died') crashes += 1;
      const { end, error } = told(ports, task, first.id, ended, crashes);
      const next = afterChild(policy, end, crashes, chance());
      if (next.kind === 'failed')
        log({
          level: 'error',
          message: 'failed',
          task: task.name,
          id: first.id,
          error: toWireError(error, 0),
        });
      if (next.kind !== 'again') return;
      message = { ...message, attempt: next.attempt ?? message.attempt };
      if (next.afterMs > 0) await clock.sleep(next.afterMs, stopping).catch(() => undefined);
    }
  } finally {
    free();
  }
}

/** Logs how a run ended, and says it in the words of what decides on it. */
function told({ log }: Connection['ports'], task: AnyTask, id: string, ended: Ended, crashes: number): Told {
  const about = { task: task.name, id };
  switch (ended.kind) {
    case 'ended':
      return { end: ended, error: undefined };
    case 'late': {
      const { attempt, hardMs } = ended;
      const thrown = tooLong(task, hardMs);
      log({ level: 'warn', message: 'ran out of time', ...about, attempt, hardMs });
      return { end: { kind: 'late', attempt, thrown }, error: thrown };
    }
    case 'died': {
      const { attempt, error } = ended;
      log({ level: 'warn', message: 'crashed', ...about, attempt, crashes });
      return { end: { kind: 'died', attempt }, error };
    }
    case 'not-begun':
      log({ level: 'error', message: 'a child could not start', error: String(ended.error) });
      return { end: { kind: 'not-begun' }, error: ended.error };
  }
}

interface Told {
  readonly end: ChildEnd;
  readonly error: unknown;
}

function full(): CeleriacError {
  const text = `${WAITING_MAX} runs of schedules wait for a child; give more concurrency, or use workers`;
  return new CeleriacError('POOL_FULL', text, { allowed: WAITING_MAX });
}
