import { expect, test } from 'vitest';
import { collector, counts, createRig, type SqsEvent } from './rig.ts';

test('a batch window gathers messages until it ends', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q', { VisibilityTimeout: '120' });
  await rig.map('worker', 'q', { BatchSize: 100, MaximumBatchingWindowInSeconds: 20 });

  for (let at = 0; at < 5; at += 1) {
    await rig.send('q', `m${at}`);
    await rig.clock.advance(3000);
  }
  await rig.clock.advance(60_000);

  expect(batches).toEqual([{ at: 20, bodies: ['m0', 'm1', 'm2', 'm3', 'm4'] }]);
});

test('a full batch does not wait for the end of its window', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  for (let at = 0; at < 250; at += 1) await rig.send('q', `m${at}`);
  await rig.map('worker', 'q', { BatchSize: 100, MaximumBatchingWindowInSeconds: 10 });

  await rig.clock.settled();
  const early = batches.map((batch) => batch.bodies.length);
  await rig.clock.advance(10_000);

  expect(early).toEqual([100, 100]);
  expect(batches.map((batch) => batch.bodies.length)).toEqual([100, 100, 50]);
  expect(batches.at(-1)?.at).toBe(10);
});

test('a batch holds no more than a synchronous payload of 6 MB', async () => {
  const rig = createRig();
  const sizes: number[] = [];
  await rig.fn('worker', (event: SqsEvent) => {
    sizes.push(Buffer.byteLength(JSON.stringify(event)));
  });
  await rig.queue('q', { VisibilityTimeout: '60' });
  for (let at = 0; at < 8; at += 1) await rig.send('q', 'x'.repeat(1_048_576));
  await rig.map('worker', 'q', { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 });

  await rig.clock.advance(5000);

  expect(sizes).toHaveLength(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
  expect(Math.max(...sizes)).toBeGreaterThan(5 * 1024 * 1024);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('MaximumConcurrency bounds the batches at once', async () => {
  const rig = createRig();
  let running = 0;
  let most = 0;
  await rig.fn('worker', async () => {
    running += 1;
    most = Math.max(most, running);
    await rig.clock.sleep(2000);
    running -= 1;
  });
  await rig.queue('q');
  for (let at = 0; at < 9; at += 1) await rig.send('q', `m${at}`);
  await rig.map('worker', 'q', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 3 } });

  await rig.clock.advance(60_000);

  expect(most).toBe(3);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('without a limit a mapping starts with five batches and adds five a second', async () => {
  const rig = createRig();
  let running = 0;
  await rig.fn(
    'worker',
    async () => {
      running += 1;
      await rig.clock.sleep(20_000);
      running -= 1;
    },
    { Timeout: 60 },
  );
  await rig.queue('q', { VisibilityTimeout: '60' });
  for (let at = 0; at < 100; at += 1) await rig.send('q', `m${at}`);
  await rig.map('worker', 'q', { BatchSize: 1 });
  const seen: number[] = [];

  await rig.clock.settled();
  seen.push(running);
  for (let second = 0; second < 3; second += 1) {
    await rig.clock.advance(1000);
    seen.push(running);
  }

  expect(seen).toEqual([5, 10, 15, 20]);
});

test('throttled batches are tried again until their messages are visible to others', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q', { VisibilityTimeout: '30' });
  await rig.map('worker', 'q', { BatchSize: 1 });
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 0 });
  await rig.send('q', 'a');

  await rig.clock.advance(40_000);
  const { throttles } = Object.values(rig.lambda.stats())[0] ?? {};
  await rig.call('DeleteFunctionConcurrency', { FunctionName: 'worker' });
  await rig.clock.advance(60_000);

  expect(throttles).toBeGreaterThanOrEqual(4);
  expect(batches).toHaveLength(1);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a mapping that ran dry starts with five batches again', async () => {
  const rig = createRig();
  let running = 0;
  await rig.fn('worker', async () => {
    running += 1;
    await rig.clock.sleep(2500);
    running -= 1;
  });
  await rig.queue('q');
  await rig.map('worker', 'q', { BatchSize: 1 });
  const seen: number[] = [];

  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 12; at += 1) await rig.send('q', `m${at}`);
    await rig.clock.settled();
    seen.push(running);
    await rig.clock.advance(1000);
    seen.push(running);
    await rig.clock.advance(60_000);
    seen.push(running);
  }

  expect(seen).toEqual([5, 10, 0, 5, 10, 0]);
});

test('a FIFO batch over 6 MB gives the rest back, and the order holds', async () => {
  const rig = createRig();
  const order: string[] = [];
  await rig.fn('worker', async (event: SqsEvent) => {
    await rig.clock.sleep(1000);
    order.push(...event.Records.map(({ body }) => body.slice(0, 1)));
  });
  await rig.queue('q.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  for (const digit of '01234567') {
    await rig.send('q.fifo', digit + 'x'.repeat(1_000_000), { MessageGroupId: 'a' });
  }
  await rig.map('worker', 'q.fifo');

  await rig.clock.advance(60_000);

  expect(order.join('')).toBe('01234567');
  expect(counts(rig.sqs, 'q.fifo')).toEqual({ visible: 0, inFlight: 0 });
});
