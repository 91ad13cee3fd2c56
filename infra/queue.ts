/** A queue of the app: an SQS queue with its dead-letter queue, and what may be done with the two. */

import type { IGrantable } from 'aws-cdk-lib/aws-iam';
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
import { Construct } from 'constructs';
import type { QueueResource } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';
import { type AlarmProps, QueueAlarms } from './alarms.ts';

export interface WorkQueueProps {
  readonly resource: QueueResource;
  /** The customer's key; without it SQS encrypts with its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  /** false: no alarms. */
  readonly alarms: AlarmProps | false;
}

/** A queue and its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { resource, encryptionKey, alarms } = props;
    this.#encryptionKey = encryptionKey;
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...toCommonProps(props),
      queueName: resource.deadLetterQueueName,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [sourceOf(this, resource)],
      },
    });
    acknowledge(this.deadLetterQueue, {
      'Serverless-SQSRedrivePolicy': 'A dead-letter queue is the end of the line; redriving is done by hand.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...toCommonProps(props),
      queueName: resource.queueName,
      visibilityTimeout: Duration.seconds(resource.visibilitySeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: resource.receivesMax },
    });
    if (alarms !== false) new QueueAlarms(this, 'Alarms', this.queue, this.deadLetterQueue, alarms);
  }

  /** Lets somebody send to the queue. */
  grantSend(grantee: IGrantable): void {
    send(this.queue, grantee, this.#encryptionKey);
  }

  /** Lets somebody put dead letters, with their reason, beside the queue. */
  grantDeadLetter(grantee: IGrantable): void {
    send(this.deadLetterQueue, grantee, this.#encryptionKey);
  }
}

/** SQS reads a message's key before it writes with it, so a sender needs both. */
const SENDER_KEY_ACTIONS = ['kms:GenerateDataKey', 'kms:Decrypt'];

function send(queue: Queue, grantee: IGrantable, key: IKey | undefined): void {
  // GetQueueUrl finds the queue by its name in the account that the caller works in: nobody is told URLs.
  queue.grant(grantee, 'sqs:SendMessage', 'sqs:GetQueueUrl');
  key?.grant(grantee, ...SENDER_KEY_ACTIONS);
}

/**
 * The queue, told by its name: each of the two refers to the other, and CloudFormation creates no circles.
 */
function sourceOf(scope: Construct, resource: QueueResource): IQueue {
  const arn = Stack.of(scope).formatArn({ service: 'sqs', resource: resource.queueName });
  return Queue.fromQueueArn(scope, 'Source', arn);
}

function toCommonProps(props: WorkQueueProps): QueueProps {
  const { resource, encryptionKey, removalPolicy } = props;
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
