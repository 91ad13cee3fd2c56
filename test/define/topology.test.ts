import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineApp, defineQueue, defineTask, topology, type WorkerOptions } from '#lib';

const run = (): void => {};
const payments = defineQueue('payments', { visibility: '2m', deadLetter: { after: 5 } });
const ledger = defineQueue('ledger', { ordered: true });
const charge = defineTask('charge', { queue: payments, result: false, run });
const book = defineTask('book', { queue: ledger, result: false, run });
const idle = defineQueue('idle');
const shop = defineApp('shop', { tasks: [charge, book], queues: [idle], longDelays: false });

test('queues, workers and the table are finished data', () => {
  const resources = topology(shop, {
    stage: 'prod',
    workers: { payments: { memory: 1024, concurrency: 20 } },
  });

  expect(resources.queues).toEqual([
    {
      name: 'payments',
      level: 0,
      queueName: 'shop-prod-payments',
      deadLetterQueueName: 'shop-prod-payments-dlq',
      fifo: false,
      visibilitySeconds: 120,
      retentionSeconds: 1_209_600,
      receivesMax: 8,
      delaySeconds: 0,
      maxLength: undefined,
    },
    expect.objectContaining({
      queueName: 'shop-prod-ledger.fifo',
      deadLetterQueueName: 'shop-prod-ledger-dlq.fifo',
      fifo: true,
      receivesMax: 1_000,
    }),
    expect.objectContaining({ queueName: 'shop-prod-idle' }),
  ]);
  expect(resources.workers).toEqual([
    {
      queue: 'payments',
      queueName: 'shop-prod-payments',
      timeoutSeconds: 20,
      memoryMb: 1024,
      batchSize: 10,
      windowSeconds: 0,
      levels: [{ queueName: 'shop-prod-payments', concurrency: 20 }],
      state: false,
      messaging: true,
      workflows: false,
      limits: false,
      telemetry: false,
      routes: false,
      redact: false,
      topics: false,
      bus: false,
      blobs: false,
      depths: false,
      later: false,
      fires: false,
      environment: { CELERIAC_APP: 'shop', CELERIAC_STAGE: 'prod' },
    },
    expect.objectContaining({ queue: 'ledger', state: true }),
  ]);
  expect(resources.tables).toMatchObject([{ tableName: 'shop-prod-runs', ttlAttribute: 'expiresAt' }]);
});

test('an app whose tasks keep no records has no table', () => {
  expect(topology(defineApp('shop', { tasks: [charge] })).tables).toEqual([]);
});

test('a worker may run for a sixth of the visibility, less the window, and at most 15 minutes', () => {
  const long = defineQueue('long', { visibility: '12h' });
  const app = defineApp('shop', {
    tasks: [charge, defineTask('export', { queue: long, run })],
    longDelays: false,
  });

  const { workers } = topology(app, { workers: { payments: { window: '30s' } } });

  expect(workers.map((worker) => worker.timeoutSeconds)).toEqual([15, 900]);
});

test.each<[string, Record<string, WorkerOptions>, string, string]>([
  ['an unknown queue', { nope: {} }, 'UNKNOWN_QUEUE', "no queue 'nope'"],
  [
    'a timeout that the visibility does not allow',
    { payments: { timeout: '1m' } },
    'VISIBILITY_TOO_SHORT',
    "'360s'",
  ],
  ['a timeout over 15 minutes', { payments: { timeout: '16m' } }, 'INVALID_APP', 'from 1 to 900'],
  ['a batch of more than 10 without a window', { payments: { batch: 11 } }, 'WINDOW_MISSING', "'1s'"],
  ['a batch of more than 10 on an ordered queue', { ledger: { batch: 11 } }, 'INVALID_APP', 'from 1 to 10'],
  ['a window on an ordered queue', { ledger: { window: '1s' } }, 'OUT_OF_RANGE', 'gathers no batches'],
  ['a concurrency of one', { payments: { concurrency: 1 } }, 'OUT_OF_RANGE', 'from 2 to 1000'],
  ['too little memory', { payments: { memory: 64 } }, 'OUT_OF_RANGE', 'from 128 to 10240'],
  ['a time without a unit', { payments: { timeout: '10' as '10s' } }, 'INVALID_DURATION', "'10'"],
])('a worker with %s is refused', (_, workers, code, text) => {
  expect(() => topology(shop, { workers })).toThrow(
    expect.objectContaining({ name: 'DefinitionError', code, message: expect.stringContaining(text) }),
  );
});

test('a stage with a hyphen is refused, since it separates the parts of names', () => {
  expect(() => topology(shop, { stage: 'my-dev' })).toThrow(
    expect.objectContaining({ code: 'INVALID_NAME' }),
  );
});

test('the longest names fit into what SQS takes', () => {
  const queue = defineQueue('q'.repeat(32), { ordered: true });
  const app = defineApp('a'.repeat(16), { tasks: [defineTask('t', { queue, run })] });

  const [resource] = topology(app, { stage: 's'.repeat(10) }).queues;

  expect(resource?.deadLetterQueueName).toMatch(/^[A-Za-z0-9_-]{1,75}\.fifo$/);
});

test("a producer's contracts have the table of their results, and no worker", () => {
  const contract = defineTask('greet', { input: z.string() });

  const { tables, workers } = topology(defineApp('shop', { tasks: [contract], longDelays: false }));

  expect(tables).toHaveLength(1);
  expect(workers).toEqual([]);
});

test('a task that may run for hours is for a machine, and no function is made for its queue', () => {
  const queue = defineQueue('films', { visibility: '1m' });
  const cut = defineTask('cut', { queue, timeLimit: { soft: '2h', hard: '3h' }, run: () => 1 });
  const app = defineApp('studio', { tasks: [cut] });

  const { workers } = topology(app, { workers: { films: 'machine' } });

  expect(workers.map((worker) => worker.queue)).not.toContain('films');
  expect(() => topology(app)).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ code: 'TIME_LIMIT_OUT_OF_RANGE', path: 'tasks.cut.timeLimit' })],
    }),
  );
});
