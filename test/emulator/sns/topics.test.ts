import { expect, test } from 'vitest';
import { CALLER, createWorld, queueArn, refusal, text, topicArn } from './world.ts';

test('a topic that is there is answered again, unless the request says anything else', () => {
  const world = createWorld();
  const Tags = [{ Key: 'team', Value: 'a' }];
  const create = (more: object) => world.call('CreateTopic', { Name: 'news', ...more });

  const first = create({ Attributes: { DisplayName: 'News' }, Tags });

  expect(create({})).toEqual(first);
  expect(create({ Attributes: { DisplayName: 'News', FifoTopic: 'false' }, Tags })).toEqual(first);
  expect(refusal(() => create({ Attributes: { DisplayName: 'Other' } })).message).toBe(
    'Invalid parameter: Attributes Reason: Topic already exists with different attributes',
  );
  expect(refusal(() => create({ Tags: [{ Key: 'team', Value: 'b' }] })).message).toBe(
    'Invalid parameter: Tags Reason: Topic already exists with different tags',
  );
});

test('a topic shows its attributes, its policy and its subscriptions', () => {
  const world = createWorld();
  const TopicArn = world.topic('news', { MaximumMessageSize: '1048576' });
  const arn = world.subscribe(TopicArn, queueArn('a'));
  world.subscribe(TopicArn, queueArn('b'));
  world.call('Unsubscribe', { SubscriptionArn: arn });
  world.call('SetTopicAttributes', { TopicArn, AttributeName: 'DisplayName', AttributeValue: 'News' });

  const { Attributes } = world.call('GetTopicAttributes', { TopicArn });

  expect(Attributes).toMatchObject({
    TopicArn,
    Owner: CALLER.account,
    DisplayName: 'News',
    MaximumMessageSize: '1048576',
    SubscriptionsConfirmed: '1',
    SubscriptionsDeleted: '1',
    SubscriptionsPending: '0',
    Policy: expect.stringContaining('__default_policy_ID'),
    EffectiveDeliveryPolicy: expect.stringContaining('"numRetries":3'),
  });
  expect(Attributes).not.toHaveProperty('FifoTopic');
});

test('deleting a topic ends its subscriptions, and may be repeated', () => {
  const world = createWorld();
  const TopicArn = world.topic('news');
  world.subscribe(TopicArn, queueArn('a'));

  world.call('DeleteTopic', { TopicArn });
  world.call('DeleteTopic', { TopicArn });

  expect(world.call('ListTopics')).toEqual({ Topics: [] });
  expect(world.call('ListSubscriptions')).toEqual({ Subscriptions: [] });
  expect(world.sns.snapshot()).toEqual([]);
});

test('topics and subscriptions are listed by the hundred, each account and region its own', () => {
  const world = createWorld();
  for (let index = 0; index < 101; index++) world.topic(`t${index}`);
  const elsewhere = { ...CALLER, region: 'us-east-1' };
  world.sns.call('CreateTopic', { Name: 'far' }, elsewhere);

  const first = world.call('ListTopics');
  const second = world.call('ListTopics', { NextToken: first.NextToken });

  expect(first.Topics).toHaveLength(100);
  expect(second).toEqual({ Topics: [{ TopicArn: topicArn('t100') }] });
  expect(world.sns.call('ListTopics', {}, elsewhere)).toEqual({
    Topics: [{ TopicArn: 'arn:aws:sns:us-east-1:123456789012:far' }],
  });
});

test('tags are added, changed and taken away', () => {
  const world = createWorld();
  const ResourceArn = world.topic('news');

  world.call('TagResource', {
    ResourceArn,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  world.call('TagResource', { ResourceArn, Tags: [{ Key: 'b', Value: '3' }] });
  world.call('UntagResource', { ResourceArn, TagKeys: ['a'] });

  expect(world.call('ListTagsForResource', { ResourceArn })).toEqual({ Tags: [{ Key: 'b', Value: '3' }] });
});

test('permissions are kept in the policy', () => {
  const world = createWorld();
  const TopicArn = world.topic('news');
  const policy = () => {
    const { Attributes } = world.call('GetTopicAttributes', { TopicArn });
    // GetTopicAttributes answers a map of texts.
    return JSON.parse((Attributes as Record<string, string>).Policy ?? '').Statement;
  };

  world.call('AddPermission', {
    TopicArn,
    Label: 'x',
    AWSAccountId: ['111111111111'],
    ActionName: ['Publish'],
  });
  const [, added] = policy();
  world.call('RemovePermission', { TopicArn, Label: 'x' });

  expect(added).toEqual({
    Sid: 'x',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'SNS:Publish',
    Resource: TopicArn,
  });
  expect(policy()).toHaveLength(1);
});

test('a subscription that is there already is answered again, unless it would have other attributes', () => {
  const world = createWorld();
  const TopicArn = world.topic('news');
  const first = world.subscribe(TopicArn, queueArn('a'), { RawMessageDelivery: 'true' });

  expect(world.subscribe(TopicArn, queueArn('a'))).toBe(first);
  expect(world.subscribe(TopicArn, queueArn('a'), { RawMessageDelivery: 'true' })).toBe(first);
  expect(
    refusal(() => world.subscribe(TopicArn, queueArn('a'), { RawMessageDelivery: 'false' })),
  ).toMatchObject({
    name: 'InvalidParameterException',
    message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
  });
  expect(world.call('GetSubscriptionAttributes', { SubscriptionArn: first })).toEqual({
    Attributes: expect.objectContaining({
      SubscriptionArn: first,
      TopicArn,
      Protocol: 'sqs',
      Endpoint: queueArn('a'),
      RawMessageDelivery: 'true',
      PendingConfirmation: 'false',
    }),
  });
});

test('subscriptions are listed with their topics', () => {
  const world = createWorld();
  const [one, two] = [world.topic('one'), world.topic('two')];
  const arn = world.subscribe(one, queueArn('a'));
  world.subscribe(two, queueArn('a'));

  const byTopic = world.call('ListSubscriptionsByTopic', { TopicArn: one });

  const Owner = CALLER.account;
  expect(byTopic).toEqual({
    Subscriptions: [{ SubscriptionArn: arn, Owner, Protocol: 'sqs', Endpoint: queueArn('a'), TopicArn: one }],
  });
  expect(world.call('ListSubscriptions').Subscriptions).toHaveLength(2);
});

test('a topic with larger messages takes a mebibyte, and a hundred subscriptions', async () => {
  const world = createWorld();
  const topic = world.topic('large', { MaximumMessageSize: '1048576' });
  world.subscribe(topic, world.queue('q'), { RawMessageDelivery: 'true' });
  for (let index = 1; index < 100; index++) world.subscribe(topic, queueArn(`q${index}`));

  world.publish(topic, 'x'.repeat(1_048_576));

  expect((await world.bodies('q')).map((body) => body?.length)).toEqual([1_048_576]);
  expect(refusal(() => world.subscribe(topic, queueArn('one-more')))).toMatchObject({
    name: 'SubscriptionLimitExceededException',
    message: expect.stringContaining('at most 100 subscriptions'),
  });
});

test('a topic has at most 200 filter policies, and more subscriptions without one', () => {
  const world = createWorld();
  const topic = world.topic('news');
  const filter = { FilterPolicy: '{"a":["b"]}' };
  for (let index = 0; index < 200; index++) world.subscribe(topic, queueArn(`q${index}`), filter);

  const SubscriptionArn = world.subscribe(topic, queueArn('plain'));
  const attach = () =>
    world.call('SetSubscriptionAttributes', {
      ...{ SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: filter.FilterPolicy },
    });

  expect(refusal(attach)).toMatchObject({ name: 'FilterPolicyLimitExceededException', status: 403 });
  expect(refusal(() => world.subscribe(topic, queueArn('more'), filter)).message).toContain(
    '200 filter policies',
  );
});

test('a batch is published as a whole and answers for each message', async () => {
  const world = createWorld();
  const TopicArn = world.topic('news');
  world.subscribe(TopicArn, world.queue('q'), { RawMessageDelivery: 'true' });
  const entries = Array.from({ length: 10 }, (_, index) => ({ Id: `m${index}`, Message: `${index}` }));

  const answer = world.call('PublishBatch', { TopicArn, PublishBatchRequestEntries: entries });

  expect(answer.Failed).toEqual([]);
  expect(answer.Successful).toEqual(entries.map(({ Id }) => ({ Id, MessageId: expect.any(String) })));
  expect(await world.bodies('q')).toEqual(entries.map(({ Message }) => Message));
});

test('the limit of a message counts its attributes; a topic may be the target', async () => {
  const world = createWorld();
  const topic = world.topic('news', { MaximumMessageSize: '1024' });
  world.subscribe(topic, world.queue('q'), { RawMessageDelivery: 'true' });
  const send = (length: number) =>
    world.call('Publish', {
      TargetArn: topic,
      Message: 'x'.repeat(length),
      MessageAttributes: { a: text('1') },
    });

  send(1024 - 'aString1'.length);

  expect(await world.bodies('q')).toHaveLength(1);
  expect(refusal(() => send(1024 - 'aString1'.length + 1)).message).toBe(
    'Invalid parameter: Message too long',
  );
});
