/** The two alarms of a queue: something was dead-lettered, and something waits for too long. */

import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** When to ring, and whom to tell. */
export interface AlarmProps {
  /** Rings when the oldest message of a queue has waited this long. @default Duration.hours(1) */
  readonly oldestMessage?: Duration;
  /**
   * Told when an alarm rings and when it is over: `new SnsAction(topic)`. @default - nobody; the state
   * shows in CloudWatch
   */
  readonly actions?: readonly IAlarmAction[];
}

/** How long a message may wait unless the props say otherwise. */
export const OLDEST_MESSAGE_DEFAULT = Duration.hours(1);

/** The alarms of one queue and its dead-letter queue. */
export class QueueAlarms extends Construct {
  constructor(scope: Construct, id: string, queue: IQueue, deadLetterQueue: IQueue, props: AlarmProps) {
    super(scope, id);
    const actions = props.actions ?? [];
    // A dead letter is never routine: somebody has to look at it, and redrive it or delete it.
    ring(this, 'DeadLetters', actions, {
      description: `There are dead letters in ${deadLetterQueue.queueName}`,
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      threshold: 0,
    });
    const oldest = props.oldestMessage ?? OLDEST_MESSAGE_DEFAULT;
    ring(this, 'OldestMessage', actions, {
      description: `A message has waited in ${queue.queueName} for more than ${oldest.toHumanString()}`,
      metric: queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      threshold: oldest.toSeconds(),
    });
  }
}

interface Ring {
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
}

function ring(scope: Construct, id: string, actions: readonly IAlarmAction[], when: Ring): void {
  const alarm = new Alarm(scope, id, {
    metric: when.metric,
    threshold: when.threshold,
    alarmDescription: when.description,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    // SQS stops reporting after six idle hours, which is good news.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  for (const action of actions) {
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
