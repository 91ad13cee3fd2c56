/** Wrong input to SendMessage. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { type Case, testCases } from './wrong-input.ts';

const send = (more: Input) => ({ QueueUrl: 'plain', MessageBody: 'hello', ...more });
const sendFifo = (more: Input) => ({
  QueueUrl: 'ordered.fifo',
  MessageBody: 'hello',
  MessageGroupId: 'g',
  MessageDeduplicationId: 'd',
  ...more,
});
const text = (value: string) => ({ DataType: 'String', StringValue: value });

const TOKEN_RULE = 'can only include alphanumeric and punctuation characters. 1 to 128 in length.';

const LONG = 'a'.repeat(129);

const SEND: readonly Case[] = [
  ['SendMessage', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter MessageBody.', 'recorded'],
  ['SendMessage', send({ MessageBody: '' }), 'MissingParameter', 'the parameter MessageBody.', 'recorded'],
  [
    'SendMessage',
    send({ MessageBody: {} }),
    'SerializationException',
    'Start of structure or map found where not expected.',
    'suite',
  ],
  ...[-234, 901].map(
    (delay): Case => [
      'SendMessage',
      send({ DelaySeconds: delay }),
      'InvalidParameterValue',
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
      'suite',
    ],
  ),
  [
    'SendMessage',
    send({ DelaySeconds: 'soon' }),
    'SerializationException',
    'STRING_VALUE can not be converted to an Integer',
    'suite',
  ],
  [
    'SendMessage',
    send({ DelaySeconds: [] }),
    'SerializationException',
    'Start of list found where not expected',
    'suite',
  ],
  [
    'SendMessage',
    sendFifo({ DelaySeconds: 2 }),
    'InvalidParameterValue',
    'Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not ' +
      'valid ' +
      'for this queue type.',
    'recorded',
  ],
  [
    'SendMessage',
    sendFifo({ MessageGroupId: undefined }),
    'MissingParameter',
    'The request must contain the parameter MessageGroupId.',
    'recorded',
  ],
  [
    'SendMessage',
    sendFifo({ MessageDeduplicationId: undefined }),
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided',
    'recorded',
  ],
  [
    'SendMessage',
    send({ MessageDeduplicationId: '1000' }),
    'InvalidParameterValue',
    'for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not',
    'suite',
  ],
  ...['', LONG, 'group 123'].flatMap((value): Case[] => [
    [
      'SendMessage',
      send({ MessageGroupId: value }),
      'InvalidParameterValue',
      `Value ${value} for parameter MessageGroupId is invalid. Reason: MessageGroupId ${TOKEN_RULE}`,
      'recorded',
    ],
    [
      'SendMessage',
      sendFifo({ MessageDeduplicationId: value }),
      'InvalidParameterValue',
      `Value ${value} for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId ` +
        TOKEN_RULE,
      'recorded',
    ],
  ]),
  ...[
    ['\u0000', '#x0'],
    ['\u0008', '#x8'],
    ['\u001b', '#x1B'],
    ['\uffff', '#xFFFF'],
    ['\ud800', '#xD800'],
  ].map(
    ([character, name]): Case => [
      'SendMessage',
      send({ MessageBody: `bad ${character} body` }),
      'InvalidMessageContents',
      `Invalid binary character '${name}' was found in the message body, the set of allowed characters is`,
      'observed',
    ],
  ),
  [
    'SendMessage',
    send({ QueueUrl: 'small', MessageBody: 'a'.repeat(1025) }),
    'InvalidParameterValue',
    'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.',
    'recorded',
  ],
  [
    'SendMessage',
    send({ QueueUrl: 'small', MessageBody: 'é'.repeat(513) }),
    'InvalidParameterValue',
    'Message must be shorter than 1024 bytes.',
    'docs: bytes of UTF-8',
  ],
  [
    'SendMessage',
    send({ QueueUrl: 'small', MessageBody: 'a'.repeat(1012), MessageAttributes: { a: text('123456') } }),
    'InvalidParameterValue',
    'Message must be shorter than 1024 bytes.',
    'recorded',
  ],
  [
    'SendMessage',
    send({ MessageBody: 'a'.repeat(1_048_577) }),
    'InvalidParameterValue',
    'Message must be shorter than 1048576 bytes.',
    'model',
  ],
];

describe('a message is refused', () => testCases(SEND));
