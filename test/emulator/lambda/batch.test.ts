import { expect, test } from 'vitest';
import { type ReceivedMessage, succeeded, toEvent, toReceived } from '../../../lib/emulator/lambda/batch.ts';
import { caller, createRig, queueUrl } from './rig.ts';

const batch = ['a', 'b', 'c'].map((id) => received(id));

function received(id: string): ReceivedMessage {
  const message = toReceived({ MessageId: id, ReceiptHandle: `r-${id}`, Body: id }, 'arn', 'eu-west-1');
  if (message === undefined) throw new Error('it is a message');
  return message;
}

function failures(...identifiers: readonly unknown[]): string {
  return JSON.stringify({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });
}

test.each<[string, string, readonly string[]]>([
  ['nothing', '', ['a', 'b', 'c']],
  ['null', 'null', ['a', 'b', 'c']],
  ['an empty string', '""', ['a', 'b', 'c']],
  ['an empty object', '{}', ['a', 'b', 'c']],
  ['an object without the list', '{"statusCode":200}', ['a', 'b', 'c']],
  ['a null list', '{"batchItemFailures":null}', ['a', 'b', 'c']],
  ['an empty list', failures(), ['a', 'b', 'c']],
  ['one failure', failures('b'), ['a', 'c']],
  ['the same failure twice', failures('b', 'b'), ['a', 'c']],
  ['every failure', failures('a', 'b', 'c'), []],
  ['an id that is not in the batch', failures('b', 'z'), []],
  ['an empty id', failures(''), []],
  ['a null id', failures(null), []],
  ['an id that is a number', failures(1), []],
  ['a wrong key', '{"batchItemFailures":[{"itemIdentifer":"b"}]}', []],
  ['failures that are bare ids', '{"batchItemFailures":["b"]}', []],
  ['a list that is none', '{"batchItemFailures":"b"}', []],
  ['a text', '"done"', []],
  ['a number', '5', []],
  ['a bare list', '[]', []],
  ['no JSON', '{batch', []],
])('the answer %s leaves the right messages to be deleted', (_name, answer, expected) => {
  const done = succeeded(batch, answer);

  expect(done.map(({ messageId }) => messageId)).toEqual(expected);
});

test('an event is the records as they were measured', () => {
  const event = toEvent(batch);

  expect(JSON.parse(event).Records).toHaveLength(3);
  expect(Buffer.byteLength(event)).toBeLessThanOrEqual(
    batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 14),
  );
});

test.each([undefined, null, 'text', {}, { MessageId: 'a' }])('%j is no message', (value) => {
  const message = toReceived(value, 'arn', 'eu-west-1');

  expect(message).toBeUndefined();
});

test('a function gets the records of SQS as AWS writes them', async () => {
  const rig = createRig();
  const events: unknown[] = [];
  await rig.fn('worker', (event: unknown) => {
    events.push(event);
  });
  await rig.queue('q.fifo', { FifoQueue: 'true' });
  await rig.sqs.call(
    'SendMessage',
    {
      QueueUrl: queueUrl('q.fifo'),
      MessageBody: 'hello',
      MessageGroupId: 'g1',
      MessageDeduplicationId: 'd1',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'web' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    },
    caller,
  );

  await rig.map('worker', 'q.fifo');
  await rig.clock.settled();

  expect(events).toEqual([
    {
      Records: [
        {
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          receiptHandle: expect.any(String),
          body: 'hello',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: '1767225600000',
            SequenceNumber: expect.stringMatching(/^\d{20}$/),
            MessageGroupId: 'g1',
            SenderId: expect.any(String),
            MessageDeduplicationId: 'd1',
            ApproximateFirstReceiveTimestamp: '1767225600000',
          },
          messageAttributes: {
            text: { stringValue: 'web', stringListValues: [], binaryListValues: [], dataType: 'String' },
            bytes: { binaryValue: 'AQID', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          md5OfBody: '5d41402abc4b2a76b9719d911017c592',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:q.fifo',
          awsRegion: 'eu-west-1',
        },
      ],
    },
  ]);
});
