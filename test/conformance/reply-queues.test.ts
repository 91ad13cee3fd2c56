import { expect, test } from 'vitest';
import { createQueues } from '../../lib/aws/queues.ts';
import { createReplyQueues } from '../../lib/aws/reply-queues.ts';
import { DOORS } from './doors.ts';
import { testReplyQueues } from './reply-queues.ts';

const SPACE = { app: 'shop', stage: 'dev' };

for (const [name, open] of Object.entries(DOORS)) {
  testReplyQueues(name, async () => {
    const { call, close, emulator } = await open();
    const queues = createQueues(call);
    return {
      replies: createReplyQueues(call, SPACE),
      close,
      now: () => emulator.clock.now(),
      advance: (ms) => emulator.advance(ms),
      async send(queueName, body) {
        expect(await queues.send(queueName, [{ body }])).toEqual([]);
      },
      async ack(queueName, receipt) {
        expect(await queues.remove(queueName, [receipt])).toEqual([]);
      },
      async create(queueName) {
        await emulator.call('sqs', 'CreateQueue', { QueueName: queueName });
      },
      async tags(queueName) {
        const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: queueName });
        return (await emulator.call('sqs', 'ListQueueTags', { QueueUrl })).Tags;
      },
    };
  });

  test.skipIf(name === 'straight on the models')(
    `a poll ${name} ends when its signal is aborted`,
    async () => {
      const { call, close } = await (DOORS[name] ?? open)();
      const replies = createReplyQueues(call, SPACE);
      await replies.open('shop-dev-reply-mine', 0);
      const stop = new AbortController();

      const polled = replies.receive('shop-dev-reply-mine', 20, stop.signal);
      setImmediate(() => stop.abort());

      await expect(polled).rejects.toThrow(/abort/i);
      await close();
    },
  );
}
