/** The port Receiver over SQS: deliveries as Lambda would hand them over. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { HeaderValue } from '../core/routing/headers.ts';
import type { Delivery } from '../runtime/outcome.ts';
import type { Receiver } from '../runtime/worker-ports.ts';
import { toHeader } from './attribute.ts';
import type { Call } from './call.ts';
import { createQueueUrls } from './queues.ts';

export function createReceiver(call: Call): Receiver {
  const url = createQueueUrls(call);
  return {
    async receive(queueName, max, waitSeconds, signal) {
      const QueueUrl = await url(queueName);
      signal.throwIfAborted();
      const input = {
        QueueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: [...ATTRIBUTES],
        MessageAttributeNames: ['All'],
      };
      const answer = await call('sqs', 'ReceiveMessage', input, { signal });
      return (answer.Messages ?? []).map(toDelivery);
    },
  };
}

const ATTRIBUTES = [
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SentTimestamp',
  'MessageGroupId',
] as const;

function toDelivery({ MessageId, ReceiptHandle, Body, Attributes, MessageAttributes }: Message): Delivery {
  const { ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, SentTimestamp, MessageGroupId } =
    Attributes ?? {};
  const headers = Object.entries(MessageAttributes ?? {});
  return {
    messageId: MessageId ?? '',
    receipt: ReceiptHandle ?? '',
    body: Body ?? '',
    receiveCount: Number(ApproximateReceiveCount),
    firstReceivedAt: Number(ApproximateFirstReceiveTimestamp),
    ...(SentTimestamp === undefined ? {} : { sentAt: Number(SentTimestamp) }),
    ...(headers.length === 0
      ? {}
      : { headers: Object.fromEntries(headers.map(([name, value]) => [name, fromAttribute(value)])) }),
    ...(MessageGroupId === undefined ? {} : { group: MessageGroupId }),
  };
}

function fromAttribute({ DataType = '', StringValue = '', BinaryValue }: MessageAttributeValue): HeaderValue {
  return toHeader({ type: DataType, text: StringValue, bytes: () => BinaryValue ?? new Uint8Array() });
}
