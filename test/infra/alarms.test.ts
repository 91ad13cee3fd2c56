import { Match } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { test } from 'vitest';
import { mall } from './mall.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

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

test('alarms can be left out', () => {
  const { template } = synthesize(shop, { alarms: false });

  template().resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test.each([
  [50, 1],
  [1_000, 3],
])(
  'a queue of a length of %i rings when more waits, delayed or not, over its levels',
  (Threshold, levels) => {
    const template = synthesize(mall).template();

    const filled = Array.from({ length: 2 * levels }, (_, index) => `FILL(level${index}, 0)`);
    const of = (name: string) =>
      Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: name }) }) });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold,
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: `SUM([${filled.join(', ')}])` }),
        of('ApproximateNumberOfMessagesVisible'),
        of('ApproximateNumberOfMessagesDelayed'),
      ]),
    });
  },
);
