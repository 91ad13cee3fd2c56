import { createQueues } from '../../lib/aws/queues.ts';
import { DOORS } from './doors.ts';
import { testQueues } from './queues.ts';

/** What ReceiveMessage answers, as far as it is read here. */
interface Answer {
  readonly Messages?: readonly {
    readonly Body: string;
    readonly ReceiptHandle: string;
    readonly Attributes: { readonly ApproximateReceiveCount: string; readonly MessageGroupId?: string };
  }[];
}

for (const [name, open] of Object.entries(DOORS)) {
  testQueues(name, async () => {
    const { call, close, emulator } = await open();
    const urlOf = async (queueName: string) =>
      (await emulator.call('sqs', 'GetQueueUrl', { QueueName: queueName })).QueueUrl;
    return {
      queues: createQueues(call),
      close,
      advance: (ms) => emulator.advance(ms),
      async create(queueName) {
        const fifo = queueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
        const Attributes = { VisibilityTimeout: '30', ...fifo };
        await emulator.call('sqs', 'CreateQueue', { QueueName: queueName, Attributes });
      },
      async receive(queueName) {
        const { Messages = [] } = (await emulator.call('sqs', 'ReceiveMessage', {
          QueueUrl: await urlOf(queueName),
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
        })) as Answer;
        return Messages.map(({ Body, ReceiptHandle, Attributes }) => ({
          body: Body,
          receipt: ReceiptHandle,
          receiveCount: Number(Attributes.ApproximateReceiveCount),
          ...(Attributes.MessageGroupId === undefined ? {} : { group: Attributes.MessageGroupId }),
        }));
      },
    };
  });
}
