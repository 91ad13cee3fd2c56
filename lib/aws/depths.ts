/** The port Depths over SQS. */
import type { Depths } from '../runtime/ports.ts';
import type { Call } from './call.ts';

/** How long queues are, by SQS's own approximation, which follows within about a minute. */
export function createDepths(call: Call, url: (queueName: string) => Promise<string>): Depths {
  return {
    async waiting(queueName) {
      const { Attributes } = await call('sqs', 'GetQueueAttributes', {
        QueueUrl: await url(queueName),
        AttributeNames: ['ApproximateNumberOfMessages'],
      });
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
}
