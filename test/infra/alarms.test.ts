import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { defineApp, defineQueue, defineTask } from '#lib';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { emptyStack, synthesize } from './stack.ts';

test('alarms ring for any dead letter and for a message that has waited for an hour', () => {
  const template = synthesize(shop).template();

  template.resourceCountIs('AWS::CloudWatch::Alarm', 6);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: Match.absent(),
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: 3600,
    ComparisonOperator: 'GreaterThanThreshold',
  });
});

test('an alarm tells whom it is given when it rings and when it is over', () => {
  const { template } = synthesize(shop, (stack) => ({
    alarms: { oldestMessage: Duration.minutes(5), actions: [new SnsAction(new Topic(stack, 'Alerts'))] },
  }));

  const told = [{ Ref: Match.stringLikeRegexp('^Alerts') }];

  template().allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: told, OKActions: told });
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: 300,
  });
});

test('on a machine a message ages only while one waits, since its tasks may run for hours', () => {
  const long = defineQueue('long', { priorities: 6 });
  const app = defineApp('shop', {
    tasks: [defineTask('render', { queue: long, run: () => 1 })],
    longDelays: false,
  });
  const { stack } = emptyStack();
  new Broker(stack, 'Broker', { app, workers: { long: 'machine' } });

  const template = Template.fromStack(stack);

  // Six levels are twelve metrics, of which an alarm takes ten.
  const ages = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter(({ Threshold }) => Threshold === 3_600);
  expect(ages.map(({ Metrics }) => Metrics.length - 1).sort()).toEqual([10, 2]);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 3_600,
    Metrics: Match.arrayWith([Match.objectLike({ Expression: 'IF(FILL(v0, 0) > 0, FILL(a0, 0), 0)' })]),
  });
});

test('alarms can be left out', () => {
  const { template } = synthesize(shop, { alarms: false });

  template().resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test('a wait queue with a length rings when more is in it, delayed as all of it is', () => {
  const rest = defineQueue('rest');
  const wait = defineQueue('wait', { expires: '1m', maxLength: 7, deadLetter: { to: rest } });
  const template = synthesize(defineApp('shop', { queues: [wait] })).template();

  const of = (MetricName: string) =>
    Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName }) }) });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 7,
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'SUM([FILL(level0, 0), FILL(level1, 0)])' }),
      of('ApproximateNumberOfMessagesVisible'),
      of('ApproximateNumberOfMessagesDelayed'),
    ]),
  });
});

test('of a wait queue with many levels what is delayed counts', () => {
  const rest = defineQueue('rest');
  const given = { expires: '1m', maxLength: 7, priorities: 10, deadLetter: { to: rest } } as const;
  const wait = defineQueue('wait', given);
  const template = synthesize(defineApp('shop', { queues: [wait] })).template();

  const delayed = { MetricName: 'ApproximateNumberOfMessagesDelayed', Namespace: 'AWS/SQS' };
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 7,
    Metrics: Match.arrayWith([
      Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike(delayed) }) }),
    ]),
  });
});

test('a queue with a length rings when it is full, as publishers see it, over all its levels', () => {
  const template = synthesize(mall).template();

  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmDescription: Match.objectLike({}),
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Threshold: 50,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 1_000,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'SUM([FILL(level0, 0), FILL(level1, 0), FILL(level2, 0)])' }),
    ]),
  });
});
