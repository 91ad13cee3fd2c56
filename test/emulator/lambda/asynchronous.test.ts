import { expect, test } from 'vitest';
import { counts, createRig, functionArn, queueArn, type Rig } from './rig.ts';

/** A function that fails for its first `failures` runs; returns when it ran, in seconds. */
async function failing(rig: Rig, failures: number): Promise<readonly number[]> {
  const runs: number[] = [];
  await rig.fn('worker', () => {
    runs.push(rig.seconds());
    if (runs.length <= failures) throw new Error('boom');
    return { done: true };
  });
  return runs;
}

const event = { InvocationType: 'Event' };

/** The bodies of the messages in a queue, as JSON. */
function bodiesOf(rig: Rig, queue: string): readonly unknown[] {
  const found = rig.sqs.snapshot().find(({ name }) => name === queue);
  return (found?.messages ?? []).map(({ body }) => JSON.parse(body));
}

test('an event is accepted at once and run in a later turn', async () => {
  const rig = createRig();
  const runs = await failing(rig, 0);

  const answer = await rig.invoke('worker', {}, event);
  const before = runs.length;
  await rig.clock.settled();

  expect(answer).toEqual({ StatusCode: 202 });
  expect(before).toBe(0);
  expect(runs).toEqual([0]);
  expect(rig.lambda.pendingEvents()).toBe(0);
});

test('a failed event is tried again after one and after two minutes, then dropped', async () => {
  const rig = createRig();
  const runs = await failing(rig, 10);

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(3_600_000);

  expect(runs).toEqual([0, 60, 180]);
  expect(rig.lambda.stats()[functionArn('worker')]).toMatchObject({ eventsDropped: 1, errors: 3 });
});

test('the request id stays the same over all attempts', async () => {
  const rig = createRig();
  const ids: string[] = [];
  await rig.fn('worker', (_event, { awsRequestId }) => {
    ids.push(awsRequestId);
    throw new Error('boom');
  });

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(3_600_000);

  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
});

test('MaximumRetryAttempts 0 means one attempt', async () => {
  const rig = createRig();
  const runs = await failing(rig, 10);
  await rig.call('PutFunctionEventInvokeConfig', { FunctionName: 'worker', MaximumRetryAttempts: 0 });

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(3_600_000);

  expect(runs).toEqual([0]);
});

test('an event that would be too old for its next attempt is dropped', async () => {
  const rig = createRig();
  const runs = await failing(rig, 10);
  await rig.call('PutFunctionEventInvokeConfig', { FunctionName: 'worker', MaximumEventAgeInSeconds: 90 });

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(3_600_000);

  expect(runs).toEqual([0, 60]);
});

test('a throttled event is tried at growing intervals until there is room', async () => {
  const rig = createRig();
  const runs = await failing(rig, 0);
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 0 });

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(10_000);
  const { throttles } = rig.lambda.stats()[functionArn('worker')] ?? {};
  await rig.call('DeleteFunctionConcurrency', { FunctionName: 'worker' });
  await rig.clock.advance(10_000);

  expect(throttles).toBe(4);
  expect(runs).toEqual([15]);
});

test('an event that is throttled for six hours is dropped', async () => {
  const rig = createRig();
  await failing(rig, 0);
  await rig.call('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 0 });

  await rig.invoke('worker', {}, event);
  await rig.clock.advance(7 * 3_600_000);

  expect(rig.lambda.pendingEvents()).toBe(0);
  expect(rig.lambda.stats()[functionArn('worker')]).toMatchObject({ eventsDropped: 1, invocations: 0 });
});

test('the last failure goes to the on-failure destination with all that led to it', async () => {
  const rig = createRig();
  await failing(rig, 10);
  await rig.queue('failed');
  await rig.call('PutFunctionEventInvokeConfig', {
    FunctionName: 'worker',
    DestinationConfig: { OnFailure: { Destination: queueArn('failed') } },
  });

  await rig.invoke('worker', { order: 7 }, event);
  await rig.clock.advance(3_600_000);

  expect(bodiesOf(rig, 'failed')).toEqual([
    {
      version: '1.0',
      timestamp: '2026-01-01T00:03:00.000Z',
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: `${functionArn('worker')}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { order: 7 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: expect.objectContaining({ errorType: 'Error', errorMessage: 'boom' }),
    },
  ]);
});

test('a success goes to the on-success destination, which may be a function', async () => {
  const rig = createRig();
  await failing(rig, 0);
  const heard: unknown[] = [];
  await rig.fn('listener', (record: unknown) => {
    heard.push(record);
  });
  await rig.call('PutFunctionEventInvokeConfig', {
    FunctionName: 'worker',
    DestinationConfig: { OnSuccess: { Destination: functionArn('listener') } },
  });

  await rig.invoke('worker', { order: 7 }, event);
  await rig.clock.settled();

  expect(heard).toEqual([
    expect.objectContaining({
      requestContext: expect.objectContaining({ condition: 'Success', approximateInvokeCount: 1 }),
      responsePayload: { done: true },
    }),
  ]);
});

test('the dead-letter queue gets the event itself, with the error as attributes', async () => {
  const rig = createRig();
  await rig.queue('dead');
  await rig.fn(
    'worker',
    () => {
      throw new Error('boom');
    },
    { DeadLetterConfig: { TargetArn: queueArn('dead') } },
  );
  const seen: unknown[] = [];
  await rig.fn('reader', (batch: unknown) => {
    seen.push(batch);
  });

  await rig.invoke('worker', { order: 7 }, event);
  await rig.clock.advance(3_600_000);
  await rig.map('reader', 'dead');
  await rig.clock.settled();

  expect(seen).toMatchObject([
    {
      Records: [
        {
          body: '{"order":7}',
          messageAttributes: {
            RequestID: { dataType: 'String', stringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
            ErrorCode: { dataType: 'Number', stringValue: '200' },
            ErrorMessage: { dataType: 'String', stringValue: 'boom' },
          },
        },
      ],
    },
  ]);
});

test('a destination that is gone loses the record and nothing else', async () => {
  const rig = createRig();
  const runs = await failing(rig, 0);
  await rig.call('PutFunctionEventInvokeConfig', {
    FunctionName: 'worker',
    DestinationConfig: { OnSuccess: { Destination: queueArn('nowhere') } },
  });

  await rig.invoke('worker', {}, event);
  await rig.clock.settled();

  expect(runs).toEqual([0]);
  expect(rig.lambda.pendingEvents()).toBe(0);
});

test('an asynchronous chain that is too long ends in the on-failure destination', async () => {
  const rig = createRig();
  const runs = await failing(rig, 0);
  await rig.queue('failed');
  await rig.call('PutFunctionEventInvokeConfig', {
    FunctionName: 'worker',
    DestinationConfig: { OnFailure: { Destination: queueArn('failed') } },
  });
  const input = { FunctionName: 'worker', ...event };

  await rig.lambda.call('Invoke', input, {
    account: '123456789012',
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:4566',
    lineage: 16,
  });
  await rig.clock.advance(3_600_000);

  expect(runs).toEqual([]);
  expect(counts(rig.sqs, 'failed').visible).toBe(1);
});

test('events of a deleted function are forgotten', async () => {
  const rig = createRig();
  const runs = await failing(rig, 10);
  await rig.invoke('worker', {}, event);
  await rig.clock.settled();

  await rig.call('DeleteFunction', { FunctionName: 'worker' });
  await rig.clock.advance(3_600_000);

  expect(runs).toEqual([0]);
  expect(rig.lambda.pendingEvents()).toBe(0);
});

test('the settings of asynchronous invocation can be written, changed, read and deleted', async () => {
  const rig = createRig();
  await failing(rig, 0);
  const name = { FunctionName: 'worker' };

  const put = await rig.call('PutFunctionEventInvokeConfig', { ...name, MaximumRetryAttempts: 1 });
  await rig.call('UpdateFunctionEventInvokeConfig', { ...name, MaximumEventAgeInSeconds: 60 });
  const got = await rig.call('GetFunctionEventInvokeConfig', name);
  await rig.call('DeleteFunctionEventInvokeConfig', name);

  expect(put).toMatchObject({ FunctionArn: `${functionArn('worker')}:$LATEST`, MaximumRetryAttempts: 1 });
  expect(got).toMatchObject({ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 });
  await expect(rig.call('GetFunctionEventInvokeConfig', name)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: `The function ${functionArn('worker')}:$LATEST doesn't have an EventInvokeConfig`,
  });
});
