/**
 * The exchanges of an app: SNS topics with their subscriptions, and the EventBridge bus with its rules and
 * archives. Each pair of exchange and queue is one subscription or rule, whose dead-letter queue is the
 * queue's own.
 *
 * Subscriptions and rules are written as CloudFormation has them: CDK's own would add a statement for each
 * source to the queue's policy, which has room for 20.
 */

import { CfnArchive, CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, CfnTopic, FifoThroughputScope, Topic } from 'aws-cdk-lib/aws-sns';
import { type CfnResource, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { RULE_RETRIES_MAX, RULE_RETRY_SECONDS_MAX, TOPIC_BYTES_DEFAULT } from '../lib/core/limits.ts';
import type {
  ArchiveResource,
  ExchangeResources,
  RuleResource,
  SubscriptionResource,
  TopicResource,
} from '../lib/define/exchange-topology.ts';
import { SENDER_KEY_ACTIONS, type WorkQueue } from './queue.ts';

/** A queue at the end of a way, and what must be there before the first message comes that way. */
export interface RouteEnd {
  readonly queue: WorkQueue;
  /** The worker's function: new code comes before new routes. */
  readonly worker: IConstruct | undefined;
}

export interface ExchangesProps {
  readonly resources: ExchangeResources;
  /** The end of a way, by the queue's name. */
  readonly end: (queue: string) => RouteEnd;
  /** The customer's key; it must let SNS and EventBridge use it. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** All exchanges of an app. */
export class Exchanges extends Construct {
  /** By exchange. */
  readonly topics: ReadonlyMap<string, Topic>;
  /** undefined where EventBridge carries no exchange. */
  readonly bus: EventBus | undefined;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: ExchangesProps) {
    super(scope, id);
    const { resources, encryptionKey } = props;
    this.#encryptionKey = encryptionKey;
    this.topics = new Map(
      resources.topics.map((resource) => [resource.exchange, this.#topic(resource, encryptionKey)]),
    );
    const { busName } = resources;
    this.bus =
      busName === undefined
        ? undefined
        : new EventBus(this, 'Bus', {
            eventBusName: busName,
            ...(encryptionKey === undefined ? {} : { kmsKey: encryptionKey }),
          });
    allowServices(this, props);
    for (const resource of resources.subscriptions) this.#subscription(resource, props);
    for (const resource of resources.rules) this.#rule(resource, props);
    for (const resource of resources.archives) this.#archive(resource, props);
  }

  /** Lets somebody publish to every exchange. */
  grantPublish(grantee: IGrantable): void {
    const topics = [...this.topics.values()];
    if (topics.length > 0) {
      const resourceArns = topics.map((topic) => topic.topicArn);
      Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns });
      this.#encryptionKey?.grant(grantee, ...SENDER_KEY_ACTIONS);
    }
    if (this.bus === undefined) return;
    const resourceArns = [this.bus.eventBusArn];
    Grant.addToPrincipal({ grantee, actions: ['events:PutEvents'], resourceArns });
  }

  #topic(resource: TopicResource, encryptionKey: IKey | undefined): Topic {
    const topic = new Topic(this, `Topic-${resource.exchange}`, {
      topicName: resource.topicName,
      enforceSSL: true,
      ...(resource.fifo
        ? {
            fifo: true,
            contentBasedDeduplication: true,
            fifoThroughputScope: FifoThroughputScope.MESSAGE_GROUP,
          }
        : {}),
      ...(encryptionKey === undefined ? {} : { masterKey: encryptionKey }),
    });
    const { defaultChild } = topic.node;
    // CDK's own Topic has no such property yet.
    if (resource.bytesMax !== TOPIC_BYTES_DEFAULT && defaultChild instanceof CfnTopic)
      defaultChild.maximumMessageSize = resource.bytesMax;
    return topic;
  }

  #subscription(resource: SubscriptionResource, { end }: ExchangesProps): void {
    const { queue, worker } = end(resource.queue);
    const subscription = new CfnSubscription(this, `Subscription-${resource.exchange}-${resource.queue}`, {
      topicArn: this.topics.get(resource.exchange)?.topicArn ?? '',
      protocol: 'sqs',
      endpoint: queue.queue.queueArn,
      rawMessageDelivery: true,
      ...(resource.filterPolicy === undefined ? {} : { filterPolicy: resource.filterPolicy }),
      redrivePolicy: { deadLetterTargetArn: queue.deadLetterQueue.queueArn },
    });
    waitFor(subscription, [...queue.policies, worker]);
  }

  #rule(resource: RuleResource, { end }: ExchangesProps): void {
    const { queue, worker } = end(resource.queue);
    const rule = new CfnRule(this, `Rule-${resource.exchange}-${resource.queue}`, {
      description: `Celeriac: exchange ${resource.exchange} to queue ${resource.queueName}`,
      eventBusName: this.bus?.eventBusName ?? '',
      eventPattern: resource.pattern,
      targets: [
        {
          id: 'Queue',
          arn: queue.queue.queueArn,
          // The queue gets what a direct send would have brought.
          inputPath: '$.detail.message',
          deadLetterConfig: { arn: queue.deadLetterQueue.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: RULE_RETRY_SECONDS_MAX,
            maximumRetryAttempts: RULE_RETRIES_MAX,
          },
        },
      ],
    });
    waitFor(rule, [...queue.policies, worker]);
  }

  #archive(resource: ArchiveResource, { encryptionKey, removalPolicy }: ExchangesProps): void {
    const archive = new CfnArchive(this, `Archive-${resource.exchange}`, {
      archiveName: resource.archiveName,
      description: `Celeriac: messages of exchange ${resource.exchange}`,
      sourceArn: this.bus?.eventBusArn ?? '',
      eventPattern: resource.pattern,
      retentionDays: resource.days,
      ...(encryptionKey === undefined ? {} : { kmsKeyIdentifier: encryptionKey.keyArn }),
    });
    archive.applyRemovalPolicy(removalPolicy);
  }
}

function waitFor(resource: CfnResource, others: readonly (IConstruct | undefined)[]): void {
  for (const other of others)
    if (other?.node.defaultChild !== undefined) resource.node.addDependency(other.node.defaultChild);
}

/** Lets SNS and EventBridge deliver into the queues, and use the customer's key for it. */
function allowServices(exchanges: Exchanges, props: ExchangesProps): void {
  const { resources, end, encryptionKey } = props;
  const stack = Stack.of(exchanges);
  const arnOf = (exchange: string) => exchanges.topics.get(exchange)?.topicArn ?? '';
  for (const [queue, ways] of byQueue(resources.subscriptions))
    end(queue).queue.allowDelivery(
      SNS,
      ways.map(({ exchange }) => arnOf(exchange)),
    );
  const { busName = '' } = resources;
  // By the bus and not by each rule: the policy has to be there before the rule is, whose name is generated.
  const rules = stack.formatArn({ service: 'events', resource: 'rule', resourceName: `${busName}/*` });
  for (const [queue] of byQueue(resources.rules)) end(queue).queue.allowDelivery(EVENTS, [rules]);
  if (encryptionKey === undefined) return;
  // By name, since a topic refers to the key as well.
  const topics = resources.topics.map(({ topicName }) =>
    stack.formatArn({ service: 'sns', resource: topicName }),
  );
  if (topics.length > 0) allowKey(encryptionKey, SNS, topics);
  if (resources.rules.length > 0) allowKey(encryptionKey, EVENTS, [rules]);
  const archives = resources.archives.map(({ archiveName }) =>
    stack.formatArn({ service: 'events', resource: 'archive', resourceName: archiveName }),
  );
  // What an archive needs besides is not in the documentation that was read; a bus has its own statement.
  if (archives.length > 0) allowKey(encryptionKey, EVENTS, archives, ['kms:DescribeKey', 'kms:ReEncrypt*']);
}

const SNS = 'sns.amazonaws.com';
const EVENTS = 'events.amazonaws.com';

function allowKey(
  key: IKey,
  service: string,
  sources: readonly string[],
  more: readonly string[] = [],
): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(service)],
      actions: [...SENDER_KEY_ACTIONS, ...more],
      resources: ['*'],
      conditions: { ArnLike: { 'aws:SourceArn': [...sources] } },
    }),
  );
}

function byQueue<Way extends { readonly queue: string }>(ways: readonly Way[]): ReadonlyMap<string, Way[]> {
  const queues = new Map<string, Way[]>();
  for (const way of ways) {
    const before = queues.get(way.queue);
    if (before === undefined) queues.set(way.queue, [way]);
    else before.push(way);
  }
  return queues;
}
