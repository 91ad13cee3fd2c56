import { expect, test } from 'vitest';
import type { Provider, ProviderContext } from '../../../lib/emulator/cloudformation/provider.ts';
import { snsSubscription } from '../../../lib/emulator/cloudformation/providers/sns-subscription.ts';
import { snsTopic } from '../../../lib/emulator/cloudformation/providers/sns-topic.ts';
import { snsTopicPolicy } from '../../../lib/emulator/cloudformation/providers/sns-topic-policy.ts';
import { CALLER, createWorld, queueArn, text, topicArn, type World } from './world.ts';

function contextOf(world: World): ProviderContext {
  return {
    ...{ stack: 'Shop', logicalId: 'Thing', account: CALLER.account, region: CALLER.region },
    call: async (service, operation, input) => {
      if (service !== 'sns') throw new Error(`${service} was called`);
      return world.sns.call(operation, input, CALLER);
    },
    name: (_lengthMax, end = '') => `Shop-Thing${end}`,
    id: () => '00000000-0000-4000-8000-000000000000',
    folder: async () => '',
    asset: () => undefined,
    stored: () => false,
  };
}

/** What a provider makes of properties as a template has them, and what it complains about. */
function read<P extends object>(provider: Provider<P>, given: object) {
  const notices: string[] = [];
  const note = (kind: string) => (path: string, message: string) =>
    notices.push(`${kind} ${path}: ${message}`);
  const sink = { unknown: note('unknown'), invalid: note('invalid'), ignored: note('ignored') };
  const properties = provider.properties.read(given, '', sink);
  if (properties === undefined) throw new Error(notices.join('\n'));
  provider.check?.(properties, sink, { ...CALLER, asset: () => undefined, stored: () => false });
  return { properties, notices };
}

const changed = (...names: readonly string[]) => ({ changed: new Set(names) });

test('a topic is made, changed and deleted with its attributes, tags and subscriptions', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const Subscription = [{ Protocol: 'sqs', Endpoint: queueArn('a') }];
  const Tags = [{ Key: 'team', Value: 'a' }];
  const before = read(snsTopic, { TopicName: 'news', MaximumMessageSize: '1048576', Subscription, Tags });
  const after = read(snsTopic, { TopicName: 'news', DisplayName: 'News' });

  const made = await snsTopic.create(before.properties, context);
  const first = world.sns.snapshot();
  const change = { before: before.properties, ...changed('MaximumMessageSize', 'DisplayName') };
  await snsTopic.update(made, after.properties, change, context);
  const second = world.sns.snapshot();
  await snsTopic.delete(made, after.properties, context);

  expect(made).toEqual({
    ...{ physicalId: topicArn('news'), ref: topicArn('news') },
    attributes: { TopicArn: topicArn('news'), TopicName: 'news' },
  });
  expect(first).toMatchObject([
    {
      attributes: { MaximumMessageSize: '1048576' },
      tags: { team: 'a' },
      subscriptions: [{ endpoint: queueArn('a') }],
    },
  ]);
  expect(second).toMatchObject([
    { attributes: { MaximumMessageSize: '262144', DisplayName: 'News' }, tags: {}, subscriptions: [] },
  ]);
  expect(world.sns.snapshot()).toEqual([]);
});

test('a FIFO topic without a name gets one, and a name that is taken is refused', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const { properties } = read(snsTopic, { FifoTopic: true, ContentBasedDeduplication: true });

  const made = await snsTopic.create(properties, context);

  expect(made.attributes.TopicName).toBe('Shop-Thing.fifo');
  expect(world.sns.snapshot()).toMatchObject([
    { fifo: true, attributes: { ContentBasedDeduplication: 'true' } },
  ]);
  await expect(snsTopic.create(properties, context)).rejects.toThrow(
    "the topic 'Shop-Thing.fifo' exists already, and not from this template",
  );
});

test('a property that is not served is named', () => {
  expect(read(snsTopic, { ArchivePolicy: {} }).notices).toEqual([
    expect.stringContaining('unknown ArchivePolicy: the emulator does not serve this property'),
  ]);
});

test('a subscription filters as its template says, before a change and after it', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const TopicArn = world.topic('news');
  const common = { TopicArn, Protocol: 'sqs', Endpoint: world.queue('q'), RawMessageDelivery: true };
  const before = read(snsSubscription, { ...common, FilterPolicy: { key: ['a'] } });
  const nested = { order: { paid: [true] } };
  const after = read(snsSubscription, { ...common, FilterPolicy: nested, FilterPolicyScope: 'MessageBody' });

  const made = await snsSubscription.create(before.properties, context);
  for (const key of ['a', 'b']) world.publish(TopicArn, key, { MessageAttributes: { key: text(key) } });
  const change = { before: before.properties, ...changed('FilterPolicy', 'FilterPolicyScope') };
  await snsSubscription.update(made, after.properties, change, context);
  world.publish(TopicArn, '{"order":{"paid":true}}');
  world.publish(TopicArn, '{"order":{"paid":false}}');

  expect(made.ref).toMatch(new RegExp(`^${TopicArn}:[0-9a-f-]{36}$`));
  expect(await world.bodies('q')).toEqual(['a', '{"order":{"paid":true}}']);
  await snsSubscription.delete(made, after.properties, context);
  expect(world.call('ListSubscriptions')).toEqual({ Subscriptions: [] });
});

test('a subscription of people is taken without effect, and one of a web server is refused', async () => {
  const world = createWorld();
  const TopicArn = world.topic('news');
  const email = read(snsSubscription, { TopicArn, Protocol: 'email', Endpoint: 'a@example.com' });
  const https = read(snsSubscription, { TopicArn, Protocol: 'https', Endpoint: 'https://example.com' });

  const made = await snsSubscription.create(email.properties, contextOf(world));

  expect(made.ref).toBe(`${TopicArn}:00000000-0000-4000-8000-000000000000`);
  expect(email.notices).toEqual(['ignored Protocol: nothing is sent by email here']);
  expect(https.notices).toEqual([
    "invalid Protocol: is 'https'; the emulator delivers to sqs and lambda only",
  ]);
});

test('a topic policy is shown by its topics, and goes back to the default', async () => {
  const world = createWorld();
  const context = contextOf(world);
  const TopicArn = world.topic('news');
  const PolicyDocument = { Version: '2012-10-17', Statement: [{ Sid: 'own' }] };
  const { properties } = read(snsTopicPolicy, { Topics: [TopicArn], PolicyDocument });
  const shown = () => JSON.stringify(world.call('GetTopicAttributes', { TopicArn }));

  const made = await snsTopicPolicy.create(properties, context);
  const during = shown();
  await snsTopicPolicy.delete(made, properties, context);

  expect(during).toContain('own');
  expect(shown()).not.toContain('own');
  expect(shown()).toContain('__default_policy_ID');
});
