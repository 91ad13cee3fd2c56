import { expect, test } from 'vitest';
import { bodiesIn, type Machine, startMachine } from './restart.ts';

const BUS = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop';
const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:jobs';

/** A bus with a rule that sends the number of each order to a queue. */
async function ruled(machine: Machine): Promise<void> {
  await machine.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  await machine.call('eventbridge', 'CreateEventBus', { Name: 'shop', Tags: [{ Key: 'a', Value: '1' }] });
  await machine.call('eventbridge', 'PutRule', {
    ...{ Name: 'orders', EventBusName: 'shop', EventPattern: '{"source":["orders"]}', Description: 'all' },
    Tags: [{ Key: 'b', Value: '2' }],
  });
  await machine.call('eventbridge', 'PutTargets', {
    ...{ Rule: 'orders', EventBusName: 'shop' },
    Targets: [{ Id: 'q', Arn: QUEUE, InputPath: '$.detail.n', RetryPolicy: { MaximumRetryAttempts: 9 } }],
  });
}

async function put(machine: Machine, n: number, Time?: Date): Promise<void> {
  const entry = {
    Source: 'orders',
    DetailType: 'order',
    Detail: JSON.stringify({ n }),
    EventBusName: 'shop',
  };
  await machine.call('eventbridge', 'PutEvents', { Entries: [{ ...entry, ...(Time && { Time }) }] });
}

test.each(['restart', 'fromSnapshot'] as const)(
  'buses, rules and targets are as before (%s)',
  async (way) => {
    const first = startMachine();
    await ruled(first);
    await first.call('eventbridge', 'PutPermission', {
      ...{ EventBusName: 'shop', StatementId: 's', Action: 'events:PutEvents', Principal: '*' },
    });
    const look = async (machine: Machine) => [
      await machine.call('eventbridge', 'DescribeEventBus', { Name: 'shop' }),
      await machine.call('eventbridge', 'DescribeRule', { Name: 'orders', EventBusName: 'shop' }),
      await machine.call('eventbridge', 'ListTargetsByRule', { Rule: 'orders', EventBusName: 'shop' }),
      await machine.call('eventbridge', 'ListTagsForResource', { ResourceARN: BUS }),
      await machine.call('eventbridge', 'ListEventBuses'),
    ];
    const before = await look(first);

    const second = await first[way]();

    expect(await look(second)).toEqual(before);
    await put(second, 7);
    expect(await bodiesIn(second, 'jobs')).toEqual(['7']);
  },
);

test('what was deleted or disabled stays so', async () => {
  const first = startMachine();
  await ruled(first);
  await first.call('eventbridge', 'CreateEventBus', { Name: 'other' });
  await first.call('eventbridge', 'DeleteEventBus', { Name: 'other' });
  await first.call('eventbridge', 'DisableRule', { Name: 'orders', EventBusName: 'shop' });

  const second = first.killed();
  await put(second, 1);

  expect(await bodiesIn(second, 'jobs')).toEqual([]);
  const { EventBuses } = await second.call('eventbridge', 'ListEventBuses', { NamePrefix: 'other' });
  expect(EventBuses).toEqual([]);
});

test('an event that was accepted arrives once, wherever it was when the process died', async () => {
  const first = startMachine();
  await ruled(first);
  await put(first, 1);
  const early = first.killed();
  await first.emulator.settled();
  await first.call('sqs', 'ListQueues');
  const late = first.killed();

  expect(early.emulator.services.eventbridge.pendingDeliveries()).toBe(1);
  await early.call('sqs', 'ListQueues');
  expect(await bodiesIn(early, 'jobs')).toEqual(['1']);
  expect(await bodiesIn(late, 'jobs')).toEqual(['1']);
  expect(late.emulator.services.eventbridge.pendingDeliveries()).toBe(0);
});

test('a delivery that waits for a retry goes on after a restart, with its attempts', async () => {
  const first = startMachine();
  await ruled(first);
  first.emulator.faults.set({
    faults: [{ fault: 'throttle', rate: 1, service: 'sqs', operation: 'SendMessage' }],
  });
  await put(first, 1);
  await first.emulator.advance(100);
  await first.call('sqs', 'ListQueues');

  const second = first.killed();
  await second.call('sqs', 'ListQueues');
  await second.emulator.advance(3_600_000);

  expect(await bodiesIn(second, 'jobs')).toEqual(['1']);
});

test('an archive has its events, and a replay goes on where it was', async () => {
  const first = startMachine();
  await ruled(first);
  const ArchiveName = 'all';
  const { ArchiveArn } = await first.call('eventbridge', 'CreateArchive', {
    ...{ ArchiveName, EventSourceArn: BUS, RetentionDays: 30 },
  });
  const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n));
  for (const n of [1, 2, 3]) await put(first, n, minute(n));
  await first.emulator.settled();
  const before = await first.call('eventbridge', 'DescribeArchive', { ArchiveName });
  await first.call('sqs', 'PurgeQueue', { QueueUrl: 'http://127.0.0.1/123456789012/jobs' });
  await first.call('eventbridge', 'StartReplay', {
    ...{ ReplayName: 'once', EventSourceArn: ArchiveArn, Destination: { Arn: BUS } },
    ...{ EventStartTime: minute(0), EventEndTime: minute(9) },
  });
  await first.emulator.settled();
  const replayed = await bodiesIn(first, 'jobs');

  const second = await first.fromSnapshot();
  await second.call('sqs', 'ListQueues');
  await second.emulator.advance(3_600_000);

  expect(await second.call('eventbridge', 'DescribeArchive', { ArchiveName })).toEqual(before);
  expect(replayed).toEqual(['1']);
  expect(await bodiesIn(second, 'jobs')).toEqual(['1', '2', '3']);
  expect((await second.call('eventbridge', 'DescribeReplay', { ReplayName: 'once' })).State).toBe(
    'COMPLETED',
  );
});

test('a rate goes on counting from the time at which it was set', async () => {
  const first = startMachine();
  await first.call('sqs', 'CreateQueue', { QueueName: 'jobs' });
  await first.call('eventbridge', 'PutRule', { Name: 'tick', ScheduleExpression: 'rate(10 minutes)' });
  await first.call('eventbridge', 'PutTargets', {
    ...{ Rule: 'tick', Targets: [{ Id: 'q', Arn: QUEUE, InputPath: '$.time' }] },
  });
  await first.emulator.advance(14 * 60_000);
  await first.call('sqs', 'TagQueue', {
    ...{ QueueUrl: 'http://127.0.0.1/123456789012/jobs', Tags: { now: 'later' } },
  });

  const second = await first.restart();
  await second.emulator.advance(6 * 60_000);

  expect(await bodiesIn(second, 'jobs')).toEqual(['"2026-01-01T00:10:00Z"', '"2026-01-01T00:20:00Z"']);
});
