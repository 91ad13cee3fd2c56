import { expect, test } from 'vitest';
import { defineApp } from '#lib';
import { type RunSchedulerOptions, runScheduler } from '#lib/aws';

const app = defineApp('shop', { runtimeSchedules: true });
const entry = '/app.js';

test.each<[object, string, string]>([
  [{ executor: 'gevent' }, 'INVALID_EXECUTOR', 'workers, inline, threads, processes'],
  [{ executor: 'threads' }, 'ENTRY_MISSING', 'give the module that exports it'],
  [{ executor: 'processes', entry, requestHandler: {} }, 'INVALID_OPTION', "use executor 'inline'"],
  [{ executor: 'inline', concurrency: 4 }, 'INVALID_OPTION', 'maxInstances'],
  [{ executor: 'threads', entry, concurrency: 0 }, 'OUT_OF_RANGE', 'from 1 to 1000'],
])('the options %j are refused', (options, code, text) => {
  const start = () => runScheduler(app, { store: 'memory', ...options } as RunSchedulerOptions);

  expect(start).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
});
