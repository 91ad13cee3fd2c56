/** The port Receiver over SQS. */
import type { Delivery } from '../runtime/outcome.ts';
import type { Receiver } from '../runtime/ports.ts';
import type { Call } from './call.ts';
import { createQueueUrls } from './queues.ts';

export function createReceiver(call: Call): Receiver {
  const url = createQueueUrls(call);
  return {
    async receive(queueName, max, waitSeconds, signal) {
      const QueueUrl = await url(queueName);
      signal.throwIfAborted();
      const answer = await call('sqs', 'ReceiveMessage', {
        QueueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: [
          'ApproximateReceiveCount',
          'ApproximateFirstReceiveTimestamp',
          'MessageGroupId',
        ],
        MessageAttributeNames: ['All'],
      });
      return (answer.Messages ?? []).map((message): Delivery => {
        const { ApproximateReceiveCount, ApproximateFirstReceiveTimestamp, MessageGroupId } =
          message.Attributes ?? {};
        return {
          messageId: message.MessageId ?? '',
          receipt: message.ReceiptHandle ?? '',
          body: message.Body ?? '',
          receiveCount: Number(ApproximateReceiveCount),
          firstReceivedAt: Number(ApproximateFirstReceiveTimestamp),
          ...(MessageGroupId === undefined ? {} : { group: MessageGroupId }),
        };
      });
    },
  };
}
