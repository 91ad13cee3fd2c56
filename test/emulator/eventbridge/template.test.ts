import { expect, test } from 'vitest';
import type { Provider, ProviderContext } from '../../../lib/emulator/cloudformation/provider.ts';
import { eventsArchive } from '../../../lib/emulator/cloudformation/providers/events-archive.ts';
import { eventsEventBusPolicy } from '../../../lib/emulator/cloudformation/providers/events-bus-policy.ts';
import { eventsEventBus } from '../../../lib/emulator/cloudformation/providers/events-event-bus.ts';
import { eventsRule } from '../../../lib/emulator/cloudformation/providers/events-rule.ts';
import { busArn, CALLER, createWorld, type World } from './world.ts';

function contextOf(world: World): ProviderContext {
  return {
    ...{ stack: 'Shop', logicalId: 'Thing', account: CALLER.account, region: CALLER.region },
    call: async (service, operation, input) => {
      if (service !== 'eventbridge') throw new Error(`${service} was called`);
      return world.eventbridge.call(operation, input, CALLER);
    },
    name: () => 'Shop-Thing',
    id: () => '00000000-0000-4000-8000-000000000000',
    folder: async () => '',
    asset: () => undefined,
    stored: () => false,
  };
}

/** The properties as a provider reads them from a template. */
function read<P extends object>(provider: Provider<P>, given: object): P {
  const refuse = (path: string, message: string): never => {
    throw new Error(`${path}: ${message}`);
  };
  const sink = { unknown: refuse, invalid: refuse, ignored: () => undefined };
  const properties = provider.properties.read(given, '', sink);
  if (properties === undefined) throw new Error('nothing was read');
  provider.check?.(properties, sink, { ...CALLER, asset: () => undefined, stored: () => false });
  return properties;
}

const NO_NAMES: ReadonlySet<string> = new Set();

test('a bus is made, changed and deleted', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const before = read(eventsEventBus, { Name: 'app', Description: 'd', Tags: [{ Key: 'a', Value: '1' }] });
  const after = read(eventsEventBus, { Name: 'app', Policy: { Statement: [{ Sid: 'x' }] } });

  const made = await eventsEventBus.create(before, context);
  const first = world.call('DescribeEventBus', { Name: 'app' });
  await eventsEventBus.update(made, after, { before, changed: new Set(['Policy']) }, context);
  const second = world.call('DescribeEventBus', { Name: 'app' });
  await eventsEventBus.delete(made, after, context);

  expect(made).toMatchObject({ ref: 'app', attributes: { Arn: busArn('app'), Name: 'app' } });
  expect(first).toMatchObject({ Description: 'd' });
  expect(second).toMatchObject({ Policy: '{"Statement":[{"Sid":"x"}]}' });
  expect(second).not.toHaveProperty('Description');
  expect(world.call('ListEventBuses', { NamePrefix: 'app' })).toEqual({ EventBuses: [] });
});

test('a rule routes as its template says, before a change and after it', async () => {
  const world = createWorld();
  const context = contextOf(world);
  world.bus('app');
  const common = { EventBusName: 'app', EventPattern: { source: ['shop'] } };
  const RetryPolicy = { MaximumRetryAttempts: '3' };
  const InputTransformer = { InputPathsMap: { n: '$.detail.n' }, InputTemplate: '{"n": <n>}' };
  const before = read(eventsRule, {
    ...common,
    Targets: [{ Id: 'a', Arn: world.queue('a'), InputPath: '$.detail', RetryPolicy }],
  });
  const after = read(eventsRule, {
    ...common,
    Targets: [{ Id: 'b', Arn: world.queue('b'), InputTransformer }],
  });

  const made = await eventsRule.create(before, context);
  world.put('app', { n: 1 });
  await world.clock.settled();
  await eventsRule.update(made, after, { before, changed: NO_NAMES }, context);
  world.put('app', { n: 2 });

  expect(made.ref).toBe('app|Shop-Thing');
  expect(made.attributes.Arn).toBe('arn:aws:events:eu-north-1:123456789012:rule/app/Shop-Thing');
  expect(await world.events('a')).toEqual([{ n: 1 }]);
  expect(await world.events('b')).toEqual([{ n: 2 }]);
  await expect(eventsRule.create(after, context)).rejects.toThrow("the rule 'Shop-Thing' exists already");
  await eventsRule.delete(made, after, context);
  expect(world.call('ListRules', { EventBusName: 'app' })).toEqual({ Rules: [] });
});

test('a rule on the default bus is referred to by its name', async () => {
  const world = createWorld();
  const properties = read(eventsRule, { Name: 'nightly', ScheduleExpression: 'cron(0 2 * * ? *)' });

  const made = await eventsRule.create(properties, contextOf(world));

  expect(made.ref).toBe('nightly');
  expect(world.call('DescribeRule', { Name: 'nightly' }).ScheduleExpression).toBe('cron(0 2 * * ? *)');
});

test('statements of a bus policy come and go without the others', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: busArn('default'),
  };
  const one = read(eventsEventBusPolicy, { StatementId: 'one', Statement });
  const Principal = '111111111111';
  const two = read(eventsEventBusPolicy, { StatementId: 'two', Action: 'events:PutEvents', Principal });
  const ids = () => {
    const { Policy } = world.call('DescribeEventBus');
    return JSON.parse(String(Policy)).Statement.map(({ Sid }: { readonly Sid: string }) => Sid);
  };

  const made = await eventsEventBusPolicy.create(two, context);
  await eventsEventBusPolicy.create(one, context);
  const both = ids();
  await eventsEventBusPolicy.delete(made, two, context);

  expect(both).toEqual(['two', 'one']);
  expect(ids()).toEqual(['one']);
});

test('an archive is made, changed back to its defaults and deleted', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const SourceArn = busArn('default');
  const EventPattern = { source: ['shop'] };
  const before = read(eventsArchive, { SourceArn, EventPattern, RetentionDays: 7, Description: 'd' });
  const after = read(eventsArchive, { SourceArn });

  const made = await eventsArchive.create(before, context);
  const first = world.call('DescribeArchive', { ArchiveName: 'Shop-Thing' });
  await eventsArchive.update(made, after, { before, changed: NO_NAMES }, context);
  const second = world.call('DescribeArchive', { ArchiveName: 'Shop-Thing' });
  await eventsArchive.delete(made, after, context);

  expect(made.attributes.Arn).toBe('arn:aws:events:eu-north-1:123456789012:archive/Shop-Thing');
  expect(first).toMatchObject({ RetentionDays: 7, EventPattern: '{"source":["shop"]}' });
  expect(second).toMatchObject({ RetentionDays: 0 });
  expect(second).not.toHaveProperty('EventPattern');
  expect(world.call('ListArchives')).toEqual({ Archives: [] });
});

test('a target that is not served is refused by name', async () => {
  const world = createWorld();
  const Targets = [{ Id: 't', Arn: 'arn:aws:states:eu-north-1:123456789012:stateMachine:x' }];
  const properties = read(eventsRule, { EventPattern: { source: ['shop'] }, Targets });

  await expect(eventsRule.create(properties, contextOf(world))).rejects.toThrow(
    'eventbridge: PutTargets with a target of states is not served by this emulator',
  );
});
