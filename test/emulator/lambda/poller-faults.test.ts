import { expect, test } from 'vitest';
import { caller, collector, counts, createRig, queueUrl, type SqsEvent } from './rig.ts';

test('a function error leaves the whole batch to its visibility timeout', async () => {
  const rig = createRig();
  let fails = 1;
  const batches = await collector(rig, () => {
    fails -= 1;
    if (fails >= 0) throw new Error('boom');
  });
  await rig.queue('q', { VisibilityTimeout: '40' });
  await rig.send('q', 'a');
  await rig.send('q', 'b');
  await rig.map('worker', 'q');

  await rig.clock.settled();
  const between = counts(rig.sqs, 'q');
  await rig.clock.advance(120_000);

  expect(between).toEqual({ visible: 0, inFlight: 2 });
  expect(batches.map(({ at }) => at)).toEqual([0, 40]);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a failed delete brings the message back', async () => {
  const rig = createRig();
  const seen: string[] = [];
  let failures = 1;
  const other = createRig({
    clock: rig.clock,
    sqs: {
      watch: rig.sqs.watch,
      call(operation, input, from) {
        if (operation === 'DeleteMessageBatch' && failures > 0) {
          failures -= 1;
          throw new Error('lost');
        }
        return rig.sqs.call(operation, input, from);
      },
    },
  });
  await rig.queue('q', { VisibilityTimeout: '30' });
  await other.fn('worker', (event: SqsEvent) => {
    seen.push(...event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount ?? ''));
  });
  await other.map('worker', 'q');

  await rig.send('q', 'a');
  await rig.clock.advance(120_000);

  expect(seen).toEqual(['1', '2']);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a receive that fails is tried again after a second', async () => {
  const rig = createRig();
  let failures = 2;
  const other = createRig({
    clock: rig.clock,
    sqs: {
      watch: rig.sqs.watch,
      call(operation, input, from) {
        if (operation === 'ReceiveMessage' && failures > 0) {
          failures -= 1;
          throw new Error('throttled');
        }
        return rig.sqs.call(operation, input, from);
      },
    },
  });
  const batches = await collector(other);
  await rig.queue('q');
  await rig.send('q', 'a');
  await other.map('worker', 'q');

  await rig.clock.advance(10_000);

  expect(batches.map(({ bodies: got }) => got)).toEqual([['a']]);
  expect(failures).toBe(0);
});

test('a message that comes while an empty answer is on its way is not forgotten', async () => {
  const rig = createRig();
  const other = createRig({
    clock: rig.clock,
    sqs: {
      watch: rig.sqs.watch,
      async call(operation, input, from) {
        const answer = await rig.sqs.call(operation, input, from);
        if (operation === 'ReceiveMessage') await rig.clock.sleep(500);
        return answer;
      },
    },
  });
  const batches = await collector(other);
  await rig.queue('q');
  await other.map('worker', 'q');
  await rig.clock.advance(100);

  await rig.send('q', 'a');
  await rig.clock.advance(10_000);

  expect(batches.map(({ bodies: got }) => got)).toEqual([['a']]);
});

test('messages that a disabled mapping receives after all go back at once', async () => {
  const rig = createRig();
  const other = createRig({
    clock: rig.clock,
    sqs: {
      watch: rig.sqs.watch,
      async call(operation, input, from) {
        const answer = await rig.sqs.call(operation, input, from);
        if (operation === 'ReceiveMessage') await rig.clock.sleep(500);
        return answer;
      },
    },
  });
  const batches = await collector(other);
  await rig.queue('q');
  await rig.send('q', 'a');
  const id = await other.map('worker', 'q');
  await rig.clock.advance(100);

  await other.call('UpdateEventSourceMapping', { UUID: id, Enabled: false });
  await rig.clock.advance(1000);

  expect(batches).toEqual([]);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 1, inFlight: 0 });
});

test('the messages of a killed function come back after their visibility timeout', async () => {
  const rig = createRig();
  const started: number[] = [];
  await rig.fn('worker', async () => {
    started.push(rig.seconds());
    if (started.length === 1) await rig.clock.sleep(2000);
  });
  await rig.queue('q', { VisibilityTimeout: '30' });
  await rig.send('q', 'a');
  await rig.map('worker', 'q');
  await rig.clock.advance(1000);

  const killed = rig.lambda.kill('worker');
  await rig.clock.advance(60_000);

  expect(killed).toBe(1);
  expect(started).toEqual([0, 30]);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a queue that is deleted and made again is served again', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  await rig.map('worker', 'q');
  await rig.clock.settled();
  await rig.sqs.call('DeleteQueue', { QueueUrl: queueUrl('q') }, caller);
  await rig.clock.advance(1000);

  await rig.queue('q');
  await rig.send('q', 'a');
  await rig.clock.advance(1000);

  expect(batches.flatMap((batch) => batch.bodies)).toEqual(['a']);
});
