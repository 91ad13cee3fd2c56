/** The scaling of a worker service by what waits in its queues. */
import { AdjustmentType, type BasicStepScalingPolicyProps } from 'aws-cdk-lib/aws-applicationautoscaling';
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FargateService, ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';

/** Between how many tasks, and the age of the oldest message that is wanted. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ageSeconds: number;
}

/** CloudWatch takes ten metrics in one alarm. */
export const METRICS_OF_ALARM_MAX = 10;
/** Of which an age needs two. */
export const LEVELS_OF_AGE_MAX = METRICS_OF_ALARM_MAX / 2;

/**
 * By the oldest message of all queues: its age says how late work is, which the number of messages does not.
 * It counts only while something waits: the age of a message that has run for hours says nothing.
 *
 * More levels than one alarm can see the ages of have several alarms to start tasks, of which each may ring
 * by itself, and another one to stop them: some empty queues are no reason to while others are full.
 */
export function scale(
  service: FargateService,
  levels: readonly IQueue[],
  { min, max, ageSeconds: age }: Scale,
): ScalableTaskCount {
  const count = service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max });
  const fewer = { upper: 0, change: -1 };
  const more = [
    { lower: age, change: 1 },
    { lower: 2 * age, change: 2 },
    { lower: 5 * age, change: 5 },
  ];
  const isOneAlarm = levels.length <= LEVELS_OF_AGE_MAX;
  for (const [first, some] of chunks(levels, LEVELS_OF_AGE_MAX))
    count.scaleOnMetric(first === 0 ? 'Age' : `Age-${first}`, {
      metric: oldest(some),
      scalingSteps: isOneAlarm ? [fewer, ...more] : more,
      ...STEADY,
    });
  if (isOneAlarm) return count;
  for (const [first, some] of chunks(levels, METRICS_OF_ALARM_MAX))
    count.scaleOnMetric(first === 0 ? 'Idle' : `Idle-${first}`, {
      metric: waiting(some),
      scalingSteps: [fewer, { lower: 1, change: 0 }],
      ...STEADY,
    });
  return count;
}

const STEADY: Omit<BasicStepScalingPolicyProps, 'metric' | 'scalingSteps'> = {
  adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY,
  cooldown: Duration.minutes(2),
  // A queue that is quiet for some minutes is not one that is empty for good.
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
};

/** Items in parts of a size, each with the index of its first. */
export function chunks<Item>(items: readonly Item[], size: number): (readonly [number, readonly Item[]])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => [
    index * size,
    items.slice(index * size, (index + 1) * size),
  ]);
}

const EACH_MINUTE = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };

/** How many messages wait in all of them. */
function waiting(levels: readonly IQueue[]): IMetric {
  const metrics = levels.map(
    (queue, index) => [`v${index}`, queue.metricApproximateNumberOfMessagesVisible(EACH_MINUTE)] as const,
  );
  return new MathExpression({
    expression: `SUM([${metrics.map(([name]) => `FILL(${name}, 0)`).join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics),
    period: EACH_MINUTE.period,
    label: 'messages that wait',
  });
}

/** The age of the oldest message of those levels, at most LEVELS_OF_AGE_MAX, in which any waits. */
export function oldest(levels: readonly IQueue[]): IMetric {
  const metrics = levels.flatMap((queue, index) => [
    [`a${index}`, queue.metricApproximateAgeOfOldestMessage(EACH_MINUTE)] as const,
    [`v${index}`, queue.metricApproximateNumberOfMessagesVisible(EACH_MINUTE)] as const,
  ]);
  const ages = levels.map((_, index) => `IF(FILL(v${index}, 0) > 0, FILL(a${index}, 0), 0)`);
  return new MathExpression({
    expression: ages.length === 1 ? (ages[0] ?? '') : `MAX([${ages.join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics),
    period: EACH_MINUTE.period,
    label: 'age of the oldest message that waits',
  });
}
