/** Wrong input to message move tasks. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { arnOf } from './world.ts';
import { type Case, testCases } from './wrong-input.ts';

const ARN_FORMAT = 'arn:<partition>:<service>:<region>:<account-id>:<resource-id>';
const move = (more: object) => ({ SourceArn: arnOf('dlq'), ...more });
const handle = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

const MOVES: readonly Case[] = [
  ['StartMessageMoveTask', {}, 'MissingParameter', 'the parameter SourceArn.', 'suite'],
  [
    'StartMessageMoveTask',
    { SourceArn: '' },
    'InvalidParameterValue',
    `You must use this format to specify the SourceArn: ${ARN_FORMAT}`,
    'suite',
  ],
  [
    'StartMessageMoveTask',
    { SourceArn: arnOf('nowhere') },
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
    'recorded',
    404,
  ],
  [
    'StartMessageMoveTask',
    { SourceArn: arnOf('plain') },
    'InvalidParameterValue',
    'Source queue must be configured as a Dead Letter Queue.',
    'recorded',
  ],
  [
    'StartMessageMoveTask',
    move({ DestinationArn: 'invalid' }),
    'InvalidParameterValue',
    `You must use this format to specify the DestinationArn: ${ARN_FORMAT}`,
    'suite',
  ],
  [
    'StartMessageMoveTask',
    move({ DestinationArn: arnOf('nowhere') }),
    'ResourceNotFoundException',
    "The resource that you specified for the DestinationArn parameter doesn't exist.",
    'recorded',
    404,
  ],
  [
    'StartMessageMoveTask',
    move({ DestinationArn: arnOf('dlq') }),
    'InvalidParameterValue',
    'Source queue arn and destination queue arn cannot be the same.',
    'suite',
  ],
  [
    'StartMessageMoveTask',
    move({ DestinationArn: arnOf('ordered.fifo') }),
    'InvalidParameterValue',
    'The source queue and destination queue must be of the same queue type.',
    'suite',
  ],
  ...[0, 501].map(
    (rate): Case => [
      'StartMessageMoveTask',
      move({ MaxNumberOfMessagesPerSecond: rate }),
      'InvalidParameterValue',
      "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You must enter a number that's " +
        'between 1 and 500.',
      'suite',
    ],
  ),
  [
    'StartMessageMoveTask',
    move({ MaxNumberOfMessagesPerSecond: '5' }),
    'SerializationException',
    'STRING_VALUE can not be converted to an Integer',
    'suite',
  ],
  ['CancelMessageMoveTask', {}, 'MissingParameter', 'the parameter TaskHandle.', 'model'],
  [
    'CancelMessageMoveTask',
    { TaskHandle: 'foobared' },
    'InvalidParameterValue',
    'Value for parameter TaskHandle is invalid.',
    'recorded',
  ],
  [
    'CancelMessageMoveTask',
    { TaskHandle: handle({ taskId: 'x', sourceArn: arnOf('nowhere') }) },
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
    'recorded',
    404,
  ],
  [
    'CancelMessageMoveTask',
    { TaskHandle: handle({ taskId: 'x', sourceArn: arnOf('dlq') }) },
    'ResourceNotFoundException',
    'Task does not exist.',
    'recorded',
    404,
  ],
  ['ListMessageMoveTasks', {}, 'MissingParameter', 'the parameter SourceArn.', 'model'],
  [
    'ListMessageMoveTasks',
    { SourceArn: arnOf('nowhere') },
    'ResourceNotFoundException',
    "specified for the SourceArn parameter doesn't exist.",
    'recorded',
    404,
  ],
  [
    'ListMessageMoveTasks',
    { SourceArn: arnOf('dlq'), MaxResults: 11 },
    'InvalidParameterValue',
    "You must enter a number that's between 1 and 10.",
    'range: model; text assumed',
  ],
];

describe('a message move task is refused', () => testCases(MOVES));
