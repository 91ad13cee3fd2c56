/** `later`, the timers and their role in the template, and what the emulator makes of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Stack } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { cron, defineApp, defineQueue, defineSchedule, defineTask, every } from '#lib';
import { parseExpression } from '../../lib/emulator/scheduler/expression.ts';
import { permissions } from './permissions.ts';
import { emptyStack, type Props, synthesize } from './stack.ts';

const report = defineTask('report', { queue: defineQueue('reports'), run: () => 1 });
const nightly = defineSchedule('nightly', {
  trigger: cron('0 2 * * *', { timezone: 'America/Los_Angeles' }),
  send: report(),
});
const beat = defineSchedule('beat', { trigger: every('10s'), send: report() });
const timed = defineApp('timed', { schedules: [nightly, beat] });
const patient = defineApp('patient', { tasks: [report] });

const TIMERS = 'timed-dev/*';
const RECORDS = [
  'dynamodb:BatchGetItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
];
const SEND = ['sqs:GetQueueUrl', 'sqs:SendMessage'];

test('a native schedule has a timer of its own, and all others share the ticker', () => {
  const template = synthesize(timed).template();

  const timers = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const found = timers.map(({ Properties }) => ({
    name: Properties.Name,
    expression: Properties.ScheduleExpression,
    timezone: Properties.ScheduleExpressionTimezone,
    retries: Properties.Target.RetryPolicy,
  }));
  const retries = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };
  expect(found).toEqual([
    { name: 'timed-dev.celeriac.ticker', expression: 'rate(1 minute)', timezone: 'UTC', retries },
    { name: 'timed-dev.celeriac.sweep', expression: 'cron(37 * * * ? *)', timezone: 'UTC', retries },
    { name: 'timed-dev.nightly', expression: 'cron(0 2 * * ? *)', timezone: 'America/Los_Angeles', retries },
  ]);
  for (const { expression } of found) expect(() => parseExpression(expression)).not.toThrow();
});

test('a timer comes after whoever takes what it brings, and after its role', () => {
  const template = synthesize(timed).template();

  const timers = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  for (const { DependsOn } of timers) {
    const kinds = (DependsOn as string[]).map((id) => template.toJSON().Resources[id].Type);
    expect(kinds).toEqual(
      expect.arrayContaining(['AWS::Lambda::EventSourceMapping', 'AWS::IAM::Role', 'AWS::IAM::Policy']),
    );
  }
});

test('timers have one role, which the service takes on for their group alone, and which only sends', () => {
  const template = synthesize(timed).template();

  const [[group] = []] = Object.entries(template.findResources('AWS::Scheduler::ScheduleGroup'));
  template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 1);
  template.hasResourceProperties('AWS::IAM::Role', {
    RoleName: { 'Fn::Join': ['', ['timed-dev-timers-', { Ref: 'AWS::Region' }]] },
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [group, 'Arn'] },
            },
          },
        },
      ],
    },
  });
  expect(permissions(template, 'BrokerLaterRole')).toEqual({
    'Broker/Queue-later/Queue': ['sqs:SendMessage'],
    'Broker/Queue-later/DeadLetters': ['sqs:SendMessage'],
  });
});

test('later may make timers and pass their role, and read and write records of schedules', () => {
  const found = permissions(synthesize(timed).template(), 'BrokerWorkerlaterRole');

  expect(found).toMatchObject({
    'Broker/Later/Role': ['iam:PassRole'],
    // It writes runs too: those of workflows that are overdue.
    'Broker/Runs/Table': [...RECORDS, 'dynamodb:UpdateItem'],
    'Broker/Queue-reports/Queue': SEND,
    'Broker/Queue-later/DeadLetters': SEND,
  });
  expect(Object.entries(found).find(([name]) => name.endsWith(TIMERS))?.[1]).toEqual([
    'scheduler:CreateSchedule',
  ]);
});

test('a worker may not make timers: it hands what waits to later', () => {
  const found = permissions(synthesize(timed).template(), 'BrokerWorkerreportsRole');

  expect(found['Broker/Queue-later/Queue']).toEqual(SEND);
  expect(Object.values(found).flat().join()).not.toMatch(/scheduler:|iam:/);
});

test('who changes schedules may make, change and remove timers; who revokes may remove them', () => {
  const { broker, stack, template } = synthesize(timed);
  broker.grantSchedules(webServer(stack, 'Desk'));
  broker.grantControl(webServer(stack, 'Control'));

  const timersOf = (role: string) =>
    Object.entries(permissions(template(), role)).find(([name]) => name.endsWith(TIMERS))?.[1];
  expect(timersOf('Desk')).toEqual([
    'scheduler:CreateSchedule',
    'scheduler:DeleteSchedule',
    'scheduler:UpdateSchedule',
  ]);
  // To run one by hand may be to send a workflow, whose plan is written.
  expect(permissions(template(), 'Desk')['Broker/Runs/Table']).toEqual([...RECORDS, 'dynamodb:UpdateItem']);
  expect(timersOf('Control')).toEqual(['scheduler:DeleteSchedule']);
});

test('without schedules there is nothing to grant', () => {
  const { broker, stack } = synthesize(patient);

  expect(() => broker.grantSchedules(webServer(stack, 'Desk'))).toThrow(
    expect.objectContaining({ code: 'NO_SCHEDULES' }),
  );
});

test('later may call itself, as long chains of waits do', () => {
  const template = synthesize(patient).template();

  template.allResourcesProperties('AWS::Lambda::Function', { RecursiveLoop: 'Allow' });
  expect(permissions(template, 'BrokerWorkerlaterRole')['Broker/Later/Role']).toEqual(['iam:PassRole']);
});

test('later finds overdue workflows by their state, ends them, and reads no more of the table', () => {
  const found = (workflows: boolean) => {
    const app = defineApp('patient', { tasks: [report], workflows });
    return permissions(synthesize(app).template(), 'BrokerWorkerlaterRole');
  };

  expect(found(true)).toMatchObject({
    'Broker/Runs/Table': ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
    '/index/byState': ['dynamodb:Query'],
    'patient-dev-reply-*': SEND,
  });
  expect(Object.keys(found(false)).filter((name) => /Table|index|reply/.test(name))).toEqual([]);
});

test('an app without schedules and long delays has nothing of it', () => {
  const template = synthesize(defineApp('brief', { tasks: [report], longDelays: false })).template();

  template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 0);
  template.resourceCountIs('AWS::Lambda::Function', 1);
});

test.each<[string, Props]>([
  ['as it comes', {}],
  [
    "under a customer's key",
    (stack) => ({ encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) }),
  ],
])('nothing of it has a finding of the validator and of cdk-nag, %s', (_, props) => {
  const { cdk, broker, stack } = synthesize(timed, props, { validated: true });
  broker.grantSchedules(webServer(stack, 'Desk'));
  broker.grantControl(webServer(stack, 'Control'));

  expect(() => cdk.synth()).not.toThrow();
});

test('a role that may do anything with timers does fail the synthesis', () => {
  const { cdk, stack } = emptyStack({ validated: true });
  const role = webServer(stack, 'Careless');
  role.addToPrincipalPolicy(
    // The same as the Broker's, but for all groups.
    new PolicyStatement({ actions: ['scheduler:CreateSchedule'], resources: ['*'] }),
  );

  expect(() => cdk.synth()).toThrow('AwsSolutions-IAM5');
});

describe('the bundles', () => {
  const { folder, template } = synthesize(timed, {}, { bundled: true });
  const codes = new Map(
    Object.values(template().findResources('AWS::Lambda::Function')).map(({ Metadata, Properties }) => {
      const [, queue = ''] = /Worker-([^/]+)/.exec(Metadata['aws:cdk:path']) ?? [];
      const asset = `asset.${Properties.Code.S3Key.replace('.zip', '')}`;
      return [queue, readFileSync(join(folder, asset, 'index.js'), 'utf8')];
    }),
  );

  test.each([
    ['later', true],
    ['reports', false],
  ])('of %s has the client of EventBridge Scheduler: %s', (queue, held) => {
    const code = codes.get(queue) ?? '';

    expect(code.includes('AWSSchedulerService') || code.includes('FlexibleTimeWindow')).toBe(held);
    expect(code).toContain('AmazonSQS');
  });
});

function webServer(stack: Stack, id: string): Role {
  return new Role(stack, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
}
