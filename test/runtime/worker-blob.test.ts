import { expect, test } from 'vitest';
import { defineApp, defineConsumer, defineQueue, defineTask } from '#lib';
import type { Blobs } from '../../lib/runtime/ports.ts';
import { createWorker } from '../../lib/runtime/worker.ts';
import { envelope, published } from './simulated.ts';
import { NOW, stubPorts, stubQueues } from './world.ts';

const work = defineQueue('work', { largePayloads: 's3' });
const LARGE = { sku: 'x'.repeat(2_000_000) };

/** A worker whose bucket holds one payload under `m1`; `blobs` replaces it. */
function createWorld(blobs: Blobs = bucket({ m1: JSON.stringify(LARGE) })) {
  const got: unknown[] = [];
  const task = defineTask('task', { queue: work, result: false, run: (input) => void got.push(input) });
  const consumer = defineConsumer(work, { run: ({ body }) => void got.push(body) });
  const queues = stubQueues();
  const ports = { ...stubPorts(queues), blobs };
  const worker = createWorker(defineApp('shop', { tasks: [task], consumers: [consumer] }), 'dev', ports);
  const handle = (body: object) =>
    worker.handle({
      queueName: 'shop-dev-work',
      deadline: NOW + 60_000,
      deliveries: [
        {
          ...{ messageId: 's1', receipt: 'r1', receiveCount: 1, firstReceivedAt: NOW },
          body: JSON.stringify(body),
        },
      ],
    });
  const sent = () =>
    queues.calls.flatMap(({ queueName, bodies }) =>
      bodies.map((body) => ({ queueName, ...JSON.parse(body) })),
    );
  return { handle, got, sent };
}

function bucket(texts: Readonly<Record<string, string>>): Blobs {
  return { put: async () => {}, get: async (key) => texts[key] };
}

test.each([
  ['a task', envelope('m1', 'task', { blob: 'm1' })],
  ['a consumer', published('m1', '', 'work', { blob: 'm1' })],
])('%s gets the payload that lies in the bucket', async (_, body) => {
  const { handle, got, sent } = createWorld();

  const back = await handle(body);

  expect(got).toEqual([LARGE]);
  expect([...back, ...sent()]).toEqual([]);
});

test('a payload that is gone is a dead letter that says so, and keeps its key', async () => {
  const { handle, got, sent } = createWorld();

  await handle(envelope('m2', 'task', { blob: 'm2' }));

  expect(got).toEqual([]);
  expect(sent()).toMatchObject([
    {
      queueName: 'shop-dev-work-dlq',
      blob: 'm2',
      dead: {
        reason: 'payload-lost',
        error: {
          code: 'PAYLOAD_LOST',
          message: "the input is not in the app's bucket any more: there is no 'm2'",
        },
      },
    },
  ]);
});

test('a bucket out of reach is no fault of the message: it is put off', async () => {
  const broken: Blobs = { put: async () => {}, get: () => Promise.reject(new Error('no S3')) };
  const { handle, got, sent } = createWorld(broken);

  const back = await handle(envelope('m1', 'task', { blob: 'm1' }));

  expect(got).toEqual([]);
  expect(back).toEqual([]);
  expect(sent()).toMatchObject([{ queueName: 'shop-dev-work', blob: 'm1', deferrals: 1 }]);
});
