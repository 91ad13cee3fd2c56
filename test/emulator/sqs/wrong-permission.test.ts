/** Wrong input to AddPermission and RemovePermission. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { type Case, testCases } from './wrong-input.ts';

const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);

const permission = (more: object) => ({
  QueueUrl: 'plain',
  Label: 'one',
  AWSAccountIds: ['111111111111'],
  Actions: ['SendMessage'],
  ...more,
});

const PERMISSIONS: readonly Case[] = [
  ['AddPermission', permission({ Label: undefined }), 'MissingParameter', 'the parameter Label.', 'suite'],
  ['AddPermission', permission({ Label: '' }), 'MissingParameter', 'the parameter Label.', 'suite'],
  ['AddPermission', permission({ Label: 'a b' }), 'InvalidParameterValue', 'for parameter Label', 'model'],
  ['AddPermission', permission({ Actions: [] }), 'MissingParameter', 'the parameter Actions.', 'moto'],
  [
    'AddPermission',
    permission({ Actions: ['SendMessageBatch'] }),
    'InvalidParameterValue',
    'Value SQS:SendMessageBatch for parameter ActionName is invalid. Reason: Please refer to the appropriate',
    'suite',
  ],
  [
    'AddPermission',
    permission({ Actions: ['CreateQueue'] }),
    'InvalidParameterValue',
    'Only the queue owner is allowed to invoke this action.',
    'suite',
  ],
  [
    'AddPermission',
    permission({ Actions: many(8) }),
    'OverLimit',
    '8 Actions were found, maximum allowed is 7.',
    'moto',
    403,
  ],
  [
    'AddPermission',
    permission({ AWSAccountIds: ['root'] }),
    'InvalidParameterValue',
    'Value [root] for parameter PrincipalId is invalid. Reason: Unable to verify.',
    'moto',
  ],
  [
    'AddPermission',
    permission({ AWSAccountIds: [] }),
    'InvalidParameterValue',
    'Value [] for parameter PrincipalId is invalid.',
    'moto',
  ],
  ['RemovePermission', { QueueUrl: 'plain' }, 'MissingParameter', 'the parameter Label.', 'suite'],
  [
    'RemovePermission',
    { QueueUrl: 'plain', Label: 'none' },
    'InvalidParameterValue',
    "Value none for parameter Label is invalid. Reason: can't find label.",
    'recorded',
  ],
];

describe('a permission is refused', () => testCases(PERMISSIONS));
