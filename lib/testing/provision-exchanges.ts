/** Builds the exchanges of a topology on an emulator: topics with subscriptions, the bus with its rules. */
import { RULE_RETRIES_MAX, RULE_RETRY_SECONDS_MAX } from '../core/limits.ts';
import type { RuleResource, SubscriptionResource, TopicResource } from '../define/exchange-topology.ts';
import type { Topology } from '../define/topology.ts';
import type { Emulator } from '../emulator/index.ts';
import { ACCOUNT, REGION } from './place.ts';

export function queueArn(queueName: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${queueName}`;
}

/** Creates what carries the exchanges; their queues are there already. */
export async function provisionExchanges(emulator: Emulator, topology: Topology): Promise<void> {
  const { topics, subscriptions, busName, rules, archives } = topology.exchanges;
  for (const topic of topics) await createTopic(emulator, topic);
  for (const subscription of subscriptions) await subscribe(emulator, topology, subscription);
  if (busName === undefined) return;
  await emulator.call('eventbridge', 'CreateEventBus', { Name: busName });
  for (const [index, rule] of rules.entries()) {
    // Generated in a template too: an exchange and a queue may have names that are longer than a rule's.
    await createRule(emulator, topology, rule, `rule-${index + 1}`);
  }
  for (const archive of archives) {
    await emulator.call('eventbridge', 'CreateArchive', {
      ArchiveName: archive.archiveName,
      Description: `Celeriac: messages of exchange ${archive.exchange}`,
      EventSourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${archive.busName}`,
      EventPattern: JSON.stringify(archive.pattern),
      RetentionDays: archive.days,
    });
  }
}

async function createTopic(emulator: Emulator, topic: TopicResource): Promise<void> {
  await emulator.call('sns', 'CreateTopic', {
    Name: topic.topicName,
    Attributes: {
      MaximumMessageSize: String(topic.bytesMax),
      ...(topic.fifo
        ? { FifoTopic: 'true', ContentBasedDeduplication: 'true', FifoThroughputScope: 'MessageGroup' }
        : {}),
    },
  });
}

async function subscribe(
  emulator: Emulator,
  topology: Topology,
  { topicName, queue, queueName, filterPolicy }: SubscriptionResource,
): Promise<void> {
  await emulator.call('sns', 'Subscribe', {
    TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:${topicName}`,
    Protocol: 'sqs',
    Endpoint: queueArn(queueName),
    Attributes: {
      RawMessageDelivery: 'true',
      ...(filterPolicy === undefined ? {} : { FilterPolicy: JSON.stringify(filterPolicy) }),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn(topology, queue) }),
    },
  });
}

async function createRule(
  emulator: Emulator,
  topology: Topology,
  rule: RuleResource,
  name: string,
): Promise<void> {
  const { busName: EventBusName, exchange, queue, queueName } = rule;
  await emulator.call('eventbridge', 'PutRule', {
    Name: name,
    EventBusName,
    Description: `Celeriac: exchange ${exchange} to queue ${queueName}`,
    EventPattern: JSON.stringify(rule.pattern),
  });
  await emulator.call('eventbridge', 'PutTargets', {
    Rule: name,
    EventBusName,
    Targets: [
      {
        Id: 'Queue',
        Arn: queueArn(queueName),
        InputPath: '$.detail.message',
        DeadLetterConfig: { Arn: deadLetterArn(topology, queue) },
        RetryPolicy: {
          MaximumEventAgeInSeconds: RULE_RETRY_SECONDS_MAX,
          MaximumRetryAttempts: RULE_RETRIES_MAX,
        },
      },
    ],
  });
}

function deadLetterArn(topology: Topology, queue: string): string {
  const found = topology.queues.find(({ name }) => name === queue);
  return queueArn(found?.deadLetterQueueName ?? '');
}
