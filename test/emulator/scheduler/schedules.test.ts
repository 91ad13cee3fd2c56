/** Schedules and groups as the API makes, shows, changes, lists and deletes them. */
import { expect, test } from 'vitest';
import type { Input, Output } from '../../../lib/emulator/service.ts';
import {
  CALLER,
  createWorld,
  HOUR,
  queueArn,
  ROLE,
  refusal,
  START,
  scheduleArn,
  toSchedule,
  toTarget,
  type World,
} from './world.ts';

const GROUP_ARN = 'arn:aws:scheduler:eu-north-1:123456789012:schedule-group/jobs';

function namesOf(answer: Output): readonly unknown[] {
  // The member that holds the list is an array of structures.
  const list = (answer.Schedules ?? answer.ScheduleGroups) as readonly Input[];
  return list.map(({ Name }) => Name);
}

/** The names of all pages. */
function pagesOf(world: World, operation: string, input: Input): readonly (readonly unknown[])[] {
  const pages: (readonly unknown[])[] = [];
  let token: unknown;
  do {
    const answer = world.call(operation, { ...input, NextToken: token });
    pages.push(namesOf(answer));
    token = answer.NextToken;
  } while (token !== undefined);
  return pages;
}

test('a schedule is shown with what it was given and the defaults of the rest', () => {
  const world = createWorld();

  const made = world.call('CreateSchedule', toSchedule('rate(1 hour)'));

  expect(made).toEqual({ ScheduleArn: scheduleArn('s') });
  expect(world.call('GetSchedule', { Name: 's' })).toEqual({
    ActionAfterCompletion: 'NONE',
    Arn: scheduleArn('s'),
    CreationDate: new Date(START),
    FlexibleTimeWindow: { Mode: 'OFF' },
    GroupName: 'default',
    LastModificationDate: new Date(START),
    Name: 's',
    ScheduleExpression: 'rate(1 hour)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    Target: {
      Arn: queueArn('q'),
      Input: '<aws.scheduler.scheduled-time>',
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      RoleArn: ROLE,
    },
  });
});

test('an update replaces everything, also what it does not say', async () => {
  const world = createWorld();
  const KmsKeyArn = 'arn:aws:kms:eu-north-1:123456789012:key/k';
  world.call('CreateSchedule', {
    ...toSchedule('rate(1 hour)'),
    ...{ Description: 'd', KmsKeyArn, State: 'DISABLED', ActionAfterCompletion: 'DELETE' },
    ...{ ScheduleExpressionTimezone: 'Asia/Tokyo', EndDate: new Date(START + HOUR) },
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
    Target: toTarget(queueArn('q.fifo'), {
      ...{ Input: 'x', SqsParameters: { MessageGroupId: 'g' }, DeadLetterConfig: { Arn: queueArn('d') } },
      RetryPolicy: { MaximumRetryAttempts: 3 },
    }),
  });
  const before = world.call('GetSchedule', { Name: 's' });
  await world.clock.advance(HOUR);

  world.call('UpdateSchedule', { ...toSchedule('rate(2 hours)'), Target: toTarget(queueArn('q')) });

  expect(before).toMatchObject({
    ...{ Description: 'd', KmsKeyArn, State: 'DISABLED', ActionAfterCompletion: 'DELETE' },
    ...{ ScheduleExpressionTimezone: 'Asia/Tokyo', EndDate: new Date(START + HOUR) },
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 3 } },
  });
  expect(world.call('GetSchedule', { Name: 's' })).toEqual({
    ...{ Arn: scheduleArn('s'), GroupName: 'default', Name: 's', ActionAfterCompletion: 'NONE' },
    ...{ CreationDate: new Date(START), LastModificationDate: new Date(START + HOUR) },
    ...{ ScheduleExpression: 'rate(2 hours)', ScheduleExpressionTimezone: 'UTC', State: 'ENABLED' },
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      ...{ Arn: queueArn('q'), RoleArn: ROLE },
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    },
  });
});

test('a name is free in another group, another region and another account', () => {
  const world = createWorld();
  world.call('CreateScheduleGroup', { Name: 'jobs' });
  world.call('CreateSchedule', toSchedule('rate(1 hour)'));

  const other = world.call('CreateSchedule', { ...toSchedule('rate(1 hour)'), GroupName: 'jobs' });
  const elsewhere = world.scheduler.call('ListSchedules', {}, { ...CALLER, account: '999999999999' });

  expect(other).toEqual({ ScheduleArn: scheduleArn('s', 'jobs') });
  expect(namesOf(world.call('ListSchedules'))).toEqual(['s', 's']);
  expect(elsewhere).toEqual({ Schedules: [] });
});

test('schedules are listed by page, prefix, state and group', () => {
  const world = createWorld();
  world.call('CreateScheduleGroup', { Name: 'jobs' });
  for (const Name of ['b2', 'a', 'b1', 'c']) {
    world.call('CreateSchedule', { ...toSchedule('rate(1 hour)'), Name });
  }
  const off = { ...toSchedule('rate(1 hour)'), Name: 'b3', GroupName: 'jobs', State: 'DISABLED' };
  world.call('CreateSchedule', off);

  const list = (input: Input) => namesOf(world.call('ListSchedules', input));

  expect(pagesOf(world, 'ListSchedules', { MaxResults: 2 })).toEqual([['a', 'b1'], ['b2', 'c'], ['b3']]);
  expect(list({ NamePrefix: 'b' })).toEqual(['b1', 'b2', 'b3']);
  expect(list({ NamePrefix: 'b', State: 'ENABLED' })).toEqual(['b1', 'b2']);
  expect(list({ GroupName: 'jobs' })).toEqual(['b3']);
  expect(world.call('ListSchedules', { GroupName: 'jobs' })).toEqual({
    Schedules: [
      {
        ...{ Arn: scheduleArn('b3', 'jobs'), GroupName: 'jobs', Name: 'b3', State: 'DISABLED' },
        ...{ CreationDate: new Date(START), LastModificationDate: new Date(START) },
        Target: { Arn: queueArn('q') },
      },
    ],
  });
});

test('a schedule that goes between two pages moves no other one out of the list', () => {
  const world = createWorld();
  for (const Name of ['a', 'b', 'c', 'd']) {
    world.call('CreateSchedule', { ...toSchedule('rate(1 hour)'), Name });
  }

  const first = world.call('ListSchedules', { MaxResults: 2 });
  world.call('DeleteSchedule', { Name: 'a' });
  world.call('DeleteSchedule', { Name: 'b' });
  const second = world.call('ListSchedules', { MaxResults: 2, NextToken: first.NextToken });

  expect([namesOf(first), namesOf(second)]).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('a group goes with all its schedules', async () => {
  const world = createWorld();
  world.queue('q');
  const made = world.call('CreateScheduleGroup', { Name: 'jobs' });
  world.call('CreateSchedule', { ...toSchedule('rate(1 hour)'), GroupName: 'jobs' });
  const shown = world.call('GetScheduleGroup', { Name: 'jobs' });

  world.call('DeleteScheduleGroup', { Name: 'jobs' });
  await world.clock.advance(24 * HOUR);

  expect(made).toEqual({ ScheduleGroupArn: GROUP_ARN });
  expect(shown).toEqual({
    ...{ Arn: GROUP_ARN, Name: 'jobs', State: 'ACTIVE' },
    ...{ CreationDate: new Date(START), LastModificationDate: new Date(START) },
  });
  expect(world.times()).toEqual([]);
  expect(refusal(() => world.call('GetSchedule', { Name: 's', GroupName: 'jobs' })).status).toBe(404);
  expect(namesOf(world.call('ListScheduleGroups'))).toEqual(['default']);
});

test('groups are listed by page and prefix', () => {
  const world = createWorld();
  for (const Name of ['b', 'a1', 'a2']) world.call('CreateScheduleGroup', { Name });

  expect(pagesOf(world, 'ListScheduleGroups', { MaxResults: 3 })).toEqual([['a1', 'a2', 'b'], ['default']]);
  expect(namesOf(world.call('ListScheduleGroups', { NamePrefix: 'a' }))).toEqual(['a1', 'a2']);
});

test('a group has tags, which come and go', () => {
  const world = createWorld();
  const Tags = [{ Key: 'team', Value: 'a' }];
  world.call('CreateScheduleGroup', { Name: 'jobs', Tags });
  const list = () => world.call('ListTagsForResource', { ResourceArn: GROUP_ARN }).Tags;
  const first = list();

  world.call('TagResource', { ResourceArn: GROUP_ARN, Tags: [{ Key: 'stage', Value: 'dev' }] });
  world.call('UntagResource', { ResourceArn: GROUP_ARN, TagKeys: ['team'] });

  expect(first).toEqual(Tags);
  expect(list()).toEqual([{ Key: 'stage', Value: 'dev' }]);
});

test('a repeated request under its client token does nothing more, and is answered as before', async () => {
  const world = createWorld();
  world.queue('q');
  const create = { ...toSchedule('at(2026-01-01T01:00:00)'), ClientToken: 'one' };
  const remove = { Name: 's', ClientToken: 'two' };

  const made = [world.call('CreateSchedule', create), world.call('CreateSchedule', create)];
  const conflicts = refusal(() => world.call('CreateSchedule', { ...create, ClientToken: 'three' }));
  const gone = [world.call('DeleteSchedule', remove), world.call('DeleteSchedule', remove)];
  // An answer that was lost is asked for again: the schedule does not come back.
  world.call('CreateSchedule', create);
  await world.clock.advance(2 * HOUR);

  expect(made).toEqual([{ ScheduleArn: scheduleArn('s') }, { ScheduleArn: scheduleArn('s') }]);
  expect(conflicts).toEqual({
    name: 'ConflictException',
    message: 'Schedule s already exists.',
    status: 409,
  });
  expect(gone).toEqual([{}, {}]);
  expect(world.times()).toEqual([]);
  expect(world.call('CreateSchedule', create)).toEqual({ ScheduleArn: scheduleArn('s') });
  expect(world.scheduler.snapshot()).toHaveLength(1);
});

test('a client token of another request is refused', () => {
  const world = createWorld();
  const create = { ...toSchedule('rate(1 hour)'), ClientToken: 'one' };
  world.call('CreateSchedule', create);

  const refused = refusal(() => world.call('CreateSchedule', { ...create, Name: 'other' }));

  expect(refused).toMatchObject({ name: 'ConflictException', status: 409 });
  expect(refused.message).toContain('one');
});

test('quotas of schedules and groups hold by account and region', () => {
  const world = createWorld({ schedulesMax: 2 });
  for (const Name of ['a', 'b']) world.call('CreateSchedule', { ...toSchedule('rate(1 hour)'), Name });
  for (let count = 1; count < 500; count++) world.call('CreateScheduleGroup', { Name: `g${count}` });

  const third = refusal(() => world.call('CreateSchedule', toSchedule('rate(1 hour)')));
  const group = refusal(() => world.call('CreateScheduleGroup', { Name: 'jobs' }));
  world.call('DeleteSchedule', { Name: 'a' });

  expect(third).toMatchObject({ name: 'ServiceQuotaExceededException', status: 402 });
  expect(group).toMatchObject({ name: 'ServiceQuotaExceededException', status: 402 });
  expect(world.call('CreateSchedule', toSchedule('rate(1 hour)'))).toHaveProperty('ScheduleArn');
});
