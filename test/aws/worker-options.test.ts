import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import type { RunWorkerOptions } from '../../lib/aws/worker-options.ts';
import { workerSettings } from '../../lib/aws/worker-options.ts';
import { MACHINE_DEFAULTS } from '../machine-defaults.ts';

const app = defineApp('shop', {
  tasks: [
    defineTask('charge', { queue: defineQueue('payments'), run: () => 1 }),
    defineTask('ship', { queue: defineQueue('parcels'), run: () => 1 }),
  ],
  queues: [defineQueue('elsewhere')],
});

test('a worker that is told nothing works off every queue with a task, side by side in its process', () => {
  const { queues, ...settings } = workerSettings(app, {});

  expect(queues.map(({ name }) => name)).toEqual(['payments', 'parcels']);
  expect(settings).toMatchObject({ pool: 'async', concurrency: 10, beatMs: 15_000, softMs: 10_000 });
});

test('the concurrency of the start lies between the numbers of the autoscaler', () => {
  const { concurrency } = workerSettings(app, { autoscale: { min: 2, max: 5 } });

  expect(concurrency).toBe(5);
});

test.each<[string, string, RunWorkerOptions]>([
  [
    'UNKNOWN_QUEUE',
    "has no queue 'nothing' with a task or consumer; it has 'payments', 'parcels'",
    { queues: ['nothing'] },
  ],
  ['UNKNOWN_QUEUE', "no queue 'elsewhere'", { queues: ['elsewhere'] }],
  ['ENTRY_MISSING', "children of pool 'threads' load the app", { pool: 'threads' }],
  ['OUT_OF_RANGE', 'concurrency is 0; give a whole number from 1 to 1000', { concurrency: 0 }],
  ['OUT_OF_RANGE', 'autoscale.max is 1; give a whole number from 4', { autoscale: { min: 4, max: 1 } }],
  ['OUT_OF_RANGE', 'heartbeat is 100; give a whole number from 1000 to 60000', { heartbeat: '100ms' }],
  ['OUT_OF_RANGE', 'maxTasksPerChild is NaN', { maxTasksPerChild: Number.NaN }],
])('a wish that cannot be is refused: %s, %s', (code, message, options) => {
  expect(() => workerSettings(app, options)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('all that is wrong is said at once', () => {
  const options = { concurrency: 0, prefetch: -1, pool: 'processes' } as const;

  expect(() => workerSettings(app, options)).toThrow(/3 problems/);
});

test.each(Object.entries(MACHINE_DEFAULTS))('the documentation states the default of %s', (name, value) => {
  const [owner, member] = name.split('.');
  const file = owner === 'HealthOptions' ? 'health' : 'worker-options';
  const source = readFileSync(`lib/aws/${file}.ts`, 'utf8');
  const before = source.slice(0, source.search(new RegExp(`readonly ${member}\\?:`)));
  const text = before.slice(before.lastIndexOf('@default') + 9).replace(/\s*\n\s*\*?\/? ?/g, ' ');

  expect(text).toContain(String(value));
});
