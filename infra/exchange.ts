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
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { type CfnResource, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import {
  QUEUE_POLICY_SOURCES_MAX,
  RETENTION_MS,
  RULE_RETRIES_MAX,
  RULE_RETRY_SECONDS_MAX,
  TOPIC_BYTES_DEFAULT,
} from '../lib/core/limits.ts';
import type {
  ArchiveResource,
  ExchangeResources,
  RuleResource,
  SubscriptionResource,
  TopicResource,
} from '../lib/define/exchange-topology.ts';
import { acknowledge } from './acknowledge.ts';
import { type AlarmProps, ringForDeadLetters } from './alarms.ts';
import { arnFor } from './arn.ts';
import { allow, SENDER_KEY_ACTIONS, type WorkQueue } from './queue.ts';

/** A queue at the end of a way, and what must be there before the first message comes that way. */
export interface RouteEnd {
  readonly queue: WorkQueue;
  /** The worker's function: new code comes before new routes. */
  readonly worker: IConstruct | undefined;
}

export interface ExchangesProps {
  readonly resources: ExchangeResources;
  /** The names of all topics of the app, with a '*'. */
  readonly topicPattern: string;
  /** The end of a way, by the queue's name. */
  readonly end: (queue: string) => RouteEnd;
  /** The customer's key; it must let SNS and EventBridge use it. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** false: no alarms. */
  readonly alarms: AlarmProps | false;
}

/** All exchanges of an app. */
export class Exchanges extends Construct {
  /** By exchange. */
  readonly topics: ReadonlyMap<string, Topic>;
  /** undefined where EventBridge carries no exchange. */
  readonly bus: EventBus | undefined;
  readonly #encryptionKey: IKey | undefined;
  readonly #archiveNames: readonly string[];
  readonly #topicNames: ReadonlyMap<string, string>;
  readonly #busName: string;

  constructor(scope: Construct, id: string, props: ExchangesProps) {
    super(scope, id);
    const { resources, encryptionKey } = props;
    this.#encryptionKey = encryptionKey;
    this.#topicNames = new Map(resources.topics.map(({ exchange, topicName }) => [exchange, topicName]));
    this.#busName = resources.busName ?? '';
    this.#archiveNames = resources.archives.map(({ archiveName }) => archiveName);
    this.topics = new Map(
      resources.topics.map((resource) => [resource.exchange, this.#topic(resource, encryptionKey)]),
    );
    this.bus = resources.busName === undefined ? undefined : this.#createBus(resources.busName, props);
    allowServices(this, props);
    for (const resource of resources.subscriptions) this.#subscription(resource, props);
    for (const resource of resources.rules) this.#rule(resource, props);
    for (const resource of resources.archives) this.#archive(resource, props);
  }

  /** Lets somebody publish to every exchange. */
  grantPublish(grantee: IGrantable): void {
    for (const [exchange, topic] of this.topics) {
      const resource = this.#topicNames.get(exchange) ?? '';
      // A statement each: the CDK divides what is too large for one policy between statements only.
      const resourceArns = [arnFor(grantee, topic, topic.topicArn, { service: 'sns', resource })];
      Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns });
    }
    if (this.topics.size > 0) this.#encryptionKey?.grant(grantee, ...SENDER_KEY_ACTIONS);
    if (this.bus === undefined) return;
    Grant.addToPrincipal({
      grantee,
      actions: ['events:PutEvents'],
      resourceArns: [this.#busArn(this.bus, grantee)],
    });
  }

  /** Lets somebody replay archives to the bus. */
  grantReplay(grantee: IGrantable): void {
    if (this.bus === undefined) return;
    const stack = Stack.of(this);
    const arnOf = (resource: string) => stack.formatArn({ service: 'events', resource });
    // A replay names its archive and its bus; which of the three IAM looks at was not read, so all are
    // granted. Rules are looked up by their target, which is no resource that could be named.
    const archives = this.#archiveNames.map((name) => arnOf(`archive/${name}`));
    for (const arn of [...archives, this.#busArn(this.bus, grantee), arnOf('replay/*')])
      Grant.addToPrincipal({ grantee, actions: ['events:StartReplay'], resourceArns: [arn] });
    Grant.addToPrincipal({ grantee, actions: ['events:ListRuleNamesByTarget'], resourceArns: ['*'] });
  }

  #busArn(bus: EventBus, grantee: IGrantable): string {
    const named = { service: 'events', resource: 'event-bus', resourceName: this.#busName };
    return arnFor(grantee, bus, bus.eventBusArn, named);
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

  /**
   * The bus. Under a customer's key it has a dead-letter queue, which another key encrypts: it is for the
   * events that the customer's key, when it is disabled or gone, cannot encrypt or decrypt.
   */
  #createBus(
    eventBusName: string,
    { encryptionKey: kmsKey, removalPolicy, alarms }: ExchangesProps,
  ): EventBus {
    if (kmsKey === undefined) return new EventBus(this, 'Bus', { eventBusName });
    const deadLetterQueue = new Queue(this, 'BusDeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(RETENTION_MS / 1_000),
      removalPolicy,
    });
    acknowledge(deadLetterQueue, {
      'AwsSolutions-SQS3': 'It is the dead-letter queue of the bus.',
      'Serverless-SQSRedrivePolicy': 'A dead-letter queue is the end of the line; redriving is done by hand.',
    });
    const bus = new EventBus(this, 'Bus', { eventBusName, kmsKey, deadLetterQueue });
    allow(deadLetterQueue, EVENTS, [bus.eventBusArn]);
    if (alarms !== false) ringForDeadLetters(this, deadLetterQueue, alarms.actions ?? []);
    return bus;
  }

  #subscription(resource: SubscriptionResource, { end }: ExchangesProps): void {
    const { queue, worker } = end(resource.queue);
    const subscription = new CfnSubscription(this, `Subscription-${wayOf(resource)}`, {
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
    const rule = new CfnRule(this, `Rule-${wayOf(resource)}`, {
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

/** Names may have '-' and no ':', by which 'a' to 'b-c' is another way than 'a-b' to 'c'. */
function wayOf({ exchange, queue }: { readonly exchange: string; readonly queue: string }): string {
  return `${exchange}:${queue}`;
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
  const allTopics = stack.formatArn({ service: 'sns', resource: props.topicPattern });
  for (const [queue, ways] of byQueue(resources.subscriptions)) {
    const topics = ways.map(({ exchange }) => arnOf(exchange));
    end(queue).queue.allowDelivery(SNS, topics.length > QUEUE_POLICY_SOURCES_MAX ? [allTopics] : topics);
  }
  const { busName = '' } = resources;
  // By the bus and not by each rule: the policy has to be there before the rule is, whose name is generated.
  const rules = stack.formatArn({ service: 'events', resource: 'rule', resourceName: `${busName}/*` });
  for (const [queue] of byQueue(resources.rules)) end(queue).queue.allowDelivery(EVENTS, [rules]);
  if (encryptionKey === undefined) return;
  // By name, since a topic refers to the key as well.
  if (resources.topics.length > 0) allowKey(encryptionKey, SNS, [allTopics]);
  if (resources.rules.length > 0) allowKey(encryptionKey, EVENTS, [rules]);
  const archives = resources.archives.map(({ archiveName }) =>
    stack.formatArn({ service: 'events', resource: 'archive', resourceName: archiveName }),
  );
  if (archives.length === 0) return;
  // The user guide names these actions for archives; whether the source is the archive or its bus was not
  // read, so it may be either.
  const bus = stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: busName });
  allowKey(encryptionKey, EVENTS, [...archives, bus], ['kms:DescribeKey', 'kms:ReEncrypt*']);
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
