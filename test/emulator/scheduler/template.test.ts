/** Schedules and groups of a synthesized app: made, changed, replaced and deleted as its template says. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import {
  CfnSchedule,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage, Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { createEmulator, TemplateError, type VirtualEmulator } from '../../../lib/emulator/index.ts';

const HOUR = 3_600_000;

interface AppOptions {
  readonly hour?: string;
  readonly nightly?: boolean;
  readonly groupName?: string;
  readonly expression?: string;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'cdk.out');
}

function synthesize(outdir: string, options: AppOptions = {}): string {
  const { expression, groupName = 'reports', hour = '2', nightly = true } = options;
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Shop');
  const queue = new Queue(stack, 'Inbox', { queueName: 'inbox' });
  const dead = new Queue(stack, 'Dead', { queueName: 'dead' });
  const group = new ScheduleGroup(stack, 'Reports', { scheduleGroupName: groupName });
  const input = ScheduleTargetInput.fromText('report of <aws.scheduler.scheduled-time>');
  if (nightly) {
    new Schedule(stack, 'Nightly', {
      scheduleGroup: group,
      description: 'the nightly report',
      schedule: ScheduleExpression.cron({ hour, minute: '30', timeZone: TimeZone.of('Europe/Oslo') }),
      end: new Date('2026-03-01T00:00:00Z'),
      target: new SqsSendMessage(queue, {
        ...{ input, deadLetterQueue: dead, retryAttempts: 3, maxEventAge: Duration.hours(1) },
      }),
    });
  }
  new Schedule(stack, 'Pulse', {
    schedule: ScheduleExpression.rate(Duration.hours(6)),
    target: new Universal({
      ...{ service: 'sqs', action: 'sendMessage' },
      input: ScheduleTargetInput.fromObject({ QueueUrl: queue.queueUrl, MessageBody: 'pulse' }),
    }),
  });
  if (expression !== undefined) {
    new CfnSchedule(stack, 'Raw', {
      ...{ scheduleExpression: expression, flexibleTimeWindow: { mode: 'OFF' } },
      target: { arn: queue.queueArn, roleArn: 'arn:aws:iam::000000000000:role/r' },
    });
  }
  app.synth();
  return outdir;
}

async function load(options?: AppOptions): Promise<{ emulator: VirtualEmulator; folder: string }> {
  const emulator = createEmulator({
    ...{ clock: { virtual: '2026-01-01T00:00:00Z' }, seed: 1, schedulerPrecisionMs: 0 },
  });
  onTestFinished(() => emulator.close());
  const folder = synthesize(await newFolder(), options);
  await emulator.load(folder);
  return { emulator, folder };
}

function reports(emulator: VirtualEmulator): readonly string[] {
  return emulator.services.sqs
    .snapshot()
    .flatMap(({ messages }) => messages.map(({ body }) => body))
    .filter((body) => body.startsWith('report'));
}

const names = (emulator: VirtualEmulator) =>
  emulator.services.scheduler.snapshot().map(({ expression, group }) => `${group}: ${expression}`);

test('the schedules of a synthesized app fire at their times', async () => {
  const { emulator } = await load();

  await emulator.advance(48 * HOUR);

  expect(reports(emulator)).toEqual(['report of 2026-01-01T01:30:00Z', 'report of 2026-01-02T01:30:00Z']);
  const [nightly] = emulator.services.scheduler.snapshot().filter(({ group }) => group === 'reports');
  const shown = await emulator.call('scheduler', 'GetSchedule', {
    ...{ Name: nightly?.name, GroupName: 'reports' },
  });
  expect(shown).toMatchObject({
    ...{ Description: 'the nightly report', EndDate: new Date('2026-03-01T00:00:00Z') },
    ...{ ScheduleExpression: 'cron(30 2 * * ? *)', ScheduleExpressionTimezone: 'Europe/Oslo' },
    Target: {
      DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 3 },
    },
  });
  const sent = emulator.trace.entries({ service: 'scheduler', operation: 'deliver' });
  expect(sent.filter(({ details }) => String(details.to).includes('aws-sdk:sqs:sendMessage'))).toHaveLength(
    9,
  );
});

test('a changed expression is an update, another group a replacement, what is left out goes', async () => {
  const { emulator, folder } = await load();
  const before = names(emulator);

  const changed = await emulator.load(synthesize(folder, { hour: '4' }));
  const afterChange = names(emulator);
  await emulator.load(synthesize(folder, { hour: '4', groupName: 'others' }));
  const afterMove = names(emulator);
  await emulator.load(synthesize(folder, { groupName: 'others', nightly: false }));

  expect(before).toEqual(['default: rate(6 hours)', 'reports: cron(30 2 * * ? *)']);
  expect(changed.changes.map(({ kind, type }) => `${kind} ${type}`)).toEqual([
    'updated AWS::Scheduler::Schedule',
  ]);
  expect(afterChange).toEqual(['default: rate(6 hours)', 'reports: cron(30 4 * * ? *)']);
  expect(afterMove).toEqual(['default: rate(6 hours)', 'others: cron(30 4 * * ? *)']);
  expect(names(emulator)).toEqual(['default: rate(6 hours)']);
  const groups = await emulator.call('scheduler', 'ListScheduleGroups', {});
  expect(groups.ScheduleGroups).toMatchObject([{ Name: 'default' }, { Name: 'others' }]);
});

test('the same app again changes nothing', async () => {
  const { emulator, folder } = await load();

  const report = await emulator.load(synthesize(folder));

  expect(report.changes).toEqual([]);
});

test('an expression that the validation at synthesis lets through is refused by the service', async () => {
  const loading = load({ expression: 'rate(1 second)' });

  await expect(loading).rejects.toThrow(TemplateError);
  await expect(loading).rejects.toThrow('Invalid Schedule Expression rate(1 second).');
});
