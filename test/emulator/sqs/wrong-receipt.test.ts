/** Wrong input to receives and receipt handles. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { type Case, handleOf, testCases } from './wrong-input.ts';

const TOKEN_RULE = 'can only include alphanumeric and punctuation characters. 1 to 128 in length.';

const RECEIVE: readonly Case[] = [
  ...[0, 11, -1].map(
    (max): Case => [
      'ReceiveMessage',
      { QueueUrl: 'plain', MaxNumberOfMessages: max },
      'InvalidParameterValue',
      `Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if`,
      'recorded',
    ],
  ),
  ...[-1, 21].map(
    (wait): Case => [
      'ReceiveMessage',
      { QueueUrl: 'plain', WaitTimeSeconds: wait },
      'InvalidParameterValue',
      `Value ${wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
      'recorded',
    ],
  ),
  ...[-1, 43201].map(
    (timeout): Case => [
      'ReceiveMessage',
      { QueueUrl: 'plain', VisibilityTimeout: timeout },
      'InvalidParameterValue',
      `Value ${timeout} for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if`,
      'suite',
    ],
  ),
  [
    'ReceiveMessage',
    { QueueUrl: 'plain', ReceiveRequestAttemptId: 'a' },
    'InvalidParameterValue',
    'The request include parameter that is not valid for this queue type.',
    'by analogy',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'ordered.fifo', ReceiveRequestAttemptId: 'a b' },
    'InvalidParameterValue',
    `ReceiveRequestAttemptId ${TOKEN_RULE}`,
    'rule: model; text by analogy',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'plain', AttributeNames: ['Colour'] },
    'InvalidAttributeName',
    'Unknown Attribute Colour.',
    'model',
  ],
  [
    'ReceiveMessage',
    { QueueUrl: 'plain', MessageSystemAttributeNames: ['Colour'] },
    'InvalidAttributeName',
    'Unknown Attribute Colour.',
    'model',
  ],
];

const EXPIRED = 'for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.';
const CHANGE_RULE = 'Reason: Must be between 0 and 43200.';

const HANDLES: readonly Case[] = [
  ['DeleteMessage', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter ReceiptHandle.', 'suite'],
  [
    'DeleteMessage',
    { QueueUrl: 'plain', ReceiptHandle: ' ' },
    'MissingParameter',
    'the parameter ReceiptHandle.',
    'suite',
  ],
  [
    'DeleteMessage',
    { QueueUrl: 'plain', ReceiptHandle: 'garbage' },
    'ReceiptHandleIsInvalid',
    'The input receipt handle "garbage" is not a valid receipt handle.',
    'code: recorded; text: observed',
    404,
  ],
  [
    'DeleteMessage',
    (world) => ({ QueueUrl: 'plain', ReceiptHandle: handleOf(world, 'dlq', 30) }),
    'ReceiptHandleIsInvalid',
    'is not a valid receipt handle.',
    'a handle of another queue; assumed',
    404,
  ],
  [
    'DeleteMessage',
    (world) => ({ QueueUrl: 'ordered.fifo', ReceiptHandle: handleOf(world, 'ordered.fifo', 0) }),
    'InvalidParameterValue',
    EXPIRED,
    'recorded',
  ],
  [
    'ChangeMessageVisibility',
    { QueueUrl: 'plain' },
    'MissingParameter',
    'the parameter ReceiptHandle.',
    'suite',
  ],
  [
    'ChangeMessageVisibility',
    { QueueUrl: 'plain', ReceiptHandle: 'x' },
    'MissingParameter',
    'the parameter VisibilityTimeout.',
    'suite',
  ],
  [
    'ChangeMessageVisibility',
    { QueueUrl: 'plain', ReceiptHandle: 'INVALID', VisibilityTimeout: 60 },
    'ReceiptHandleIsInvalid',
    'The input receipt handle "INVALID" is not a valid receipt handle.',
    'code: recorded',
    404,
  ],
  ...[-10, 43201].map(
    (seconds): Case => [
      'ChangeMessageVisibility',
      { QueueUrl: 'plain', ReceiptHandle: 'x', VisibilityTimeout: seconds },
      'InvalidParameterValue',
      `Value ${seconds} for parameter VisibilityTimeout is invalid. ${CHANGE_RULE}`,
      'suite',
    ],
  ),
  [
    'ChangeMessageVisibility',
    (world) => {
      const handle = handleOf(world, 'plain', 30);
      world.call('DeleteMessage', { QueueUrl: 'plain', ReceiptHandle: handle });
      return { QueueUrl: 'plain', ReceiptHandle: handle, VisibilityTimeout: 5 };
    },
    'InvalidParameterValue',
    'Reason: Message does not exist or is not available for visibility timeout change.',
    'observed',
  ],
  [
    'ChangeMessageVisibility',
    (world) => {
      const handle = handleOf(world, 'plain', 30);
      const back = { QueueUrl: 'plain', ReceiptHandle: handle, VisibilityTimeout: 0 };
      world.call('ChangeMessageVisibility', back);
      return { ...back, VisibilityTimeout: 5 };
    },
    'MessageNotInflight',
    "The specified message isn't in flight.",
    'model',
  ],
  [
    'ChangeMessageVisibility',
    (world) => ({
      QueueUrl: 'ordered.fifo',
      ReceiptHandle: handleOf(world, 'ordered.fifo', 0),
      VisibilityTimeout: 5,
    }),
    'MessageNotInflight',
    "The specified message isn't in flight.",
    'model',
  ],
];

describe('a receive is refused', () => testCases(RECEIVE));
describe('a receipt handle is refused', () => testCases(HANDLES));
