import type { Input } from '../../../lib/emulator/service.ts';
import { queueArn } from './world.ts';
import { NOT_SERVED, schedule, target, testCases, VALIDATION } from './wrong-input.ts';

const BUS_ARN = 'arn:aws:events:eu-north-1:123456789012:event-bus/default';
const FUNCTION_ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:f';

function universal(call: string, more: Input = { Input: '{}' }): Input {
  return target(more, `arn:aws:scheduler:::aws-sdk:${call}`);
}
function event(Source: string, DetailType = 'tick'): Input {
  return target({ EventBridgeParameters: { Source, DetailType } }, BUS_ARN);
}

testCases([
  ['CreateSchedule', schedule({ Target: undefined }), VALIDATION, "null at 'target' failed", 'model'],
  ['CreateSchedule', target({ Arn: undefined }), VALIDATION, "null at 'target.arn' failed", 'model'],
  ['CreateSchedule', target({ RoleArn: undefined }), VALIDATION, "null at 'target.roleArn' failed", 'model'],
  ['CreateSchedule', target({ RoleArn: 'role' }), VALIDATION, "'role' at 'target.roleArn' failed", 'model'],
  ['CreateSchedule', target({}, 'queue'), VALIDATION, 'Provided Arn is not in correct format.', 'docs'],
  ['CreateSchedule', target({}, 'arn:aws:sqs:eu-north-1:1:q'), VALIDATION, 'not in correct format.', 'docs'],
  [
    'CreateSchedule',
    target({}, 'arn:aws:rds:eu-north-1:123456789012:db:x'),
    VALIDATION,
    'rds is not a supported service for a target.',
    'recorded',
  ],
  [
    'CreateSchedule',
    target({}, 'arn:aws:scheduler:eu-north-1:123456789012:aws-sdk:sqs:sendMessage'),
    VALIDATION,
    'scheduler is not a supported service for a target.',
    'recorded',
  ],
  [
    'CreateSchedule',
    target({}, 'arn:aws:states:eu-north-1:123456789012:stateMachine:x'),
    NOT_SERVED,
    'with a target of states',
    'assumed',
  ],
  [
    'CreateSchedule',
    target({}, 'arn:aws:sqs:us-east-1:123456789012:q'),
    VALIDATION,
    'The target ARN provided does not match the current region eu-north-1.',
    'recorded',
  ],
  ['CreateSchedule', target({ Input: '' }), VALIDATION, "'' at 'target.input' failed", 'model'],
  ['CreateSchedule', target({ Input: 'x'.repeat(262_145) }), VALIDATION, 'equal to 262144', 'docs'],
  [
    'CreateSchedule',
    target({ Input: '{' }, FUNCTION_ARN),
    VALIDATION,
    'JSON syntax error in input for the target.',
    'recorded',
  ],
  [
    'CreateSchedule',
    target({}, queueArn('q.fifo')),
    VALIDATION,
    'Parameters SqsParameters must be specified.',
    'recorded',
  ],
  [
    'CreateSchedule',
    target({ SqsParameters: { MessageGroupId: 'g' } }),
    VALIDATION,
    'Parameters MessageGroupId not valid for the target.',
    'recorded',
  ],
  [
    'CreateSchedule',
    target({ SqsParameters: { MessageGroupId: 'g' } }, FUNCTION_ARN),
    VALIDATION,
    'Parameters SqsParameters not supported for the target.',
    'recorded',
  ],
  ['CreateSchedule', target({ EcsParameters: {} }), VALIDATION, 'EcsParameters not supported', 'recorded'],
  ['CreateSchedule', target({}, BUS_ARN), VALIDATION, 'EventBridgeParameters must be specified.', 'assumed'],
  ['CreateSchedule', event('aws.clock'), VALIDATION, "at 'target.eventBridgeParameters.source'", 'model'],
  ['CreateSchedule', event('clock', 'x'.repeat(129)), VALIDATION, 'less than or equal to 128', 'model'],
  [
    'CreateSchedule',
    universal('sqs:getQueueUrl'),
    VALIDATION,
    'getQueueUrl API is not supported.',
    'recorded',
  ],
  ['CreateSchedule', universal('dynamodb:scan'), VALIDATION, 'scan API is not supported.', 'docs'],
  [
    'CreateSchedule',
    universal('sqs:sendMessage', {}),
    VALIDATION,
    'You must provide an input to set this target for your schedule.',
    'recorded',
  ],
  [
    'CreateSchedule',
    universal('sqs:sendMessage', { Input: '{' }),
    VALIDATION,
    'JSON syntax error',
    'recorded',
  ],
  ['CreateSchedule', universal('rds:stopDBInstance'), NOT_SERVED, 'rds:stopDBInstance', 'assumed'],
  ['CreateSchedule', universal('sqs:flyMessage'), NOT_SERVED, 'sqs:flyMessage', 'assumed'],
  [
    'CreateSchedule',
    target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
    VALIDATION,
    "Value '186' at 'target.retryPolicy.maximumRetryAttempts' failed to satisfy constraint",
    'model',
  ],
  [
    'CreateSchedule',
    target({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }),
    VALIDATION,
    'Member must have value greater than or equal to 60',
    'model',
  ],
  [
    'CreateSchedule',
    target({ DeadLetterConfig: { Arn: queueArn('d.fifo') } }),
    VALIDATION,
    "d.fifo' at 'target.deadLetterConfig.arn' failed to satisfy constraint",
    'model',
  ],
]);
