import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createWorld, DAY, MINUTE, refusal, START } from './world.ts';
import {
  type Case,
  CONFLICT,
  expression,
  NOT_FOUND,
  NOT_SERVED,
  schedule,
  testCases,
  VALIDATION,
} from './wrong-input.ts';

const LONG = 'x'.repeat(65);
const NAME_PATTERN = 'satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$';
const GROUP_ARN = 'arn:aws:scheduler:eu-north-1:123456789012:schedule-group/nowhere';

function window(FlexibleTimeWindow: Input): Input {
  return schedule({ FlexibleTimeWindow });
}
function tag(Key: string, Value = 'x'): Input {
  return { Name: 'jobs', Tags: [{ Key, Value }] };
}

testCases([
  ['Nonsense', {}, NOT_SERVED, 'scheduler: Nonsense is not served', 'assumed'],
  // Names.
  ['CreateSchedule', schedule({ Name: undefined }), VALIDATION, "null at 'name' failed", 'model'],
  ['CreateSchedule', schedule({ Name: '' }), VALIDATION, 'have length greater than or equal to 1', 'model'],
  ['CreateSchedule', schedule({ Name: LONG }), VALIDATION, 'have length less than or equal to 64', 'model'],
  ['CreateSchedule', schedule({ Name: 'a b' }), VALIDATION, NAME_PATTERN, 'model'],
  ['CreateSchedule', schedule({ GroupName: 'a b' }), VALIDATION, "'a b' at 'groupName' failed", 'model'],
  ['CreateSchedule', schedule({ GroupName: 'x' }), NOT_FOUND, 'Schedule group x does not exist.', 'assumed'],
  ['CreateSchedule', schedule({ Name: 's' }), CONFLICT, 'Schedule s already exists.', 'assumed'],
  ['CreateSchedule', schedule({ ClientToken: 'a b' }), VALIDATION, "'a b' at 'clientToken'", 'model'],
  ['CreateSchedule', schedule({ ClientToken: LONG }), VALIDATION, 'less than or equal to 64', 'model'],
  ['GetSchedule', { Name: 'x' }, NOT_FOUND, 'Schedule x does not exist.', 'recorded'],
  ['GetSchedule', { Name: 's', GroupName: 'x' }, NOT_FOUND, 'Schedule s does not exist.', 'assumed'],
  ['DeleteSchedule', { Name: 'x' }, NOT_FOUND, 'Schedule x does not exist.', 'assumed'],
  ['UpdateSchedule', schedule({ Name: 'x' }), NOT_FOUND, 'Schedule x does not exist.', 'assumed'],
  // Expressions.
  [
    'CreateSchedule',
    schedule({ ScheduleExpression: undefined }),
    VALIDATION,
    "at 'scheduleExpression'",
    'model',
  ],
  ['CreateSchedule', expression(''), VALIDATION, 'have length greater than or equal to 1', 'model'],
  ['CreateSchedule', expression('x'.repeat(257)), VALIDATION, 'less than or equal to 256', 'model'],
  ...[
    ...['cron(0 1 * * * *)', 'cron(7 20 * * NOT *)', 'cron(INVALID)', 'cron(0 dummy ? * MON-FRI *)'],
    ...['cron(71 8 1 * ? *)', 'cron()', 'rate(10 seconds)', 'rate(10 years)', 'rate()', 'rate(10)'],
    ...['rate(10 minutess)', 'rate(foo minutes)', 'rate(-10 minutes)', 'rate( 10 minutes )'],
    ...[' rate(10 minutes)', 'at(2021-12-31T23:59:59Z)', 'at(2021-12-31)'],
  ].map((text): Case => {
    return [
      'CreateSchedule',
      expression(text),
      VALIDATION,
      `Invalid Schedule Expression ${text}.`,
      'recorded',
    ];
  }),
  [
    'UpdateSchedule',
    { ...expression('x'), Name: 's' },
    VALIDATION,
    'Invalid Schedule Expression x.',
    'recorded',
  ],
  ['CreateSchedule', schedule({ ScheduleExpressionTimezone: 'Mars' }), VALIDATION, 'zone Mars', 'assumed'],
  ['CreateSchedule', schedule({ ScheduleExpressionTimezone: '+01:00' }), VALIDATION, '+01:00', 'assumed'],
  ['CreateSchedule', schedule({ ScheduleExpressionTimezone: 'europe/oslo' }), VALIDATION, 'oslo', 'assumed'],
  ['CreateSchedule', schedule({ ScheduleExpressionTimezone: '' }), VALIDATION, 'equal to 1', 'model'],
  // Dates and windows.
  [
    'CreateSchedule',
    schedule({ StartDate: new Date(START - 6 * MINUTE) }),
    VALIDATION,
    'The StartDate you specify cannot be earlier than 5 minutes ago.',
    'recorded',
  ],
  [
    'UpdateSchedule',
    { ...schedule({ StartDate: new Date(START - DAY) }), Name: 's' },
    VALIDATION,
    'The StartDate you specify cannot be earlier than 5 minutes ago.',
    'recorded',
  ],
  [
    'CreateSchedule',
    schedule({ StartDate: new Date(START + DAY), EndDate: new Date(START + DAY) }),
    VALIDATION,
    'The StartDate you specify must come before the EndDate.',
    'recorded',
  ],
  [
    'CreateSchedule',
    window({ Mode: 'OFF', MaximumWindowInMinutes: 5 }),
    VALIDATION,
    'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
    'recorded',
  ],
  [
    'CreateSchedule',
    window({ Mode: 'FLEXIBLE' }),
    VALIDATION,
    'MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.',
    'recorded',
  ],
  [
    'CreateSchedule',
    schedule({ FlexibleTimeWindow: undefined }),
    VALIDATION,
    "'flexibleTimeWindow'",
    'model',
  ],
  ['CreateSchedule', window({}), VALIDATION, "null at 'flexibleTimeWindow.mode' failed", 'model'],
  ['CreateSchedule', window({ Mode: 'ON' }), VALIDATION, 'enum value set: [OFF, FLEXIBLE]', 'model'],
  [
    'CreateSchedule',
    window({ Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1_441 }),
    VALIDATION,
    "'1441' at 'flexibleTimeWindow.maximumWindowInMinutes' failed",
    'model',
  ],
  ['CreateSchedule', schedule({ State: 'ON' }), VALIDATION, 'enum value set: [ENABLED, DISABLED]', 'model'],
  ['CreateSchedule', schedule({ ActionAfterCompletion: 'X' }), VALIDATION, 'set: [NONE, DELETE]', 'model'],
  ['CreateSchedule', schedule({ Description: 'x'.repeat(513) }), VALIDATION, 'equal to 512', 'model'],
  ['CreateSchedule', schedule({ KmsKeyArn: 'key' }), VALIDATION, "'key' at 'kmsKeyArn' failed", 'model'],
  // Lists.
  ['ListSchedules', { MaxResults: 101 }, VALIDATION, 'have value less than or equal to 100', 'model'],
  ['ListSchedules', { NextToken: '!' }, VALIDATION, 'The provided NextToken is not valid.', 'assumed'],
  ['ListSchedules', { State: 'ON' }, VALIDATION, "'ON' at 'state' failed", 'model'],
  ['ListSchedules', { NamePrefix: 'a b' }, VALIDATION, "'a b' at 'namePrefix' failed", 'model'],
  ['ListSchedules', { GroupName: 'x' }, NOT_FOUND, 'Schedule group x does not exist.', 'assumed'],
  // Groups and tags.
  ['CreateScheduleGroup', { Name: 'a b' }, VALIDATION, NAME_PATTERN, 'model'],
  ['CreateScheduleGroup', { Name: 'default' }, CONFLICT, 'Schedule group default already exists.', 'assumed'],
  ['CreateScheduleGroup', tag('x'.repeat(129)), VALIDATION, "at 'tags.1.member.key' failed", 'model'],
  ['CreateScheduleGroup', tag('x', ''), VALIDATION, "'' at 'tags.1.member.value' failed", 'model'],
  ['CreateScheduleGroup', tag('aws:x'), VALIDATION, 'must not start with aws:', 'assumed'],
  ['GetScheduleGroup', { Name: 'x' }, NOT_FOUND, 'Schedule group x does not exist.', 'assumed'],
  ['DeleteScheduleGroup', { Name: 'x' }, NOT_FOUND, 'Schedule group x does not exist.', 'assumed'],
  ['DeleteScheduleGroup', { Name: 'default' }, VALIDATION, 'default schedule group cannot be', 'assumed'],
  ['TagResource', { ResourceArn: 'x', Tags: [] }, VALIDATION, "'x' at 'resourceArn' failed", 'model'],
  ['ListTagsForResource', { ResourceArn: GROUP_ARN }, NOT_FOUND, 'group nowhere does not', 'assumed'],
]);

test('an expression is refused with nothing but itself, as the service does', () => {
  const world = createWorld();

  const refused = refusal(() => world.call('CreateSchedule', expression('rate(1 second)')));

  expect(refused.message).toBe('Invalid Schedule Expression rate(1 second).');
});

test('a refused update changes nothing', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('rate(1 hour)');
  const before = world.call('GetSchedule', { Name: 's' });

  const refused = refusal(() => world.call('UpdateSchedule', { ...expression('x'), Name: 's' }));
  await world.clock.advance(DAY - 1);

  expect(refused.name).toBe(VALIDATION);
  expect(world.call('GetSchedule', { Name: 's' })).toEqual(before);
  expect(world.times()).toHaveLength(24);
});
