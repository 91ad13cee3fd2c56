/** The few calls that Lambda makes to SQS by itself: for mappings, dead-letter queues and destinations. */
import type { Caller, Input, Output } from '../service.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { QueueName } from './arn.ts';
import { isStructure } from './input.ts';
import { SQS_BATCH_MAX } from './limits.ts';

/** One queue, as Lambda uses it. */
export interface QueueClient {
  receive(maxMessages: number): Promise<readonly unknown[]>;
  /** Never rejects: what could not be deleted comes back, which is all that follows from it. */
  delete(receiptHandles: readonly string[]): Promise<void>;
  /** Makes messages receivable at once. Never rejects either. */
  release(receiptHandles: readonly string[]): Promise<void>;
  send(body: string, attributes?: Input, lineage?: number): Promise<void>;
  visibilityTimeoutS(): Promise<number>;
}

/** Makes a client; the queue need not exist before its first call. */
export function createQueueClient(
  sqs: Pick<Sqs, 'call'>,
  queue: QueueName,
  endpoint: () => string | undefined,
): QueueClient {
  let url: string | undefined;

  function caller(lineage?: number): Caller {
    const { account, region } = queue;
    return {
      account,
      region,
      // Queue URLs are built from it, and an emulator that listens nowhere has none.
      endpoint: endpoint() ?? 'http://127.0.0.1',
      ...(lineage === undefined ? {} : { lineage }),
    };
  }

  async function call(operation: string, input: Input, lineage?: number): Promise<Output> {
    const from = caller(lineage);
    if (url === undefined) {
      const input = { QueueName: queue.name, QueueOwnerAWSAccountId: queue.account };
      const found = await sqs.call('GetQueueUrl', input, from);
      url = String(found.QueueUrl);
    }
    return sqs.call(operation, { QueueUrl: url, ...input }, from);
  }

  async function inBatches(
    operation: string,
    receiptHandles: readonly string[],
    more: Input = {},
  ): Promise<void> {
    for (let at = 0; at < receiptHandles.length; at += SQS_BATCH_MAX) {
      const handles = receiptHandles.slice(at, at + SQS_BATCH_MAX);
      const entries = handles.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle, ...more }));
      // What is not deleted or released comes back when its visibility ends; Lambda does no more about it.
      await call(operation, { Entries: entries }).catch(() => undefined);
    }
  }

  return {
    async receive(maxMessages) {
      const answer = await call('ReceiveMessage', {
        MaxNumberOfMessages: maxMessages,
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return Array.isArray(answer.Messages) ? answer.Messages : [];
    },
    delete: (receiptHandles) => inBatches('DeleteMessageBatch', receiptHandles),
    release: (receiptHandles) =>
      inBatches('ChangeMessageVisibilityBatch', receiptHandles, { VisibilityTimeout: 0 }),
    async send(body, attributes, lineage) {
      const more = attributes === undefined ? {} : { MessageAttributes: attributes };
      await call('SendMessage', { MessageBody: body, ...more }, lineage);
    },
    async visibilityTimeoutS() {
      const answer = await call('GetQueueAttributes', { AttributeNames: ['VisibilityTimeout'] });
      const attributes = isStructure(answer.Attributes) ? answer.Attributes : {};
      return Number(attributes.VisibilityTimeout ?? 30);
    },
  };
}
