/**
 * A queue of the app: an SQS queue for each level of priority with one dead-letter queue for all, and what
 * may be done with them.
 */

import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  type IQueue,
  Queue,
  QueueEncryption,
  type QueueProps,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { QueueResource } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';
import { type AlarmProps, QueueAlarms } from './alarms.ts';
import { isElsewhere } from './arn.ts';

export interface WorkQueueProps {
  /** The levels of one queue, the lowest first; a queue without priorities has one. */
  readonly resources: readonly [QueueResource, ...QueueResource[]];
  /** The customer's key; without it SQS encrypts with its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** false: no alarms. */
  readonly alarms: AlarmProps | false;
  /** Whether a machine works it off. */
  readonly onMachine: boolean;
}

/** A queue and its dead-letter queue. */
export class WorkQueue extends Construct {
  /** Its levels, the lowest first. */
  readonly levels: readonly [Queue, ...Queue[]];
  readonly deadLetterQueue: Queue;
  readonly #encryptionKey: IKey | undefined;
  readonly #resources: readonly [QueueResource, ...QueueResource[]];

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { resources, encryptionKey, alarms, onMachine } = props;
    const [lowest, ...higher] = resources;
    this.#encryptionKey = encryptionKey;
    this.#resources = resources;
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...toCommonProps(props, lowest),
      queueName: lowest.deadLetterQueueName,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: resources.map((resource) => sourceOf(this, resource)),
      },
    });
    acknowledge(this.deadLetterQueue, {
      'Serverless-SQSRedrivePolicy': 'A dead-letter queue is the end of the line; redriving is done by hand.',
    });
    this.levels = [
      this.#create('Queue', props, lowest),
      ...higher.map((resource) => this.#create(`Level-${resource.level}`, props, resource)),
    ];
    const { levels, deadLetterQueue } = this;
    if (alarms === false) return;
    const waits = lowest.delaySeconds > 0;
    const watched = { levels, deadLetterQueue, maxLength: lowest.maxLength, onMachine, waits };
    new QueueAlarms(this, 'Alarms', watched, alarms);
  }

  /** The queue, or its lowest level: where messages without a priority go. */
  get queue(): Queue {
    return this.levels[0];
  }

  /** Lets somebody send to the queue. */
  grantSend(grantee: IGrantable): void {
    for (const [level, { queueName, maxLength }] of this.#resources.entries()) {
      const queue = this.levels[level];
      if (queue === undefined) continue;
      send(queue, queueName, grantee, this.#encryptionKey);
      // Whether a queue is full is asked before a message is sent.
      if (maxLength !== undefined) grant(queue, queueName, grantee, ['sqs:GetQueueAttributes']);
    }
  }

  /** Lets somebody put dead letters, with their reason, beside the queue. */
  grantDeadLetter(grantee: IGrantable): void {
    const [{ deadLetterQueueName }] = this.#resources;
    send(this.deadLetterQueue, deadLetterQueueName, grantee, this.#encryptionKey);
  }

  /**
   * Lets a service deliver from these sources, and leave beside the queue what it cannot deliver: one
   * statement a service, however many sources there are, since a policy has 20 at most.
   */
  allowDelivery(service: string, sources: readonly string[]): void {
    for (const queue of [this.queue, this.deadLetterQueue]) allow(queue, service, sources);
  }

  /** The policies that have to be there before a service delivers. */
  get policies(): readonly IConstruct[] {
    const found = [this.queue, this.deadLetterQueue].map((queue) => queue.node.tryFindChild('Policy'));
    return found.filter((policy) => policy !== undefined);
  }

  #create(id: string, props: WorkQueueProps, resource: QueueResource): Queue {
    const { delaySeconds } = resource;
    return new Queue(this, id, {
      ...toCommonProps(props, resource),
      queueName: resource.queueName,
      visibilityTimeout: Duration.seconds(resource.visibilitySeconds),
      ...(delaySeconds === 0 ? {} : { deliveryDelay: Duration.seconds(delaySeconds) }),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: resource.receivesMax },
    });
  }
}

/** The levels of each queue, the lowest first, as the topology lists them. */
export function byName(
  resources: readonly QueueResource[],
): ReadonlyMap<string, readonly [QueueResource, ...QueueResource[]]> {
  const queues = new Map<string, readonly [QueueResource, ...QueueResource[]]>();
  for (const resource of resources) {
    const before = queues.get(resource.name);
    queues.set(resource.name, before === undefined ? [resource] : [...before, resource]);
  }
  return queues;
}

/** Lets a service deliver into a queue from these sources. */
export function allow(queue: Queue, service: string, sources: readonly string[]): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(service)],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': [...sources] } },
    }),
  );
}

/** Who writes with a customer's key needs both: the service reads the key before it uses it. */
export const SENDER_KEY_ACTIONS = ['kms:GenerateDataKey', 'kms:Decrypt'];

function send(queue: Queue, name: string, grantee: IGrantable, key: IKey | undefined): void {
  // GetQueueUrl finds the queue by its name in the account that the caller works in: nobody is told URLs.
  grant(queue, name, grantee, ['sqs:SendMessage', 'sqs:GetQueueUrl']);
  key?.grant(grantee, ...SENDER_KEY_ACTIONS);
}

/** Within the queue's stack by a reference, elsewhere by its name. */
function grant(queue: Queue, name: string, grantee: IGrantable, actions: string[]): void {
  if (!isElsewhere(grantee, queue)) {
    queue.grant(grantee, ...actions);
    return;
  }
  const resourceArns = [Stack.of(queue).formatArn({ service: 'sqs', resource: name })];
  Grant.addToPrincipal({ grantee, actions, resourceArns });
}

/**
 * The queue, told by its name: each of the two refers to the other, and CloudFormation creates no circles.
 */
function sourceOf(scope: Construct, resource: QueueResource): IQueue {
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: resource.queueName });
  return Queue.fromQueueArn(scope, resource.level === 0 ? 'Source' : `Source-${resource.level}`, arn);
}

function toCommonProps(props: WorkQueueProps, resource: QueueResource): QueueProps {
  const { encryptionKey, removalPolicy } = props;
  return {
    retentionPeriod: Duration.seconds(resource.retentionSeconds),
    enforceSSL: true,
    removalPolicy,
    ...(encryptionKey === undefined
      ? { encryption: QueueEncryption.SQS_MANAGED }
      : { encryption: QueueEncryption.KMS, encryptionMasterKey: encryptionKey }),
    ...(resource.fifo ? FIFO : {}),
  };
}

/**
 * An ordered queue in high-throughput mode: a group of messages has its own duplicates and its own share.
 */
const FIFO: QueueProps = {
  fifo: true,
  contentBasedDeduplication: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
};
