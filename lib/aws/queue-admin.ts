/** The port QueueAdmin over SQS. */
import type { QueueAdmin, Taken } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';
import { createQueueUrls } from './queues.ts';

const DEPTHS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export function createQueueAdmin(call: Call): QueueAdmin {
  const url = createQueueUrls(call);
  return {
    async depth(queueName) {
      const { Attributes = {} } = await call('sqs', 'GetQueueAttributes', {
        QueueUrl: await url(queueName),
        AttributeNames: [...DEPTHS],
      });
      const [ready = 0, inFlight = 0, delayed = 0] = DEPTHS.map((name) => Number(Attributes[name] ?? 0));
      return { ready, inFlight, delayed };
    },
    async take(queueName, hiddenSeconds) {
      const { Messages = [] } = await call('sqs', 'ReceiveMessage', {
        QueueUrl: await url(queueName),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hiddenSeconds,
        // Without a wait SQS asks a few of its servers only, and messages of the others are not found.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
      });
      return Messages.map((message): Taken => {
        const { ApproximateReceiveCount, SentTimestamp, MessageGroupId } = message.Attributes ?? {};
        return {
          messageId: message.MessageId ?? '',
          receipt: message.ReceiptHandle ?? '',
          body: message.Body ?? '',
          sentAt: Number(SentTimestamp),
          receives: Number(ApproximateReceiveCount) - 1,
          ...(MessageGroupId === undefined ? {} : { group: MessageGroupId }),
        };
      });
    },
    async purge(queueName) {
      await call('sqs', 'PurgeQueue', { QueueUrl: await url(queueName) });
    },
  };
}
