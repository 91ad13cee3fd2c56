import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createWorld, queueArn } from './world.ts';

const CONTENT = { ContentBasedDeduplication: 'true' };

test('messages of a group arrive in order, with the group, the id and a number', async () => {
  const world = createWorld();
  const topic = world.topic('orders.fifo', CONTENT);
  world.subscribe(topic, world.queue('q.fifo'), { RawMessageDelivery: 'true' });

  const answers = ['1', '2', '3'].map((body) => world.publish(topic, body, { MessageGroupId: 'g' }));

  const messages = await world.received('q.fifo');
  expect(messages.map(({ Body }) => Body)).toEqual(['1', '2', '3']);
  expect(messages[0]?.Attributes).toMatchObject({
    MessageGroupId: 'g',
    MessageDeduplicationId: createHash('sha256').update('1').digest('hex'),
  });
  const numbers = answers.map(({ SequenceNumber }) => String(SequenceNumber));
  expect(numbers.every((number) => /^\d{20}$/.test(number))).toBe(true);
  expect(numbers).toEqual([...numbers].sort());
  expect(new Set(numbers).size).toBe(3);
});

test('the envelope of a FIFO topic has the number and no signature', async () => {
  const world = createWorld();
  const topic = world.topic('orders.fifo', CONTENT);
  world.subscribe(topic, world.queue('q.fifo'));

  const { SequenceNumber } = world.publish(topic, 'a', { MessageGroupId: 'g' });

  const [body] = await world.bodies('q.fifo');
  const envelope = JSON.parse(body ?? '');
  expect(envelope).toMatchObject({ Type: 'Notification', Message: 'a', SequenceNumber });
  expect(envelope).not.toHaveProperty('Signature');
});

test('a message that was published within five minutes is answered alike and delivered once', async () => {
  const world = createWorld();
  const topic = world.topic('orders.fifo');
  world.subscribe(topic, world.queue('q', {}), { RawMessageDelivery: 'true' });
  const again = () => world.publish(topic, 'a', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });

  const [first, second] = [again(), again()];
  await world.clock.advance(300_000);
  const third = again();

  expect(second).toEqual(first);
  expect(third.MessageId).not.toBe(first.MessageId);
  expect(await world.bodies('q')).toEqual(['a', 'a']);
});

test('an id counts for the topic, or for its group where the topic asks for that', async () => {
  const world = createWorld();
  const whole = world.topic('whole.fifo', CONTENT);
  const grouped = world.topic('grouped.fifo', { ...CONTENT, FifoThroughputScope: 'MessageGroup' });
  world.subscribe(whole, world.queue('w'), { RawMessageDelivery: 'true' });
  world.subscribe(grouped, world.queue('g'), { RawMessageDelivery: 'true' });

  for (const topic of [whole, grouped]) {
    for (const MessageGroupId of ['1', '2']) world.publish(topic, 'a', { MessageGroupId });
  }

  expect(await world.bodies('w')).toEqual(['a']);
  expect(await world.bodies('g')).toEqual(['a', 'a']);
});

test('a standard queue of a FIFO topic gets no group', async () => {
  const world = createWorld();
  const topic = world.topic('orders.fifo', CONTENT);
  world.subscribe(topic, world.queue('plain'), { RawMessageDelivery: 'true' });

  world.publish(topic, 'a', { MessageGroupId: 'g' });

  const [message] = await world.received('plain');
  expect(message?.Body).toBe('a');
  expect(message?.Attributes).not.toHaveProperty('MessageGroupId');
});

test('the dead-letter queue of a FIFO subscription keeps group and id', async () => {
  const world = createWorld();
  const topic = world.topic('orders.fifo');
  world.queue('dead.fifo');
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead.fifo') }) };
  world.subscribe(topic, queueArn('missing.fifo'), redrive);

  world.publish(topic, 'a', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });

  const [message] = await world.received('dead.fifo');
  expect(message?.Attributes).toMatchObject({ MessageGroupId: 'g', MessageDeduplicationId: 'd' });
});
