import { expect, test } from 'vitest';
import { busArn, CALLER, createWorld, queueArn, refusal, START } from './world.ts';

const SHOP = { source: ['shop'] };
const LIMIT = 'The requested resource exceeds the maximum number allowed.';

test('buses are made, described, changed, listed and deleted; the default one is always there', () => {
  const world = createWorld();
  world.call('CreateEventBus', { Name: 'app', Description: 'first', Tags: [{ Key: 'a', Value: '1' }] });

  world.call('UpdateEventBus', { Name: 'app', Description: 'second' });

  const at = new Date(START);
  const app = {
    Name: 'app',
    Arn: busArn('app'),
    CreationTime: at,
    LastModifiedTime: at,
    Description: 'second',
  };
  expect(world.call('DescribeEventBus', { Name: 'app' })).toEqual(app);
  expect(world.call('ListEventBuses').EventBuses).toMatchObject([{ Name: 'app' }, { Name: 'default' }]);
  expect(world.call('ListTagsForResource', { ResourceARN: busArn('app') })).toEqual({
    Tags: [{ Key: 'a', Value: '1' }],
  });
  world.call('DeleteEventBus', { Name: 'app' });
  world.call('DeleteEventBus', { Name: 'app' });
  expect(world.call('ListEventBuses', { NamePrefix: 'a' })).toEqual({ EventBuses: [] });
});

test('a rule that is put again is changed as a whole, and keeps its targets', () => {
  const world = createWorld();
  world.bus('app');
  const Arn = world.rule('app', 'r', SHOP, { Id: 'q', Arn: queueArn('q') });
  world.call('PutRule', {
    Name: 'r',
    EventBusName: 'app',
    EventPattern: '{"source":["x"]}',
    Description: 'd',
  });

  world.call('PutRule', { Name: 'r', EventBusName: busArn('app'), EventPattern: '{"source":["y"]}' });

  expect(world.call('DescribeRule', { Name: 'r', EventBusName: 'app' })).toEqual({
    ...{ Name: 'r', Arn, EventBusName: 'app', State: 'ENABLED', EventPattern: '{"source":["y"]}' },
    CreatedBy: CALLER.account,
  });
  expect(world.call('ListTargetsByRule', { Rule: 'r', EventBusName: 'app' })).toEqual({
    Targets: [{ Id: 'q', Arn: queueArn('q') }],
  });
});

test('rules are listed by name, in pages, and by target', () => {
  const world = createWorld();
  for (const name of ['b', 'a', 'c']) world.rule('default', name, SHOP, { Id: 'q', Arn: queueArn(name) });

  const first = world.call('ListRules', { Limit: 2 });
  const second = world.call('ListRules', { Limit: 2, NextToken: first.NextToken });

  expect(first.Rules).toMatchObject([{ Name: 'a' }, { Name: 'b' }]);
  expect(second).toEqual({ Rules: [expect.objectContaining({ Name: 'c' })] });
  expect(world.call('ListRules', { NamePrefix: 'b' }).Rules).toHaveLength(1);
  expect(world.call('ListRuleNamesByTarget', { TargetArn: queueArn('b') })).toEqual({ RuleNames: ['b'] });
});

test('a rule is deleted after its targets, and a bus after its rules', () => {
  const world = createWorld();
  world.bus('app');
  world.rule('app', 'r', SHOP, { Id: 'q', Arn: queueArn('q') });
  const rule = { EventBusName: 'app', Name: 'r' };

  expect(refusal(() => world.call('DeleteRule', rule)).message).toBe(
    "Rule can't be deleted since it has targets.",
  );
  expect(refusal(() => world.call('DeleteEventBus', { Name: 'app' })).message).toBe(
    "Event bus can't be deleted since it has rules.",
  );
  const removed = world.call('RemoveTargets', { EventBusName: 'app', Rule: 'r', Ids: ['q', 'x'] });
  world.call('DeleteRule', rule);
  world.call('DeleteRule', rule);
  world.call('DeleteEventBus', { Name: 'app' });

  expect(removed).toMatchObject({
    FailedEntryCount: 1,
    FailedEntries: [{ TargetId: 'x', ErrorCode: 'ResourceNotFoundException' }],
  });
  expect(world.eventbridge.snapshot()).toEqual([expect.objectContaining({ name: 'default', rules: [] })]);
});

test('a bus has at most 300 rules', () => {
  const world = createWorld();
  for (let index = 0; index < 300; index++) world.rule('default', `r${index}`, SHOP);

  expect(refusal(() => world.rule('default', 'more', SHOP))).toEqual({
    ...{ name: 'LimitExceededException', message: LIMIT, status: 400 },
  });
  world.rule('default', 'r0', { source: ['changed'] });
});

test('a bus has at most 30 rules with wildcards', () => {
  const world = createWorld();
  const wild = { source: [{ wildcard: 'a*' }] };
  for (let index = 0; index < 30; index++) world.rule('default', `r${index}`, wild);

  expect(refusal(() => world.rule('default', 'more', wild)).name).toBe('LimitExceededException');
  world.rule('default', 'r0', wild);
  world.rule('default', 'plain', SHOP);
});

test('a rule has at most five targets, of which one can be replaced', () => {
  const world = createWorld();
  const target = (index: number) => ({ Id: `t${index}`, Arn: queueArn(`q${index}`) });
  world.rule('default', 'r', SHOP, ...[0, 1, 2, 3, 4].map(target));

  expect(refusal(() => world.call('PutTargets', { Rule: 'r', Targets: [target(5)] }))).toMatchObject({
    name: 'LimitExceededException',
    message: LIMIT,
  });
  world.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't0', Arn: queueArn('other') }] });
});

test('a pattern has at most 2,048 characters', () => {
  const world = createWorld();
  const pattern = (length: number) => ({ source: ['x'.repeat(length - '{"source":[""]}'.length)] });

  world.rule('default', 'fits', pattern(2_048));

  expect(refusal(() => world.rule('default', 'long', pattern(2_049)))).toMatchObject({
    name: 'LimitExceededException',
    message: 'The event pattern has 2049 characters, at most 2048 are allowed.',
  });
});

test('a rule on a schedule sends its event at each of its times, until it is disabled', async () => {
  const world = createWorld();
  const { RuleArn } = world.call('PutRule', { Name: 'timer', ScheduleExpression: 'rate(2 minutes)' });
  world.call('PutTargets', { Rule: 'timer', Targets: [{ Id: 'q', Arn: world.queue('q') }] });

  await world.clock.advance(240_000);
  world.call('DisableRule', { Name: 'timer' });
  await world.clock.advance(240_000);

  const events = await world.events('q');
  expect(events.map(({ time }) => time)).toEqual(['2026-01-01T00:02:00Z', '2026-01-01T00:04:00Z']);
  expect(events[0]).toMatchObject({
    ...{ 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [RuleArn], detail: {} },
  });
});

test('a cron rule follows the calendar in UTC', async () => {
  const world = createWorld();
  world.call('PutRule', { Name: 'noon', ScheduleExpression: 'cron(0 12 * * ? *)' });
  world.call('PutTargets', { Rule: 'noon', Targets: [{ Id: 'q', Arn: world.queue('q') }] });

  await world.clock.advance(2 * 86_400_000);

  expect((await world.events('q')).map(({ time }) => time)).toEqual([
    '2026-01-01T12:00:00Z',
    '2026-01-02T12:00:00Z',
  ]);
});

test('a pattern can be tested without a rule', () => {
  const world = createWorld();
  const about = { id: '1', account: '1', time: '2026-01-01T00:00:00Z', region: 'r', resources: [] };
  const asked = (source: string) => {
    const Event = JSON.stringify({ ...about, source, 'detail-type': 'order', detail: {} });
    return world.call('TestEventPattern', { EventPattern: JSON.stringify(SHOP), Event });
  };

  expect(asked('shop')).toEqual({ Result: true });
  expect(asked('other')).toEqual({ Result: false });
});

test('permissions are kept in the policy of the bus', () => {
  const world = createWorld();
  const put = (StatementId: string, Principal: string) =>
    world.call('PutPermission', { StatementId, Principal, Action: 'events:PutEvents' });
  const policy = () => world.call('DescribeEventBus').Policy;

  put('one', '111111111111');
  put('all', '*');
  const both = JSON.parse(String(policy()));
  world.call('RemovePermission', { StatementId: 'one' });
  world.call('RemovePermission', { RemoveAllPermissions: true });

  expect(both.Statement).toMatchObject([
    { Sid: 'one', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Resource: busArn('default') },
    { Sid: 'all', Principal: '*' },
  ]);
  expect(policy()).toBeUndefined();
});

test('rules have tags', () => {
  const world = createWorld();
  const ResourceARN = world.rule('default', 'r', SHOP);

  world.call('TagResource', {
    ResourceARN,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  world.call('UntagResource', { ResourceARN, TagKeys: ['a'] });

  expect(world.call('ListTagsForResource', { ResourceARN })).toEqual({ Tags: [{ Key: 'b', Value: '2' }] });
});
