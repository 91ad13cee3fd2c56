/** Wrong input to message attributes. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { type Case, testCases } from './wrong-input.ts';

const send = (more: Input) => ({ QueueUrl: 'plain', MessageBody: 'hello', ...more });
const withAttribute = (name: string, value: unknown) => send({ MessageAttributes: { [name]: value } });
const text = (value: string) => ({ DataType: 'String', StringValue: value });

const ATTRIBUTES: readonly Case[] = [
  ['SendMessage', withAttribute('', text('x')), 'InvalidParameterValue', 'non-empty message (user)', 'suite'],
  [
    'SendMessage',
    withAttribute('Hello', {}),
    'InvalidParameterValue',
    "The message (user) attribute 'Hello' must contain a non-empty message attribute value.",
    'suite',
  ],
  [
    'SendMessage',
    withAttribute('Hello', { StringValue: 'x' }),
    'InvalidParameterValue',
    "The message (user) attribute 'Hello' must contain a non-empty message attribute type.",
    'text assumed',
  ],
  [
    'SendMessage',
    withAttribute('ErrorDetails', text('')),
    'InvalidParameterValue',
    "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
    'recorded',
  ],
  [
    'SendMessage',
    withAttribute('Hello', { DataType: 'Binary', BinaryValue: new Uint8Array() }),
    'InvalidParameterValue',
    "Message (user) attribute 'Hello' must contain a non-empty value of type 'Binary'.",
    'by analogy',
  ],
  [
    'SendMessage',
    withAttribute('Hello', { DataType: 'Number', StringValue: 'world' }),
    'InvalidParameterValue',
    "Can't cast the value of message (user) attribute 'Hello' to a number.",
    'suite',
  ],
  ...['InvalidType', 'Str', 'Strings'].map(
    (type): Case => [
      'SendMessage',
      withAttribute('Hello', { DataType: type, StringValue: 'x' }),
      'InvalidParameterValue',
      "The type of message (user) attribute 'Hello' is invalid. You must use only the following supported " +
        'type prefixes: Binary, Number, String.',
      'observed',
    ],
  ),
  ...['AWS.Hello', 'aWs.Hello', 'amazon.Hello'].map(
    (name): Case => [
      'SendMessage',
      withAttribute(name, text('x')),
      'InvalidParameterValue',
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon'.",
      'suite',
    ],
  ),
  ...['.a', 'a.', 'a..b', 'a!b', 'a b', 'a§b', 'a?b'].map(
    (name): Case => [
      'SendMessage',
      withAttribute(name, text('x')),
      'InvalidParameterValue',
      `Message (user) attribute name '${name}' is invalid.`,
      'refused: recorded; text assumed',
    ],
  ),
  [
    'SendMessage',
    withAttribute('a'.repeat(257), text('x')),
    'InvalidParameterValue',
    'Message (user) attribute name must be shorter than 256 bytes.',
    'suite',
  ],
  [
    'SendMessage',
    withAttribute('a', { DataType: `String.${'a'.repeat(250)}`, StringValue: 'x' }),
    'InvalidParameterValue',
    'Message (user) attribute type must be shorter than 256 bytes.',
    'suite',
  ],
  [
    'SendMessage',
    withAttribute('a', text('\u0008')),
    'InvalidParameterValue',
    "Invalid binary character '#x8'",
    'code: recorded; text assumed',
  ],
  [
    'SendMessage',
    withAttribute('a', { DataType: 'StringList', StringListValues: ['x'] }),
    'InvalidParameterValue',
    'Message attribute list values in SendMessage operation are not supported.',
    'suite',
  ],
  [
    'SendMessage',
    withAttribute('a', { DataType: 'Binary', BinaryValue: 5 }),
    'SerializationException',
    'Expected binary data for a',
    'own word',
  ],
  [
    'SendMessage',
    send({
      MessageAttributes: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, text('x')])),
    }),
    'InvalidParameterValue',
    'Number of message attributes [11] exceeds the allowed maximum [10].',
    'suite',
  ],
  [
    'SendMessage',
    send({ MessageSystemAttributes: { Hello: text('x') } }),
    'InvalidParameterValue',
    "Message system attribute name 'Hello' is invalid.",
    'suite',
  ],
  [
    'SendMessage',
    send({ MessageSystemAttributes: { AWSTraceHeader: { DataType: 'Number', StringValue: '5' } } }),
    'InvalidParameterValue',
    "'AWSTraceHeader' must be of type 'String'.",
    'rule: model; text assumed',
  ],
];

describe('a message attribute is refused', () => testCases(ATTRIBUTES));
