/** How much of AWS's limits an app uses: what is refused beyond them is known long before. */
import {
  LARGE_TOPIC_SUBSCRIPTIONS_MAX,
  QUEUE_NAME_LENGTH_MAX,
  TOPIC_FILTER_POLICIES_MAX,
} from '../core/limits.ts';
import { BUS_RULES_MAX, EVENT_PATTERN_LENGTH_MAX } from '../core/routing/event-pattern.ts';
import type { Topology } from './topology.ts';

export interface LimitUsage {
  readonly limit: string;
  /** Which of several is nearest to it. */
  readonly of: string;
  readonly used: number;
  readonly allowed: number;
}

/** The limits that an app has anything of, each at its fullest. */
export function toUsage({ queues, exchanges }: Topology): readonly LimitUsage[] {
  const { topics, subscriptions, rules, archives, busName } = exchanges;
  const policies = topics.map(({ topicName }) => ({
    of: topicName,
    used: subscriptions.filter((one) => one.topicName === topicName && one.filterPolicy !== undefined).length,
  }));
  const subscribers = topics.map(({ topicName }) => ({
    of: topicName,
    used: subscriptions.filter((one) => one.topicName === topicName).length,
  }));
  const names = queues
    .flatMap(({ queueName, deadLetterQueueName }) => [queueName, deadLetterQueueName])
    .map((name) => ({ of: name, used: name.length }));
  return [
    ...fullest("characters of a queue's name (SQS)", QUEUE_NAME_LENGTH_MAX, names),
    ...fullest('filter policies of a topic (SNS)', TOPIC_FILTER_POLICIES_MAX, policies),
    ...fullest('queues of a topic that carries 1 MiB (SNS)', LARGE_TOPIC_SUBSCRIPTIONS_MAX, subscribers),
    ...fullest(
      'rules of the bus (EventBridge)',
      BUS_RULES_MAX,
      busName === undefined ? [] : [{ of: busName, used: rules.length + archives.length }],
    ),
    ...fullest(
      'characters of a pattern (EventBridge)',
      EVENT_PATTERN_LENGTH_MAX,
      rules.map(({ exchange, queue, pattern }) => ({
        of: `${exchange} to ${queue}`,
        used: JSON.stringify(pattern).length,
      })),
    ),
  ];
}

function fullest(
  limit: string,
  allowed: number,
  all: readonly { readonly of: string; readonly used: number }[],
): LimitUsage[] {
  const [first] = [...all].sort((left, right) => right.used - left.used);
  return first === undefined || first.used === 0 ? [] : [{ limit, ...first, allowed }];
}
