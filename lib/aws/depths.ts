/** The port Depths over SQS. */
import type { Depths } from '../runtime/ports.ts';
import type { Call } from './call.ts';

const READY = 'ApproximateNumberOfMessages';
const DELAYED = 'ApproximateNumberOfMessagesDelayed';

/** How long queues are, by SQS's own approximation, which follows within about a minute. */
export function createDepths(call: Call, url: (queueName: string) => Promise<string>): Depths {
  return {
    async waiting(queueName, delayed = false) {
      const { Attributes } = await call('sqs', 'GetQueueAttributes', {
        QueueUrl: await url(queueName),
        AttributeNames: delayed ? [READY, DELAYED] : [READY],
      });
      // What was not asked for is not there.
      return Number(Attributes?.[READY] ?? 0) + Number(Attributes?.[DELAYED] ?? 0);
    },
  };
}
