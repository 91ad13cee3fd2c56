import { expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import type { Service } from '../../../lib/emulator/service.ts';
import { retryWaitMs } from '../../../lib/emulator/sns/delivery.ts';
import type { SnsTraceEntry } from '../../../lib/emulator/sns/sns.ts';
import { createWorld, queueArn, START, text } from './world.ts';

/** Fails the first so many sends with an error. */
function failing(times: number, error: Error, group?: string): (sqs: Service) => Service {
  let left = times;
  return (sqs) => ({
    call(operation, input, caller) {
      const hit = group === undefined || input.MessageGroupId === group;
      if (hit && left > 0) {
        left -= 1;
        throw error;
      }
      return sqs.call(operation, input, caller);
    },
  });
}

const outage = new ServiceError('InternalError', 'We encountered an internal error.', {
  status: 500,
  fault: 'receiver',
});

test('a published message reaches every subscribed queue in the envelope of SNS', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const first = world.subscribe(topic, world.queue('first'));
  world.subscribe(topic, world.queue('second'));

  const { MessageId } = world.publish(topic, 'hello', {
    Subject: 'greeting',
    MessageAttributes: { a: text('1') },
  });

  const [message] = await world.received('first');
  expect(JSON.parse(message?.Body ?? '')).toEqual({
    Type: 'Notification',
    MessageId,
    TopicArn: topic,
    Subject: 'greeting',
    Message: 'hello',
    Timestamp: '2026-01-01T00:00:00.000Z',
    SignatureVersion: '1',
    Signature: expect.any(String),
    SigningCertURL: expect.stringContaining('https://sns.eu-north-1.amazonaws.com/'),
    UnsubscribeURL: `http://127.0.0.1:4566/?Action=Unsubscribe&SubscriptionArn=${first}`,
    MessageAttributes: { a: { Type: 'String', Value: '1' } },
  });
  expect(message?.MessageAttributes).toBeUndefined();
  expect(await world.received('second')).toHaveLength(1);
});

test('raw delivery hands over the body and its attributes', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('raw'), { RawMessageDelivery: 'true' });
  const bytes = Uint8Array.of(1, 2);

  world.publish(topic, 'hello', {
    MessageAttributes: { a: text('1'), b: { DataType: 'Binary', BinaryValue: bytes } },
  });

  const [message] = await world.received('raw');
  expect(message).toMatchObject({
    Body: 'hello',
    MessageAttributes: {
      a: { DataType: 'String', StringValue: '1' },
      b: { DataType: 'Binary', BinaryValue: bytes },
    },
  });
});

test('a raw message with more than ten attributes is dropped, not dead-lettered', async () => {
  const entries: SnsTraceEntry[] = [];
  const world = createWorld({ trace: (entry) => entries.push(entry) });
  const topic = world.topic('news');
  world.queue('dead');
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };
  world.subscribe(topic, world.queue('raw'), { RawMessageDelivery: 'true', ...redrive });
  world.subscribe(topic, world.queue('wrapped'));
  const names = Array.from({ length: 11 }, (_, index) => `a${index}`);

  world.publish(topic, 'hello', {
    MessageAttributes: Object.fromEntries(names.map((name) => [name, text('1')])),
  });

  expect(await world.received('wrapped')).toHaveLength(1);
  expect(await world.received('raw')).toEqual([]);
  expect(await world.received('dead')).toEqual([]);
  expect(entries).toContainEqual(
    expect.objectContaining({ operation: 'drop', reason: 'more than 10 attributes in a raw message' }),
  );
});

test('a message group of a standard topic makes a fair queue', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('fair'), { RawMessageDelivery: 'true' });

  world.publish(topic, 'hello', { MessageGroupId: 'tenant' });

  const [message] = await world.received('fair');
  expect(message?.Attributes?.MessageGroupId).toBe('tenant');
});

test('a function gets an event with one record', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const events: unknown[] = [];
  const arn = await world.fn('listener', (event) => events.push(event));
  const { SubscriptionArn } = world.call('Subscribe', { TopicArn: topic, Protocol: 'lambda', Endpoint: arn });

  const { MessageId } = world.publish(topic, 'hello', { MessageAttributes: { a: text('1') } });
  await world.clock.settled();

  expect(events).toEqual([
    {
      Records: [
        {
          EventSource: 'aws:sns',
          EventVersion: '1.0',
          EventSubscriptionArn: SubscriptionArn,
          Sns: expect.objectContaining({
            Type: 'Notification',
            MessageId,
            TopicArn: topic,
            Subject: null,
            Message: 'hello',
            MessageAttributes: { a: { Type: 'String', Value: '1' } },
          }),
        },
      ],
    },
  ]);
});

test('a message with structure has a text for each protocol', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const events: string[] = [];
  world.subscribe(topic, world.queue('raw'), { RawMessageDelivery: 'true' });
  const arn = await world.fn('listener', (event) => events.push(JSON.stringify(event)));
  world.call('Subscribe', { TopicArn: topic, Protocol: 'lambda', Endpoint: arn });
  const message = JSON.stringify({ default: 'for all', sqs: 'for queues', email: 1 });

  world.publish(topic, message, { MessageStructure: 'json' });

  expect(await world.bodies('raw')).toEqual(['for queues']);
  expect(events[0]).toContain('"Message":"for all"');
});

test('a message for a queue that is gone goes to the dead-letter queue at once', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  world.queue('dead');
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead') }) };
  world.subscribe(topic, world.queue('gone'), { RawMessageDelivery: 'true', ...redrive });
  world.deleteQueue('gone');

  world.publish(topic, 'hello', { MessageAttributes: { a: text('1') } });

  expect(await world.received('dead')).toMatchObject([
    { Body: 'hello', MessageAttributes: { a: { DataType: 'String', StringValue: '1' } } },
  ]);
  expect(world.clock.now()).toBe(START);
  expect(world.sns.pendingDeliveries()).toBe(0);
});

test('a function that is gone sends the envelope to the dead-letter queue', async () => {
  const world = createWorld();
  const topic = world.topic('news');
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: world.queue('dead') }) };
  const Endpoint = 'arn:aws:lambda:eu-north-1:123456789012:function:nobody';
  world.call('Subscribe', { TopicArn: topic, Protocol: 'lambda', Endpoint, Attributes: redrive });

  world.publish(topic, 'hello');

  const [message] = await world.received('dead');
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({ Type: 'Notification', Message: 'hello' });
});

test('server errors are retried: three at once, two after a second, then with growing waits', async () => {
  const world = createWorld({ around: failing(7, outage) });
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('slow'), { RawMessageDelivery: 'true' });

  world.publish(topic, 'hello');
  await world.clock.advance(2_000);
  const early = await world.bodies('slow');
  const pending = world.sns.pendingDeliveries();
  await world.clock.advance(1_000 + 1_395);

  expect(early).toEqual([]);
  expect(pending).toBe(1);
  expect(await world.bodies('slow')).toEqual(['hello']);
});

test('the retries of SNS end after 100,015 attempts in 23 days', () => {
  let [attempts, waited] = [1, 0];
  for (let wait = retryWaitMs(attempts); wait !== undefined; wait = retryWaitMs(attempts)) {
    waited += wait;
    attempts += 1;
  }

  expect(attempts).toBe(100_016);
  expect(Math.floor(waited / 86_400_000)).toBe(23);
});

test('throttling is retried, and a lost answer is, too', async () => {
  const throttled = new ServiceError('RequestThrottled', 'Request is throttled.', { status: 403 });
  const world = createWorld({
    around: (sqs) => failing(1, new Error('socket hang up'))(failing(1, throttled)(sqs)),
  });
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('slow'), { RawMessageDelivery: 'true' });

  world.publish(topic, 'hello');

  expect(await world.bodies('slow')).toEqual(['hello']);
});

test('closing drops what waits for a retry', async () => {
  const world = createWorld({ around: failing(100, outage) });
  const topic = world.topic('news');
  world.subscribe(topic, world.queue('slow'));
  world.publish(topic, 'hello');
  await world.clock.settled();

  world.sns.close();

  expect(world.sns.pendingDeliveries()).toBe(0);
  expect(world.clock.next()).toBeUndefined();
});

test('a retry in one group of a FIFO topic holds up that group and no other', async () => {
  const world = createWorld({ around: failing(4, outage, 'a') });
  const topic = world.topic('orders.fifo', { ContentBasedDeduplication: 'true' });
  world.subscribe(topic, world.queue('q.fifo'), { RawMessageDelivery: 'true' });
  const counts = async () => {
    await world.clock.settled();
    const [queue] = world.sqs.snapshot();
    return queue?.messages.map(({ body }) => body);
  };

  for (const body of ['a1', 'a2', 'b1', 'a3']) world.publish(topic, body, { MessageGroupId: body.charAt(0) });
  const before = await counts();
  await world.clock.advance(1_000);

  expect(before).toEqual(['b1']);
  expect((await counts())?.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
});
