/** Schedules that were added while a task had its former name: their records say that. */
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { runnable } from '../../lib/runtime/inline-run.ts';
import { createPerform } from '../../lib/runtime/perform.ts';

const fetchPage = defineTask('fetchPage', { aliases: ['fetch'], run: () => 1 });
const app = defineApp('shop', { tasks: [fetchPage] });
const run = { schedule: 's', id: 'm1', scheduledAt: 0, dueAt: 0 };

test('a schedule of a task that was renamed since goes on', async () => {
  const sent: string[] = [];
  const perform = createPerform(
    app,
    { app: 'shop', stage: 'dev' },
    {
      outbox: { send: async (queueName) => void sent.push(queueName) },
      store: undefined,
      publish: async () => ({ messageId: '' }),
      workflow: async () => undefined,
    },
  );

  await perform({ kind: 'send', task: 'fetch' }, run);

  expect(sent).toEqual(['shop-dev-default']);
  expect(runnable(app, 'fetch')).toBe(app.tasks[0]);
});

test('one of a task that is not there any more is refused by its name', async () => {
  expect(() => runnable(app, 'gone')).toThrow("task 'gone' has no handler here");
});
