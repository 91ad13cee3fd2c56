/** Parameters, secrets, roles, logs, metrics and alarms over a restart. */
import { expect, test } from 'vitest';
import { type Machine, startMachine } from './restart.ts';

const DAY_MS = 86_400_000;

test.each(['restart', 'fromSnapshot'] as const)(
  'parameters have their values and versions (%s)',
  async (way) => {
    const first = startMachine();
    for (const Value of ['1', '2'])
      await first.call('ssm', 'PutParameter', { Name: '/a/b', Value, Type: 'String', Overwrite: true });
    await first.call('ssm', 'PutParameter', { Name: 'gone', Value: 'x', Type: 'String' });
    await first.call('ssm', 'DeleteParameter', { Name: 'gone' });
    const look = (machine: Machine) => machine.call('ssm', 'GetParameters', { Names: ['/a/b', 'gone'] });
    const before = await look(first);

    const second = await first[way]();

    expect(await look(second)).toEqual(before);
  },
);

test('secrets have both versions, and a deleted one goes when its time has come', async () => {
  const first = startMachine();
  const create = (Name: string) =>
    first.call('secretsmanager', 'CreateSecret', {
      Name,
      SecretBinary: new Uint8Array([1, 2]),
      Description: 'd',
    });
  await create('a/b');
  await create('going');
  await first.call('secretsmanager', 'PutSecretValue', { SecretId: 'a/b', SecretString: 'two' });
  await first.call('secretsmanager', 'DeleteSecret', { SecretId: 'going', RecoveryWindowInDays: 7 });
  const look = async (machine: Machine) => [
    await machine.call('secretsmanager', 'GetSecretValue', { SecretId: 'a/b' }),
    await machine.call('secretsmanager', 'GetSecretValue', { SecretId: 'a/b', VersionStage: 'AWSPREVIOUS' }),
    await machine.call('secretsmanager', 'DescribeSecret', { SecretId: 'going' }),
  ];
  const before = await look(first);

  const second = await first.restart();
  const after = await look(second);
  await second.emulator.advance(7 * DAY_MS);

  expect(after).toEqual(before);
  const gone = second.call('secretsmanager', 'DescribeSecret', { SecretId: 'going' });
  await expect(gone).rejects.toThrow("Secrets Manager can't find the specified secret.");
});

test('roles are as before', async () => {
  const first = startMachine();
  const role = { RoleName: 'worker', AssumeRolePolicyDocument: '{"Statement":[]}' };
  const { Role } = await first.call('iam', 'CreateRole', role);

  const second = first.killed();

  expect((await second.call('iam', 'GetRole', { RoleName: 'worker' })).Role).toEqual(Role);
});

test.each(['restart', 'fromSnapshot'] as const)('logs are read on as before (%s)', async (way) => {
  const first = startMachine();
  const logGroupName = '/app/a';
  const place = { logGroupName, logStreamName: 'one' };
  await first.call('logs', 'CreateLogGroup', { logGroupName, tags: { team: 'a' } });
  await first.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: 7 });
  for (const logStreamName of ['one', 'gone'])
    await first.call('logs', 'CreateLogStream', { logGroupName, logStreamName });
  const write = (machine: Machine, message: string, stream = place) =>
    machine.call('logs', 'PutLogEvents', {
      ...{ ...stream, logEvents: [{ message, timestamp: machine.emulator.clock.now() }] },
    });
  await write(first, 'first');
  await write(first, 'gone', { ...place, logStreamName: 'gone' });
  await first.call('logs', 'DeleteLogStream', { logGroupName, logStreamName: 'gone' });
  const look = async (machine: Machine) => [
    await machine.call('logs', 'GetLogEvents', { ...place, startFromHead: true }),
    await machine.call('logs', 'FilterLogEvents', { logGroupName }),
    await machine.call('logs', 'DescribeLogGroups'),
    await machine.call('logs', 'DescribeLogStreams', { logGroupName }),
  ];
  const before = await look(first);
  const token = Object(before[0]).nextForwardToken;

  const second = await first[way]();
  const after = await look(second);
  await write(second, 'second');

  expect(after).toEqual(before);
  const { events } = await second.call('logs', 'GetLogEvents', { ...place, nextToken: token });
  expect(events).toEqual([expect.objectContaining({ message: 'second' })]);
});

test('what a function printed is kept without anybody calling', async () => {
  const first = startMachine();
  const line = { account: '123456789012', region: 'eu-west-1', group: '/aws/lambda/f', stream: 's' };
  first.emulator.services.logs.print({ ...line, text: 'printed' });
  await first.call('logs', 'DescribeLogGroups');

  const second = first.killed();

  const { events } = await second.call('logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/f' });
  expect(events).toEqual([expect.objectContaining({ message: 'printed' })]);
});

test.each(['restart', 'fromSnapshot'] as const)(
  'metrics add up and alarms keep their state (%s)',
  async (way) => {
    const first = startMachine();
    const metric = { Namespace: 'App', MetricName: 'Runs', Dimensions: [{ Name: 'Queue', Value: 'a' }] };
    const { Namespace, ...datum } = metric;
    const putValue = (machine: Machine, Value: number) =>
      machine.call('cloudwatch', 'PutMetricData', { Namespace, MetricData: [{ ...datum, Value }] });
    await putValue(first, 2);
    await first.call('cloudwatch', 'PutMetricAlarm', {
      ...{ AlarmName: 'many', ...metric, Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1 },
      ComparisonOperator: 'GreaterThanThreshold',
    });
    await first.call('cloudwatch', 'SetAlarmState', {
      ...{ AlarmName: 'many', StateValue: 'ALARM', StateReason: 'test' },
    });
    const alarms = await first.call('cloudwatch', 'DescribeAlarms');

    const second = await first[way]();
    await putValue(second, 3);

    const { Datapoints } = await second.call('cloudwatch', 'GetMetricStatistics', {
      ...{ ...metric, Period: 60, Statistics: ['Sum', 'SampleCount', 'Maximum'] },
      ...{ StartTime: new Date('2025-12-31'), EndTime: new Date('2026-01-02') },
    });
    expect(Datapoints).toEqual([expect.objectContaining({ Sum: 5, SampleCount: 2, Maximum: 3 })]);
    expect(await second.call('cloudwatch', 'DescribeAlarms')).toEqual(alarms);
  },
);
