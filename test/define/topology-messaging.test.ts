import { describe, expect, test } from 'vitest';
import {
  bind,
  defineApp,
  defineConsumer,
  defineExchange,
  defineQueue,
  defineTask,
  topology,
  type WorkerOptions,
} from '#lib';
import { concurrencyShares } from '../../lib/define/worker.ts';

const run = (): void => {};
const plain = defineQueue('plain');

describe('priorities', () => {
  const urgent = defineQueue('urgent', { priorities: 3, deadLetter: { after: 5 } });
  const app = defineApp('shop', { tasks: [defineTask('call', { queue: urgent, run })], longDelays: false });

  test('each level is a queue, and the levels share dead-letter queue and worker', () => {
    const { queues, workers } = topology(app, { workers: { urgent: { concurrency: 12 } } });

    expect(queues.map(({ name, level, queueName }) => [name, level, queueName])).toEqual([
      ['urgent', 0, 'shop-dev-urgent'],
      ['urgent', 1, 'shop-dev-urgent-p1'],
      ['urgent', 2, 'shop-dev-urgent-p2'],
    ]);
    expect(new Set(queues.map(({ deadLetterQueueName }) => deadLetterQueueName)).size).toBe(1);
    expect(workers.map(({ queueName, levels }) => [queueName, levels])).toEqual([
      [
        'shop-dev-urgent',
        [
          { queueName: 'shop-dev-urgent', concurrency: 3 },
          { queueName: 'shop-dev-urgent-p1', concurrency: 4 },
          { queueName: 'shop-dev-urgent-p2', concurrency: 5 },
        ],
      ],
    ]);
  });

  test('without a limit no level has one', () => {
    expect(topology(app).workers[0]?.levels[2]).toEqual({ queueName: 'shop-dev-urgent-p2' });
  });

  test.each([
    [6, 3, [2, 2, 2]],
    [7, 3, [2, 2, 3]],
    [20, 3, [4, 6, 10]],
    [1_000, 2, [334, 666]],
    [5, 1, [5]],
  ])('a concurrency of %i is shared among %i levels as %j', (concurrency, levels, shares) => {
    expect(concurrencyShares(concurrency, levels)).toEqual(shares);
  });

  test('a concurrency that does not give two to each level is refused', () => {
    expect(() => topology(app, { workers: { urgent: { concurrency: 5 } } })).toThrow(
      expect.objectContaining({
        code: 'CONCURRENCY_TOO_LOW',
        message: expect.stringContaining('give at least 6'),
      }),
    );
  });
});

describe('wait queues', () => {
  const wait = defineQueue('wait', { expires: '2500ms', deadLetter: { to: plain } });

  test('a wait queue delays each message by its expiry, and has a worker that sends it on', () => {
    const { queues, workers } = topology(defineApp('shop', { queues: [wait], longDelays: false }));

    expect(queues.map(({ name, delaySeconds }) => [name, delaySeconds])).toEqual([
      ['wait', 3],
      ['plain', 0],
    ]);
    expect(workers.map(({ queue, state }) => [queue, state])).toEqual([['wait', false]]);
  });

  test('a queue that has a task, or keeps its dead letters, is none', () => {
    const task = defineTask('look', { queue: wait, result: false, run });
    const short = defineQueue('short', { expires: '5s' });

    const { queues, workers } = topology(
      defineApp('shop', { tasks: [task], queues: [short], longDelays: false }),
    );

    expect(queues.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 0, 0]);
    expect(workers.map(({ queue }) => queue)).toEqual(['wait']);
  });
});

describe('consumers', () => {
  const consuming = (options: object, workers: Record<string, WorkerOptions> = {}, queue = plain) =>
    topology(defineApp('shop', { consumers: [defineConsumer(queue, { run, ...options })] }), { workers })
      .workers[0];

  test('prefetch is the batch of the worker, unless the worker has one of its own', () => {
    expect(consuming({ prefetch: 1 })).toMatchObject({ batchSize: 1, windowSeconds: 0 });
    expect(consuming({ prefetch: 1 }, { plain: { batch: 5 } })).toMatchObject({ batchSize: 5 });
    expect(consuming({})).toMatchObject({ batchSize: 10, windowSeconds: 0 });
  });

  test('a prefetch above ten gathers for a second, or as long as the worker says', () => {
    expect(consuming({ prefetch: 500 })).toMatchObject({
      batchSize: 500,
      windowSeconds: 1,
      timeoutSeconds: 29,
    });
    expect(consuming({ prefetch: 500 }, { plain: { window: '20s' } })).toMatchObject({ windowSeconds: 20 });
  });

  test('records are kept for once, and on an ordered queue', () => {
    const fifo = defineQueue('fifo', { ordered: true });

    expect(consuming({})?.state).toBe(false);
    expect(consuming({ once: true })?.state).toBe(true);
    expect(consuming({}, {}, fifo)?.state).toBe(true);
  });

  test('records are kept where a message may be for several takers of a queue', () => {
    const all = defineExchange('all', { type: 'fanout' });
    const tasks = ['one', 'two'].map((name) => defineTask(name, { queue: plain, result: false, run }));
    const stateOf = (count: number) => {
      const bindings = tasks.slice(0, count).map((task) => bind(all, task));
      return topology(defineApp('shop', { tasks, bindings })).workers[0]?.state;
    };

    expect([stateOf(1), stateOf(2)]).toEqual([false, true]);
  });
});

test('workers need what the app has: topics, the bus, the bucket, lengths', () => {
  const work = defineTask('work', { queue: plain, result: false, run });
  const needs = (app: Parameters<typeof topology>[0]) => {
    const [worker] = topology(app).workers;
    return [worker?.topics, worker?.bus, worker?.blobs, worker?.depths];
  };
  const exchange = (type: 'fanout' | 'topic') => defineExchange('some', { type });

  expect(needs(defineApp('shop', { tasks: [work] }))).toEqual([false, false, false, false]);
  expect(needs(defineApp('shop', { tasks: [work], exchanges: [exchange('fanout')] }))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(needs(defineApp('shop', { tasks: [work], exchanges: [exchange('topic')] }))).toEqual([
    false,
    true,
    false,
    false,
  ]);
  const queues = [defineQueue('large', { largePayloads: 's3' }), defineQueue('short', { maxLength: 9 })];
  expect(needs(defineApp('shop', { tasks: [work], queues }))).toEqual([false, false, true, true]);
});

test('the bucket of large payloads is named in small letters, and outlives messages', () => {
  const queue = defineQueue('large', { largePayloads: 's3' });

  const { buckets } = topology(defineApp('My_Shop', { queues: [queue] }), { stage: 'prod' });

  expect(buckets).toEqual([{ name: 'blobs', prefix: 'my-shop-prod-blobs', expiresDays: 29 }]);
});

test('a bucket cannot begin with a hyphen', () => {
  const queue = defineQueue('large', { largePayloads: 's3' });

  expect(() => topology(defineApp('_shop', { queues: [queue] }))).toThrow(
    expect.objectContaining({
      code: 'INVALID_BUCKET_NAME',
      message: expect.stringContaining("'-shop-dev-blobs-<account>-<region>'"),
    }),
  );
});
