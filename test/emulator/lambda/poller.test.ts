import { expect, test } from 'vitest';
import { bodies, collector, counts, createRig, type SqsEvent } from './rig.ts';

test('messages that succeed are deleted, in batches of ten by default', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  for (let at = 0; at < 12; at += 1) await rig.send('q', `m${at}`);
  await rig.map('worker', 'q');

  await rig.clock.settled();

  expect(batches.map((batch) => batch.bodies.length)).toEqual([10, 2]);
  expect(batches.flatMap((batch) => batch.bodies).sort()).toHaveLength(12);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a message that is sent later wakes the mapping without any time passing', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  await rig.map('worker', 'q');
  await rig.clock.advance(3_600_000);

  await rig.send('q', 'late');
  await rig.clock.settled();

  expect(batches).toEqual([{ at: 3600, bodies: ['late'] }]);
});

test('an idle mapping sets no timers and receives nothing', async () => {
  const calls: string[] = [];
  const rig = createRig();
  const spied = createRig({
    clock: rig.clock,
    sqs: {
      watch: rig.sqs.watch,
      call(operation, input, from) {
        calls.push(operation);
        return rig.sqs.call(operation, input, from);
      },
    },
  });
  await rig.queue('q');
  await spied.fn('worker', () => undefined);
  await spied.map('worker', 'q');
  await rig.clock.settled();
  calls.length = 0;

  await rig.clock.advance(24 * 3_600_000);

  expect(calls).toEqual([]);
  expect(rig.clock.next()).toBeUndefined();
});

test('a delayed message arrives when its delay is over', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  await rig.map('worker', 'q');

  await rig.send('q', 'delayed', { DelaySeconds: 90 });
  await rig.clock.advance(600_000);

  expect(batches).toEqual([{ at: 90, bodies: ['delayed'] }]);
});

test('with ReportBatchItemFailures only the reported messages come back', async () => {
  const rig = createRig();
  const batches = await collector(rig, (event) => ({
    batchItemFailures: event.Records.filter(({ body }) => body === 'bad' && rig.seconds() === 0).map(
      (record) => ({
        itemIdentifier: record.messageId,
      }),
    ),
  }));
  await rig.queue('q', { VisibilityTimeout: '30' });
  for (const body of ['good', 'bad', 'fine']) await rig.send('q', body);
  await rig.map('worker', 'q', { FunctionResponseTypes: ['ReportBatchItemFailures'] });

  await rig.clock.advance(60_000);

  expect(batches.map((batch) => [...batch.bodies].sort())).toEqual([['bad', 'fine', 'good'], ['bad']]);
  expect(batches.map(({ at }) => at)).toEqual([0, 30]);
});

test('without ReportBatchItemFailures the answer means nothing', async () => {
  const rig = createRig();
  const batches = await collector(rig, (event) => ({
    batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
  }));
  await rig.queue('q');
  await rig.send('q', 'a');
  await rig.map('worker', 'q');

  await rig.clock.advance(600_000);

  expect(batches).toHaveLength(1);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a disabled mapping receives nothing until it is enabled', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  const id = await rig.map('worker', 'q', { Enabled: false });
  await rig.send('q', 'a');
  await rig.clock.advance(60_000);
  const before = batches.length;

  await rig.call('UpdateEventSourceMapping', { UUID: id, Enabled: true });
  await rig.clock.settled();
  await rig.call('UpdateEventSourceMapping', { UUID: id, Enabled: false });
  await rig.send('q', 'b');
  await rig.clock.advance(60_000);

  expect(before).toBe(0);
  expect(batches).toEqual([{ at: 60, bodies: ['a'] }]);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 1, inFlight: 0 });
});

test('messages gathered by a mapping that is disabled become visible at once', async () => {
  const rig = createRig();
  await collector(rig);
  await rig.queue('q');
  const id = await rig.map('worker', 'q', { MaximumBatchingWindowInSeconds: 100 });
  await rig.send('q', 'a');
  await rig.clock.advance(1000);
  const gathered = counts(rig.sqs, 'q');

  await rig.call('UpdateEventSourceMapping', { UUID: id, Enabled: false });
  await rig.clock.settled();

  expect(gathered).toEqual({ visible: 0, inFlight: 1 });
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 1, inFlight: 0 });
});

test('messages that no filter takes are deleted without the function', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  await rig.map('worker', 'q', {
    FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: { kind: ['wanted'] } }) }] },
  });

  for (const kind of ['wanted', 'other', 'wanted']) await rig.send('q', JSON.stringify({ kind }));
  await rig.clock.settled();

  expect(batches.flatMap((batch) => batch.bodies)).toEqual(['{"kind":"wanted"}', '{"kind":"wanted"}']);
  expect(counts(rig.sqs, 'q')).toEqual({ visible: 0, inFlight: 0 });
});

test('a deleted mapping stops, and its queue can be mapped again', async () => {
  const rig = createRig();
  const batches = await collector(rig);
  await rig.queue('q');
  const id = await rig.map('worker', 'q');
  await rig.call('DeleteEventSourceMapping', { UUID: id });
  await rig.send('q', 'a');
  await rig.clock.advance(60_000);
  const before = batches.length;

  await rig.map('worker', 'q');
  await rig.clock.settled();

  expect(before).toBe(0);
  expect(batches).toHaveLength(1);
});

test('a FIFO mapping keeps the order of each group and has at most one batch of a group', async () => {
  const rig = createRig();
  const order: string[] = [];
  const busy = new Set<string>();
  let overlaps = 0;
  await rig.fn('worker', async (event: SqsEvent) => {
    const groups = new Set(event.Records.map(({ attributes }) => attributes.MessageGroupId ?? ''));
    for (const group of groups) {
      if (busy.has(group)) overlaps += 1;
      busy.add(group);
    }
    await rig.clock.sleep(1000);
    order.push(...bodies(event));
    for (const group of groups) busy.delete(group);
  });
  await rig.queue('q.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  await rig.map('worker', 'q.fifo', { BatchSize: 2 });
  for (let at = 0; at < 6; at += 1) {
    for (const group of ['a', 'b']) await rig.send('q.fifo', `${group}${at}`, { MessageGroupId: group });
  }

  await rig.clock.advance(60_000);

  expect(overlaps).toBe(0);
  expect(order.filter((body) => body.startsWith('a'))).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
  expect(order.filter((body) => body.startsWith('b'))).toEqual(['b0', 'b1', 'b2', 'b3', 'b4', 'b5']);
  expect(counts(rig.sqs, 'q.fifo')).toEqual({ visible: 0, inFlight: 0 });
});
