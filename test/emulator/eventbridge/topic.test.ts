import { expect, test } from 'vitest';
import { CALLER, createWorld, reasons, topicArn } from './world.ts';

const SHOP = { source: ['shop'] };

test('an event reaches the subscribers of a topic that is a target, as the rule writes it', async () => {
  const world = createWorld();
  const Endpoint = world.queue('q');
  await world.sns.call('CreateTopic', { Name: 't' }, CALLER);
  const Attributes = { RawMessageDelivery: 'true' };
  await world.sns.call(
    'Subscribe',
    { TopicArn: topicArn('t'), Protocol: 'sqs', Endpoint, Attributes },
    CALLER,
  );
  world.rule('default', 'whole', SHOP, { Id: 't', Arn: topicArn('t') });
  world.rule('default', 'part', SHOP, { Id: 't', Arn: topicArn('t'), InputPath: '$.detail' });

  world.put('default', { n: 1 });

  const events = await world.events('q');
  expect(events).toHaveLength(2);
  expect(events).toContainEqual({ n: 1 });
  expect(events).toContainEqual(expect.objectContaining({ source: 'shop', detail: { n: 1 } }));
});

test('an event for a topic that is not there goes to the dead-letter queue at once', async () => {
  const world = createWorld();
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.rule('default', 'r', SHOP, { Id: 't', Arn: topicArn('gone'), DeadLetterConfig });

  world.put('default', {});

  const [message] = await world.received('dead');
  expect(reasons(message)).toMatchObject({
    ERROR_CODE: 'NO_RESOURCE',
    ERROR_MESSAGE: 'Topic does not exist',
    TARGET_ARN: topicArn('gone'),
  });
});
