/** Wrong input to batches. Sources as in wrong-input.ts. */
import { describe, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { type Case, createCaseWorld, handleOf, testCases } from './wrong-input.ts';

const text = (value: string) => ({ DataType: 'String', StringValue: value });

const entries = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: 'a', ReceiptHandle: 'x' }));

const BATCHES: readonly Case[] = (
  [
    ['SendMessageBatch', 'SendMessageBatchRequestEntry'],
    ['DeleteMessageBatch', 'DeleteMessageBatchRequestEntry'],
    ['ChangeMessageVisibilityBatch', 'ChangeMessageVisibilityBatchRequestEntry'],
  ] as const
).flatMap(([operation, kind]): Case[] => {
  const batch = (list: unknown) => ({ QueueUrl: 'plain', Entries: list });
  const idRule = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
  return [
    [operation, { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter Entries.', 'suite'],
    [
      operation,
      batch([]),
      'EmptyBatchRequest',
      `There should be at least one ${kind} in the request.`,
      'suite',
    ],
    [
      operation,
      batch(entries(20)),
      'TooManyEntriesInBatchRequest',
      'Maximum number of entries per request are 10. You have sent 20.',
      'recorded',
    ],
    [
      operation,
      batch([...entries(1), { MessageBody: 'a', ReceiptHandle: 'x' }]),
      'MissingParameter',
      `The request must contain the parameter ${kind}.2.Id.`,
      'suite',
    ],
    ...['', 'invalid:id', 'a'.repeat(81), 'é'].map(
      (id): Case => [operation, batch([{ Id: id }]), 'InvalidBatchEntryId', idRule, 'recorded'],
    ),
    [operation, batch([...entries(1), ...entries(1)]), 'BatchEntryIdsNotDistinct', 'Id 0 repeated.', 'suite'],
    [operation, batch('no list'), 'SerializationException', 'Expected list for Entries', 'own word'],
    [operation, batch(['a']), 'SerializationException', 'Expected structure or map', 'own word'],
  ];
});

const fifoBatch = (entry: Input) => ({
  QueueUrl: 'ordered.fifo',
  Entries: [
    { Id: 'good', MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: 'd1' },
    { Id: 'bad', MessageBody: 'a', MessageGroupId: 'g', MessageDeduplicationId: 'd2', ...entry },
  ],
});

const SEND_BATCHES: readonly Case[] = [
  [
    'SendMessageBatch',
    {
      QueueUrl: 'plain',
      Entries: [
        { Id: 'a', MessageBody: 'a'.repeat(1_048_576) },
        { Id: 'b', MessageBody: 'a' },
      ],
    },
    'BatchRequestTooLong',
    'Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.',
    'recorded at 262144',
  ],
  [
    'SendMessageBatch',
    fifoBatch({ MessageGroupId: undefined }),
    'InvalidParameterValue',
    'The request must contain the parameter MessageGroupId.',
    'recorded',
  ],
  [
    'SendMessageBatch',
    fifoBatch({ MessageDeduplicationId: undefined }),
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided',
    'recorded',
  ],
  [
    'SendMessageBatch',
    fifoBatch({ MessageBody: '' }),
    'MissingParameter',
    'The request must contain the parameter SendMessageBatchRequestEntry.2.MessageBody.',
    'suite',
  ],
  [
    'SendMessageBatch',
    fifoBatch({ DelaySeconds: 3 }),
    'InvalidParameterValue',
    'Value 3 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid',
    'suite',
  ],
];

describe('a batch is refused as a whole', () => testCases([...BATCHES, ...SEND_BATCHES]));

describe('an entry of a batch is refused alone', () => {
  const good = { Id: 'good', MessageBody: 'fine' };
  test.each([
    [{ MessageBody: '' }, 'MissingParameter', 'the parameter SendMessageBatchRequestEntry.2.MessageBody.'],
    [{ MessageBody: '\u0001' }, 'InvalidMessageContents', "Invalid binary character '#x1'"],
    [{ MessageBody: 'a', DelaySeconds: 1000 }, 'InvalidParameterValue', 'must be >= 0 and <= 900.'],
    [{ MessageBody: 'a'.repeat(1025) }, 'InvalidParameterValue', 'must be shorter than 1024 bytes.'],
    [{ MessageBody: 'a', MessageDeduplicationId: 'd' }, 'InvalidParameterValue', 'for this queue type.'],
    [{ MessageBody: 'a', MessageAttributes: { '': text('x') } }, 'InvalidParameterValue', 'attribute names.'],
  ])('%j is not sent, its neighbour is', (entry, code, message) => {
    const world = createCaseWorld();

    const answer = world.call('SendMessageBatch', {
      QueueUrl: 'small',
      Entries: [good, { Id: 'bad', ...entry }],
    });

    expect(answer).toEqual({
      Successful: [expect.objectContaining({ Id: 'good' })],
      Failed: [{ Id: 'bad', SenderFault: true, Code: code, Message: expect.stringContaining(message) }],
    });
    expect(world.bodies('small')).toEqual(['fine']);
  });

  test('a bad entry of a FIFO batch keeps all of it out', () => {
    const world = createCaseWorld();

    expect(() => world.call('SendMessageBatch', fifoBatch({ MessageBody: '' }))).toThrow('MessageBody');
    expect(world.counts('ordered.fifo')).toEqual([0, 0, 0]);
  });

  test.each([
    [{ ReceiptHandle: '' }, 'MissingParameter', 'the parameter ReceiptHandle.'],
    [{ ReceiptHandle: 'x' }, 'ReceiptHandleIsInvalid', 'The input receipt handle "x" is not a valid'],
  ])('deleting with %j fails, its neighbour is deleted', (entry, code, message) => {
    const world = createCaseWorld();
    const handle = handleOf(world, 'plain', 30);

    const answer = world.call('DeleteMessageBatch', {
      QueueUrl: 'plain',
      Entries: [
        { Id: 'bad', ...entry },
        { Id: 'good', ReceiptHandle: handle },
      ],
    });

    expect(answer).toEqual({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'bad', SenderFault: true, Code: code, Message: expect.stringContaining(message) }],
    });
    expect(world.counts('plain')).toEqual([0, 0, 0]);
  });

  test.each([
    [{ VisibilityTimeout: -20 }, 'InvalidParameterValue', 'Must be between 0 and 43200.'],
    [{}, 'MissingParameter', 'ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout.'],
    [{ ReceiptHandle: 'x', VisibilityTimeout: 5 }, 'ReceiptHandleIsInvalid', 'is not a valid'],
  ])('changing visibility with %j fails, its neighbour is changed', (entry, code, message) => {
    const world = createCaseWorld();
    const handle = handleOf(world, 'plain', 30);

    const answer = world.call('ChangeMessageVisibilityBatch', {
      QueueUrl: 'plain',
      Entries: [
        { Id: 'bad', ReceiptHandle: handle, ...entry },
        { Id: 'good', ReceiptHandle: handle, VisibilityTimeout: 0 },
      ],
    });

    expect(answer).toEqual({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'bad', SenderFault: true, Code: code, Message: expect.stringContaining(message) }],
    });
    expect(world.counts('plain')).toEqual([1, 0, 0]);
  });
});
