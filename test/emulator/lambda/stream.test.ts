import { expect, test } from 'vitest';
import { caller, functionArn, queueArn, START } from './rig.ts';
import { open } from './stream-rig.ts';

const fail = () => {
  throw new Error('no');
};

test('records go to the function in their order, in the shape of the event', async () => {
  const world = open();
  world.put('a', { raw: { B: Uint8Array.of(1, 2) } });
  await world.map();

  await world.clock.settled();
  world.put('b');
  world.put('c');
  await world.clock.settled();

  expect(world.batches.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']]);
  expect(world.events[0]?.Records[0]).toMatchObject({
    ...{
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      eventSourceARN: world.arn,
      awsRegion: 'eu-west-1',
    },
    dynamodb: {
      ApproximateCreationDateTime: START / 1000,
      NewImage: { id: { S: 'a' }, raw: { B: 'AQI=' } },
    },
  });
});

test.each([
  ['TRIM_HORIZON', [['before'], ['after']]],
  ['LATEST', [['after']]],
])('from %s on', async (StartingPosition, expected) => {
  const world = open();
  world.put('before');
  await world.map({ StartingPosition });

  await world.clock.settled();
  world.put('after');
  await world.clock.settled();

  expect(world.batches.map(({ ids }) => ids)).toEqual(expected);
});

test('a batch is as large as asked for, and one goes after the other', async () => {
  const world = open();
  for (const id of ['a', 'b', 'c', 'd', 'e']) world.put(id);

  await world.map({ BatchSize: 2 });
  await world.clock.settled();

  expect(world.batches.map(({ ids }) => ids)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('a window gathers records until it is over or the batch is full', async () => {
  const world = open();
  await world.map({ BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });

  world.put('a');
  await world.clock.advance(4000);
  world.put('b');
  await world.clock.advance(6000);
  for (const id of ['c', 'd', 'e']) world.put(id);
  await world.clock.settled();

  expect(world.batches).toEqual([
    { at: 10, ids: ['a', 'b'] },
    { at: 10, ids: ['c', 'd', 'e'] },
  ]);
});

test('a failed batch holds up the stream and is tried again, longer and longer apart', async () => {
  let failures = 3;
  const world = open(() => (failures-- > 0 ? fail() : undefined));
  world.put('a');
  await world.map({ BatchSize: 1 });
  await world.clock.settled();
  world.put('b');

  await world.clock.advance(60_000);

  expect(world.batches).toEqual([...[0, 1, 3, 7].map((at) => ({ at, ids: ['a'] })), { at: 7, ids: ['b'] }]);
});

test('after its last retry a batch is given up, and the destination told where it was', async () => {
  const world = open(fail);
  world.sqs.call('CreateQueue', { QueueName: 'failed' }, caller);
  world.put('a');
  world.put('b');
  const Destination = queueArn('failed');
  await world.map({ MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination } } });

  await world.clock.advance(60_000);

  expect(world.batches.map(({ at }) => at)).toEqual([0, 1]);
  const [message] = world.sqs.snapshot()[0]?.messages ?? [];
  const [first, last] = world.events[0]?.Records ?? [];
  expect(JSON.parse(message?.body ?? '')).toMatchObject({
    requestContext: {
      functionArn: functionArn('worker'),
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    DDBStreamBatchInfo: {
      startSequenceNumber: first?.dynamodb.SequenceNumber,
      endSequenceNumber: last?.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: '2026-01-01T00:00:00.000Z',
      batchSize: 2,
      streamArn: world.arn,
    },
  });
});

test('records that are too old are given up without an attempt', async () => {
  const world = open(fail);
  world.put('a');
  await world.map({ MaximumRecordAgeInSeconds: 60, BatchSize: 1 });

  await world.clock.advance(120_000);

  expect(world.batches.at(-1)?.at).toBeLessThanOrEqual(63);
  const drops = world.lambda.mappings()[0]?.lastResult;
  expect(drops).toBe('PROBLEM: Function call failed');
  world.put('b');
  await world.clock.settled();
  expect(world.batches.at(-1)?.ids).toEqual(['b']);
});

test('bisecting finds the one record that fails, and costs no retry', async () => {
  const world = open((ids) => (ids.includes('c') ? fail() : undefined));
  for (const id of ['a', 'b', 'c', 'd']) world.put(id);

  await world.map({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 });
  await world.clock.advance(60_000);

  const done = world.batches.filter(({ ids }) => !ids.includes('c')).flatMap(({ ids }) => ids);
  expect(done).toEqual(['a', 'b', 'd']);
  expect(world.batches.map(({ ids }) => ids.join(''))).toEqual(['abcd', 'ab', 'cd', 'c', 'd']);
});

test('the function reports where to go on', async () => {
  let reported = false;
  const world = open((ids, event) => {
    const index = ids.indexOf('b');
    if (reported || index < 0) return { batchItemFailures: [] };
    reported = true;
    return { batchItemFailures: [{ itemIdentifier: event.Records[index]?.dynamodb.SequenceNumber }] };
  });
  for (const id of ['a', 'b', 'c']) world.put(id);

  await world.map({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
  await world.clock.advance(10_000);

  expect(world.batches.map(({ ids }) => ids)).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c'],
  ]);
});

test.each([
  ['an unknown number', { batchItemFailures: [{ itemIdentifier: '99' }] }],
  ['no list', { batchItemFailures: 'all' }],
  ['no object', 7],
])('a report of %s fails the whole batch', async (_title, report) => {
  let first = true;
  const world = open(() => {
    const answer = first ? report : undefined;
    first = false;
    return answer;
  });
  world.put('a');
  world.put('b');

  await world.map({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
  await world.clock.advance(10_000);

  expect(world.batches.map(({ ids }) => ids)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('a filter lets through what it matches, and the rest is done without the function', async () => {
  const world = open();
  const Pattern = JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: { kind: { S: ['x'] } } } });
  world.put('a', { kind: { S: 'x' } });
  world.put('b', { kind: { S: 'y' } });
  world.put('c', { kind: { S: 'x' } });

  await world.map({ FilterCriteria: { Filters: [{ Pattern }] } });
  await world.clock.settled();

  expect(world.batches.map(({ ids }) => ids)).toEqual([['a', 'c']]);
});

test('a mapping that was disabled goes on where it was', async () => {
  const world = open();
  const { UUID } = await world.map();
  world.put('a');
  await world.clock.settled();
  await world.call('UpdateEventSourceMapping', { UUID, Enabled: false });
  world.put('b');
  await world.clock.settled();
  const disabled = world.batches.length;

  await world.call('UpdateEventSourceMapping', { UUID, Enabled: true });
  await world.clock.settled();

  expect(disabled).toBe(1);
  expect(world.batches.map(({ ids }) => ids)).toEqual([['a'], ['b']]);
});
