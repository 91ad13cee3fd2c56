/** Depths over time and costs on AWS: from CloudWatch's metrics, which a test puts where AWS would. */
import { expect, test } from 'vitest';
import { shop } from './desk-shop.ts';
import { createDeskWorld, type DeskWorld } from './desk-world.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1, 12);

type Datum = readonly [
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  minutesAgo: number,
  value: number,
];

async function put({ sim }: DeskWorld, data: readonly Datum[]): Promise<void> {
  const now = sim.now().getTime();
  for (const [Namespace, MetricName, dimensions, minutesAgo, Value] of data) {
    const Dimensions = Object.entries(dimensions).map(([Name, one]) => ({ Name, Value: one }));
    const Timestamp = new Date(now - minutesAgo * MINUTE);
    const MetricData = [{ MetricName, Dimensions, Timestamp, Value }];
    await sim.emulator.call('cloudwatch', 'PutMetricData', { Namespace, MetricData });
  }
}

const onAws = () => createDeskWorld(shop, { sees: false, start: new Date(START).toISOString() });

test('depths, ages and rates of the last hour are there before somebody looks', async () => {
  await using world = await onAws();
  const letters = { QueueName: 'shop-dev-letters' };
  await put(world, [
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', letters, 30, 5],
    ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', letters, 30, 8],
    ['AWS/SQS', 'ApproximateAgeOfOldestMessage', letters, 30, 90],
    ['AWS/SQS', 'NumberOfMessagesSent', letters, 30, 3],
    ['AWS/SQS', 'NumberOfMessagesSent', letters, 29, 4],
    ['AWS/SQS', 'NumberOfMessagesSent', letters, 90, 100],
    ['AWS/SQS', 'NumberOfMessagesDeleted', { QueueName: 'shop-dev-payments' }, 10, 2],
  ]);

  const { stepMs, queues } = await world.desk.history();
  const asked = world.asked.length;
  await world.desk.history();

  const pointsOf = (name: string) => queues.find((queue) => queue.name === name)?.points;
  expect(stepMs).toBe(MINUTE);
  expect(pointsOf('letters')).toEqual([
    { at: START - 30 * MINUTE, ready: 8, oldest: 90, sent: 3 },
    { at: START - 29 * MINUTE, sent: 4 },
  ]);
  expect(pointsOf('payments')).toEqual([{ at: START - 10 * MINUTE, deleted: 2 }]);
  expect(pointsOf('audit')).toEqual([]);
  // One look a minute, in one request.
  expect(asked).toBe(1);
  expect(world.asked).toHaveLength(1);
});

test('a day costs what its metrics come to, and what is an estimate says so', async () => {
  await using world = await onAws();
  const letters = { QueueName: 'shop-dev-letters' };
  const TableName = 'shop-dev-runs';
  const FunctionName =
    (await world.desk.workers()).find(({ queues }) => queues.includes('letters'))?.name ?? '';
  await put(world, [
    ['AWS/SQS', 'NumberOfMessagesSent', letters, 70, 1_000_000],
    ['AWS/SQS', 'NumberOfMessagesReceived', letters, 60, 1_000_000],
    ['AWS/SQS', 'NumberOfMessagesDeleted', letters, 50, 500_000],
    ['AWS/SQS', 'NumberOfEmptyReceives', letters, 40, 100_000],
    ['AWS/SQS', 'NumberOfMessagesSent', { QueueName: 'shop-dev-ledger.fifo' }, 40, 200_000],
    ['AWS/SQS', 'NumberOfMessagesSent', letters, 3 * 24 * 60, 9_000_000],
    ['AWS/Lambda', 'Invocations', { FunctionName }, 40, 2_000_000],
    ['AWS/Lambda', 'Duration', { FunctionName }, 40, 4_000_000],
    ['AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName }, 40, 300_000],
    [
      'AWS/DynamoDB',
      'ConsumedWriteCapacityUnits',
      { TableName, GlobalSecondaryIndexName: 'byState' },
      40,
      100_000,
    ],
    ['AWS/Scheduler', 'InvocationAttemptCount', { ScheduleGroup: 'shop-dev' }, 40, 7],
  ]);

  const { rows, since, note } = await world.desk.cost();

  const estimate = 'estimate: at most: SQS counts messages, of which a request takes up to ten';
  const what = 'messages sent, received, deleted';
  expect(since).toBe(START - 24 * 60 * MINUTE);
  expect(rows.map((row) => [row.service, row.what, row.calls, Number(row.usd.toFixed(6))])).toEqual([
    ['SQS', `${what} (${estimate})`, 2_500_000, 1],
    ['Lambda', 'invocations of workers', 2_000_000, 0.4],
    ['DynamoDB', 'write units', 400_000, 0.25],
    ['SQS', `${what} (FIFO) (${estimate})`, 200_000, 0.1],
    ['SQS', 'receives without a message', 100_000, 0.04],
    [
      'Lambda',
      'GB seconds of workers (estimate: with 512 MB each: the dashboard does not know their memory)',
      2_000,
      0.026667,
    ],
    ['Scheduler', 'fires of timers', 7, 0.000007],
  ]);
  expect(note).toContain('SNS, EventBridge, S3, workers on machines');
  expect(note).toContain('The bill has all, a day late');
});

test('beside an emulator calls are counted, and nothing is measured', async () => {
  await using world = await createDeskWorld(shop);

  const { rows, note } = await world.desk.cost();

  expect(await world.desk.history()).toEqual({ stepMs: MINUTE, queues: [] });
  expect(rows.length).toBeGreaterThan(0);
  expect(note).toMatch(/^Calls were counted by the emulator/);
});
