/** Wrong input to CreateQueue. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { type Case, testCases } from './wrong-input.ts';

const NAME_RULE = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';

const FIFO_NAME_RULE = 'must end with .fifo suffix and be 1 to 80 in length';

const create = (attributes: Record<string, unknown>, name = 'new') => ({
  QueueName: name,
  Attributes: attributes,
});

const NUMBERS: readonly Case[] = (
  [
    ['DelaySeconds', '901'],
    ['DelaySeconds', '-1'],
    ['DelaySeconds', ' 6'],
    ['DelaySeconds', '1.5'],
    ['DelaySeconds', ''],
    ['MaximumMessageSize', '1023'],
    ['MaximumMessageSize', '1048577'],
    ['MessageRetentionPeriod', '59'],
    ['MessageRetentionPeriod', '1209601'],
    ['ReceiveMessageWaitTimeSeconds', '21'],
    ['ReceiveMessageWaitTimeSeconds', 'abc'],
    ['VisibilityTimeout', '43201'],
    ['VisibilityTimeout', '-50'],
    ['KmsDataKeyReusePeriodSeconds', '59'],
    ['KmsDataKeyReusePeriodSeconds', '86401'],
    ['SqsManagedSseEnabled', 'maybe'],
  ] as const
).map(
  ([name, value]): Case => [
    'CreateQueue',
    create({ [name]: value }),
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.`,
    'range: model; text: suite',
  ],
);

const CREATE: readonly Case[] = [
  ['CreateQueue', {}, 'InvalidParameterValue', 'Reason: Must specify a queue name.', 'suite'],
  ['CreateQueue', { QueueName: '' }, 'InvalidParameterValue', 'Queue name cannot be empty', 'suite'],
  ['CreateQueue', { QueueName: 'a.fifo' }, 'InvalidParameterValue', NAME_RULE, 'recorded'],
  ['CreateQueue', { QueueName: 'in.fo' }, 'InvalidParameterValue', NAME_RULE, 'suite'],
  ['CreateQueue', { QueueName: 'é' }, 'InvalidParameterValue', NAME_RULE, 'suite'],
  ['CreateQueue', { QueueName: 'x'.repeat(81) }, 'InvalidParameterValue', NAME_RULE, 'model'],
  ['CreateQueue', create({ FifoQueue: 'true' }), 'InvalidParameterValue', FIFO_NAME_RULE, 'recorded'],
  [
    'CreateQueue',
    create({ FifoQueue: 'true' }, `${'x'.repeat(76)}.fifo`),
    'InvalidParameterValue',
    FIFO_NAME_RULE,
    'model',
  ],
  [
    'CreateQueue',
    create({ FifoQueue: 'false' }),
    'InvalidAttributeName',
    'Unknown Attribute FifoQueue.',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ FifoQueue: 'false' }, 'a.fifo'),
    'InvalidAttributeName',
    'Unknown Attribute FifoQueue.',
    'suite',
  ],
  [
    'CreateQueue',
    create({ ContentBasedDeduplication: 'true' }),
    'InvalidAttributeName',
    'Unknown Attribute ContentBasedDeduplication.',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ DeduplicationScope: 'queue' }),
    'InvalidAttributeName',
    'You can specify the DeduplicationScope only when FifoQueue is set to true.',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ FifoThroughputLimit: 'perQueue' }),
    'InvalidAttributeName',
    'You can specify the FifoThroughputLimit only when FifoQueue is set to true.',
    'recorded',
  ],
  ['CreateQueue', create({ Colour: 'red' }), 'InvalidAttributeName', 'Unknown Attribute Colour.', 'suite'],
  ['CreateQueue', create({ QueueArn: 'x' }), 'InvalidAttributeName', 'Unknown Attribute QueueArn.', 'model'],
  ['CreateQueue', create({ All: 'x' }), 'InvalidAttributeName', 'Unknown Attribute All.', 'model'],
  [
    'CreateQueue',
    create({ DelaySeconds: {} }),
    'SerializationException',
    'Start of structure or map found where not expected.',
    'suite',
  ],
  ['CreateQueue', { QueueName: ['a'] }, 'SerializationException', 'Start of list found where not', 'suite'],
  [
    'CreateQueue',
    create({ DelaySeconds: '7' }, 'plain'),
    'QueueNameExists',
    'A queue already exists with the same name and a different value for attribute DelaySeconds',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ FifoQueue: 'true', ContentBasedDeduplication: 'true' }, 'ordered.fifo'),
    'QueueNameExists',
    'a different value for attribute ContentBasedDeduplication',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ SqsManagedSseEnabled: 'true', KmsMasterKeyId: 'alias/aws/sqs' }),
    'InvalidAttributeName',
    'You can use one type of server-side encryption (SSE) at one time.',
    'recorded',
  ],
  [
    'CreateQueue',
    create({ FifoQueue: 'true', FifoThroughputLimit: 'perMessageGroupId' }, 'a.fifo'),
    'InvalidAttributeValue',
    'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup',
    'text: suite; code assumed',
  ],
  [
    'CreateQueue',
    create({ FifoQueue: 'true', DeduplicationScope: 'none' }, 'a.fifo'),
    'InvalidAttributeValue',
    'Invalid value for the parameter DeduplicationScope.',
    'model',
  ],
  [
    'CreateQueue',
    { QueueName: 'new', tags: { ['k'.repeat(129)]: 'v' } },
    'InvalidParameterValue',
    'Tag keys must be between 1 and 128 characters in length.',
    'moto',
  ],
];

describe('a queue is refused', () => testCases([...CREATE, ...NUMBERS]));
