import { expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import type { EventbridgeTraceEntry } from '../../../lib/emulator/eventbridge/eventbridge.ts';
import type { Service } from '../../../lib/emulator/service.ts';
import { createWorld, queueArn, reasons, START } from './world.ts';

const SHOP = { source: ['shop'] };
const outage = new ServiceError('InternalError', 'We encountered an internal error.', {
  status: 500,
  fault: 'receiver',
});

/** Fails every send to a queue until a time. */
function failing(name: string, error: Error, times = Number.POSITIVE_INFINITY): (sqs: Service) => Service {
  let left = times;
  return (sqs) => ({
    call(operation, input, caller) {
      if (left > 0 && String(input.QueueUrl).endsWith(`/${name}`)) {
        left -= 1;
        throw error;
      }
      return sqs.call(operation, input, caller);
    },
  });
}

test('a queue that is gone sends the event to the dead-letter queue at once, with the reason', async () => {
  const world = createWorld();
  const DeadLetterConfig = { Arn: world.queue('dead') };
  const rule = world.rule('default', 'r', SHOP, {
    ...{ Id: 'q', Arn: queueArn('gone'), InputPath: '$.detail', DeadLetterConfig },
  });

  world.put('default', { a: 1 });

  const [dead] = await world.received('dead');
  expect(JSON.parse(dead?.Body ?? '')).toMatchObject({ source: 'shop', detail: { a: 1 } });
  expect(reasons(dead)).toEqual({
    ERROR_CODE: 'NO_RESOURCE',
    ERROR_MESSAGE: 'The specified queue does not exist.',
    RETRY_ATTEMPTS: '0',
    RULE_ARN: rule,
    TARGET_ARN: queueArn('gone'),
  });
  expect(world.clock.now()).toBe(START);
});

test.each([
  ['a FIFO queue without content-based deduplication', 'q.fifo', 'INVALID_PARAMETER'],
  ['a function that is gone', 'fn', 'NO_RESOURCE'],
  ['a bus that is gone', 'bus', 'NO_RESOURCE'],
])('%s is no use in trying', async (_title, kind, code) => {
  const world = createWorld();
  const arns: Readonly<Record<string, string>> = {
    'q.fifo': world.queue('q.fifo'),
    fn: 'arn:aws:lambda:eu-north-1:123456789012:function:nobody',
    bus: 'arn:aws:events:eu-north-1:123456789012:event-bus/nobody',
  };
  const DeadLetterConfig = { Arn: world.queue('dead') };
  const SqsParameters = kind === 'q.fifo' ? { SqsParameters: { MessageGroupId: 'g' } } : {};
  world.rule('default', 'r', SHOP, { Id: 't', Arn: arns[kind], DeadLetterConfig, ...SqsParameters });

  world.put('default', {});

  const [dead] = await world.received('dead');
  expect(reasons(dead)).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: '0' });
});

test('an error of the target is retried with growing waits until it passes', async () => {
  const entries: EventbridgeTraceEntry[] = [];
  const world = createWorld({ around: failing('q', outage, 3), trace: (entry) => entries.push(entry) });
  world.rule('default', 'r', SHOP, { Id: 'q', Arn: world.queue('q') });

  world.put('default', {});
  await world.clock.advance(10_000);

  expect(await world.events('q')).toHaveLength(1);
  const waits = entries.filter(({ operation }) => operation === 'retry').map(({ waitMs }) => Number(waitMs));
  expect(waits).toHaveLength(3);
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(500 * 2 ** index);
    expect(wait).toBeLessThanOrEqual(1_000 * 2 ** index);
  }
});

test.each([
  ['the attempts', { MaximumRetryAttempts: 2 }, 'MaximumRetryAttempts', '2'],
  ['no attempts at all', { MaximumRetryAttempts: 0 }, 'MaximumRetryAttempts', '0'],
  ['the age', { MaximumEventAgeInSeconds: 60 }, 'MaximumEventAgeInSeconds', expect.stringMatching(/^[5-7]$/)],
])('a retry policy ends %s', async (_title, RetryPolicy, condition, attempts) => {
  const world = createWorld({ around: failing('q', outage) });
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.rule('default', 'r', SHOP, { Id: 'q', Arn: world.queue('q'), RetryPolicy, DeadLetterConfig });

  world.put('default', {});
  await world.clock.advance(120_000);

  const [dead] = await world.received('dead');
  expect(reasons(dead)).toMatchObject({
    ERROR_CODE: 'ERROR_FROM_TARGET',
    ERROR_MESSAGE: 'We encountered an internal error.',
    EXHAUSTED_RETRY_CONDITION: condition,
    RETRY_ATTEMPTS: attempts,
  });
});

test('without a policy an event is tried for most of a day, at most 186 times', async () => {
  let tries = 0;
  const world = createWorld({
    around: (sqs) => ({
      call(operation, input, caller) {
        if (!String(input.QueueUrl).endsWith('/q')) return sqs.call(operation, input, caller);
        tries += 1;
        throw outage;
      },
    }),
  });
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.rule('default', 'r', SHOP, { Id: 'q', Arn: world.queue('q'), DeadLetterConfig });

  world.put('default', {});
  await world.clock.advance(86_400_000);

  expect(tries).toBe(186);
  const [dead] = await world.received('dead');
  expect(reasons(dead)).toMatchObject({ RETRY_ATTEMPTS: '185' });
});

test('throttling has a code of its own, and a lost answer has one', async () => {
  const throttled = new ServiceError('RequestThrottled', 'Request is throttled.', { status: 403 });
  const codes: (string | undefined)[] = [];
  for (const error of [throttled, new Error('socket hang up')]) {
    const world = createWorld({ around: failing('q', error) });
    const DeadLetterConfig = { Arn: world.queue('dead') };
    const RetryPolicy = { MaximumRetryAttempts: 0 };
    world.rule('default', 'r', SHOP, { Id: 'q', Arn: world.queue('q'), RetryPolicy, DeadLetterConfig });
    world.put('default', {});
    const [dead] = await world.received('dead');
    codes.push(reasons(dead).ERROR_CODE);
  }

  expect(codes).toEqual(['THROTTLING', 'CONNECTION_FAILURE']);
});
