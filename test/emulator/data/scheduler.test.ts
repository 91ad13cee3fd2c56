import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createEmulator, ServiceError, type VirtualEmulator } from '../../../lib/emulator/index.ts';
import { copyOf, createFolder, START } from './world.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const FlexibleTimeWindow = { Mode: 'OFF' };
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:q';
const Target = { Arn: QUEUE_ARN, RoleArn, Input: '<aws.scheduler.scheduled-time>' };

let folder: ReturnType<typeof createFolder>;
let emulator: VirtualEmulator;

beforeEach(async () => {
  folder = createFolder();
  emulator = open(folder.path);
  await emulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
});

afterEach(async () => {
  await emulator.close();
  folder.remove();
});

interface OpenOptions {
  readonly now?: number;
  readonly schedulerPrecisionMs?: number;
  /** Whether queues refuse messages. */
  readonly broken?: boolean;
}

function open(data: string, { now = START, schedulerPrecisionMs = 0, broken = false }: OpenOptions = {}) {
  const outage = new ServiceError('InternalError', 'no', { status: 500, fault: 'receiver' });
  return createEmulator({
    ...{ data, clock: { virtual: now }, seed: 1, schedulerPrecisionMs },
    onCall: async ({ operation }, proceed) => {
      if (broken && operation === 'SendMessage') throw outage;
      return proceed();
    },
  });
}

async function restart(options: OpenOptions = {}): Promise<void> {
  await emulator.close();
  emulator = open(folder.path, options);
}

async function schedule(ScheduleExpression: string, more: object = {}): Promise<void> {
  const input = { Name: 's', ScheduleExpression, FlexibleTimeWindow, Target, ...more };
  await emulator.call('scheduler', 'CreateSchedule', input);
}

const bodies = () =>
  emulator.services.sqs.snapshot().flatMap(({ messages }) => messages.map(({ body }) => body.slice(5, 16)));

test('groups, tags and schedules are shown as before', async () => {
  const Tags = [{ Key: 'team', Value: 'a' }];
  await emulator.call('scheduler', 'CreateScheduleGroup', { Name: 'jobs', Tags });
  await emulator.call('scheduler', 'CreateScheduleGroup', { Name: 'gone' });
  await emulator.call('scheduler', 'DeleteScheduleGroup', { Name: 'gone' });
  await schedule('rate(1 hour)', {
    ...{ GroupName: 'jobs', Description: 'd', ActionAfterCompletion: 'DELETE' },
    ...{ StartDate: new Date(START + HOUR), EndDate: new Date(START + 9 * HOUR) },
    ...{ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } },
    Target: { ...Target, RetryPolicy: { MaximumRetryAttempts: 3 }, DeadLetterConfig: { Arn: QUEUE_ARN } },
  });
  await schedule('rate(1 hour)', { Name: 'deleted' });
  await emulator.call('scheduler', 'DeleteSchedule', { Name: 'deleted' });
  const ResourceArn = 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/jobs';
  const look = async () => [
    await emulator.call('scheduler', 'ListScheduleGroups', {}),
    await emulator.call('scheduler', 'ListSchedules', {}),
    await emulator.call('scheduler', 'GetSchedule', { Name: 's', GroupName: 'jobs' }),
    await emulator.call('scheduler', 'ListTagsForResource', { ResourceArn }),
    emulator.services.scheduler.snapshot(),
  ];
  const before = await look();

  await restart();

  expect(await look()).toEqual(before);
});

test('schedules go on after a restart: no time twice, none left out', async () => {
  await schedule('cron(0 * * * ? *)');
  await schedule('rate(25 minutes)', { Name: 'rate' });
  await emulator.advance(90 * MINUTE);
  const before = bodies().length;

  await restart({ now: START + 90 * MINUTE });
  await emulator.advance(30 * MINUTE);

  // 00:00 and 01:00; 00:00, 00:25, 00:50 and 01:15.
  expect(before).toBe(6);
  expect(bodies().slice(6)).toEqual(['01-01T01:40', '01-01T02:00']);
});

test('a one-time schedule that fell into the time off is made up for, a recurring one goes on', async () => {
  await schedule('at(2026-01-01T02:00:00)');
  await schedule('cron(0 * * * ? *)', { Name: 'hourly' });
  await emulator.advance(30 * MINUTE);

  await restart({ now: START + 5.5 * HOUR });
  await emulator.settled();
  const atOnce = bodies();
  await emulator.advance(HOUR);

  expect(atOnce).toEqual(['01-01T00:00', '01-01T02:00']);
  expect(bodies()).toEqual([...atOnce, '01-01T06:00']);
});

test('a fire that waits for its moment is not lost by a restart within its minute', async () => {
  await restart({ schedulerPrecisionMs: MINUTE });
  await schedule('cron(30 0 * * ? *)');
  await emulator.advance(30 * MINUTE);
  const before = bodies();

  await restart({ now: START + 30 * MINUTE, schedulerPrecisionMs: MINUTE });
  await emulator.advance(MINUTE);

  expect([before, bodies()]).toEqual([[], ['01-01T00:30']]);
});

test('an invocation that waits for a retry is tried again after a restart', async () => {
  await restart({ broken: true });
  await schedule('at(2026-01-01T00:10:00)', { ActionAfterCompletion: 'DELETE' });
  await emulator.advance(12 * MINUTE);

  await restart({ now: START + 12 * MINUTE });
  const pending = emulator.services.scheduler.pendingDeliveries();
  await emulator.advance(10 * MINUTE);

  expect(pending).toBe(1);
  expect(bodies()).toEqual(['01-01T00:10']);
  expect(emulator.services.scheduler.snapshot()).toEqual([]);
  expect(emulator.services.scheduler.pendingDeliveries()).toBe(0);
});

test('a client token is remembered', async () => {
  const ClientToken = 'one';
  await schedule('rate(1 hour)', { ClientToken });

  await restart();
  await schedule('rate(1 hour)', { ClientToken });

  await expect(schedule('rate(1 hour)')).rejects.toThrow('Schedule s already exists.');
});

test('a killed process has left what its answers told of', async () => {
  await schedule('rate(1 hour)');
  await emulator.advance(150 * MINUTE);
  await emulator.call('scheduler', 'ListSchedules', {});

  const copy = copyOf(folder.path);
  const other = open(copy.path, { now: START + 150 * MINUTE });
  onTestFinished(async () => {
    await other.close();
    copy.remove();
  });

  const look = ({ services }: VirtualEmulator) => services.scheduler.snapshot();
  expect(look(other)).toEqual(look(emulator));
  expect(look(other)).toMatchObject([{ lastFireAt: START + 2 * HOUR, nextFireAt: START + 3 * HOUR }]);
});
