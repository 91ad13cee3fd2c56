/** What a child of a scheduler's pool does: runs of schedules, which came to it from no queue. */
import { parseMessage } from '../core/message.ts';
import type { App } from '../define/app.ts';
import { toWireError } from '../errors.ts';
import { createConnection, settled } from './client.ts';
import { runInline, runnable } from './inline-run.ts';
import type { Ports } from './ports.ts';
import type { Worker } from './worker.ts';

/** A worker that runs what it is given to its end, and hands nothing back. */
export function createInlineWorker(app: App, stage: string, ports: Ports): Worker {
  const connection = createConnection(app, stage, ports);
  return {
    async handle({ deliveries, interrupted = new AbortController().signal, watcher }) {
      for (const { body } of deliveries) {
        const parsed = parseMessage(body);
        if (parsed.kind !== 'message') throw new Error('a run of a schedule is no message');
        const { message } = parsed;
        try {
          await runInline(connection, runnable(app, message.task), message, { signal: interrupted, watcher });
        } catch (error) {
          // The scheduler has the task, and the module that its children load has not.
          const about = { task: message.task, id: message.id };
          ports.log({ level: 'error', message: 'failed', ...about, error: toWireError(error, 0) });
        }
      }
      await settled(connection.sends);
      return [];
    },
  };
}
