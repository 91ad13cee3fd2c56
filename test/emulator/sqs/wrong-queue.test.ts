/** Wrong input to the other operations on queues. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { type Case, testCases } from './wrong-input.ts';

const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);

const MISSING_QUEUE: readonly Case[] = [
  'AddPermission',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'DeleteMessage',
  'DeleteMessageBatch',
  'DeleteQueue',
  'GetQueueAttributes',
  'ListDeadLetterSourceQueues',
  'ListQueueTags',
  'PurgeQueue',
  'ReceiveMessage',
  'RemovePermission',
  'SendMessage',
  'SendMessageBatch',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
].flatMap((operation): Case[] => [
  [
    operation,
    { QueueUrl: 'http://127.0.0.1:4566/123456789012/nowhere' },
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'recorded',
  ],
  [operation, {}, 'MissingParameter', 'The request must contain the parameter QueueUrl.', 'model'],
]);

const QUEUES: readonly Case[] = [
  ['GetQueueUrl', {}, 'InvalidParameterValue', 'Reason: Must specify a queue name.', 'suite'],
  ['GetQueueUrl', { QueueName: '' }, 'InvalidParameterValue', 'Reason: Must specify a queue name.', 'suite'],
  [
    'GetQueueUrl',
    { QueueName: 'nowhere' },
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'recorded',
  ],
  [
    'GetQueueUrl',
    { QueueName: 'plain', QueueOwnerAWSAccountId: '999999999999' },
    'QueueDoesNotExist',
    'does not exist',
    'model',
  ],
  [
    'SendMessage',
    { QueueUrl: 'http://127.0.0.1:4566/plain', MessageBody: 'a' },
    'InvalidAddress',
    'The address http://127.0.0.1:4566/plain is not valid for this endpoint.',
    'code: model; text observed',
    404,
  ],
  [
    'ListQueues',
    { MaxResults: 0 },
    'InvalidParameterValue',
    'must be an integer between 1 and 1000',
    'suite',
  ],
  ['ListQueues', { MaxResults: 1001 }, 'InvalidParameterValue', 'between 1 and 1000', 'suite'],
  ['ListQueues', { NextToken: 'x' }, 'InvalidParameterValue', 'Invalid or expired next token.', 'suite'],
  [
    'ListDeadLetterSourceQueues',
    { QueueUrl: 'dlq', MaxResults: -23 },
    'InvalidParameterValue',
    'MaxResults must be an integer between 1 and 1000.',
    'suite',
  ],
  [
    'ListDeadLetterSourceQueues',
    { QueueUrl: 'dlq', NextToken: 'invalid' },
    'InvalidParameterValue',
    'Invalid or expired next token.',
    'suite',
  ],
  [
    'GetQueueAttributes',
    { QueueUrl: 'plain', AttributeNames: ['Colour'] },
    'InvalidAttributeName',
    'Unknown Attribute Colour.',
    'model',
  ],
  ['SetQueueAttributes', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter Attribute.Name.', 'suite'],
  [
    'SetQueueAttributes',
    { QueueUrl: 'plain', Attributes: {} },
    'MissingParameter',
    'the parameter Attribute.Name.',
    'suite',
  ],
  [
    'SetQueueAttributes',
    { QueueUrl: 'plain', Attributes: { FifoQueue: 'true' } },
    'InvalidAttributeName',
    'Unknown Attribute FifoQueue.',
    'recorded',
  ],
  [
    'SetQueueAttributes',
    { QueueUrl: 'ordered.fifo', Attributes: { FifoQueue: 'false' } },
    'InvalidAttributeValue',
    'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    'recorded',
  ],
  [
    'SetQueueAttributes',
    { QueueUrl: 'plain', Attributes: { VisibilityTimeout: '50000' } },
    'InvalidAttributeValue',
    'Invalid value for the parameter VisibilityTimeout.',
    'suite',
  ],
  ['TagQueue', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter Tags.', 'moto'],
  [
    'TagQueue',
    { QueueUrl: 'plain', Tags: Object.fromEntries(many(51).map((key) => [key, 'v'])) },
    'InvalidParameterValue',
    'Too many tags added for queue plain.',
    'moto',
  ],
  [
    'TagQueue',
    { QueueUrl: 'plain', Tags: { a: 'v'.repeat(257) } },
    'InvalidParameterValue',
    'Tag values must be between 0 and 256 characters in length.',
    'rule: docs; text assumed',
  ],
  ['UntagQueue', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter TagKeys.', 'moto'],
  [
    'ExplodeQueue',
    {},
    'UnsupportedOperation',
    'The operation ExplodeQueue is not supported by SQS.',
    'own word',
  ],
];

describe('a queue that is not there', () => testCases(MISSING_QUEUE));
describe('an operation on queues is refused', () => testCases(QUEUES));
