/** CloudWatch with the real client. Source: Amazon CloudWatch API reference. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { createWorld, refusal } from '../surroundings.ts';

const Namespace = 'shop';
const MetricName = 'orders';
const Dimensions = [{ Name: 'queue', Value: 'jobs' }];
const range = { StartTime: new Date('2026-01-01T10:00:00Z'), EndTime: new Date('2026-01-01T10:10:00Z') };

async function putMetrics() {
  const { config, emulator } = createWorld();
  const client = new CloudWatchClient(config);
  const datum = { MetricName, Dimensions };
  await client.send(
    new PutMetricDataCommand({
      Namespace,
      MetricData: [
        { ...datum, Timestamp: new Date('2026-01-01T10:01:30Z'), Value: 4 },
        { ...datum, Timestamp: new Date('2026-01-01T10:01:50Z'), Values: [1, 7], Counts: [2, 1] },
        {
          ...{ ...datum, Timestamp: new Date('2026-01-01T10:06:00Z') },
          StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 3, Maximum: 7 },
        },
      ],
    }),
  );
  return { client, emulator };
}

test.each([
  ['Sum', 60, [13, 10]],
  ['Sum', 600, [23]],
  ['SampleCount', 300, [4, 2]],
  ['Average', 600, [23 / 6]],
  ['Minimum', 600, [1]],
  ['Maximum', 300, [7, 7]],
])('the %s of every %i seconds is %j', async (Stat, Period, values) => {
  const { client } = await putMetrics();
  const Metric = { Namespace, MetricName, Dimensions };

  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      ...{ ...range, ScanBy: 'TimestampAscending' },
      MetricDataQueries: [{ Id: 'a', MetricStat: { Metric, Period, Stat } }],
    }),
  );

  expect(MetricDataResults).toMatchObject([
    { Id: 'a', Label: MetricName, Values: values, StatusCode: 'Complete' },
  ]);
});

test('the older way to read has all statistics of a period in one point', async () => {
  const { client } = await putMetrics();

  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({
      ...{ Namespace, MetricName, Dimensions, ...range, Period: 600 },
      Statistics: ['Sum', 'Maximum'],
    }),
  );
  const { Metrics } = await client.send(new ListMetricsCommand({ Namespace }));

  expect(Datapoints).toEqual([{ Timestamp: range.StartTime, Sum: 23, Maximum: 7, Unit: 'None' }]);
  expect(Metrics).toEqual([{ Namespace, MetricName, Dimensions }]);
});

// "If you omit Unit, all data that was collected with any unit is returned, along with the corresponding
// units … If you specify a unit that does not match the data collected, the results are null."
test('a metric is read in the units that it was put in, or in the one that is asked for', async () => {
  const { config } = createWorld();
  const client = new CloudWatchClient(config);
  const Timestamp = new Date('2026-01-01T10:01:00Z');
  const datum = { MetricName, Timestamp };
  const MetricData = [
    { ...datum, Value: 2, Unit: 'Seconds' as const },
    { ...datum, Value: 2000, Unit: 'Milliseconds' as const },
  ];
  await client.send(new PutMetricDataCommand({ Namespace, MetricData }));
  const asked = { Namespace, MetricName, ...range, Period: 60 };
  const read = async (more: { Unit?: 'Seconds' | 'Count' }) => {
    const command = new GetMetricStatisticsCommand({ ...asked, Statistics: ['Sum'], ...more });
    const { Datapoints = [] } = await client.send(command);
    return Datapoints.map(({ Sum, Unit }) => [Sum, Unit]);
  };

  const { Metrics } = await client.send(new ListMetricsCommand({ Namespace }));

  expect(await read({})).toEqual([
    [2, 'Seconds'],
    [2000, 'Milliseconds'],
  ]);
  expect(await read({ Unit: 'Seconds' })).toEqual([[2, 'Seconds']]);
  expect(await read({ Unit: 'Count' })).toEqual([]);
  expect(Metrics).toEqual([{ Namespace, MetricName, Dimensions: [] }]);
});

test('an alarm is kept and shown, with the state that it was given', async () => {
  const { config } = createWorld();
  const client = new CloudWatchClient(config);
  const alarm = { AlarmName: 'late', Namespace, MetricName, Threshold: 5, EvaluationPeriods: 1, Period: 60 };
  const ComparisonOperator = 'GreaterThanThreshold' as const;

  await client.send(new PutMetricAlarmCommand({ ...alarm, ComparisonOperator }));
  const before = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'la' }));
  await client.send(
    new SetAlarmStateCommand({ AlarmName: 'late', StateValue: 'ALARM', StateReason: 'test' }),
  );
  const after = await client.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  await client.send(new DeleteAlarmsCommand({ AlarmNames: ['late'] }));
  const gone = await client.send(new DescribeAlarmsCommand({}));

  expect(before.MetricAlarms).toMatchObject([
    { ...alarm, ComparisonOperator, StateValue: 'INSUFFICIENT_DATA' },
  ]);
  expect(after.MetricAlarms).toMatchObject([{ AlarmName: 'late', StateValue: 'ALARM', StateReason: 'test' }]);
  expect(gone.MetricAlarms).toEqual([]);
});

test.each([
  [
    'a percentile',
    { MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: 'p99' } },
    'the statistic p99',
  ],
  ['an expression', { Expression: 'SUM(METRICS())' }, 'GetMetricData with Expression'],
  [
    'seconds',
    { MetricStat: { Metric: { Namespace, MetricName }, Period: 10, Stat: 'Sum' } },
    'a Period of 10 seconds',
  ],
])('%s is refused by its name', async (_title, query, message) => {
  const { client } = await putMetrics();

  const refused = await refusal(
    client.send(new GetMetricDataCommand({ ...range, MetricDataQueries: [{ Id: 'a', ...query }] })),
  );

  expect(refused).toEqual(['NotImplementedException', expect.stringContaining(message)]);
});
