import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { bodiesIn, type Machine, startMachine } from './restart.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:orders';
const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:jobs';

/** A topic with a queue that gets its messages raw. */
async function subscribed(machine: Machine, suffix = '', attributes: Input = {}): Promise<unknown> {
  const Attributes = suffix === '' ? {} : { FifoTopic: 'true' };
  const queue = suffix === '' ? {} : { FifoQueue: 'true' };
  await machine.call('sns', 'CreateTopic', { Name: `orders${suffix}`, Attributes });
  await machine.call('sqs', 'CreateQueue', { QueueName: `jobs${suffix}`, Attributes: queue });
  const answer = await machine.call('sns', 'Subscribe', {
    ...{ TopicArn: `${TOPIC}${suffix}`, Protocol: 'sqs', Endpoint: `${QUEUE}${suffix}` },
    Attributes: { RawMessageDelivery: 'true', ...attributes },
  });
  return answer.SubscriptionArn;
}

test.each(['restart', 'fromSnapshot'] as const)('topics are as before (%s)', async (way) => {
  const first = startMachine();
  const SubscriptionArn = await subscribed(first, '', { FilterPolicy: '{"kind":["a"]}' });
  await first.call('sns', 'SetTopicAttributes', {
    ...{ TopicArn: TOPIC, AttributeName: 'DisplayName', AttributeValue: 'Orders' },
  });
  await first.call('sns', 'TagResource', { ResourceArn: TOPIC, Tags: [{ Key: 'team', Value: 'a' }] });
  const look = async (machine: Machine) => [
    await machine.call('sns', 'GetTopicAttributes', { TopicArn: TOPIC }),
    await machine.call('sns', 'GetSubscriptionAttributes', { SubscriptionArn }),
    await machine.call('sns', 'ListTagsForResource', { ResourceArn: TOPIC }),
  ];
  const before = await look(first);

  const second = await first[way]();

  expect(await look(second)).toEqual(before);
  await second.call('sns', 'Publish', { TopicArn: TOPIC, Message: 'filtered out' });
  await second.call('sns', 'Publish', {
    ...{ TopicArn: TOPIC, Message: 'let through' },
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'a' } },
  });
  expect(await bodiesIn(second, 'jobs')).toEqual(['let through']);
});

test('a topic and a subscription that were deleted stay deleted', async () => {
  const first = startMachine();
  const SubscriptionArn = await subscribed(first);
  await first.call('sns', 'CreateTopic', { Name: 'other' });
  await first.call('sns', 'Unsubscribe', { SubscriptionArn });
  await first.call('sns', 'DeleteTopic', { TopicArn: 'arn:aws:sns:eu-west-1:123456789012:other' });

  const second = first.killed();

  expect((await second.call('sns', 'ListTopics')).Topics).toEqual([{ TopicArn: TOPIC }]);
  expect((await second.call('sns', 'ListSubscriptions')).Subscriptions).toEqual([]);
});

test('a message that was published arrives once, wherever it was when the process died', async () => {
  const first = startMachine();
  await subscribed(first);
  // The publish is answered before the delivery is set off.
  await first.call('sns', 'Publish', { TopicArn: TOPIC, Message: 'on its way' });
  const early = first.killed();
  await first.emulator.settled();
  await first.call('sqs', 'ListQueues');
  const late = first.killed();

  expect(early.emulator.services.sns.pendingDeliveries()).toBe(1);
  await early.call('sqs', 'ListQueues');
  expect(await bodiesIn(early, 'jobs')).toEqual(['on its way']);
  expect(await bodiesIn(late, 'jobs')).toEqual(['on its way']);
  expect(late.emulator.services.sns.pendingDeliveries()).toBe(0);
});

test('a delivery that waits for a retry is tried again after a restart, when it was due', async () => {
  const first = startMachine();
  await subscribed(first);
  first.emulator.faults.set({
    faults: [{ fault: 'throttle', rate: 1, service: 'sqs', operation: 'SendMessage' }],
  });
  await first.call('sns', 'Publish', { TopicArn: TOPIC, Message: 'again' });
  await first.emulator.advance(2_500);
  const attempts = first.emulator.trace.entries({ service: 'sns', operation: 'retry' }).length;
  await first.call('sqs', 'ListQueues');

  const second = first.killed();
  await second.call('sqs', 'ListQueues');
  const before = await bodiesIn(second, 'jobs');
  await second.emulator.advance(60_000);

  expect(attempts).toBeGreaterThan(3);
  expect(before).toEqual([]);
  expect(await bodiesIn(second, 'jobs')).toEqual(['again']);
});

test('a group of a FIFO topic keeps its order, its numbers and its window', async () => {
  const first = startMachine();
  await subscribed(first, '.fifo');
  const publish = (machine: Machine, Message: string) =>
    machine.call('sns', 'Publish', {
      ...{ TopicArn: `${TOPIC}.fifo`, Message, MessageGroupId: 'g', MessageDeduplicationId: Message },
    });
  const answers = await Promise.all(['a', 'b', 'c'].map((message) => publish(first, message)));

  const second = first.killed();
  const again = await publish(second, 'c');
  const next = await publish(second, 'd');

  expect(await bodiesIn(second, 'jobs.fifo')).toEqual(['a', 'b', 'c', 'd']);
  expect(again).toEqual(answers[2]);
  expect(String(next.SequenceNumber) > String(answers[2]?.SequenceNumber)).toBe(true);
});
