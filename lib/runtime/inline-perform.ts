/**
 * Runs what schedules send in the process that schedules it (APScheduler's executors in its own process):
 * what must not be lost when the process ends belongs into a queue.
 */
import type { Connection } from './client.ts';
import { runInline, runnable } from './inline-run.ts';
import { type Perform, toMessage } from './perform.ts';

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
      const ended = runInline(connection, task, toMessage(call, run, undefined), controller);
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
