import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWorld, text } from './world.ts';

const RAW = { RawMessageDelivery: 'true' };

test('a filter policy looks at message attributes', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('eu'), { ...RAW, FilterPolicy: '{"key":["k:eu"]}' });
  world.subscribe(topic, world.queue('all'), RAW);

  for (const key of ['k:eu', 'k:us']) world.publish(topic, key, { MessageAttributes: { key: text(key) } });
  world.publish(topic, 'none');

  expect(await world.bodies('eu')).toEqual(['k:eu']);
  expect(await world.bodies('all')).toEqual(['k:eu', 'k:us', 'none']);
});

test('a filter policy of the scope MessageBody looks at the body, nested members included', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const FilterPolicy = '{"order":{"total":[{"numeric":[">",10]}]}}';
  world.subscribe(topic, world.queue('big'), { ...RAW, FilterPolicy, FilterPolicyScope: 'MessageBody' });

  world.publish(topic, '{"order":{"total":11}}');
  world.publish(topic, '{"order":{"total":9}}');
  world.publish(topic, 'no json');

  expect(await world.bodies('big')).toEqual(['{"order":{"total":11}}']);
});

test('a policy can be changed, and taken away with an empty one', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const SubscriptionArn = world.subscribe(topic, world.queue('q'), { ...RAW, FilterPolicy: '{"key":["a"]}' });
  const set = (AttributeValue: string) =>
    world.call('SetSubscriptionAttributes', {
      SubscriptionArn,
      AttributeName: 'FilterPolicy',
      AttributeValue,
    });
  const publish = () => world.publish(topic, 'hello', { MessageAttributes: { key: text('b') } });

  publish();
  set('{"key":["b"]}');
  publish();
  set('{}');
  world.publish(topic, 'plain');

  expect(await world.bodies('q')).toEqual(['hello', 'plain']);
  const { Attributes } = world.call('GetSubscriptionAttributes', { SubscriptionArn });
  expect(Attributes).not.toHaveProperty('FilterPolicy');
  expect(Attributes).not.toHaveProperty('FilterPolicyScope');
});

test('a published message reaches exactly the queues whose filter lets it through, each once', async () => {
  const VALUE = fc.constantFrom('a', 'b', 'c');
  const POLICY = fc.record(
    { x: fc.uniqueArray(VALUE, { minLength: 1 }), y: fc.uniqueArray(VALUE, { minLength: 1 }) },
    { requiredKeys: [] },
  );
  const MESSAGE = fc.record({ x: VALUE, y: VALUE }, { requiredKeys: [] });

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(POLICY), { minLength: 1, maxLength: 6 }),
      fc.array(MESSAGE, { maxLength: 8 }),
      async (policies, messages) => {
        const world = createWorld();
        const topic = world.topic('news');
        for (const [index, policy] of policies.entries()) {
          const filter = policy === null ? {} : { FilterPolicy: JSON.stringify(policy) };
          world.subscribe(topic, world.queue(`q${index}`), { ...RAW, ...filter });
        }

        for (const [index, message] of messages.entries()) {
          const entries = Object.entries(message).map(([name, value]) => [name, text(value)]);
          world.publish(topic, String(index), { MessageAttributes: Object.fromEntries(entries) });
        }

        for (const [index, policy] of policies.entries()) {
          const fits = (message: Readonly<Record<string, string>>) =>
            Object.entries(policy ?? {}).every(([name, allowed]) => allowed.includes(message[name] as never));
          const expected = messages.flatMap((message, at) => (fits(message) ? [String(at)] : []));
          expect((await world.bodies(`q${index}`)).toSorted()).toEqual(expected.toSorted());
        }
      },
    ),
    { numRuns: 60 },
  );
});
