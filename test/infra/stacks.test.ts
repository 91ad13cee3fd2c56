/** Apps in several stacks make no circle of them, and names that join to the same text are told apart. */
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { bind, defineApp, defineExchange, defineQueue, defineSchedule, defineTask, every } from '#lib';
import { mall } from './mall.ts';
import { emptyStack } from './stack.ts';

const ENTRY = 'test/infra/entry/kept.ts';

test('two apps that send to each other, each in a stack of its own, make no circle of stacks', () => {
  const { cdk } = emptyStack();
  const [one, two] = (['one', 'two'] as const).map((name) => {
    const task = defineTask('work', { once: { taken: 'reject' }, run: () => 1 });
    const queue = defineQueue('large', { largePayloads: 's3', maxLength: 5 });
    const events = defineExchange('events', { type: 'fanout' });
    const archived = defineExchange('archived', { type: 'topic', archive: '1d' });
    const daily = defineSchedule('daily', { trigger: every('1d'), send: task() });
    const app = defineApp(name, {
      tasks: [task],
      schedules: [daily],
      bindings: [bind(events, queue), bind(archived, '#', queue)],
    });
    return new Broker(new Stack(cdk, name), 'Broker', { app, entry: ENTRY });
  });
  if (one === undefined || two === undefined) throw new Error('there are two');

  for (const [from, to] of [
    [one, two],
    [two, one],
  ] as const) {
    to.grantSchedules(from.worker('default'));
    to.grantControl(from.worker('default'));
    to.grantReplay(from.worker('default'));
  }

  expect(() => cdk.synth()).not.toThrow();
  expect(Stack.of(one).dependencies).toEqual([]);
  expect(Stack.of(two).dependencies).toEqual([]);
});

test('who may send from another stack is granted the same by name, and has no finding', () => {
  const { cdk, stack } = emptyStack({ validated: true });
  const broker = new Broker(stack, 'Broker', { app: mall, entry: ENTRY });
  const other = new Stack(cdk, 'Web');
  const web = new Role(other, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  broker.grantSend(web);

  const text = JSON.stringify(Template.fromStack(other).findResources('AWS::IAM::Policy'));

  expect(text).not.toContain('Fn::ImportValue');
  for (const name of [':mall-dev-work"', ':mall-dev-work-p2"', ':mall-dev-ledger.fifo"', ':mall-dev-all"'])
    expect(text).toContain(name);
  expect(text).toContain(':event-bus/mall-dev"');
  expect(text).toContain('mall-dev-blobs-');
  expect(() => cdk.synth()).not.toThrow();
});

test('a stack of a named account and Region has no finding, and who sends from another has none', () => {
  const { cdk, stack } = emptyStack({ validated: true });
  const account = '123456789012';
  const named = new Stack(cdk, 'Named', { env: { account, region: 'eu-central-1' } });
  const broker = new Broker(named, 'Broker', {
    app: mall,
    entry: ENTRY,
    dashboard: { entry: ENTRY, auth: 'iam' },
  });
  const other = new Stack(cdk, 'Web', { env: { account, region: 'us-east-1' } });
  const web = new Role(other, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  broker.grantSend(web);
  // A stack without resources is a finding.
  new Key(stack, 'Key', { enableKeyRotation: true });

  const text = JSON.stringify(Template.fromStack(other).findResources('AWS::IAM::Policy'));

  expect(text).toContain(':mall-dev-blobs-123456789012-eu-central-1/*"');
  expect(text).toContain(':sqs:eu-central-1:123456789012:mall-dev-work"');
  expect(() => cdk.synth()).not.toThrow();
});

test("a customer's key may stand in a stack of its own, which then knows none of the app's", () => {
  const { cdk, stack } = emptyStack();
  const encryptionKey = new Key(new Stack(cdk, 'Keys'), 'Key');
  new Broker(stack, 'Broker', {
    ...{ app: mall, entry: ENTRY, encryptionKey },
    dashboard: { entry: ENTRY, auth: 'token' },
  });

  expect(() => cdk.synth()).not.toThrow();
  expect(Stack.of(encryptionKey).dependencies).toEqual([]);
});

test("ways whose exchanges' and queues' names join to the same text are two ways", () => {
  const { stack } = emptyStack();
  const [short, long] = [defineQueue('c'), defineQueue('b-c')];
  const over = (name: string, transport: 'sns' | 'eventbridge') =>
    defineExchange(name, { type: 'fanout', transport });
  const app = defineApp('shop', {
    longDelays: false,
    bindings: [
      ...[bind(over('a-b', 'sns'), short), bind(over('a', 'sns'), long)],
      ...[bind(over('x-b', 'eventbridge'), short), bind(over('x', 'eventbridge'), long)],
    ],
  });

  new Broker(stack, 'Broker', { app, entry: ENTRY });

  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::SNS::Subscription', 2);
  template.resourceCountIs('AWS::Events::Rule', 2);
});

test('timers of two stages have names of their own: CloudFormation does not look at their groups', () => {
  const { cdk, stack } = emptyStack({ validated: true });
  const task = defineTask('work', { run: () => 1 });
  const schedules = [every('1d'), every('10s')].map((trigger, index) =>
    defineSchedule(`s${index}`, { trigger, send: task() }),
  );
  const app = defineApp('shop', { tasks: [task], schedules });

  for (const stage of ['dev', 'prod']) new Broker(stack, stage, { app, entry: ENTRY, stage });

  expect(() => cdk.synth()).not.toThrow();
  const timers = Template.fromStack(stack).findResources('AWS::Scheduler::Schedule');
  const names = Object.values(timers).map(({ Properties }) => Properties.Name);
  expect(names).toHaveLength(6);
  expect(new Set(names).size).toBe(6);
});
