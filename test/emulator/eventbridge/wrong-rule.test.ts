import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { busArn, createWorld, queueArn, topicArn } from './world.ts';
import { EXISTS, NOT_FOUND, NOT_SERVED, testCases, VALIDATION } from './wrong-input.ts';

const PATTERN = '{"source":["shop"]}';
const INVALID = 'InvalidEventPatternException';

function target(more: Input): Input {
  return { Rule: 'r', Targets: [{ Id: 't', Arn: queueArn('q'), ...more }] };
}
function transformer(InputTemplate: string, InputPathsMap: Input = {}): Input {
  return target({ InputTransformer: { InputTemplate, InputPathsMap } });
}
function rule(more: Input): Input {
  return { Name: 'new', EventPattern: PATTERN, ...more };
}
function schedule(ScheduleExpression: string): Input {
  return { Name: 'new', ScheduleExpression };
}
const ARN_FORMAT = 'Provided Arn is not in correct format.';
const SCHEDULE = 'Parameter ScheduleExpression is not valid.';
const longName = 'x'.repeat(65);

testCases([
  ['Nonsense', {}, NOT_SERVED, 'eventbridge: Nonsense is not served', 'assumed'],
  // Buses.
  ['CreateEventBus', {}, VALIDATION, "Value null at 'name' failed to satisfy constraint", 'recorded'],
  ['CreateEventBus', { Name: '' }, VALIDATION, 'have length greater than or equal to 1', 'model'],
  ['CreateEventBus', { Name: 'x'.repeat(257) }, VALIDATION, 'have length less than or equal to 256', 'model'],
  [
    'CreateEventBus',
    { Name: 'a b' },
    VALIDATION,
    'regular expression pattern: [/\\.\\-_A-Za-z0-9]+',
    'model',
  ],
  ['CreateEventBus', { Name: 'a/b' }, VALIDATION, "Event bus name must not contain '/'.", 'model'],
  ['CreateEventBus', { Name: 'app' }, EXISTS, 'Event bus app already exists.', 'recorded'],
  ['CreateEventBus', { Name: 'default' }, EXISTS, 'Event bus default already exists.', 'model'],
  ['CreateEventBus', { Name: 'a', EventSourceName: 'x' }, NOT_SERVED, 'with EventSourceName', 'assumed'],
  ['DescribeEventBus', { Name: 'x' }, NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  ['DescribeEventBus', { Name: busArn('x') }, NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  ['DeleteEventBus', { Name: 'default' }, VALIDATION, 'Cannot delete event bus default.', 'recorded'],
  ['PutPermission', { EventBusName: 'x' }, NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  ['PutPermission', { StatementId: 'a b' }, VALIDATION, "'statementId' failed", 'model'],
  ['PutPermission', { StatementId: 'a', Action: 'fly' }, VALIDATION, "'action' failed", 'model'],
  ['PutPermission', { Policy: 'x' }, VALIDATION, 'Parameter Policy is not valid.', 'assumed'],
  [
    'RemovePermission',
    { StatementId: 'x' },
    NOT_FOUND,
    'Statement with the provided id does not',
    'recorded',
  ],
  [
    'TagResource',
    { ResourceARN: busArn('x'), Tags: [] },
    NOT_FOUND,
    'Event bus x does not exist.',
    'recorded',
  ],
  ['TagResource', { ResourceARN: 'x', Tags: [] }, VALIDATION, ARN_FORMAT, 'assumed'],
  // Rules.
  ['PutRule', { EventPattern: PATTERN }, VALIDATION, "Value null at 'name' failed", 'recorded'],
  ['PutRule', rule({ Name: 'a b' }), VALIDATION, "Value 'a b' at 'name' failed to satisfy", 'recorded'],
  ['PutRule', rule({ Name: longName }), VALIDATION, 'have length less than or equal to 64', 'recorded'],
  ['PutRule', { Name: 'r' }, VALIDATION, 'EventPattern or ScheduleExpression must be specified.', 'docs'],
  ['PutRule', rule({ EventBusName: 'x' }), NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  ['PutRule', rule({ State: 'ON' }), VALIDATION, 'enum value set: [ENABLED, DISABLED', 'model'],
  ['PutRule', rule({ EventPattern: '{' }), INVALID, 'Event pattern is not valid. Reason:', 'recorded'],
  ['PutRule', rule({ EventPattern: '{"a":"b"}' }), INVALID, '"a" must be an object or an array', 'recorded'],
  ['PutRule', rule({ EventPattern: 'x'.repeat(4_097) }), VALIDATION, 'less than or equal to 4096', 'model'],
  ['PutRule', rule({ Description: 'x'.repeat(513) }), VALIDATION, 'less than or equal to 512', 'model'],
  ['PutRule', schedule('every minute'), VALIDATION, SCHEDULE, 'recorded'],
  ['PutRule', schedule('rate(1 minutes)'), VALIDATION, SCHEDULE, 'recorded'],
  ['PutRule', schedule('rate(5 minute)'), VALIDATION, SCHEDULE, 'recorded'],
  ['PutRule', schedule('rate(0 minutes)'), VALIDATION, SCHEDULE, 'recorded'],
  ['PutRule', schedule('cron(0 12 * * *)'), VALIDATION, SCHEDULE, 'docs'],
  ['PutRule', schedule('cron(0 12 * * * *)'), VALIDATION, SCHEDULE, 'docs'],
  ['PutRule', schedule('at(2026-01-01T00:00:00)'), VALIDATION, SCHEDULE, 'docs'],
  [
    'PutRule',
    { ...schedule('rate(5 minutes)'), EventBusName: 'app' },
    VALIDATION,
    'ScheduleExpression is supported only on the default event bus.',
    'recorded',
  ],
  ['DescribeRule', { Name: 'x' }, NOT_FOUND, 'Rule x does not exist on EventBus default.', 'recorded'],
  ['EnableRule', { Name: 'x' }, NOT_FOUND, 'Rule x does not exist on EventBus default.', 'recorded'],
  ['DisableRule', { Name: 'r', EventBusName: 'x' }, NOT_FOUND, 'Event bus x does not exist.', 'recorded'],
  ['ListRules', { NextToken: 'x' }, VALIDATION, 'The provided NextToken is not valid.', 'assumed'],
  ['ListRules', { Limit: 101 }, VALIDATION, 'have value less than or equal to 100', 'model'],
  // Targets.
  ['PutTargets', { Rule: 'x', Targets: [] }, VALIDATION, "Value '[]' at 'targets' failed", 'model'],
  ['PutTargets', { ...target({}), Rule: 'x' }, NOT_FOUND, 'Rule x does not exist on EventBus', 'recorded'],
  ['PutTargets', target({ Id: '!' }), VALIDATION, "Value '!' at 'targets.1.member.id' failed", 'recorded'],
  ['PutTargets', target({ Arn: 'queue' }), VALIDATION, ARN_FORMAT, 'recorded'],
  ['PutTargets', target({ Arn: 'arn:aws:sqs:x:1:q' }), VALIDATION, ARN_FORMAT, 'assumed'],
  ['PutTargets', target({ Arn: topicArn('t.fifo') }), VALIDATION, ARN_FORMAT, 'assumed'],
  ['PutTargets', target({ Arn: 'arn:aws:states:x:1:t' }), NOT_SERVED, 'with a target of states', 'assumed'],
  ['PutTargets', target({ EcsParameters: {} }), NOT_SERVED, 'PutTargets with EcsParameters', 'assumed'],
  [
    'PutTargets',
    target({ Arn: queueArn('q.fifo') }),
    VALIDATION,
    'SqsParameters must be specified',
    'recorded',
  ],
  ['PutTargets', target({ Input: '{}', InputPath: '$' }), VALIDATION, 'Only one of Input, InputPath', 'docs'],
  ['PutTargets', target({ Input: '{' }), VALIDATION, 'JSON syntax error in input for target t.', 'assumed'],
  ['PutTargets', target({ InputPath: 'detail' }), VALIDATION, 'Invalid InputPath for target t.', 'assumed'],
  ['PutTargets', target({ InputPath: '$..a' }), VALIDATION, 'Invalid InputPath for target t.', 'assumed'],
  ['PutTargets', transformer('"<x>"'), VALIDATION, 'the variable <x> has no path', 'assumed'],
  ['PutTargets', transformer('{"a": }'), VALIDATION, 'Invalid InputTemplate for target t', 'recorded'],
  ['PutTargets', transformer('"a"', { a: 'b' }), VALIDATION, 'Invalid InputPathsMap for target t', 'assumed'],
  ['PutTargets', transformer('"a"', { 'aws.a': '$' }), VALIDATION, 'Invalid InputPathsMap', 'model'],
  [
    'PutTargets',
    target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
    VALIDATION,
    'have value less than or equal to 185',
    'model',
  ],
  [
    'PutTargets',
    target({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }),
    VALIDATION,
    'have value greater than or equal to 60',
    'model',
  ],
  [
    'PutTargets',
    target({ DeadLetterConfig: { Arn: queueArn('d.fifo') } }),
    VALIDATION,
    'FIFO queues are not supported as dead-letter queues.',
    'docs',
  ],
  [
    'PutTargets',
    target({ Arn: busArn('app'), Input: '{}' }),
    NOT_SERVED,
    'Input, InputPath or InputTransformer for an event bus',
    'assumed',
  ],
  ['RemoveTargets', { Rule: 'x', Ids: ['a'] }, NOT_FOUND, 'Rule x does not exist on EventBus', 'recorded'],
  ['ListTargetsByRule', { Rule: 'x' }, NOT_FOUND, 'Rule x does not exist on EventBus default.', 'recorded'],
]);

test('a refused request changes nothing', () => {
  const world = createWorld();
  world.rule('default', 'r', { source: ['shop'] });

  const put = () =>
    world.call('PutTargets', { Rule: 'r', Targets: [{ Id: 'a', Arn: queueArn('a') }, { Id: '!' }] });

  expect(put).toThrow("Value '!' at 'targets.2.member.id' failed to satisfy constraint");
  expect(world.call('ListTargetsByRule', { Rule: 'r' })).toEqual({ Targets: [] });
});
