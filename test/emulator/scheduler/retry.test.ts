/** Invocations that fail: what is tried again, for how long, and what a dead letter says. */
import { expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import type { Service } from '../../../lib/emulator/service.ts';
import {
  attributesOf,
  createWorld,
  DAY,
  HOUR,
  MINUTE,
  queueArn,
  scheduleArn,
  toTarget,
  type World,
} from './world.ts';

const AT = 'at(2026-01-01T00:01:00)';
const outage = new ServiceError('InternalError', 'We encountered an internal error.', {
  status: 500,
  fault: 'receiver',
});

/** Fails every send to the queue 'q', or the first so many. */
function failing(error: Error, times = Number.POSITIVE_INFINITY): (sqs: Service) => Service {
  let left = times;
  return (sqs) => ({
    call(operation, input, caller) {
      if (left > 0 && String(input.QueueUrl).endsWith('/q')) {
        left -= 1;
        throw error;
      }
      return sqs.call(operation, input, caller);
    },
  });
}

function schedule(world: World, more: object = {}): void {
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.queue('q');
  const Input = 'attempt <aws.scheduler.attempt-number>';
  world.schedule(AT, { Target: toTarget(queueArn('q'), { Input, DeadLetterConfig, ...more }) });
}

test('a queue that is gone sends the request to the dead-letter queue at once, with the reason', async () => {
  const world = createWorld();
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.schedule(AT, {
    Target: toTarget(queueArn('gone'), { Input: '<aws.scheduler.scheduled-time>', DeadLetterConfig }),
  });

  await world.clock.advance(MINUTE);

  const [dead] = await world.received('dead');
  expect(JSON.parse(dead?.Body ?? '')).toEqual({
    MessageBody: '2026-01-01T00:01:00Z',
    QueueUrl: 'http://127.0.0.1/123456789012/gone',
  });
  expect(attributesOf(dead)).toEqual({
    ERROR_CODE: 'AWS.SimpleQueueService.NonExistentQueue',
    ERROR_MESSAGE: 'The specified queue does not exist.',
    EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/),
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: '0',
    SCHEDULED_TIME: '2026-01-01T00:01:00Z',
    SCHEDULE_ARN: scheduleArn('s'),
    TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
  });
});

test.each([
  ['a function', 'arn:aws:lambda:eu-north-1:123456789012:function:nobody', 'ResourceNotFoundException'],
  ['a topic', 'arn:aws:sns:eu-north-1:123456789012:nobody', 'NotFound'],
])('%s that is gone is no use in trying', async (_title, arn, code) => {
  const world = createWorld();
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.schedule(AT, { Target: toTarget(arn, { Input: '{}', DeadLetterConfig }) });

  await world.clock.advance(MINUTE);

  const [dead] = await world.received('dead');
  expect(attributesOf(dead)).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: '0' });
  expect(attributesOf(dead)).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
});

test('an entry that a bus refuses is a failure', async () => {
  const world = createWorld();
  const DeadLetterConfig = { Arn: world.queue('dead') };
  const EventBridgeParameters = { DetailType: 'tick', Source: 'clock' };
  const Arn = 'arn:aws:events:eu-north-1:123456789012:event-bus/default';
  const target = toTarget(Arn, { Input: '[1]', DeadLetterConfig, EventBridgeParameters });
  world.schedule(AT, { Target: target });

  await world.clock.advance(MINUTE);

  const [dead] = await world.received('dead');
  expect(attributesOf(dead)).toMatchObject({ ERROR_CODE: 'MalformedDetail' });
});

test('an error that may pass is retried with growing waits, and each attempt says its number', async () => {
  const world = createWorld({ around: failing(outage, 3) });
  schedule(world);

  await world.clock.advance(MINUTE + 10_000);

  expect(await world.bodies('q')).toEqual(['attempt 4']);
  expect(await world.bodies('dead')).toEqual([]);
  const retries = world.trace.filter(({ operation }) => operation === 'retry');
  expect(retries).toHaveLength(3);
  for (const [index, { waitMs }] of retries.entries()) {
    expect(waitMs).toBeGreaterThanOrEqual(500 * 2 ** index);
    expect(waitMs).toBeLessThanOrEqual(1_000 * 2 ** index);
  }
});

test.each([
  ['the attempts', { MaximumRetryAttempts: 2 }, 'MaximumRetryAttempts', '2'],
  ['no attempts at all', { MaximumRetryAttempts: 0 }, 'MaximumRetryAttempts', '0'],
  ['the age', { MaximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds', expect.stringMatching(/^[5-7]$/)],
])('a retry policy ends %s', async (_title, RetryPolicy, condition, attempts) => {
  const world = createWorld({ around: failing(outage) });
  schedule(world, { RetryPolicy });

  await world.clock.advance(HOUR);

  const [dead] = await world.received('dead');
  expect(attributesOf(dead)).toMatchObject({
    ERROR_CODE: 'InternalError',
    ERROR_MESSAGE: 'We encountered an internal error.',
    EXHAUSTED_RETRY_CONDITION: condition,
    RETRY_ATTEMPTS: attempts,
  });
});

test('without a policy an invocation is tried for most of a day, at most 186 times', async () => {
  const world = createWorld({ around: failing(outage) });
  schedule(world);

  await world.clock.advance(DAY);

  const [dead] = await world.received('dead');
  expect(attributesOf(dead)).toMatchObject({ RETRY_ATTEMPTS: '185' });
  expect(JSON.parse(dead?.Body ?? '')).toMatchObject({ MessageBody: 'attempt 186' });
});

test('a lost answer is an error of the service itself, and is retried', async () => {
  const world = createWorld({ around: failing(new Error('socket hang up')) });
  schedule(world, { RetryPolicy: { MaximumRetryAttempts: 1 } });

  await world.clock.advance(HOUR);

  const [dead] = await world.received('dead');
  expect(attributesOf(dead)).toMatchObject({
    ERROR_CODE: 'AWS.Scheduler.InternalServerError',
    ERROR_MESSAGE: 'Unexpected error occurred while processing the request',
    RETRY_ATTEMPTS: '1',
  });
});

test('without a dead-letter queue, or with one that is gone, an invocation is dropped', async () => {
  const world = createWorld();
  world.schedule(AT, { Name: 'none', Target: toTarget(queueArn('gone')) });
  const DeadLetterConfig = { Arn: queueArn('gone-too') };
  world.schedule(AT, { Name: 'gone', Target: toTarget(queueArn('gone'), { DeadLetterConfig }) });

  await world.clock.advance(HOUR);

  const drops = world.trace.filter(({ operation }) => operation === 'drop');
  expect(drops.map(({ target }) => target)).toEqual(['none', 'gone']);
  expect(world.scheduler.pendingDeliveries()).toBe(0);
});

test('a retry goes on with the target that the schedule had when it fired', async () => {
  const world = createWorld({ around: failing(outage, 5) });
  schedule(world);
  world.queue('other');
  await world.clock.advance(MINUTE);

  world.call('UpdateSchedule', {
    ...{ Name: 's', ScheduleExpression: AT, FlexibleTimeWindow: { Mode: 'OFF' } },
    Target: toTarget(queueArn('other'), { Input: 'other' }),
  });
  await world.clock.advance(HOUR);

  expect(await world.bodies('q')).toEqual(['attempt 6']);
  expect(await world.bodies('other')).toEqual([]);
});

test('a closed scheduler invokes nothing any more', async () => {
  const world = createWorld({ around: failing(outage, 1) });
  schedule(world);
  await world.clock.advance(MINUTE);
  const before = world.scheduler.pendingDeliveries();

  world.scheduler.close();
  await world.clock.advance(HOUR);

  expect([before, world.scheduler.pendingDeliveries()]).toEqual([1, 0]);
  expect(await world.bodies('q')).toEqual([]);
});
