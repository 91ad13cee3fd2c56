/** What the adapter asks of SQS, beyond what the port promises: addresses and faults that no emulator has. */
import { expect, test } from 'vitest';
import type { Call } from '../../lib/aws/call.ts';
import { createQueues } from '../../lib/aws/queues.ts';

const BASE = 'https://sqs.eu-north-1.amazonaws.com/123456789012/';

/** A call that tells what was asked, and answers as the test says. */
function createCall(answer: (operation: string, asked: number) => unknown = () => ({})) {
  const asked: { readonly operation: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const call = async (_service: string, operation: string, input: Readonly<Record<string, unknown>>) => {
    asked.push({ operation, input });
    if (operation !== 'GetQueueUrl') return answer(operation, asked.length);
    const given = answer(operation, asked.length);
    return given ?? { QueueUrl: BASE + String(input.QueueName) };
  };
  // The adapter calls these operations of one service alone.
  return { call: call as unknown as Call, asked };
}

const urls = () => createCall((operation) => (operation === 'GetQueueUrl' ? undefined : {}));

test('one GetQueueUrl is enough for all queues of the account', async () => {
  const { call, asked } = urls();
  const queues = createQueues(call);

  await queues.send('shop-dev-a', [{ body: '1' }]);
  await Promise.all([queues.send('shop-dev-b.fifo', [{ body: '2' }]), queues.remove('shop-dev-a', ['r'])]);
  await queues.hide('shop-dev-b.fifo', ['r'], 5);

  expect(asked.map(({ operation, input }) => `${operation} ${input.QueueUrl ?? input.QueueName}`)).toEqual([
    'GetQueueUrl shop-dev-a',
    `SendMessageBatch ${BASE}shop-dev-a`,
    `SendMessageBatch ${BASE}shop-dev-b.fifo`,
    `DeleteMessageBatch ${BASE}shop-dev-a`,
    `ChangeMessageVisibilityBatch ${BASE}shop-dev-b.fifo`,
  ]);
});

test('first sends side by side ask for the address together', async () => {
  const { call, asked } = urls();
  const queues = createQueues(call);

  await Promise.all(['a', 'b', 'c'].map((name) => queues.send(name, [{ body: '1' }])));

  expect(asked.filter(({ operation }) => operation === 'GetQueueUrl')).toHaveLength(1);
});

test('an address that could not be had is asked for again', async () => {
  const { call, asked } = createCall((operation, count) => {
    if (operation === 'GetQueueUrl' && count === 1) throw new Error('throttled');
    return operation === 'GetQueueUrl' ? undefined : {};
  });
  const queues = createQueues(call);

  await expect(queues.send('a', [{ body: '1' }])).rejects.toThrow('throttled');
  await expect(queues.send('a', [{ body: '1' }])).resolves.toEqual([]);

  expect(asked.map(({ operation }) => operation)).toEqual(['GetQueueUrl', 'GetQueueUrl', 'SendMessageBatch']);
});

test('an entry is only as long as it must be', async () => {
  const { call, asked } = urls();

  await createQueues(call).send('a', [
    { body: 'plain' },
    { body: 'late', delaySeconds: 7 },
    { body: 'ordered', group: 'g', deduplication: 'd' },
  ]);

  expect(asked.at(-1)?.input.Entries).toEqual([
    { Id: '0', MessageBody: 'plain' },
    { Id: '1', MessageBody: 'late', DelaySeconds: 7 },
    { Id: '2', MessageBody: 'ordered', MessageGroupId: 'g', MessageDeduplicationId: 'd' },
  ]);
});

test.each([
  ['send', (call: Call) => createQueues(call).send('a', [{ body: '1' }, { body: '2' }])],
  ['remove', (call: Call) => createQueues(call).remove('a', ['r1', 'r2'])],
  ['hide', (call: Call) => createQueues(call).hide('a', ['r1', 'r2'], 1)],
])('%s may be tried again where SQS itself failed, not where the sender did', async (_verb, act) => {
  const { call } = createCall((operation) =>
    operation === 'GetQueueUrl'
      ? undefined
      : {
          Failed: [
            { Id: '1', Code: 'InternalError', Message: 'try again', SenderFault: false },
            { Id: '0', Code: 'InvalidMessageContents', Message: 'never', SenderFault: true },
            { Id: '2' },
          ],
        },
  );

  expect(await act(call)).toEqual([
    { index: 1, code: 'InternalError', message: 'try again', retryable: true },
    { index: 0, code: 'InvalidMessageContents', message: 'never', retryable: false },
    { index: 2, code: 'Unknown', message: '', retryable: true },
  ]);
});
