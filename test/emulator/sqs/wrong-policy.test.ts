/** Wrong input to the policies of queues. Sources as in wrong-input.ts. */
import { describe } from 'vitest';
import { arnOf } from './world.ts';
import { type Case, testCases } from './wrong-input.ts';

const create = (attributes: Record<string, unknown>, name = 'new') => ({
  QueueName: name,
  Attributes: attributes,
});

const redrive = (policy: unknown) => create({ RedrivePolicy: JSON.stringify(policy) });

const allow = (policy: unknown) => create({ RedriveAllowPolicy: JSON.stringify(policy) });

const policy = (value: unknown) => create({ Policy: JSON.stringify(value) });

const statement = (sid: string) => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: '*',
  Action: '*',
  Resource: '*',
});

const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);

const UNSUPPORTED = "Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.";

const POLICIES: readonly Case[] = [
  ...[5, 'text', null, [], { Statement: [] }, { Colour: 1, Statement: [statement('a')] }].map(
    (value): Case => [
      'CreateQueue',
      policy(value),
      'InvalidAttributeValue',
      'Invalid value for the parameter Policy.',
      'suite',
    ],
  ),
  [
    'CreateQueue',
    policy({ Version: '4532-10-17', Statement: [statement('a')] }),
    'InvalidAttributeValue',
    'Invalid value for the parameter Policy.',
    'suite',
  ],
  [
    'CreateQueue',
    policy({ Version: '2012-10-17', Statement: { ...statement('a'), Colour: 'red' } }),
    'InvalidAttributeValue',
    'Invalid value for the parameter Policy.',
    'suite',
  ],
  [
    'CreateQueue',
    policy({ Version: '2012-10-17', Statement: many(22).map(statement) }),
    'OverLimit',
    '22 statements were found in the submitted policy, max allowed is 20',
    'text: suite',
    403,
  ],
  [
    'CreateQueue',
    create({ RedrivePolicy: ' ' }),
    'InvalidAttributeValue',
    'Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map.',
    'suite',
  ],
  [
    'CreateQueue',
    redrive({}),
    'InvalidParameterValue',
    'Value {} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory ' +
      'attribute: maxReceiveCount.',
    'observed',
  ],
  [
    'CreateQueue',
    redrive({ maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'does not contain mandatory attribute: deadLetterTargetArn.',
    'observed',
  ],
  ...[0, 1001, -36, 'invalid', 1.5].map(
    (count): Case => [
      'CreateQueue',
      redrive({ deadLetterTargetArn: arnOf('dlq'), maxReceiveCount: count }),
      'InvalidParameterValue',
      `Invalid value for maxReceiveCount: ${count}, valid values are from 1 to 1000 both inclusive.`,
      'suite',
    ],
  ),
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: 'dummy', maxReceiveCount: 42 }),
    'InvalidParameterValue',
    'Reason: Invalid value for deadLetterTargetArn.',
    'recorded',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: 'arn:aws:sns:eu-north-1:123456789012:topic', maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'Only SQS queues are valid resources for deadLetterTargetArn.',
    'suite',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: arnOf('ordered.fifo'), maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'Dead-letter queue must be same type of queue as the source.',
    'suite',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: 'arn:aws:sqs:eu-north-1:999999999999:dlq', maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'Dead-letter target owner should be same as the source.',
    'observed',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: arnOf('nowhere'), maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'Dead letter target does not exist.',
    'suite',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: arnOf('dlq'), maxReceiveCount: 5, colour: 'red' }),
    'InvalidParameterValue',
    'Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].',
    'suite',
  ],
  [
    'CreateQueue',
    redrive({ deadLetterTargetArn: arnOf('closed'), maxReceiveCount: 5 }),
    'InvalidParameterValue',
    'does not permit this source queue',
    'rule: model; text assumed',
  ],
  ...[
    [],
    {},
    { redrivePermission: 'some' },
    { redrivePermission: 'allowAll', colour: 'red' },
    { redrivePermission: 'byQueue', sourceQueueArns: 'arn:aws:sqs' },
    { redrivePermission: 'byQueue', sourceQueueArns: [5] },
  ].map(
    (value): Case => [
      'CreateQueue',
      allow(value),
      'InvalidAttributeValue',
      `Invalid value for the parameter RedriveAllowPolicy. Reason: ${UNSUPPORTED}`,
      'suite',
    ],
  ),
  ...[{ redrivePermission: 'byQueue' }, { redrivePermission: 'byQueue', sourceQueueArns: [] }].map(
    (value): Case => [
      'CreateQueue',
      allow(value),
      'InvalidParameterValue',
      'the byQueue permission type, you must also specify one or more sourceQueueArns values.',
      'suite',
    ],
  ),
  [
    'CreateQueue',
    allow({ redrivePermission: 'byQueue', sourceQueueArns: many(11) }),
    'InvalidParameterValue',
    'The maximum number of source queue ARNs you can specify is 10.',
    'suite',
  ],
  [
    'CreateQueue',
    allow({ redrivePermission: 'denyAll', sourceQueueArns: [arnOf('plain')] }),
    'InvalidParameterValue',
    'To specify one or more source queue ARNs, you must set redrivePermission to byQueue.',
    'suite',
  ],
];

describe('a policy is refused', () => testCases(POLICIES));
