/** Deduplication on FIFO queues. */
import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

function createFifo(attributes: Readonly<Record<string, string>> = {}) {
  const world = createWorld();
  const url = world.createQueue('orders.fifo', attributes);
  const put = (body: string, id: string | undefined, group = 'g') =>
    world.call('SendMessage', {
      QueueUrl: url,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: id,
    });
  const set = (Attributes: object) => world.call('SetQueueAttributes', { QueueUrl: url, Attributes });
  const drain = () => {
    const messages = world.receive(url);
    for (const message of messages) world.delete(url, message);
    return messages.map((message) => message.Body);
  };
  return { world, url, put, set, drain };
}

test('a second send under one id is answered like the first and not delivered', () => {
  const { put, drain } = createFifo();
  const first = put('one', 'd');

  const second = put('another', 'd');

  expect(second).toEqual({ ...first, MD5OfMessageBody: 'b32d73e56ec99bc5ec8f83871cde708a' });
  expect(drain()).toEqual(['one']);
});

test('an id is kept after its message was deleted, for five minutes', async () => {
  const { world, put, drain } = createFifo();
  put('one', 'd');
  drain();

  await world.clock.advance(299_999);
  put('too early', 'd');
  expect(drain()).toEqual([]);
  await world.clock.advance(1);
  put('again', 'd');

  expect(drain()).toEqual(['again']);
});

test('content decides where the queue says so: the body alone, not its attributes', () => {
  const { world, url, put, drain } = createFifo({ ContentBasedDeduplication: 'true' });
  put('same', undefined);
  put('same', undefined, 'other-group');
  const withAttribute = {
    MessageGroupId: 'g',
    MessageAttributes: { a: { DataType: 'String', StringValue: 'x' } },
  };
  world.send(url, 'same', withAttribute);
  put('different', undefined);

  expect(drain()).toEqual(['same', 'different']);
});

test('a given id stands above the content, and equals it where it is the SHA-256', () => {
  const { put, drain } = createFifo({ ContentBasedDeduplication: 'true' });
  put('same', 'own-id');
  put('same', undefined);
  put('whatever', '0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5');

  expect(drain()).toEqual(['same', 'same']);
});

test('the scope of a queue is the queue or, where it says so, the group', () => {
  const wide = createFifo();
  const narrow = createFifo({ DeduplicationScope: 'messageGroup' });
  for (const { put } of [wide, narrow]) {
    put('one', 'd', 'g1');
    put('two', 'd', 'g2');
  }

  expect(wide.drain()).toEqual(['one']);
  expect(narrow.drain()).toEqual(['one', 'two']);
});

test('an id of the queue still counts after the scope became the group', () => {
  const { put, set, drain } = createFifo();
  put('one', 'd', 'g1');

  set({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
  put('two', 'd', 'g2');
  put('three', 'd2', 'g2');

  expect(drain()).toEqual(['one', 'three']);
});

test('an id of a group does not count after the scope became the queue', () => {
  const { put, set, drain } = createFifo({ DeduplicationScope: 'messageGroup' });
  put('one', 'd', 'g1');

  set({ DeduplicationScope: 'queue' });
  put('two', 'd', 'g1');

  expect(drain()).toEqual(['one', 'two']);
});
