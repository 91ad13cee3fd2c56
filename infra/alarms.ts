/** The alarms of a queue: something was dead-lettered, something waits for too long, too much waits. */

import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { chunks, LEVELS_OF_AGE_MAX, METRICS_OF_ALARM_MAX, oldest } from './scaling.ts';

/** When to ring, and whom to tell. */
export interface AlarmProps {
  /**
   * Rings when the oldest message of a queue has waited this long; one that is being worked on counts, too,
   * but where a machine works the queue off and nothing waits. @default Duration.hours(1)
   */
  readonly oldestMessage?: Duration;
  /**
   * Told when an alarm rings and when it is over: `new SnsAction(topic)`. @default - nobody; the state
   * shows in CloudWatch
   */
  readonly actions?: readonly IAlarmAction[];
}

/** How long a message may wait unless the props say otherwise. */
export const OLDEST_MESSAGE_DEFAULT = Duration.hours(1);

/** What is watched: the levels of a queue, the lowest first, and the dead-letter queue that they share. */
export interface WatchedQueue {
  readonly levels: readonly IQueue[];
  readonly deadLetterQueue: IQueue;
  /** How many messages may wait in all levels; undefined: any number. */
  readonly maxLength: number | undefined;
  /** Whether a machine works it off, whose tasks may run for longer than messages may wait. */
  readonly onMachine: boolean;
  /** Whether it is a wait queue, in which all messages are delayed. */
  readonly waits: boolean;
}

/** The alarms of one queue and its dead-letter queue. */
export class QueueAlarms extends Construct {
  constructor(scope: Construct, id: string, watched: WatchedQueue, props: AlarmProps) {
    super(scope, id);
    const { levels, deadLetterQueue, maxLength } = watched;
    const actions = props.actions ?? [];
    ringForDeadLetters(this, deadLetterQueue, actions);
    const name = levels[0]?.queueName;
    const limit = props.oldestMessage ?? OLDEST_MESSAGE_DEFAULT;
    for (const [first, metric] of ages(watched))
      ring(this, first === 0 ? 'OldestMessage' : `OldestMessage-${first}`, actions, {
        description: `A message has waited in ${name} for more than ${limit.toHumanString()}`,
        metric,
        threshold: limit.toSeconds(),
      });
    if (maxLength === undefined) return;
    ring(this, 'MaxLength', actions, {
      description: `${maxLength} messages or more wait in ${name}: publishers are refused`,
      metric: ofAll(waiting(watched), 'SUM'),
      // At the length itself publishers are refused, so that more than it hardly ever wait.
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: maxLength,
    });
  }
}

/** The alarm of a dead-letter queue: a dead letter is never routine, somebody has to look at it. */
export function ringForDeadLetters(scope: Construct, queue: IQueue, actions: readonly IAlarmAction[]): void {
  ring(scope, 'DeadLetters', actions, {
    description: `There are dead letters in ${queue.queueName}`,
    metric: queue.metricApproximateNumberOfMessagesVisible(EACH_MINUTE),
    threshold: 0,
  });
}

const EACH_MINUTE = { period: Duration.minutes(1), statistic: Stats.MAXIMUM };

/**
 * The age of the oldest message over all levels. SQS counts what is in flight, too, so that a task which runs
 * for hours would ring: on a machine the age of a level counts only while something waits in it.
 */
function ages({ levels, onMachine }: WatchedQueue): readonly (readonly [number, IMetric])[] {
  if (onMachine)
    return chunks(levels, LEVELS_OF_AGE_MAX).map(([first, some]) => [first, oldest(some)] as const);
  const metrics = levels.map((level) => level.metricApproximateAgeOfOldestMessage(EACH_MINUTE));
  return [[0, ofAll(metrics, 'MAX')]];
}

/**
 * How many messages wait, which in a wait queue are delayed until they are due. An alarm has ten metrics at
 * most (CloudWatch), so that with more levels those that are due, and taken at once, are left out.
 */
function waiting({ levels, waits }: WatchedQueue): readonly Metric[] {
  const due = levels.map((level) => level.metricApproximateNumberOfMessagesVisible(EACH_MINUTE));
  if (!waits) return due;
  const delayed = levels.map((level) => level.metricApproximateNumberOfMessagesDelayed(EACH_MINUTE));
  return due.length + delayed.length > METRICS_OF_ALARM_MAX ? delayed : [...due, ...delayed];
}

/** One metric over several; that of a single level is the metric itself, which costs less. */
function ofAll(metrics: readonly Metric[], combine: 'MAX' | 'SUM'): IMetric {
  const [only] = metrics;
  if (only !== undefined && metrics.length === 1) return only;
  const names = metrics.map((_, level) => `level${level}`);
  return new MathExpression({
    // A level that reports nothing must not hide the others.
    expression: `${combine}([${names.map((name) => `FILL(${name}, 0)`).join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics.map((metric, level) => [`level${level}`, metric])),
    period: EACH_MINUTE.period,
  });
}

interface Ring {
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** @default ComparisonOperator.GREATER_THAN_THRESHOLD */
  readonly comparison?: ComparisonOperator;
}

function ring(scope: Construct, id: string, actions: readonly IAlarmAction[], when: Ring): void {
  const alarm = new Alarm(scope, id, {
    metric: when.metric,
    threshold: when.threshold,
    alarmDescription: when.description,
    comparisonOperator: when.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    // SQS stops reporting after six idle hours, which is good news.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  for (const action of actions) {
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}
