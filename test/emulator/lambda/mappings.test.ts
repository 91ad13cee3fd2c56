import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { constraintText, createRig, functionArn, queueArn, refusal, START } from './rig.ts';

async function createMapped() {
  const rig = createRig();
  await rig.fn('worker', () => undefined);
  await rig.queue('q');
  await rig.queue('q.fifo', { FifoQueue: 'true' });
  return rig;
}

test('a mapping is made with the defaults of Lambda', async () => {
  const rig = await createMapped();

  const made = await rig.call('CreateEventSourceMapping', {
    FunctionName: 'worker',
    EventSourceArn: queueArn('q'),
  });
  const got = await rig.call('GetEventSourceMapping', { UUID: made.UUID });

  expect(made).toEqual({
    UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    EventSourceMappingArn: `arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:${made.UUID}`,
    EventSourceArn: queueArn('q'),
    FunctionArn: functionArn('worker'),
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: [],
    LastModified: new Date(START),
    LastProcessingResult: 'No records processed',
    State: 'Creating',
    StateTransitionReason: 'USER_INITIATED',
  });
  expect(got).toEqual({ ...made, State: 'Enabled' });
});

test('a mapping keeps what an update does not mention', async () => {
  const rig = await createMapped();
  const id = await rig.map('worker', 'q', {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 5,
    ScalingConfig: { MaximumConcurrency: 7 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
  });

  const passing = await rig.call('UpdateEventSourceMapping', { UUID: id, BatchSize: 50 });
  const disabling = await rig.call('UpdateEventSourceMapping', { UUID: id, Enabled: false });
  const got = await rig.call('GetEventSourceMapping', { UUID: id });

  expect([passing.State, disabling.State]).toEqual(['Updating', 'Disabling']);
  expect(got).toMatchObject({
    BatchSize: 50,
    MaximumBatchingWindowInSeconds: 5,
    ScalingConfig: { MaximumConcurrency: 7 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
    State: 'Disabled',
  });
});

test('empty settings take limits, filters and response types away', async () => {
  const rig = await createMapped();
  const id = await rig.map('worker', 'q', {
    ScalingConfig: { MaximumConcurrency: 7 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: '{"body":{"a":[1]}}' }] },
  });

  await rig.call('UpdateEventSourceMapping', {
    UUID: id,
    ScalingConfig: {},
    FunctionResponseTypes: [],
    FilterCriteria: { Filters: [] },
  });
  const got = await rig.call('GetEventSourceMapping', { UUID: id });

  expect(got).not.toHaveProperty('ScalingConfig');
  expect(got).not.toHaveProperty('FilterCriteria');
  expect(got.FunctionResponseTypes).toEqual([]);
});

test('an update can send the messages to another function', async () => {
  const rig = await createMapped();
  let runs = 0;
  await rig.fn('other', () => {
    runs += 1;
  });
  const id = await rig.map('worker', 'q');

  await rig.call('UpdateEventSourceMapping', { UUID: id, FunctionName: 'other' });
  await rig.send('q', 'a');
  await rig.clock.settled();

  expect(runs).toBe(1);
});

test('mappings are listed by function and by queue, in pages', async () => {
  const rig = await createMapped();
  await rig.fn('other', () => undefined);
  await rig.map('worker', 'q');
  await rig.map('other', 'q');
  await rig.map('worker', 'q.fifo');

  const ofFunction = await rig.call('ListEventSourceMappings', { FunctionName: 'worker' });
  const ofQueue = await rig.call('ListEventSourceMappings', { EventSourceArn: queueArn('q') });
  const first = await rig.call('ListEventSourceMappings', { MaxItems: 2 });
  const second = await rig.call('ListEventSourceMappings', { MaxItems: 2, Marker: first.NextMarker });

  expect(ofFunction.EventSourceMappings).toHaveLength(2);
  expect(ofQueue.EventSourceMappings).toHaveLength(2);
  expect(first.EventSourceMappings).toHaveLength(2);
  expect(second.EventSourceMappings).toHaveLength(1);
  expect(second).not.toHaveProperty('NextMarker');
});

test('a deleted mapping is gone', async () => {
  const rig = await createMapped();
  const id = await rig.map('worker', 'q');

  const deleted = await rig.call('DeleteEventSourceMapping', { UUID: id });
  const refused = await refusal(() => rig.call('GetEventSourceMapping', { UUID: id }));

  expect(deleted.State).toBe('Deleting');
  expect(refused).toEqual({
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
    status: 404,
  });
});

test('a function and a queue are mapped once', async () => {
  const rig = await createMapped();
  const id = await rig.map('worker', 'q');

  const refused = await refusal(() => rig.map('worker', 'q'));

  expect(refused).toEqual({
    name: 'ResourceConflictException',
    message:
      `An event source mapping with SQS arn (" ${queueArn('q')} ") ` +
      'and function (" worker ") already exists. ' +
      `Please update or delete the existing mapping with UUID ${id}`,
    status: 409,
  });
});

test('what the last batch came to is shown', async () => {
  const rig = await createMapped();
  let fails = true;
  await rig.fn('moody', () => {
    if (fails) throw new Error('boom');
  });
  const id = await rig.map('moody', 'q');
  const shown: unknown[] = [];

  for (const fail of [true, false]) {
    fails = fail;
    await rig.send('q', 'a');
    await rig.clock.settled();
    shown.push((await rig.call('GetEventSourceMapping', { UUID: id })).LastProcessingResult);
  }

  expect(shown).toEqual(['PROBLEM: Function call failed', 'OK']);
  expect(rig.lambda.mappings()).toEqual([
    {
      uuid: id,
      sourceArn: queueArn('q'),
      queueArn: queueArn('q'),
      functionArn: functionArn('moody'),
      enabled: true,
      running: 0,
      lastResult: 'OK',
    },
  ]);
});

const invalid = 'InvalidParameterValueException';

test.each<[string, Input, string, string]>([
  [
    'more than ten without a window',
    { BatchSize: 11 },
    invalid,
    'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
  ],
  [
    'a batch of none',
    { BatchSize: 0 },
    'ValidationException',
    constraintText("'0'", 'batchSize', 'have value greater than or equal to 1'),
  ],
  [
    'a batch over 10,000',
    { BatchSize: 10_001 },
    'ValidationException',
    constraintText("'10001'", 'batchSize', 'have value less than or equal to 10000'),
  ],
  [
    'a window over 300 s',
    { MaximumBatchingWindowInSeconds: 301 },
    'ValidationException',
    constraintText("'301'", 'maximumBatchingWindowInSeconds', 'have value less than or equal to 300'),
  ],
  [
    'a concurrency of one',
    { ScalingConfig: { MaximumConcurrency: 1 } },
    'ValidationException',
    constraintText("'1'", 'maximumConcurrency', 'have value greater than or equal to 2'),
  ],
  [
    'a concurrency over 1000',
    { ScalingConfig: { MaximumConcurrency: 1001 } },
    'ValidationException',
    constraintText("'1001'", 'maximumConcurrency', 'have value less than or equal to 1000'),
  ],
  [
    'a FIFO batch of eleven',
    { EventSourceArn: queueArn('q.fifo'), BatchSize: 11 },
    invalid,
    'The batch size of a FIFO queue is at most 10, not 11.',
  ],
  [
    'a FIFO window',
    { EventSourceArn: queueArn('q.fifo'), MaximumBatchingWindowInSeconds: 1 },
    invalid,
    'Batching window is not supported for FIFO queues',
  ],
  ['an unknown function', { FunctionName: 'nobody' }, invalid, 'Function does not exist'],
  [
    'no queue',
    { EventSourceArn: undefined },
    'ValidationException',
    constraintText('null', 'eventSourceArn', 'not be null'),
  ],
  [
    'an unknown response type',
    { FunctionResponseTypes: ['All'] },
    invalid,
    "Unsupported function response type 'All'.",
  ],
  [
    'a filter without a pattern',
    { FilterCriteria: { Filters: [{}] } },
    invalid,
    'Invalid filter pattern definition. A filter has no Pattern.',
  ],
  [
    'a stream',
    { EventSourceArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/s' },
    'NotImplementedException',
    'the emulated Lambda does not serve the event source arn:aws:kinesis:eu-west-1:123456789012:stream/s; ' +
      'it serves SQS queues and DynamoDB streams',
  ],
  [
    'provisioned pollers',
    { ProvisionedPollerConfig: { MinimumPollers: 2 } },
    'NotImplementedException',
    'the emulated Lambda does not serve ProvisionedPollerConfig of CreateEventSourceMapping',
  ],
  [
    'a destination',
    { DestinationConfig: { OnFailure: { Destination: 'x' } } },
    'NotImplementedException',
    'the emulated Lambda does not serve DestinationConfig of CreateEventSourceMapping',
  ],
])('a mapping with %s is refused', async (_name, input, name, message) => {
  const rig = await createMapped();

  const refused = await refusal(() => rig.map('worker', 'q', input));

  expect(refused).toMatchObject({ name, message });
  expect(rig.lambda.mappings()).toEqual([]);
});

test('a queue that does not exist cannot be mapped', async () => {
  const rig = await createMapped();

  const refused = await refusal(() => rig.map('worker', 'nowhere'));

  expect(refused.name).toBe(invalid);
  expect(refused.message).toMatch(
    /^Error occurred while ReceiveMessage\. SQS Error Code: .*QueueDoesNotExist/,
  );
});

test('a queue that hides messages for less than the timeout cannot be mapped', async () => {
  const rig = await createMapped();
  await rig.fn('slow', () => undefined, { Timeout: 60 });

  const refused = await refusal(() => rig.map('slow', 'q'));

  expect(refused).toMatchObject({
    name: invalid,
    message: 'Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds',
  });
});
